import { type Instrument, type InstrumentId, instrumentKey, type Lots } from '../../src-shared/domain/instrument.ts';
import type { ClientOrderId, Order } from '../../src-shared/domain/order.ts';
import { type Micros, micros } from '../../src-shared/domain/time.ts';
import type { Effect } from '../core/engine/effect.ts';
import type { Input, MarketInput, OrderReport } from '../core/engine/input.ts';
import { EventQueue, type EventQueueSnapshot } from './event-queue.ts';
import type { FeeSchedule } from './fees.ts';
import { Connection, createLatency, type LatencyConfig } from './latency.ts';
import { type ExchangeCounters, Listing, type ListingSnapshot, type MarketFactory, type Outlet } from './listing.ts';
import { OrderRegistry, type OrderRegistrySnapshot } from './order-registry.ts';
import type { SelfTradePrevention } from './order-rules.ts';

export interface ExchangeConfig {
  readonly latency: LatencyConfig;
  /** By venue. A venue that is not here is refused: a fee that nobody stated is not zero. */
  readonly fees: Readonly<Record<string, FeeSchedule>>;
  readonly selfTrade: SelfTradePrevention;
  /** Ended orders that can still be asked after, and whose ids cannot be used again. */
  readonly maxEndedOrders: number;
}

/** Where the exchange's reports and market data go. The driver stamps each with the desk's next sequence number. */
export interface Desk {
  deliver(input: Input): void;
}

/** Something is on its way. */
type ExchangeEvent =
  | { readonly kind: 'arrival'; readonly effect: Effect }
  | { readonly kind: 'report'; readonly id: ClientOrderId; readonly report: OrderReport }
  | { readonly kind: 'feed'; readonly input: MarketInput };

export interface SimulatedExchangeSnapshot {
  readonly now: Micros;
  readonly counters: ExchangeCounters;
  readonly orders: OrderRegistrySnapshot;
  readonly listings: readonly ListingSnapshot[];
  readonly events: EventQueueSnapshot<ExchangeEvent>;
  readonly feed: number;
  readonly entry: number;
  readonly response: number;
}

/** The driver broke the exchange's order of events. */
export class ExchangeError extends Error {
  override readonly name = 'ExchangeError';
}

/**
 * The venue, simulated: effects in, inputs out, a snapshot of its own. A deterministic processor in virtual time, driven
 * from outside: take the earliest of the next recorded frame, the desk's next timer and {@link nextAt}, hand it in, go on.
 *
 * Each message is under way as long as its latency model says, on one of three connections (orders in, reports out, market
 * data out); on each, messages keep their order. The matching, the queues and the recorded book are its matchers', the
 * rules of the order types those of `listing.ts`. Margin, balances and funding are not checked: paper money is unlimited, and
 * what may be risked is for the desk's own gate to say.
 */
export class SimulatedExchange {
  readonly counters: ExchangeCounters = {
    orders: 0,
    fills: 0,
    partialFills: 0,
    cancels: 0,
    rejects: 0,
    expired: 0,
    replaced: 0,
    triggered: 0,
    cancelRejects: 0,
    snapshotRequestsIgnored: 0,
  };
  private now = micros(0);
  private readonly orders: OrderRegistry;
  private readonly listings: readonly Listing[];
  private readonly closed: readonly Listing[];
  /** By instrument id. */
  private readonly listingOf: (Listing | undefined)[] = [];
  private readonly events = new EventQueue<ExchangeEvent>();
  private readonly feed: Connection;
  private readonly entry: Connection;
  private readonly response: Connection;

  /** @throws RangeError or ExchangeError naming what in the configuration makes no sense. */
  constructor(instruments: readonly Instrument[], config: ExchangeConfig, marketFor: MarketFactory) {
    this.orders = new OrderRegistry(config.maxEndedOrders);
    this.feed = new Connection(createLatency(config.latency.feed, 'feed'));
    this.entry = new Connection(createLatency(config.latency.entry, 'entry'));
    this.response = new Connection(createLatency(config.latency.response, 'response'));
    const outlet: Outlet = {
      report: (id, report, at) => this.report(id, report, at),
      publish: (input, at) => this.publish(input, at),
    };
    const venue = { outlet, orders: this.orders, counters: this.counters, selfTrade: config.selfTrade };
    this.listings = instruments.map((instrument) => {
      const listing = new Listing(instrument, feesOf(config, instrument), venue, marketFor);
      this.listingOf[instrument.id] = listing;
      return listing;
    });
    this.closed = this.listings.filter((listing) => listing.market.source === 'closed');
  }

  /** The desk released `effect` at `at`. @throws ExchangeError when `at` lies before what has happened already. */
  send(effect: Effect, at: Micros): void {
    this.checkTime(at, 'an effect');
    this.events.push(this.entry.arrivalOf(at), { kind: 'arrival', effect });
  }

  /**
   * One frame of a recording, at the exchange's time. The frame may be reused afterwards. Own events of the same time come
   * before or after it as the driver likes.
   * @throws ExchangeError when an own event should have come first, or the instrument is not listed.
   */
  market(input: MarketInput, at: Micros): void {
    this.checkTime(at, 'a frame');
    if (this.nextAt() < at) throw new ExchangeError(`a frame of ${at} came before the own event of ${this.nextAt()}`);
    const listing = this.listingOf[input.instrument];
    if (listing === undefined)
      throw new ExchangeError(`a frame of instrument ${input.instrument}, which is not listed`);
    this.now = at;
    listing.apply(input, at);
  }

  /** When the earliest own event is due; Infinity when none is. */
  nextAt(): number {
    return Math.min(this.events.nextAt(), this.nextClosed()?.dueAt() ?? Number.POSITIVE_INFINITY);
  }

  /**
   * Processes exactly the earliest own event: an arrival at the exchange, an event of a closed market, or the arrival of a
   * report or of market data at the desk, which gets it with `seq` 0 and the due time in `at`. At the same time messages
   * come before closed markets, in the order they were sent.
   * @throws ExchangeError when there is no own event.
   */
  step(desk: Desk): void {
    const closed = this.nextClosed();
    const closedAt = closed?.dueAt() ?? Number.POSITIVE_INFINITY;
    if (this.events.nextAt() <= closedAt) {
      if (this.events.size === 0) throw new ExchangeError('there is no own event to process');
      const { at, item } = this.events.pop();
      this.now = micros(at);
      this.process(item, desk);
    } else if (closed !== undefined) {
      this.now = micros(closedAt);
      closed.step(this.now);
    }
  }

  /** The account's position: the sum of its fills. */
  positionLots(instrument: InstrumentId): number {
    return this.listingOf[instrument]?.position ?? 0;
  }

  snapshot(): SimulatedExchangeSnapshot {
    return {
      now: this.now,
      counters: { ...this.counters },
      orders: this.orders.snapshot(),
      listings: this.listings.map((listing) => listing.snapshot()),
      events: copyOf(this.events.snapshot()),
      feed: this.feed.snapshot(),
      entry: this.entry.snapshot(),
      response: this.response.snapshot(),
    };
  }

  /** @param snapshot of an exchange with the same instruments and configuration. */
  restore(snapshot: SimulatedExchangeSnapshot): void {
    if (snapshot.listings.length !== this.listings.length) {
      throw new ExchangeError(
        `a snapshot of ${snapshot.listings.length} instruments, where ${this.listings.length} are listed`,
      );
    }
    this.now = snapshot.now;
    Object.assign(this.counters, snapshot.counters);
    this.orders.restore(snapshot.orders);
    this.listings.forEach((listing, index) => {
      listing.restore(snapshot.listings[index]);
    });
    this.events.restore(copyOf(snapshot.events));
    this.feed.restore(snapshot.feed);
    this.entry.restore(snapshot.entry);
    this.response.restore(snapshot.response);
  }

  private report(id: ClientOrderId, report: OrderReport, at: Micros): void {
    this.events.push(this.response.arrivalOf(at), { kind: 'report', id, report });
  }

  private publish(input: MarketInput, at: Micros): void {
    this.events.push(this.feed.arrivalOf(at), { kind: 'feed', input });
  }

  private nextClosed(): Listing | undefined {
    let next: Listing | undefined;
    for (const listing of this.closed) {
      if (next === undefined || listing.dueAt() < next.dueAt()) next = listing;
    }
    return next;
  }

  private checkTime(at: Micros, what: string): void {
    if (!(at >= this.now))
      throw new ExchangeError(`${what} of ${at}, where the exchange stands at ${this.now} already`);
  }

  private process(event: ExchangeEvent, desk: Desk): void {
    switch (event.kind) {
      case 'arrival':
        this.arrived(event.effect);
        break;
      case 'report':
        desk.deliver({ kind: 'order-report', seq: 0, at: this.now, clientOrderId: event.id, report: event.report });
        break;
      case 'feed':
        event.input.seq = 0;
        event.input.at = this.now;
        desk.deliver(event.input);
        break;
    }
  }

  private arrived(effect: Effect): void {
    switch (effect.kind) {
      case 'place-order':
        this.listingFor(effect.order)?.place(effect.order, this.now);
        break;
      case 'replace-order':
        this.listingFor(effect.order)?.replace(effect.target, effect.order, this.now);
        break;
      case 'cancel-order':
        this.cancel(effect.clientOrderId);
        break;
      case 'query-order':
        this.answer(effect.clientOrderId);
        break;
      case 'request-snapshot':
        this.sendSnapshot(effect.instrument);
        break;
    }
  }

  /** Undefined, and the order is rejected, when its instrument is not listed. */
  private listingFor(order: Order): Listing | undefined {
    const listing = this.listingOf[order.instrument];
    if (listing === undefined) {
      this.counters.orders += 1;
      this.counters.rejects += 1;
      this.report(order.clientOrderId, { type: 'rejected', reason: 'unknown-instrument' }, this.now);
    }
    return listing;
  }

  private cancel(id: ClientOrderId): void {
    const entry = this.orders.find(id);
    if (entry !== undefined && entry.end === null) {
      this.listingOf[entry.order.instrument]?.cancel(entry, this.now);
      return;
    }
    this.counters.cancelRejects += 1;
    this.report(id, { type: 'cancel-rejected', reason: entry === undefined ? 'unknown-order' : 'too-late' }, this.now);
  }

  /** Every fill so far, then where the order stands: a desk that lost reports has them all again, under the same ids. */
  private answer(id: ClientOrderId): void {
    const entry = this.orders.find(id);
    if (entry === undefined) {
      this.report(id, { type: 'not-found' }, this.now);
      return;
    }
    for (const fill of entry.fills) this.report(id, { type: 'filled', fill }, this.now);
    if (entry.end === null) {
      const { venueOrderId, filledLots } = entry;
      this.report(id, { type: 'open', venueOrderId, cumulativeLots: filledLots as Lots }, this.now);
    } else if (entry.end.type !== 'filled') {
      this.report(id, entry.end, this.now);
    }
  }

  private sendSnapshot(instrument: InstrumentId): void {
    const market = this.listingOf[instrument]?.market;
    if (market?.source === 'closed') this.publish(market.depthSnapshot(this.now), this.now);
    else this.counters.snapshotRequestsIgnored += 1;
  }
}

function feesOf(config: ExchangeConfig, instrument: Instrument): FeeSchedule {
  const fees = config.fees[instrument.venue];
  if (fees === undefined) throw new ExchangeError(`${instrumentKey(instrument)}: no fees are configured for its venue`);
  return fees;
}

/** Effects and reports are immutable; market data is stamped by whoever drives the desk, so it is copied. */
function copyOf(queue: EventQueueSnapshot<ExchangeEvent>): EventQueueSnapshot<ExchangeEvent> {
  return {
    sequence: queue.sequence,
    events: queue.events.map((event) =>
      event.item.kind === 'feed' ? { ...event, item: { kind: 'feed', input: copyOfInput(event.item.input) } } : event,
    ),
  };
}

function copyOfInput(input: MarketInput): MarketInput {
  if (input.kind !== 'depth' && input.kind !== 'depth-snapshot') return { ...input };
  return { ...input, priceTicks: input.priceTicks.slice(), lots: input.lots.slice() };
}
