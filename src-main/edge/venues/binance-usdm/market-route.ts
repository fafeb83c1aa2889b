import { Backoff } from '../backoff.ts';
import type { Network } from '../network.ts';
import { ReconnectingSocket } from '../reconnecting-socket.ts';
import type { Handover, StreamFrame } from './handover.ts';

/** When a connection is replaced before the venue cuts it, and when one is given up. */
export interface RouteSettings {
  /** Age at which a connection is replaced; the venue cuts it at 24 h. */
  readonly maxAgeMs: number;
  /** Taken off the age at random, so that not everything is replaced at once. */
  readonly ageSpreadMs: number;
  /** A connection that brings nothing at all for this long is given up. */
  readonly staleMs: number;
  /** How long the two connections of a handover may be there together before the next one is given up. */
  readonly overlapMs: number;
}

export interface RouteParts {
  readonly network: Network;
  readonly url: string;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly settings: RouteSettings;
  /** The frame in a message; null when there is none. */
  readonly read: (data: Buffer) => StreamFrame | null;
  /** Where frames go. */
  readonly handover: Handover;
  readonly onUp: () => void;
  /** The stream is interrupted or cannot be connected, or that has another reason than the one told before. */
  readonly onDown: (reason: string) => void;
  readonly told: (news: string) => void;
}

const TICK_MS = 1_000;
/** Before a handover that failed is tried again. */
const RETRY_MS = 60_000;

/** One combined stream of the venue, connected all the time: a connection that gets old is replaced by another one without a gap. */
export class MarketRoute {
  /** Frames read, those of both connections while there are two. */
  frames = 0;
  /** Connections that were replaced without a gap. */
  handovers = 0;
  private readonly parts: RouteParts;
  private current: ReconnectingSocket;
  private next: ReconnectingSocket | null = null;
  /** Of the connections that were replaced. */
  private earlier = { reconnects: 0, bytes: 0 };
  private ageTimer: NodeJS.Timeout | undefined;
  private tickTimer: NodeJS.Timeout | undefined;
  private ticksLeft = 0;
  private toldReason: string | null = null;

  constructor(parts: RouteParts) {
    this.parts = parts;
    this.current = this.makeSocket();
  }

  get isUp(): boolean {
    return this.current.isUp;
  }

  get quietMs(): number | null {
    return this.current.quietMs;
  }

  get reconnects(): number {
    return this.earlier.reconnects + this.current.reconnects;
  }

  get bytes(): number {
    return this.earlier.bytes + this.current.bytes + (this.next?.bytes ?? 0);
  }

  /** @throws when the URL is none. */
  open(): void {
    this.current.open();
  }

  close(): void {
    clearTimeout(this.ageTimer);
    this.dropNext();
    this.current.close();
  }

  private makeSocket(): ReconnectingSocket {
    const { network, url, random, settings } = this.parts;
    const socket: ReconnectingSocket = new ReconnectingSocket({
      network,
      url: () => url,
      backoff: new Backoff(random),
      silentMs: settings.staleMs,
      listener: {
        up: () => this.up(socket),
        down: (reason) => this.down(socket, reason),
        message: (data) => this.message(socket, data),
      },
    });
    return socket;
  }

  private message(socket: ReconnectingSocket, data: Buffer): void {
    const frame = this.parts.read(data);
    if (frame === null) return;
    this.frames += 1;
    if (socket === this.current) this.parts.handover.current(frame);
    else this.parts.handover.next(frame);
    if (this.next !== null && this.parts.handover.isReady) this.replace(this.next);
  }

  private up(socket: ReconnectingSocket): void {
    if (socket !== this.current) {
      this.parts.handover.begin();
      return;
    }
    this.toldReason = null;
    this.replaceLater();
    this.parts.onUp();
  }

  private down(socket: ReconnectingSocket, reason: string): void {
    if (socket !== this.current) {
      this.parts.handover.abandon();
      return;
    }
    if (this.next?.isUp) {
      // What neither has brought is lost: the core finds the gap in the book.
      this.parts.told(`a connection was lost before the next one had caught up with it: ${reason}`);
      this.replace(this.next);
      return;
    }
    clearTimeout(this.ageTimer);
    this.dropNext();
    this.parts.handover.reset();
    if (reason === this.toldReason) return;
    this.toldReason = reason;
    this.parts.onDown(reason);
  }

  private replaceLater(): void {
    const { maxAgeMs, ageSpreadMs } = this.parts.settings;
    this.openNextAfter(maxAgeMs - this.parts.random() * ageSpreadMs);
  }

  private openNextAfter(waitMs: number): void {
    clearTimeout(this.ageTimer);
    this.ageTimer = setTimeout(() => this.openNext(), waitMs);
  }

  private openNext(): void {
    this.next = this.makeSocket();
    this.next.open();
    this.ticksLeft = Math.ceil(this.parts.settings.overlapMs / TICK_MS);
    this.tickTimer = setInterval(() => this.tick(), TICK_MS);
  }

  private tick(): void {
    this.parts.handover.tick();
    this.ticksLeft -= 1;
    if (this.next !== null && this.parts.handover.isReady) {
      this.replace(this.next);
    } else if (this.ticksLeft <= 0) {
      this.dropNext();
      this.parts.told(
        'a new connection did not catch up with the one that it was to replace: trying again in a minute',
      );
      this.openNextAfter(RETRY_MS);
    }
  }

  private replace(next: ReconnectingSocket): void {
    const { current } = this;
    this.earlier = { reconnects: this.reconnects, bytes: this.earlier.bytes + current.bytes };
    current.close();
    clearInterval(this.tickTimer);
    this.current = next;
    this.next = null;
    if (this.parts.handover.isReady) this.handovers += 1;
    this.replaceLater();
    this.parts.handover.complete();
  }

  private dropNext(): void {
    clearInterval(this.tickTimer);
    this.next?.close();
    this.next = null;
    this.parts.handover.abandon();
  }
}
