import { type Instrument, instrumentKey, type Lots, type Ticks } from '../../src-shared/domain/instrument.ts';
import {
  type ClientOrderId,
  type Fill,
  type Liquidity,
  type Order,
  opposite,
  sign,
} from '../../src-shared/domain/order.ts';
import type { Micros } from '../../src-shared/domain/time.ts';
import type { MarketInput, OrderReport } from '../core/engine/input.ts';
import { createFees, type FeeModel, type FeeSchedule } from './fees.ts';
import type { ClosedMarketSource, Executions, Publications, RecordedMarket } from './matcher.ts';
import type { OrderRegistry, VenueOrder } from './order-registry.ts';
import { isStop, malformed, reaches, rests, type SelfTradePrevention, triggeredBy } from './order-rules.ts';

/** What the exchange counts. */
export interface ExchangeCounters {
  /** Orders that arrived, replacements among them. */
  orders: number;
  fills: number;
  /** Fills that left some of their order open. */
  partialFills: number;
  cancels: number;
  rejects: number;
  expired: number;
  replaced: number;
  triggered: number;
  /** Cancels that came too late or named an order nobody knows. */
  cancelRejects: number;
  /** Requests for the snapshot of a recorded market: the recording has it or has it not. */
  snapshotRequestsIgnored: number;
}

/** Where a listing's messages go; the exchange delivers them after their latency. */
export interface Outlet {
  report(id: ClientOrderId, report: OrderReport, at: Micros): void;
  publish(input: MarketInput, at: Micros): void;
}

export type Market = RecordedMarket | ClosedMarketSource;
/** Makes the matcher of one instrument; it tells `events` what happens in it. */
export type MarketFactory = (instrument: Instrument, events: Executions & Publications) => Market;

/** What all listings of an exchange share. */
export interface Venue {
  readonly outlet: Outlet;
  readonly orders: OrderRegistry;
  readonly counters: ExchangeCounters;
  readonly selfTrade: SelfTradePrevention;
}

export interface ListingSnapshot {
  readonly positionLots: number;
  readonly lastTradeTicks: number;
  readonly resting: readonly ClientOrderId[];
  readonly stops: readonly ClientOrderId[];
  readonly market: unknown;
}

/**
 * One instrument at the exchange: what each order type does when it meets the matcher. The rules are Binance's where
 * venues differ, with these choices:
 *
 * - Post-only that would take is rejected. IOC, FOK and market orders are acknowledged, and what they do not get expires.
 * - Reduce-only is rejected when it would open or enlarge the position, and never trades more than the position it finds:
 *   its remainder is cancelled as soon as there is nothing left to reduce.
 * - Stops are triggered by trades, never by quotes. One that the last trade triggers already is rejected.
 * - A replacement that would be rejected leaves its target alone. One that is accepted has its own full quantity and
 *   stands at the back of the queue.
 * - Self-trade prevention looks at the desk's own resting orders that a taker would reach, before fill-or-kill does. One at
 *   a price that the taker may reach counts as reached, whatever stands ahead of it there.
 */
export class Listing implements Executions, Publications {
  readonly market: Market;
  private readonly instrument: Instrument;
  private readonly fees: FeeModel;
  private readonly venue: Venue;
  private positionLots = 0;
  private lastTradeTicks = Number.NaN;
  private resting: VenueOrder[] = [];
  private stops: VenueOrder[] = [];
  /** Trades since the stops were last looked at; low above high when none. */
  private printLow = Number.POSITIVE_INFINITY;
  private printHigh = Number.NEGATIVE_INFINITY;
  private hasExecuted = false;

  constructor(instrument: Instrument, fees: FeeSchedule, venue: Venue, marketFor: MarketFactory) {
    this.instrument = instrument;
    this.fees = createFees(fees);
    this.venue = venue;
    this.market = marketFor(instrument, this);
  }

  /** The account's position: the sum of its fills here. */
  get position(): number {
    return this.positionLots;
  }

  /** One frame of a recording. @throws TypeError on a closed market, which has no recording. */
  apply(input: MarketInput, at: Micros): void {
    const { market } = this;
    if (market.source !== 'recorded') {
      throw new TypeError(`${instrumentKey(this.instrument)} is a closed market: it takes no recorded frames`);
    }
    const isBelieved = market.apply(input, at);
    if (isBelieved && input.kind === 'trade') this.printed(input.priceTicks);
    this.settle(at);
  }

  /** When a closed market's next event is due; Infinity when none is, and of a recorded market always. */
  dueAt(): number {
    return this.market.source === 'closed' ? this.market.nextAt() : Number.POSITIVE_INFINITY;
  }

  /** The next event of a closed market. */
  step(at: Micros): void {
    if (this.market.source === 'closed') this.market.step();
    this.settle(at);
  }

  place(order: Order, at: Micros): void {
    this.venue.counters.orders += 1;
    const reason = this.refusalOf(order);
    if (reason === null) this.admit(order, at);
    else this.refuse(order, reason, at);
  }

  replace(targetId: ClientOrderId, order: Order, at: Micros): void {
    this.venue.counters.orders += 1;
    const target = this.venue.orders.findOpen(targetId);
    if (target === undefined) {
      this.refuse(order, 'replace-target-not-open', at);
      return;
    }
    const isMatch = target.order.instrument === order.instrument && target.order.side === order.side;
    const reason = isMatch ? this.refusalOf(order) : 'replace-mismatch';
    if (reason !== null) {
      this.refuse(order, reason, at);
      return;
    }
    this.withdraw(target);
    this.end(target, { type: 'replaced', by: order.clientOrderId }, at);
    this.admit(order, at);
  }

  cancel(entry: VenueOrder, at: Micros): void {
    this.withdraw(entry);
    this.end(entry, { type: 'cancelled', reason: 'requested' }, at);
  }

  executed(id: ClientOrderId, priceTicks: number, lots: number, liquidity: Liquidity, at: Micros): void {
    const entry = this.venue.orders.findOpen(id);
    if (entry === undefined) throw new Error(`the matcher executed ${id}, which is not open`);
    const executedLots = entry.order.reduceOnly ? Math.min(lots, this.reducibleLots(entry.order)) : lots;
    this.hasExecuted = true;
    if (executedLots > 0) this.fill(entry, priceTicks, executedLots, liquidity, at);
  }

  published(input: MarketInput, at: Micros): void {
    if (input.kind === 'trade') this.printed(input.priceTicks);
    this.venue.outlet.publish(input, at);
  }

  /** Between calls only, as everything here. */
  snapshot(): ListingSnapshot {
    return {
      positionLots: this.positionLots,
      lastTradeTicks: this.lastTradeTicks,
      resting: this.resting.map((entry) => entry.order.clientOrderId),
      stops: this.stops.map((entry) => entry.order.clientOrderId),
      market: this.market.snapshot(),
    };
  }

  /** After the registry: it looks its orders up there. */
  restore(snapshot: ListingSnapshot): void {
    const open = (id: ClientOrderId): VenueOrder => {
      const entry = this.venue.orders.findOpen(id);
      if (entry === undefined) throw new Error(`the snapshot lists ${id} as open, and its registry does not have it`);
      return entry;
    };
    this.positionLots = snapshot.positionLots;
    this.lastTradeTicks = snapshot.lastTradeTicks;
    this.resting = snapshot.resting.map(open);
    this.stops = snapshot.stops.map(open);
    this.market.restore(snapshot.market);
  }

  private refusalOf(order: Order): string | null {
    if (this.venue.orders.find(order.clientOrderId) !== undefined) return 'duplicate-client-order-id';
    const wrong = malformed(order, this.instrument);
    if (wrong !== null) return wrong;
    if (this.market.source === 'recorded' && !this.market.isLive()) return 'no-market';
    if (order.reduceOnly && this.reducibleLots(order) === 0) return 'reduce-only-would-increase';
    if (isStop(order)) {
      const isTriggered = triggeredBy(order, this.lastTradeTicks, this.lastTradeTicks);
      return isTriggered ? 'stop-would-trigger-immediately' : null;
    }
    return order.postOnly && this.wouldTake(order) ? 'post-only-would-take' : null;
  }

  private refuse(order: Order, reason: string, at: Micros): void {
    const report: OrderReport = { type: 'rejected', reason };
    this.venue.counters.rejects += 1;
    // A duplicate must not take the place of the order that has the name.
    if (this.venue.orders.find(order.clientOrderId) === undefined) this.venue.orders.refuse(order, report);
    this.venue.outlet.report(order.clientOrderId, report, at);
  }

  private admit(order: Order, at: Micros): void {
    const entry = this.venue.orders.admit(order);
    this.venue.outlet.report(order.clientOrderId, { type: 'acknowledged', venueOrderId: entry.venueOrderId }, at);
    if (isStop(order)) this.stops.push(entry);
    else this.execute(entry, at);
    this.settle(at);
  }

  /** Takes what `entry` may take at once, then rests or ends the remainder. */
  private execute(entry: VenueOrder, at: Micros): void {
    const { order } = entry;
    const lots = order.reduceOnly ? Math.min(order.lots, this.reducibleLots(order)) : order.lots;
    const { limitTicks, isStopped } = this.preventSelfTrade(order, lots, at);
    const isWhole = lots === order.lots && this.market.available(order.side, limitTicks, lots) === lots;
    if (order.timeInForce === 'fok' && !isWhole) {
      this.end(entry, { type: 'expired', reason: 'fill-or-kill' }, at);
      return;
    }
    this.market.take(order.clientOrderId, order.side, limitTicks, lots, at);
    if (entry.end !== null) return;
    if (order.reduceOnly && this.reducibleLots(order) === 0) {
      this.end(entry, { type: 'cancelled', reason: 'reduce-only' }, at);
    } else if (isStopped) {
      this.end(entry, { type: 'cancelled', reason: 'self-trade' }, at);
    } else if (order.priceTicks !== null && rests(order)) {
      this.resting.push(entry);
      this.market.rest(order.clientOrderId, order.side, order.priceTicks, order.lots - entry.filledLots, at);
    } else {
      const reason = order.priceTicks === null ? 'no-liquidity' : 'immediate-or-cancel';
      this.end(entry, { type: 'expired', reason }, at);
    }
  }

  /**
   * Clears the way of a taker of `lots`. Returns the limit up to which it may take, and whether it ends there.
   * Under `cancel-resting` every own order in its way goes; otherwise it stops short of the first one.
   */
  private preventSelfTrade(order: Order, lots: number, at: Micros): { limitTicks: Ticks | null; isStopped: boolean } {
    for (const own of this.ownInTheWay(order)) {
      const shortOf = ((own.order.priceTicks as number) - sign(order.side)) as Ticks;
      if (this.market.available(order.side, shortOf, lots) >= lots) break;
      if (this.venue.selfTrade !== 'cancel-incoming') {
        this.withdraw(own);
        this.end(own, { type: 'cancelled', reason: 'self-trade' }, at);
      }
      if (this.venue.selfTrade !== 'cancel-resting') return { limitTicks: shortOf, isStopped: true };
    }
    return { limitTicks: order.priceTicks, isStopped: false };
  }

  /** The desk's own resting orders that `order` could trade with, best price first, then in the order they came. */
  private ownInTheWay(order: Order): VenueOrder[] {
    const direction = sign(order.side);
    return this.resting
      .filter(
        ({ order: own }) =>
          own.side === opposite(order.side) && reaches(order.side, order.priceTicks, own.priceTicks ?? 0),
      )
      .sort((a, b) => direction * ((a.order.priceTicks ?? 0) - (b.order.priceTicks ?? 0)));
  }

  private wouldTake(order: Order): boolean {
    const best = this.market.bestOpposite(order.side);
    return (best >= 0 && reaches(order.side, order.priceTicks, best)) || this.ownInTheWay(order).length > 0;
  }

  private fill(entry: VenueOrder, priceTicks: number, lots: number, liquidity: Liquidity, at: Micros): void {
    const { order } = entry;
    const filledLots = entry.filledLots + lots;
    if (filledLots > order.lots) {
      throw new Error(`the matcher filled ${order.clientOrderId} with ${filledLots} of ${order.lots} lots`);
    }
    const fill: Fill = {
      clientOrderId: order.clientOrderId,
      fillId: `${order.clientOrderId}-${entry.fills.length + 1}`,
      instrument: order.instrument,
      side: order.side,
      priceTicks: priceTicks as Ticks,
      lots: lots as Lots,
      fee: this.fees(this.instrument, priceTicks, lots, liquidity),
      feeCurrency: this.instrument.settle,
      liquidity,
      exchangeAt: at,
    };
    entry.fills.push(fill);
    entry.filledLots = filledLots;
    this.positionLots += sign(order.side) * lots;
    this.venue.counters.fills += 1;
    if (filledLots === order.lots) {
      this.end(entry, { type: 'filled', fill }, at);
    } else {
      this.venue.counters.partialFills += 1;
      this.venue.outlet.report(order.clientOrderId, { type: 'filled', fill }, at);
    }
  }

  /** Ends an order that no longer rests in the matcher. */
  private end(entry: VenueOrder, report: OrderReport, at: Micros): void {
    this.venue.orders.end(entry, report);
    remove(this.resting, entry);
    remove(this.stops, entry);
    if (report.type === 'cancelled') this.venue.counters.cancels += 1;
    if (report.type === 'expired') this.venue.counters.expired += 1;
    if (report.type === 'replaced') this.venue.counters.replaced += 1;
    this.venue.outlet.report(entry.order.clientOrderId, report, at);
  }

  private withdraw(entry: VenueOrder): void {
    this.market.remove(entry.order.clientOrderId);
  }

  /** Lots that an order of this side can take off the position. */
  private reducibleLots(order: Order): number {
    return Math.max(0, -sign(order.side) * this.positionLots);
  }

  private printed(priceTicks: number): void {
    this.lastTradeTicks = priceTicks;
    this.printLow = Math.min(this.printLow, priceTicks);
    this.printHigh = Math.max(this.printHigh, priceTicks);
  }

  /**
   * What follows from what the matcher just did: reduce-only orders with nothing left to reduce go, and stops that a trade
   * reached come to life, which may trade in turn. It ends because every round uses up stops.
   */
  private settle(at: Micros): void {
    for (;;) {
      if (this.hasExecuted) this.dropNeedlessReducers(at);
      if (this.printLow > this.printHigh) return;
      const { printLow, printHigh } = this;
      this.printLow = Number.POSITIVE_INFINITY;
      this.printHigh = Number.NEGATIVE_INFINITY;
      if (this.stops.length > 0) this.triggerStops(printLow, printHigh, at);
    }
  }

  /** In the order they came. */
  private triggerStops(lowTicks: number, highTicks: number, at: Micros): void {
    for (const entry of this.stops.filter((stop) => triggeredBy(stop.order, lowTicks, highTicks))) {
      this.trigger(entry, at);
    }
  }

  private dropNeedlessReducers(at: Micros): void {
    this.hasExecuted = false;
    const needless = this.resting.filter(({ order }) => order.reduceOnly && this.reducibleLots(order) === 0);
    for (const entry of needless) {
      this.withdraw(entry);
      this.end(entry, { type: 'cancelled', reason: 'reduce-only' }, at);
    }
  }

  private trigger(entry: VenueOrder, at: Micros): void {
    const { order } = entry;
    remove(this.stops, entry);
    this.venue.counters.triggered += 1;
    this.venue.outlet.report(order.clientOrderId, { type: 'triggered' }, at);
    if (order.reduceOnly && this.reducibleLots(order) === 0) {
      this.end(entry, { type: 'expired', reason: 'reduce-only' }, at);
    } else if (order.postOnly && this.wouldTake(order)) {
      this.end(entry, { type: 'expired', reason: 'post-only-would-take' }, at);
    } else {
      this.execute(entry, at);
    }
  }
}

function remove(from: VenueOrder[], entry: VenueOrder): void {
  const index = from.indexOf(entry);
  if (index >= 0) from.splice(index, 1);
}
