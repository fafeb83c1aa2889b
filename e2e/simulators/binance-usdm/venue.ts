import type { MarketInput } from '../../../src-main/core/engine/input.ts';
import { Random } from '../../../src-main/core/engine/random.ts';
import type { Fill } from '../../../src-shared/domain/order.ts';
import { MICROS_PER_MS } from '../../../src-shared/domain/time.ts';
import { Account, valueAt } from './account.ts';
import type { MarkedPosition } from './account-messages.ts';
import { VenueClock } from './clock.ts';
import { Connections } from './connections.ts';
import { DeadMan } from './dead-man.ts';
import type { FaultRule } from './fault-rules.ts';
import { Faults } from './faults.ts';
import { Funding } from './funding.ts';
import { Incidents } from './incidents.ts';
import { LISTINGS, priceText, quantityText, type SymbolListing } from './listings.ts';
import { type Entry, type LogEntry, VenueLog } from './log.ts';
import { MarketData } from './market-data.ts';
import { Matching, type MatchingListener } from './matching.ts';
import { isOpen, Orders, type VenueOrder } from './orders.ts';
import { StreamHub } from './stream-hub.ts';
import { amountText } from './texts.ts';
import { UserStream } from './user-stream.ts';

export interface VenueOptions {
  readonly seed: number;
  /** What the account begins with, USDT as decimal text; an earlier run's log knows better. */
  readonly balance: string;
  /** How many times busier than the recorded market the generated ones are. */
  readonly intensity: number;
  /** How long the markets ran before anybody came, at intensity 1. */
  readonly warmUpSeconds: number;
  /** How often the fastest depth stream is published. */
  readonly depthIntervalMs: number;
  /** How often the clock is looked at. */
  readonly pumpMs: number;
  readonly fundingIntervalMs: number;
  /** How long a connection lives at most. */
  readonly maxConnectionMs: number;
  readonly faults: readonly FaultRule[];
  /** Where the account's log is kept from run to run; null for an account that ends with the process. */
  readonly stateDirectory: string | null;
}

export const DEFAULT_VENUE: VenueOptions = {
  seed: 1,
  balance: '100000',
  intensity: 1,
  warmUpSeconds: 10,
  depthIntervalMs: 50,
  pumpMs: 5,
  fundingIntervalMs: 8 * 3_600_000,
  maxConnectionMs: 24 * 3_600_000,
  faults: [],
  stateDirectory: null,
};

const SECOND_MS = 1_000;

/** The venue itself, whatever brings messages to it: markets, the one account and its orders, streams, and what goes wrong. */
export class Venue implements MatchingListener {
  readonly clock = new VenueClock();
  readonly log: VenueLog;
  readonly orders = new Orders();
  readonly account = new Account();
  readonly hub = new StreamHub();
  readonly connections = new Connections();
  readonly deadMan = new DeadMan();
  readonly incidents = new Incidents(this);
  readonly faults: Faults;
  readonly userStream: UserStream;
  /** Of symbols, by instrument id. */
  readonly markets: readonly MarketData[];
  readonly funding: readonly Funding[];
  readonly random: Random;
  readonly matching: Matching;
  /** Up to when everything has happened, ms. */
  atMs: number;
  private readonly options: VenueOptions;
  /** What the order under way becomes once the matching accepts it. */
  private pending: { readonly entry: Entry<'accepted'> | Entry<'amended'>; readonly id: string } | null = null;
  private submissions = 0;
  /** The name of each open order in the matching. */
  private readonly matchingIds = new Map<number, string>();
  private cancelReason: string | null = null;
  private timer: NodeJS.Timeout | null = null;
  private markedMs: number;

  /** @throws VenueLogError when the log of an earlier run makes no sense. */
  constructor(options: VenueOptions) {
    this.options = options;
    const startMs = this.clock.nowMs();
    const { seed } = options;
    this.atMs = startMs;
    this.random = new Random(seed);
    this.faults = new Faults(options.faults, seed + 1, this.clock);
    this.userStream = new UserStream(this.hub, this.clock, this.faults, this.random.fork());
    this.markets = LISTINGS.map((listing) => new MarketData(listing, this.hub, this.clock, this.faults));
    this.funding = LISTINGS.map(({ instrument }) => {
      return new Funding(seed * LISTINGS.length + instrument.id, options.fundingIntervalMs, startMs);
    });
    this.markedMs = startMs;
    this.log = new VenueLog(options.stateDirectory);
    for (const entry of this.log.entries) this.apply(entry);
    this.record({ kind: 'started', at: startMs, seed, balance: options.balance });
    for (const order of this.orders.open(null)) this.recordEnd(order, 'CANCELED', 'the venue restarted');
    const positions = this.account.positions.map(({ lots }) => lots);
    this.matching = new Matching({ ...options, startMs, positions }, this);
    for (const { listing } of this.markets) this.market(listing).opened(this.matching.depth(listing.instrument.id));
  }

  /** From here on time passes by itself. */
  start(): void {
    this.timer = setTimeout(() => {
      this.tend();
      this.start();
    }, this.options.pumpMs);
  }

  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    for (const connection of this.connections.of('all')) connection.close(1001, 'the venue stops');
    this.log.close();
  }

  /** Lets the markets catch up with the clock, once per turn: while a request is served, nothing else happens. @returns ms. */
  advance(): number {
    this.atMs = this.clock.nowMs();
    this.matching.advance(this.atMs);
    return this.atMs;
  }

  /** Everything that happens by itself. */
  tend(): void {
    const nowMs = this.advance();
    for (const rule of this.faults.due()) this.incidents.strike(rule);
    for (const symbol of this.deadMan.due(nowMs)) this.fireDeadMan(symbol);
    for (const order of this.orders.open(null)) {
      if (order.goodTillDate > 0 && nowMs >= order.goodTillDate) this.cancel(order, 'good-till-date');
    }
    for (const listing of LISTINGS) this.fund(listing, nowMs);
    if (nowMs - this.markedMs >= SECOND_MS) {
      this.markedMs = nowMs;
      for (const [place, market] of this.markets.entries()) market.publishMark(this.funding[place].next);
    }
    this.userStream.tend(nowMs);
    this.connections.tend(nowMs, this.options.maxConnectionMs);
  }

  market(of: SymbolListing): MarketData {
    return this.markets[of.instrument.id];
  }

  /** Every position with what it ties up now. */
  positions(): MarkedPosition[] {
    return this.account.positions.map((position) => {
      const { listing } = position;
      const open = this.orders.open(listing);
      const mark = this.market(listing).mark();
      return { position, mark, margin: this.account.margin(listing, mark, open), openOrders: open.length };
    });
  }

  /**
   * Sends an order to the matching, where every attempt has a name of its own.
   * @param entry what is recorded if it is accepted. @returns why it was not; null when it was.
   */
  submit(
    entry: Entry<'accepted'> | Entry<'amended'>,
    send: (id: string, target: string) => string | null,
  ): string | null {
    const { orderId } = entry;
    this.submissions += 1;
    this.pending = { entry, id: `${orderId}-${this.submissions}` };
    const reason = send(this.pending.id, this.matchingIds.get(orderId) ?? '');
    this.pending = null;
    return reason;
  }

  cancel({ orderId, listing }: VenueOrder, reason: string): void {
    const id = this.matchingIds.get(orderId);
    if (id === undefined) throw new Error(`order ${orderId} is not at the matching`);
    this.cancelReason = reason;
    this.matching.cancel(id, listing.instrument.id);
    this.cancelReason = null;
  }

  accepted(): void {
    if (this.pending === null) throw new Error('the matching accepted an order that nobody placed');
    const { entry, id } = this.pending;
    this.matchingIds.set(entry.orderId, id);
    this.record(entry);
  }

  filled(id: string, fill: Fill, tradeId: number): void {
    const order = this.orderOf(id);
    const { listing, orderId, clientOrderId, side } = order;
    this.record({
      kind: 'filled',
      at: Math.floor(fill.exchangeAt / MICROS_PER_MS),
      orderId,
      clientOrderId,
      symbol: listing.symbol,
      side,
      tradeId,
      price: priceText(listing, fill.priceTicks),
      quantity: quantityText(listing, fill.lots),
      commission: amountText(fill.fee),
      maker: fill.liquidity === 'maker',
    });
  }

  ended(id: string, how: 'cancelled' | 'expired', reason: string): void {
    const why = this.cancelReason ?? reason;
    const isExpiry = how === 'expired' || why === 'reduce-only' || why === 'good-till-date' || why === 'post-only';
    const status = reason === 'self-trade' ? 'EXPIRED_IN_MATCH' : isExpiry ? 'EXPIRED' : 'CANCELED';
    this.recordEnd(this.orderOf(id), status, why);
  }

  published(input: MarketInput): void {
    this.markets[input.instrument].published(input);
  }

  setLeverage(listing: SymbolListing, leverage: number): void {
    this.record({ kind: 'leverage-set', at: this.atMs, symbol: listing.symbol, leverage });
  }

  /** Cancels every order of a symbol, as its countdown promised. */
  fireDeadMan(symbol: string): void {
    this.record({ kind: 'dead-man-fired', at: this.atMs, symbol });
    for (const order of this.orders.open(null)) {
      if (order.listing.symbol === symbol) this.cancel(order, 'dead-man');
    }
  }

  private recordEnd(order: VenueOrder, status: Entry<'ended'>['status'], reason: string): void {
    const { orderId, clientOrderId, listing } = order;
    this.record({ kind: 'ended', at: this.atMs, orderId, clientOrderId, symbol: listing.symbol, status, reason });
  }

  private record(entry: LogEntry): void {
    this.log.append(entry);
    this.apply(entry);
    this.tell(entry);
  }

  private apply(entry: LogEntry): void {
    this.orders.apply(entry);
    this.account.apply(entry);
    if ('orderId' in entry && !isOpen(this.known(entry))) this.matchingIds.delete(entry.orderId);
  }

  private tell(entry: LogEntry): void {
    const { userStream } = this;
    switch (entry.kind) {
      case 'accepted':
        userStream.order(this.known(entry), 'NEW', entry.at);
        break;
      case 'amended':
        userStream.order(this.known(entry), 'AMENDMENT', entry.at);
        break;
      case 'ended':
        userStream.order(this.known(entry), entry.status === 'CANCELED' ? 'CANCELED' : 'EXPIRED', entry.at);
        break;
      case 'filled':
        this.tellFill(entry);
        break;
      case 'funded':
        userStream.funded(entry, this.account);
        break;
      case 'leverage-set':
        userStream.leverageSet(entry);
        break;
    }
  }

  private tellFill(entry: Entry<'filled'>): void {
    const order = this.known(entry);
    const { listing } = order;
    const realised = this.account.trades.at(-1)?.realised ?? 0n;
    const { unrealised } = this.account.margin(listing, this.market(listing).mark(), []);
    this.userStream.filled(order, { entry, realised }, this.account, unrealised);
  }

  private fund(listing: SymbolListing, nowMs: number): void {
    const due = this.funding[listing.instrument.id].take(nowMs);
    const { lots } = this.account.position(listing);
    if (due === null || lots === 0) return;
    const mark = this.market(listing).mark();
    const amount = -(valueAt(listing, mark, lots) * due.units) / 100_000_000n;
    this.record({
      kind: 'funded',
      at: nowMs,
      symbol: listing.symbol,
      amount: amountText(amount),
      rate: due.rate,
      markPrice: amountText(mark),
    });
  }

  private orderOf(id: string): VenueOrder {
    return this.known({ orderId: Number(id.split('-')[0]) });
  }

  private known({ orderId }: { readonly orderId: number }): VenueOrder {
    const order = this.orders.get(orderId);
    if (order === undefined) throw new Error(`there is no order ${orderId}`);
    return order;
  }
}
