import { createServer, type Server, type Socket } from 'node:net';
import type { Instrument } from '../../../src-shared/domain/instrument.ts';
import { type DeskMessage, listingText, PROTOCOL_VERSION } from '../../edge/venues/simulated-wire.ts';
import type { DeskClock } from '../desk-clock.ts';
import { DeskConnection } from './desk-connection.ts';
import type { HostedExchange } from './hosted-exchange.ts';

/** Work of one turn of the event loop, after which connections are served. */
const SLICE_MS = 2;
/** The longest sleep, whatever the exchange waits for. */
const MAX_SLEEP_MS = 1_000;
const MAX_CONNECTIONS = 16;
const FAREWELL_MS = 1_000;
const MAX_UNSENT_BYTES = 4 * 1_024 * 1_024;

export interface ExchangeServerOptions {
  readonly path: string;
  readonly exchange: HostedExchange;
  readonly instruments: readonly Instrument[];
  readonly clock: DeskClock;
  /** How long the exchange stays without a desk. */
  readonly lingerMs: number;
  /** A desk that leaves more than this unread is dropped. */
  readonly maxUnsentBytes?: number;
  /** Hears in a line what a person may want to know. */
  log(line: string): void;
}

/**
 * Runs an exchange against a clock, for one desk at a time: who attaches takes the place of the desk before, which must be dead.
 * With no desk it goes on, and what it says is heard by nobody.
 */
export class ExchangeServer {
  /** Fulfilled with the reason once everything is closed; rejected when the exchange cannot go on. */
  readonly ended: Promise<string>;
  private readonly options: ExchangeServerOptions;
  private readonly server: Server;
  private readonly connections = new Set<DeskConnection>();
  private desk: DeskConnection | null = null;
  private pumpTimer: NodeJS.Timeout | undefined;
  private immediate: NodeJS.Immediate | undefined;
  private lingerTimer: NodeJS.Timeout | undefined;
  private isEnding = false;
  private readonly settle: { resolve(reason: string): void; reject(error: unknown): void };

  private constructor(options: ExchangeServerOptions) {
    this.options = options;
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    this.ended = promise;
    this.settle = { resolve, reject };
    this.server = createServer((socket) => this.connected(socket));
    this.server.maxConnections = MAX_CONNECTIONS;
  }

  /** @throws Error of Node's when nobody can listen at the path. */
  static async listen(options: ExchangeServerOptions): Promise<ExchangeServer> {
    const server = new ExchangeServer(options);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.server.once('error', reject);
    server.server.listen(options.path, resolve);
    await promise;
    server.linger();
    server.pump();
    return server;
  }

  /** Cancels what rests, tells the desk, and closes. */
  end(reason: string): void {
    if (this.isEnding) return;
    this.stop();
    try {
      this.options.exchange.close(reason, this.options.clock.now());
      this.close(() => this.settle.resolve(reason));
    } catch (error) {
      this.close(() => this.settle.reject(error));
    }
  }

  private connected(socket: Socket): void {
    const { maxUnsentBytes = MAX_UNSENT_BYTES, instruments, clock } = this.options;
    const connection: DeskConnection = new DeskConnection(socket, maxUnsentBytes, {
      message: (message) => this.guarded(() => this.take(connection, message)),
      gone: (why) => this.gone(connection, why),
    });
    this.connections.add(connection);
    const listings = instruments.map(listingText);
    connection.send({ type: 'hello', version: PROTOCOL_VERSION, listings, now: clock.now() });
  }

  private take(from: DeskConnection, message: DeskMessage): void {
    if (message.type === 'attach') {
      this.attach(from);
    } else if (message.type === 'cancel-all') {
      from.send({ type: 'open', orders: this.options.exchange.cancelAll(this.options.clock.now()) });
      this.schedule();
    } else if (from !== this.desk) {
      from.drop(`it sent '${message.type}' before 'attach'`);
    } else if (message.type === 'effect') {
      this.options.exchange.send(message.effect, this.options.clock.now());
      this.schedule();
    } else {
      this.end('asked for by the desk');
    }
  }

  private attach(connection: DeskConnection): void {
    const before = this.desk;
    this.desk = connection;
    this.options.exchange.desk = connection;
    clearTimeout(this.lingerTimer);
    if (before !== null && before !== connection) before.drop('another desk took its place');
    this.options.log('a desk is attached');
  }

  private gone(connection: DeskConnection, why: string): void {
    this.connections.delete(connection);
    if (connection !== this.desk) return;
    this.desk = null;
    this.options.exchange.desk = null;
    this.options.log(`the desk is gone: ${why}`);
    if (!this.isEnding) this.linger();
  }

  private linger(): void {
    const { lingerMs } = this.options;
    clearTimeout(this.lingerTimer);
    this.lingerTimer = setTimeout(() => this.end(`no desk for ${lingerMs / 1_000} s`), lingerMs);
  }

  /** Lets the exchange do what is due by now, a slice at a time: when it is late, its connections are served in between. */
  private readonly pump = (): void => {
    this.immediate = undefined;
    this.guarded(() => {
      const { exchange, clock } = this.options;
      const endMs = performance.now() + SLICE_MS;
      const now = clock.now();
      const held = this.desk;
      held?.hold();
      while (exchange.nextAt() <= now && performance.now() < endMs) exchange.step();
      held?.flush();
      this.schedule();
    });
  };

  private schedule(): void {
    if (this.isEnding || this.immediate !== undefined) return;
    clearTimeout(this.pumpTimer);
    const sleepMs = this.options.clock.msUntil(this.options.exchange.nextAt());
    if (sleepMs > 0) this.pumpTimer = setTimeout(this.pump, Math.min(Math.ceil(sleepMs), MAX_SLEEP_MS));
    else this.immediate = setImmediate(this.pump);
  }

  /** An exchange that cannot write its log, or broke, says so and is over: going on would be a lie. */
  private guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.stop();
      this.close(() => this.settle.reject(error));
    }
  }

  private stop(): void {
    this.isEnding = true;
    clearTimeout(this.pumpTimer);
    clearImmediate(this.immediate);
    clearTimeout(this.lingerTimer);
  }

  private close(then: () => void): void {
    this.server.close(then);
    for (const connection of [...this.connections]) connection.end(FAREWELL_MS);
  }
}
