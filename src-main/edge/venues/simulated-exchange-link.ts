import { createConnection, type Socket } from 'node:net';
import type { Instrument } from '../../../src-shared/domain/instrument.ts';
import type { Micros } from '../../../src-shared/domain/time.ts';
import type { Effect } from '../../core/engine/effect.ts';
import { LineReader } from './line-reader.ts';
import {
  type ExchangeInput,
  type ExchangeMessage,
  listingText,
  MAX_MESSAGE_CHARS,
  PROTOCOL_VERSION,
  readExchangeMessage,
  type TextCodec,
  writeMessage,
} from './simulated-wire.ts';
import type { Sent } from './venue.ts';

export interface SimulatedExchangeLinkOptions {
  /** The exchange's socket. */
  readonly path: string;
  readonly codec: TextCodec;
  /** Those of the desk, each at the place of its id: the exchange has to list the same. */
  readonly instruments: readonly Instrument[];
  /** A frame or a report, unstamped. It belongs to whoever gets it. */
  onInput(input: ExchangeInput): void;
  /** The link came up or went down, or is down for another reason than the one told before. */
  onLink(up: boolean, detail: string): void;
  /** Wait before the first attempt to connect again; each further wait is twice as long. */
  readonly reconnectMs?: number;
  readonly maxReconnectMs?: number;
  /** How long a connection may stay without the exchange's greeting, and the exchange without an end when asked for it. */
  readonly answerMs?: number;
  readonly maxMessageChars?: number;
}

/** There is no exchange to talk to, or it is not the one that is meant. */
export class LinkError extends Error {
  override readonly name = 'LinkError';
}

const DEFAULTS = { reconnectMs: 50, maxReconnectMs: 2_000, answerMs: 5_000, maxMessageChars: MAX_MESSAGE_CHARS };

const CLOSED_BY_EXCHANGE = 'the exchange closed the connection';

/**
 * The desk's side of the connection to a simulated exchange in another process. Once it was up it connects again by itself
 * until {@link close}, and tells of every change. What it cannot hand to the operating system at once it does not take:
 * nothing waits in here that could leave after the desk was stopped.
 */
export class SimulatedExchangeLink {
  private readonly options: SimulatedExchangeLinkOptions & typeof DEFAULTS;
  private readonly listings: readonly string[];
  private socket: Socket | null = null;
  private reader: LineReader | null = null;
  private isUp = false;
  private isClosed = false;
  private detail = 'not connected yet';
  private waitMs: number;
  private timer: NodeJS.Timeout | undefined;
  private now: Micros | null = null;
  /** Hears how the first attempt went. */
  private settleFirst: ((failure: LinkError | null) => void) | null;
  private settleEnd: ((hasEnded: boolean) => void) | null = null;

  private constructor(options: SimulatedExchangeLinkOptions, settleFirst: (failure: LinkError | null) => void) {
    this.options = { ...DEFAULTS, ...options };
    this.listings = options.instruments.map(listingText);
    this.waitMs = this.options.reconnectMs;
    this.settleFirst = settleFirst;
  }

  /** @throws LinkError when the first attempt fails: nobody answers, or one with another protocol or other instruments. */
  static async connect(options: SimulatedExchangeLinkOptions): Promise<SimulatedExchangeLink> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const link = new SimulatedExchangeLink(options, (failure) => (failure === null ? resolve() : reject(failure)));
    link.open();
    await promise;
    return link;
  }

  /** The exchange's clock when it last greeted. */
  get greetedAt(): Micros | null {
    return this.now;
  }

  /** Writes `effect` in this turn or not at all. */
  send(effect: Effect): Sent {
    const { socket } = this;
    if (socket === null || !this.isUp) return { ok: false, reason: `the exchange is not connected: ${this.detail}` };
    if (!socket.writable) return { ok: false, reason: 'the exchange is closing the connection' };
    // Whatever the operating system took is gone from here; what it did not take would leave at a time of its own.
    if (socket.writableLength > 0) return { ok: false, reason: 'the exchange does not take in what was sent before' };
    socket.write(writeMessage(this.options.codec, { type: 'effect', effect }));
    return { ok: true };
  }

  /**
   * Asks the exchange to cancel what rests and to end; its last reports still arrive. The link is closed either way.
   * @returns whether the exchange closed the connection in time.
   */
  async endExchange(): Promise<boolean> {
    const { socket } = this;
    if (socket === null || !this.isUp) {
      this.close();
      return false;
    }
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.isClosed = true;
    this.settleEnd = resolve;
    this.timer = setTimeout(() => this.drop(socket, 'the exchange does not end'), this.options.answerMs);
    socket.write(writeMessage(this.options.codec, { type: 'end' }));
    return promise;
  }

  /** For good. The exchange goes on. */
  close(): void {
    this.isClosed = true;
    clearTimeout(this.timer);
    if (this.socket !== null) this.drop(this.socket, 'closed by the desk');
  }

  private open(): void {
    const socket = createConnection(this.options.path);
    this.socket = socket;
    let why = CLOSED_BY_EXCHANGE;
    socket.on('error', (error) => {
      why = error.message;
    });
    const handler = {
      line: (text: string) => this.take(socket, text),
      oversized: (limit: number) => this.drop(socket, `the exchange sent a message of more than ${limit} characters`),
      closed: () => this.drop(socket, why),
    };
    this.reader = new LineReader(socket, handler, this.options.maxMessageChars);
    this.timer = setTimeout(() => this.drop(socket, 'the exchange does not greet'), this.options.answerMs);
  }

  private take(socket: Socket, line: string): void {
    let message: ExchangeMessage;
    try {
      message = readExchangeMessage(this.options.codec, line);
    } catch (error) {
      this.drop(socket, `the exchange sent something malformed: ${(error as Error).message}`);
      return;
    }
    if (message.type === 'hello') this.greeted(socket, message);
    else if (!this.isUp) this.drop(socket, 'the exchange sent data before its greeting');
    else if (message.type === 'input') this.options.onInput(message.input);
  }

  private greeted(socket: Socket, { version, listings, now }: ExchangeMessage & { readonly type: 'hello' }): void {
    const fault =
      version === PROTOCOL_VERSION
        ? listingFault(this.listings, listings)
        : `the exchange speaks version ${version} of the protocol, this desk version ${PROTOCOL_VERSION}`;
    if (fault !== null) {
      this.drop(socket, `${fault}. End that exchange, so that one that fits can start`);
      return;
    }
    clearTimeout(this.timer);
    this.waitMs = this.options.reconnectMs;
    this.now = now;
    this.isUp = true;
    socket.write(writeMessage(this.options.codec, { type: 'attach' }));
    this.tell(true, 'connected');
    this.settleFirst?.(null);
    this.settleFirst = null;
  }

  private drop(socket: Socket, detail: string): void {
    if (socket !== this.socket) return;
    this.socket = null;
    this.reader?.stop();
    this.isUp = false;
    clearTimeout(this.timer);
    socket.destroy();
    if (this.settleFirst !== null) {
      this.isClosed = true;
      this.settleFirst(new LinkError(`${this.options.path}: ${detail}`));
      return;
    }
    if (!this.isClosed) {
      this.timer = setTimeout(() => this.open(), this.waitMs);
      this.waitMs = Math.min(2 * this.waitMs, this.options.maxReconnectMs);
    }
    this.tell(false, detail);
    this.settleEnd?.(detail === CLOSED_BY_EXCHANGE);
    this.settleEnd = null;
  }

  private tell(up: boolean, detail: string): void {
    if (detail === this.detail) return;
    this.detail = detail;
    this.options.onLink(up, detail);
  }
}

function listingFault(own: readonly string[], listed: readonly string[]): string | null {
  const count = Math.max(own.length, listed.length);
  for (let place = 0; place < count; place += 1) {
    if (own[place] === listed[place]) continue;
    return `the exchange lists ${listed[place] ?? 'nothing'} where this desk has ${own[place] ?? 'nothing'}`;
  }
  return null;
}
