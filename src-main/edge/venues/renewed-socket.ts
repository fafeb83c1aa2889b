import { ReconnectingSocket, type ReconnectingSocketOptions } from './reconnecting-socket.ts';
import type { Sent } from './venue.ts';

export interface RenewedListener {
  /** Messages can be sent, and arrive. */
  up(): void;
  down(reason: string): void;
  /** One message, whole, of a connection: during a change two of them deliver. The bytes may be reused after it returns. */
  message(connection: number, data: Buffer): void;
  /** Nothing more arrives on a connection that was up. */
  gone(connection: number, reason: string): void;
}

export interface RenewedSocketOptions {
  readonly socket: Omit<ReconnectingSocketOptions, 'listener'>;
  readonly listener: RenewedListener;
  /** After so long a connection is replaced, before the venue cuts it. */
  readonly lifeMs: number;
  /** How long a replaced connection stays, for what is still under way on it. */
  readonly graceMs: number;
}

interface Link {
  readonly socket: ReconnectingSocket;
  /** Each connection's own number; 0 while there is none. */
  connection: number;
}

/** A connection that outlives the venue's limit on the age of connections: the next one is up before the old one goes. */
export class RenewedSocket {
  private readonly options: RenewedSocketOptions;
  private connections = 0;
  private current: Link | null = null;
  private successor: Link | null = null;
  private leaving: Link | null = null;
  private lifeTimer: NodeJS.Timeout | undefined;
  private graceTimer: NodeJS.Timeout | undefined;

  constructor(options: RenewedSocketOptions) {
    this.options = options;
  }

  get isUp(): boolean {
    return this.current?.socket.isUp ?? false;
  }

  /** Connections that had to be made again because one was lost. */
  get reconnects(): number {
    return this.current?.socket.reconnects ?? 0;
  }

  /** Since the last message; null before the first. */
  get quietMs(): number | null {
    return this.current?.socket.quietMs ?? null;
  }

  /** The connection that {@link send} writes to. */
  get connection(): number {
    return this.current?.connection ?? 0;
  }

  open(): void {
    this.current = this.connect();
  }

  /** Hands `text` to the operating system in this turn, or does not take it. */
  send(text: string): Sent {
    return this.current?.socket.send(text) ?? { ok: false, reason: 'the connection is closed' };
  }

  /** For good; the listener hears of nothing any more. */
  close(): void {
    clearTimeout(this.lifeTimer);
    clearTimeout(this.graceTimer);
    for (const link of [this.current, this.successor, this.leaving]) link?.socket.close();
    this.current = null;
    this.successor = null;
    this.leaving = null;
  }

  private connect(): Link {
    const link: Link = {
      connection: 0,
      socket: new ReconnectingSocket({
        ...this.options.socket,
        listener: {
          up: () => this.up(link),
          down: (reason) => this.down(link, reason),
          message: (data) => this.options.listener.message(link.connection, data),
        },
      }),
    };
    link.socket.open();
    return link;
  }

  private up(link: Link): void {
    this.connections += 1;
    link.connection = this.connections;
    const before = this.current;
    const wasUp = before !== link && this.isUp;
    if (link === this.successor) {
      this.successor = null;
      this.current = link;
      this.leave(before);
    }
    clearTimeout(this.lifeTimer);
    this.lifeTimer = setTimeout(() => {
      this.successor ??= this.connect();
    }, this.options.lifeMs);
    if (!wasUp) this.options.listener.up();
  }

  private down(link: Link, reason: string): void {
    const { connection } = link;
    link.connection = 0;
    if (connection !== 0) this.options.listener.gone(connection, reason);
    if (link === this.leaving) this.dismiss();
    else if (link === this.current) this.options.listener.down(reason);
  }

  private leave(link: Link | null): void {
    this.dismiss();
    this.leaving = link;
    this.graceTimer = setTimeout(() => this.dismiss(), this.options.graceMs);
  }

  private dismiss(): void {
    clearTimeout(this.graceTimer);
    const { leaving } = this;
    if (leaving === null) return;
    this.leaving = null;
    leaving.socket.close();
    if (leaving.connection !== 0) this.options.listener.gone(leaving.connection, 'replaced by a new one');
  }
}
