import type { Backoff } from './backoff.ts';
import type { Network, VenueSocket } from './network.ts';
import type { Sent } from './venue.ts';

export interface SocketListener {
  /** Connected, for the first time or again. */
  up(): void;
  /** The connection is lost, or an attempt to make one failed; the next attempt is under way. */
  down(reason: string): void;
  /** One message, whole. The bytes may be reused after it returns. */
  message(data: Buffer): void;
}

export interface ReconnectingSocketOptions {
  readonly network: Network;
  /** Where to connect to, asked at each attempt. */
  readonly url: () => string;
  readonly listener: SocketListener;
  readonly backoff: Backoff;
  readonly openWithinMs?: number;
  /** After this long without a message, a ping or a pong, the peer is pinged. */
  readonly pingAfterMs?: number;
  /** A peer that is not heard of for this long after a ping is gone. */
  readonly pongWithinMs?: number;
  /** A connection without a message for this long is given up, even if pings are answered. Infinity where silence is normal. */
  readonly silentMs?: number;
  /** Only a connection that lived for this long makes the next wait a first one again. */
  readonly stableMs?: number;
  /** Bytes that the operating system has not taken yet, beyond which nothing more is sent. */
  readonly maxBufferedBytes?: number;
}

const DEFAULTS = {
  openWithinMs: 5_000,
  pingAfterMs: 5_000,
  pongWithinMs: 5_000,
  silentMs: Number.POSITIVE_INFINITY,
  stableMs: 1_000,
  maxBufferedBytes: 16 * 1024,
};

/** A WebSocket that is watched for signs of life and connects again by itself until it is closed. */
export class ReconnectingSocket {
  /** Messages and their bytes, over all connections. */
  messages = 0;
  bytes = 0;
  private readonly options: ReconnectingSocketOptions & typeof DEFAULTS;
  private socket: VenueSocket | null = null;
  /** Since when the connection is open; null while it is not. This and the times below are of `performance.now()`. */
  private upAtMs: number | null = null;
  private connections = 0;
  /** Of the last message; before the first one of a connection, of its beginning. */
  private messageAtMs = 0;
  private aliveAtMs = 0;
  private pingedAtMs: number | null = null;
  private timer: NodeJS.Timeout | undefined;

  constructor(options: ReconnectingSocketOptions) {
    this.options = { ...DEFAULTS, ...options };
  }

  get isUp(): boolean {
    return this.upAtMs !== null;
  }

  get reconnects(): number {
    return Math.max(0, this.connections - 1);
  }

  /** Since the last message, or since it is connected; null before the first message. */
  get quietMs(): number | null {
    return this.messages === 0 ? null : performance.now() - this.messageAtMs;
  }

  /** Begins to connect. @throws when the URL is none. */
  open(): void {
    const { network, url, openWithinMs } = this.options;
    const socket = network.open(url(), {
      opened: () => this.opened(socket),
      message: (data) => this.message(socket, data),
      alive: () => {
        this.aliveAtMs = performance.now();
      },
      closed: (reason) => this.lost(socket, reason),
    });
    this.socket = socket;
    this.watch(socket, openWithinMs);
  }

  /** Hands `text` to the operating system in this turn, or does not take it. */
  send(text: string): Sent {
    const { socket } = this;
    if (socket === null || !socket.isOpen) return { ok: false, reason: 'the connection is down' };
    if (socket.bufferedBytes > this.options.maxBufferedBytes) {
      return { ok: false, reason: 'the venue does not take in what was sent before' };
    }
    socket.send(text);
    return { ok: true };
  }

  /** For good; the listener hears of nothing any more. */
  close(): void {
    const { socket } = this;
    this.socket = null;
    this.upAtMs = null;
    clearTimeout(this.timer);
    socket?.close();
  }

  private opened(socket: VenueSocket): void {
    if (socket !== this.socket) return;
    const nowMs = performance.now();
    this.upAtMs = nowMs;
    this.messageAtMs = nowMs;
    this.aliveAtMs = nowMs;
    this.pingedAtMs = null;
    this.connections += 1;
    clearTimeout(this.timer);
    this.watch(socket, Math.min(this.options.pingAfterMs, this.options.silentMs));
    this.options.listener.up();
  }

  private message(socket: VenueSocket, data: Buffer): void {
    if (socket !== this.socket) return;
    this.messageAtMs = performance.now();
    this.messages += 1;
    this.bytes += data.length;
    this.options.listener.message(data);
  }

  private watch(socket: VenueSocket, afterMs: number): void {
    // A loop that was blocked runs its timers before it reads what waited in its sockets: that has to be heard first.
    this.timer = setTimeout(() => setImmediate(() => this.check(socket)), afterMs);
  }

  private check(socket: VenueSocket): void {
    if (socket !== this.socket) return;
    const { openWithinMs, pingAfterMs, pongWithinMs, silentMs } = this.options;
    if (this.upAtMs === null) {
      this.giveUp(socket, `not connected within ${openWithinMs} ms`);
      return;
    }
    const nowMs = performance.now();
    const heardAtMs = Math.max(this.messageAtMs, this.aliveAtMs);
    if (nowMs - this.messageAtMs >= silentMs) {
      this.giveUp(socket, `no message for ${silentMs} ms`);
      return;
    }
    if (this.pingedAtMs !== null && heardAtMs >= this.pingedAtMs) this.pingedAtMs = null;
    if (this.pingedAtMs === null && nowMs - heardAtMs >= pingAfterMs) {
      this.pingedAtMs = nowMs;
      socket.ping();
    } else if (this.pingedAtMs !== null && nowMs - this.pingedAtMs >= pongWithinMs) {
      this.giveUp(socket, `a ping was not answered within ${pongWithinMs} ms`);
      return;
    }
    const liveUntilMs = this.pingedAtMs === null ? heardAtMs + pingAfterMs : this.pingedAtMs + pongWithinMs;
    this.watch(socket, Math.min(liveUntilMs, this.messageAtMs + silentMs) - nowMs);
  }

  private giveUp(socket: VenueSocket, reason: string): void {
    this.lost(socket, reason);
    socket.close();
  }

  private lost(socket: VenueSocket, reason: string): void {
    if (socket !== this.socket) return;
    const { backoff, stableMs, listener } = this.options;
    if (this.upAtMs !== null && performance.now() - this.upAtMs >= stableMs) backoff.reset();
    this.socket = null;
    this.upAtMs = null;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.open(), backoff.nextMs());
    listener.down(reason);
  }
}
