import type { VenueClock } from './clock.ts';

/** One client's WebSocket, as its transport offers it to the venue. */
export interface Peer {
  /** Bytes that were handed over and are not on their way yet. */
  readonly bufferedBytes: number;
  send(text: string): void;
  ping(): void;
  /** With a goodbye. */
  close(code: number, reason: string): void;
  /** Without one. */
  cut(): void;
}

/** What the venue does on one connection. */
export interface Session {
  message(text: string): void;
  closed(): void;
}

export type ConnectionKind = 'market' | 'user' | 'orders';

const PING_MS = 180_000;
const PONG_MS = 600_000;
/** A client that reads so slowly is not waited for. */
const MAX_BUFFERED_BYTES = 64 * 1_048_576;

/** One WebSocket at the venue. The transport reports here what the client does. */
export class Connection {
  readonly kind: ConnectionKind;
  readonly openedMs: number;
  session: Session = { message() {}, closed() {} };
  private readonly peer: Peer;
  private readonly clock: VenueClock;
  private pingedMs: number;
  private heardMs: number;
  private isHalfOpen = false;
  private isGone = false;

  constructor(kind: ConnectionKind, peer: Peer, clock: VenueClock) {
    this.kind = kind;
    this.peer = peer;
    this.clock = clock;
    this.openedMs = clock.nowMs();
    this.pingedMs = this.openedMs;
    this.heardMs = this.openedMs;
  }

  /** The client sent a message. */
  message(text: string): void {
    if (!this.isHalfOpen && !this.isGone) this.session.message(text);
  }

  /** Whether a ping of the client is answered. */
  get answersPings(): boolean {
    return !this.isHalfOpen && !this.isGone;
  }

  pong(): void {
    this.heardMs = this.clock.nowMs();
  }

  /** The client is gone. */
  closed(): void {
    if (this.isGone) return;
    this.isGone = true;
    this.session.closed();
  }

  send(text: string): void {
    if (this.isHalfOpen || this.isGone) return;
    if (this.peer.bufferedBytes > MAX_BUFFERED_BYTES) this.cut();
    else this.peer.send(text);
  }

  close(code: number, reason: string): void {
    if (this.isGone) return;
    this.closed();
    this.peer.close(code, reason);
  }

  cut(): void {
    if (this.isGone) return;
    this.closed();
    this.peer.cut();
  }

  /** From here on it is as if the line were dead: nothing comes, nothing goes, nobody says so. */
  halfOpen(): void {
    this.isHalfOpen = true;
  }

  /** Pings in time; ends a connection that is too old or does not answer. */
  tend(nowMs: number, maxAgeMs: number): void {
    if (nowMs - this.openedMs >= maxAgeMs) this.close(1000, 'disconnected after the longest time of a connection');
    else if (this.isHalfOpen) return;
    else if (nowMs - this.heardMs > PONG_MS) this.close(1008, 'no pong');
    else if (nowMs - this.pingedMs >= PING_MS) {
      this.pingedMs = nowMs;
      this.peer.ping();
    }
  }
}

/** Every open WebSocket of the venue. */
export class Connections {
  private readonly open = new Set<Connection>();

  add(connection: Connection): void {
    this.open.add(connection);
    const { session } = connection;
    connection.session = {
      message: (text) => session.message(text),
      closed: () => {
        this.open.delete(connection);
        session.closed();
      },
    };
  }

  get count(): number {
    return this.open.size;
  }

  of(kind: ConnectionKind | 'all'): Connection[] {
    return [...this.open].filter((connection) => kind === 'all' || connection.kind === kind);
  }

  tend(nowMs: number, maxAgeMs: number): void {
    for (const connection of this.open) connection.tend(nowMs, maxAgeMs);
  }
}
