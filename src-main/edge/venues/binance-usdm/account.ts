import type { Lots } from '../../../../src-shared/domain/instrument.ts';
import { currency, parseMoney } from '../../../../src-shared/domain/money.ts';
import type { ClientOrderId, Fill } from '../../../../src-shared/domain/order.ts';
import { RecentMap } from '../recent-map.ts';
import type { VenueLinkOutput, VenueParts } from '../venue.ts';
import { type FundingPlace, fundingIdOf, newFunding, newTrades, type TradePlace } from './account-history.ts';
import { askAccountState } from './account-state.ts';
import { AskError, accountQuestion, ask } from './ask.ts';
import type { VenueClock } from './endpoints.ts';
import { type Fields, idOf, readText, textOf } from './fields.ts';
import { type InstrumentsBySymbol, readOrder, readUserTrade, type VenueOrder } from './order-reports.ts';
import type { RestCalls } from './outcome.ts';

export interface AccountKeeperOptions {
  readonly parts: Pick<VenueParts, 'name' | 'instruments' | 'now' | 'onInput' | 'knows' | 'told'>;
  readonly calls: RestCalls;
  readonly clock: VenueClock;
  /** From when on the desk may have missed something, by the venue's clock, ms. */
  readonly sinceMs: number;
  /** Nothing could be compared for some time. Told once, until it is. */
  readonly onOverdue: (detail: string) => void;
  /** Wait after the first failure; each further wait is twice as long, up to the other. */
  readonly retryMs?: number;
  readonly maxRetryMs?: number;
}

const DEFAULTS = { retryMs: 1_000, maxRetryMs: 30_000 };

/** How often the account may change while it is asked, before that counts as a failure. */
const MAX_ROUNDS = 5;
/** Failures in a row that are no accident any more: some ten seconds of them. */
const OVERDUE_FAILURES = 4;
const MAX_KNOWN_ORDERS = 20_000;
const ORDER_WEIGHT = 1;

type Unstamped<T> = T extends VenueLinkOutput ? Omit<T, 'seq' | 'at'> : never;

/**
 * Asks the venue what the account holds and what happened in it. Trades and payments are handed over first, then one report of
 * what was there while nothing changed; a report is whole or there is none. One at a time.
 */
export class AccountKeeper {
  private readonly options: AccountKeeperOptions & typeof DEFAULTS;
  private readonly instruments: InstrumentsBySymbol;
  private readonly trades = new Map<string, TradePlace>();
  private funding: FundingPlace;
  /** By `symbol:orderId`: a trade names its order by the venue's number only. */
  private readonly knownOrders = new RecentMap<string, ClientOrderId>(MAX_KNOWN_ORDERS);
  private state: 'idle' | 'asking' | 'waiting' | 'closed' = 'idle';
  private isWanted = false;
  private failures = 0;
  private moves = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(options: AccountKeeperOptions) {
    this.options = { ...DEFAULTS, ...options };
    const { parts, sinceMs } = options;
    this.instruments = new Map(parts.instruments.map((instrument) => [instrument.symbol, instrument]));
    for (const symbol of this.instruments.keys()) this.trades.set(symbol, { sinceMs });
    this.funding = { sinceMs, seen: new Set() };
  }

  /** Wants a report of the account as it is from now on. Its `askedAt` is when the venue was asked for what it says. */
  request(): void {
    this.isWanted = true;
    // Whoever asks while it waits after a failure has a reason of his own.
    if (this.state === 'waiting') clearTimeout(this.timer);
    if (this.state === 'idle' || this.state === 'waiting') void this.work();
  }

  /** The venue said that the account changed: what is being asked for at this moment is old. */
  accountMoved(): void {
    this.moves += 1;
  }

  close(): void {
    this.state = 'closed';
    clearTimeout(this.timer);
  }

  private get isClosed(): boolean {
    return this.state === 'closed';
  }

  /** Never rejects. */
  private async work(): Promise<void> {
    this.state = 'asking';
    while (this.isWanted && !this.isClosed) {
      this.isWanted = false;
      try {
        await this.report();
        this.failures = 0;
      } catch (error) {
        this.failed(error as Error);
        return;
      }
    }
    if (!this.isClosed) this.state = 'idle';
  }

  private failed({ message }: Error): void {
    if (this.isClosed) return;
    const { parts, retryMs, maxRetryMs } = this.options;
    const waitMs = Math.min(retryMs * 2 ** this.failures, maxRetryMs);
    this.failures += 1;
    if (this.failures === OVERDUE_FAILURES) this.options.onOverdue(message);
    this.isWanted = true;
    this.state = 'waiting';
    parts.told(`the account could not be compared (${message}); asked again in ${waitMs / 1_000} s`);
    this.timer = setTimeout(() => void this.work(), waitMs);
  }

  private async report(): Promise<void> {
    const { calls, parts } = this.options;
    await this.look();
    for (let round = 0; round < MAX_ROUNDS && !this.isClosed; round += 1) {
      const [askedAt, moves] = [parts.now(), this.moves];
      const state = await askAccountState(calls, this.instruments);
      const changes = await this.look();
      if (this.isClosed) return;
      if (changes === 0 && this.moves === moves) {
        this.hand({ kind: 'account-report', venue: parts.name, askedAt, ...state });
        return;
      }
    }
    if (!this.isClosed) throw new AskError(`it changed ${MAX_ROUNDS} times while it was asked for`);
  }

  /** Hands over what is new in the histories. @returns how much it was. */
  private async look(): Promise<number> {
    const { calls, clock } = this.options;
    let changes = 0;
    for (const [symbol, before] of this.trades) {
      const { rows, place } = await newTrades(calls, symbol, before, clock);
      const orders = await this.ordersOf(symbol, rows);
      if (this.isClosed) return changes;
      this.handTrades(symbol, rows, orders);
      this.trades.set(symbol, place);
      changes += rows.length;
    }
    const { rows, place } = await newFunding(calls, this.funding);
    if (this.isClosed) return changes;
    for (const row of rows) this.handFunding(row);
    this.funding = place;
    return changes + rows.length;
  }

  /** The orders behind the trades that are not known by their number yet. @throws AskError, UnreadableError. */
  private async ordersOf(symbol: string, rows: readonly Fields[]): Promise<ReadonlyMap<string, VenueOrder>> {
    const orders = new Map<string, VenueOrder>();
    const ids = new Set(rows.map((row) => idOf(row, 'orderId')));
    for (const orderId of ids) {
      if (this.knownOrders.has(`${symbol}:${orderId}`)) continue;
      const question = accountQuestion('/fapi/v1/order', { symbol, orderId }, ORDER_WEIGHT);
      orders.set(orderId, readOrder(await ask(this.options.calls, question), this.instruments));
    }
    return orders;
  }

  private handTrades(symbol: string, rows: readonly Fields[], orders: ReadonlyMap<string, VenueOrder>): void {
    for (const [orderId, { order }] of orders) this.knownOrders.set(`${symbol}:${orderId}`, order.clientOrderId);
    const fills = rows.map((row) => this.fillOf(symbol, row));
    for (const order of orders.values()) this.introduce(order, fills);
    for (const fill of fills) {
      const { clientOrderId } = fill;
      this.hand({ kind: 'order-report', clientOrderId, report: { type: 'filled', fill } });
    }
  }

  private fillOf(symbol: string, row: Fields): Fill {
    const clientOrderId = this.knownOrders.get(`${symbol}:${idOf(row, 'orderId')}`);
    if (clientOrderId === undefined) throw new AskError(`the order of trade ${row.id} was forgotten`);
    return readUserTrade(row, clientOrderId, this.instruments);
  }

  /** Tells of an order that the desk does not know, as it was before those fills of it that follow. */
  private introduce({ order, venueOrderId, cumulativeLots }: VenueOrder, fills: readonly Fill[]): void {
    const { clientOrderId } = order;
    if (this.options.parts.knows(clientOrderId)) return;
    const own = fills.filter((fill) => fill.clientOrderId === clientOrderId);
    const following = own.reduce((sum, { lots }) => sum + lots, 0);
    const before = Math.max(0, cumulativeLots - following) as Lots;
    this.hand({
      kind: 'order-report',
      clientOrderId,
      report: { type: 'seen', order, venueOrderId, cumulativeLots: before },
    });
  }

  private handFunding(row: Fields): void {
    const { parts } = this.options;
    const fundingId = fundingIdOf(row);
    const instrument = this.instruments.get(textOf(row, 'symbol'));
    if (instrument === undefined) {
      parts.told(`funding of ${row.symbol}, which is no instrument of this desk: not booked`);
      return;
    }
    const asset = readText(row, 'asset', currency);
    const amount = readText(row, 'income', (text) => parseMoney(text, asset));
    this.hand({ kind: 'funding', instrument: instrument.id, fundingId, amount, currency: asset });
  }

  private hand(input: Unstamped<VenueLinkOutput>): void {
    const { parts } = this.options;
    parts.onInput({ ...input, seq: 0, at: parts.now() } as VenueLinkOutput);
  }
}
