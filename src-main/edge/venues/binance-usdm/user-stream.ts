import type { Backoff } from '../backoff.ts';
import type { Network } from '../network.ts';
import { RenewedSocket } from '../renewed-socket.ts';
import { parseExactJson } from './exact-json.ts';
import { type Fields, fieldsOf, textOf, UnreadableError } from './fields.ts';
import { type InstrumentsBySymbol, type OrderUpdate, readOrderUpdate } from './order-reports.ts';
import type { Outcome } from './outcome.ts';

/** The names under which the venue streams the reports of one account. */
export interface ListenKeys {
  /** Answered with `{listenKey}`: the one that is open already, if any, which is kept alive by it. */
  open(): Promise<Outcome>;
  keepAlive(): Promise<Outcome>;
  close(): Promise<Outcome>;
}

export interface UserStreamHandlers {
  order(update: OrderUpdate): void;
  /** Money moved otherwise than by trading: funding, a transfer, an adjustment. */
  accountMoved(): void;
  marginCall(detail: string): void;
  /** Something may have happened that no report says: the account has to be compared. */
  unsure(reason: string): void;
  link(up: boolean, detail: string): void;
  told(news: string): void;
}

export interface UserStreamOptions {
  readonly network: Network;
  /** Where the streams are: `wss://fstream.binance.com`. */
  readonly url: string;
  readonly listenKeys: ListenKeys;
  readonly instruments: InstrumentsBySymbol;
  readonly handlers: UserStreamHandlers;
  /** A fresh one for each thing that is tried again. */
  readonly backoff: () => Backoff;
  /** Before the venue's limit of 24 hours. */
  readonly lifeMs: number;
  /** Half of what a listen key lives without being kept alive. */
  readonly keepAliveMs?: number;
}

const DEFAULT_KEEP_ALIVE_MS = 30 * 60_000;
const KEEP_ALIVE_AGAIN_MS = 60_000;
/** Both connections deliver meanwhile, so that nothing falls between them. */
const GRACE_MS = 5_000;

/** Events that change nothing which a desk holds, or that an `ORDER_TRADE_UPDATE` repeats. */
const IGNORED: ReadonlySet<string> = new Set(['TRADE_LITE', 'STRATEGY_UPDATE', 'GRID_UPDATE']);

/**
 * The venue's reports of one account. The stream counts as up only when the venue has confirmed the listen key since the connection
 * was made: under a key that has expired a connection stays open and says nothing.
 */
export class UserStream {
  private readonly options: UserStreamOptions;
  private readonly keyBackoff: Backoff;
  private readonly unknownEvents = new Set<string>();
  private key: string | null = null;
  private isConfirmed = false;
  private isOpening = false;
  private isUp = false;
  private detail = '';
  private isClosed = false;
  private socket: RenewedSocket | null = null;
  private keepAliveTimer: NodeJS.Timeout | undefined;
  private retryTimer: NodeJS.Timeout | undefined;

  constructor(options: UserStreamOptions) {
    this.options = options;
    this.keyBackoff = options.backoff();
  }

  get reconnects(): number {
    return this.socket?.reconnects ?? 0;
  }

  get quietMs(): number | null {
    return this.socket?.quietMs ?? null;
  }

  /** Connects, and stays connected until {@link close}. */
  open(): void {
    this.confirmKey();
  }

  /** The connection is not to be believed any more, for `reason`: another one is made. */
  renew(reason: string): void {
    if (this.isClosed) return;
    this.socket?.close();
    this.socket = null;
    this.key = null;
    this.down(reason);
    this.confirmKey();
  }

  /** For good. @param giveUpKey whether the venue shall forget the listen key, which ends other streams of the account too. */
  close(giveUpKey: boolean): void {
    this.isClosed = true;
    clearTimeout(this.keepAliveTimer);
    clearTimeout(this.retryTimer);
    this.socket?.close();
    if (giveUpKey && this.key !== null) void this.options.listenKeys.close();
  }

  /** Asks for the key that is valid now. One question at a time. */
  private confirmKey(): void {
    this.isConfirmed = false;
    if (this.isOpening || this.isClosed) return;
    clearTimeout(this.retryTimer);
    this.isOpening = true;
    void this.options.listenKeys.open().then((outcome) => {
      this.isOpening = false;
      if (!this.isClosed) this.keyAnswered(outcome);
    });
  }

  private keyAnswered(outcome: Outcome): void {
    const key = keyIn(outcome);
    if (key === null) {
      const reason = outcome.kind === 'answered' ? 'an answer without a listen key' : reasonOf(outcome);
      this.down(`no listen key: ${reason}`);
      this.retryTimer = setTimeout(() => this.confirmKey(), this.keyBackoff.nextMs());
      return;
    }
    this.keyBackoff.reset();
    this.isConfirmed = true;
    this.keepAliveIn(this.options.keepAliveMs ?? DEFAULT_KEEP_ALIVE_MS);
    if (key !== this.key) this.connect(key);
    this.check();
  }

  private connect(key: string): void {
    const { network, url, lifeMs, backoff } = this.options;
    this.socket?.close();
    this.key = key;
    this.socket = new RenewedSocket({
      socket: { network, url: () => `${url}/private/ws?listenKey=${encodeURIComponent(key)}`, backoff: backoff() },
      lifeMs,
      graceMs: GRACE_MS,
      listener: {
        up: () => this.check(),
        down: (reason) => {
          this.down(reason);
          this.confirmKey();
        },
        message: (_connection, data) => this.received(data),
        gone: () => undefined,
      },
    });
    this.socket.open();
  }

  private check(): void {
    if (this.isUp || !this.isConfirmed || this.socket?.isUp !== true) return;
    this.isUp = true;
    this.detail = 'connected';
    this.options.handlers.link(true, this.detail);
  }

  private down(detail: string): void {
    if (!this.isUp && detail === this.detail) return;
    this.isUp = false;
    this.detail = detail;
    this.options.handlers.link(false, detail);
  }

  private keepAliveIn(ms: number): void {
    clearTimeout(this.keepAliveTimer);
    this.keepAliveTimer = setTimeout(() => {
      void this.options.listenKeys.keepAlive().then((outcome) => {
        if (this.isClosed) return;
        if (outcome.kind === 'answered') this.keepAliveIn(this.options.keepAliveMs ?? DEFAULT_KEEP_ALIVE_MS);
        else if (outcome.kind === 'refused') this.keyLost(`the venue does not keep it: ${reasonOf(outcome)}`);
        else this.keepAliveIn(KEEP_ALIVE_AGAIN_MS);
      });
    }, ms);
  }

  private keyLost(reason: string): void {
    this.down(`the listen key is lost: ${reason}`);
    this.confirmKey();
  }

  private received(data: Buffer): void {
    const event = this.readable(() => fieldsOf(parsed(data), 'a report'));
    if (event === null) return;
    const { handlers, instruments } = this.options;
    switch (event.e) {
      case 'ORDER_TRADE_UPDATE': {
        const update = this.readable(() => readOrderUpdate(event, instruments));
        if (update !== null) handlers.order(update);
        break;
      }
      case 'ACCOUNT_UPDATE': {
        const cause = this.readable(() => textOf(fieldsOf(event.a, '"a"'), 'm'));
        // What trading moves is reported with the orders.
        if (cause !== null && cause !== 'ORDER') handlers.accountMoved();
        break;
      }
      case 'MARGIN_CALL':
        handlers.marginCall('margin call: positions are close to being liquidated');
        break;
      case 'listenKeyExpired':
        this.keyLost('it expired');
        break;
      default:
        this.otherEvent(event);
    }
  }

  /** What `read` reads; null when it cannot, which is told: nobody knows what has happened then. */
  private readable<T>(read: () => T): T | null {
    try {
      return read();
    } catch (error) {
      const reason = `a report of the venue cannot be read: ${(error as Error).message}`;
      this.options.handlers.told(reason);
      this.options.handlers.unsure(reason);
      return null;
    }
  }

  private otherEvent(event: Fields): void {
    const type = this.readable(() => textOf(event, 'e'));
    if (type === null || IGNORED.has(type) || this.unknownEvents.has(type)) return;
    this.unknownEvents.add(type);
    const { handlers } = this.options;
    handlers.told(`the venue reports a ${type}, of which this desk knows nothing: the account is compared`);
    handlers.unsure(`a ${type}`);
  }
}

/** The parser's own message would quote what may be a listen key. */
function parsed(data: Buffer): unknown {
  try {
    return parseExactJson(data.toString('utf8'));
  } catch {
    throw new UnreadableError(`${data.length} bytes that are no JSON`);
  }
}

function keyIn(outcome: Outcome): string | null {
  if (outcome.kind !== 'answered') return null;
  const { listenKey } = (outcome.json ?? {}) as { readonly listenKey?: unknown };
  return typeof listenKey === 'string' && listenKey !== '' ? listenKey : null;
}

function reasonOf(outcome: Exclude<Outcome, { readonly kind: 'answered' }>): string {
  return outcome.kind === 'refused' ? `${outcome.code}: ${outcome.message}` : outcome.reason;
}
