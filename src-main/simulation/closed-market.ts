import type { InstrumentId, Ticks } from '../../src-shared/domain/instrument.ts';
import { type ClientOrderId, opposite, type Side } from '../../src-shared/domain/order.ts';
import { MICROS_PER_SECOND, type Micros, micros } from '../../src-shared/domain/time.ts';
import type { DepthSnapshot, Levels } from '../core/engine/input.ts';
import type { BookView } from '../core/market/market-view.ts';
import { DEFAULT_ORDER_FLOW } from './default-order-flow.ts';
import type { ClosedMarketSource, Executions, Publications } from './matcher.ts';
import { MatchingBook, type MatchingBookSnapshot } from './matching-book.ts';
import { OrderFlow, type OrderFlowParameters, type OrderFlowSnapshot } from './order-flow.ts';

export interface ClosedMarketOptions {
  readonly instrument: InstrumentId;
  readonly seed: number;
  /** The exchange time of the first public event. */
  readonly startAt: Micros;
  readonly flow: OrderFlowParameters;
  /** Where the book is built up around, in ticks. */
  readonly openingTicks: number;
  /** How often a changed book is published, as a futures venue's depth stream does. */
  readonly depthIntervalMs: number;
  /** How long the flow runs in silence before the first public event, so that the book is stationary by then. */
  readonly warmUpSeconds: number;
}

/** A market like Binance's BTCUSDT perpetual of August 2024: tick 0.1, lot 0.001, around 61,800. */
export const DEFAULT_CLOSED_MARKET = {
  flow: DEFAULT_ORDER_FLOW,
  openingTicks: 618_000,
  depthIntervalMs: 50,
  warmUpSeconds: 20,
} as const satisfies Partial<ClosedMarketOptions>;

export interface ClosedMarketSnapshot {
  readonly now: Micros;
  readonly book: MatchingBookSnapshot;
  readonly flow: OrderFlowSnapshot;
  readonly deskOrders: readonly (readonly [ClientOrderId, number])[];
  readonly changedBids: readonly number[];
  readonly changedAsks: readonly number[];
  readonly updateId: number;
  readonly publishedId: number;
  readonly depthAt: Micros;
  readonly tradeId: number;
  readonly ticker: readonly number[];
  readonly referenceTicks: number;
}

interface PendingFill {
  readonly maker: number;
  readonly priceTicks: number;
  readonly lots: number;
}

const SIDES: readonly Side[] = ['buy', 'sell'];

/**
 * A market of one instrument with nobody else in it: generated flow and the desk's orders meet in one matching book. It
 * makes public what a futures venue would: every trade, the best bid and ask whenever they change, and the changed levels
 * at a steady interval, all with its own time. The same seed and the same orders give the same market.
 */
export class ClosedMarket implements ClosedMarketSource {
  readonly source = 'closed';
  private readonly options: ClosedMarketOptions;
  private readonly executions: Executions;
  private publications: Publications = { published() {} };
  private readonly matching: MatchingBook;
  private readonly flow: OrderFlow;
  private readonly fills: PendingFill[] = [];
  private readonly handleOf = new Map<ClientOrderId, number>();
  private readonly deskOrderOf = new Map<number, ClientOrderId>();
  /** Prices whose level changed since the last depth update; iterated in the order of their change. */
  private readonly changed: Readonly<Record<Side, Set<number>>> = { buy: new Set(), sell: new Set() };
  private now: Micros;
  /** Grows by one with every level that changes, and with every snapshot. */
  private updateId = 0;
  /** The last id that a depth update covered. */
  private publishedId = 0;
  private depthAt: Micros;
  private tradeId = 0;
  /** Best bid and lots, best ask and lots, as last published. */
  private ticker: readonly number[] = [];
  private referenceTicks: number;

  /** @throws RangeError when the flow is not stationary or an option makes no sense. */
  constructor(options: ClosedMarketOptions, executions: Executions, publications: Publications) {
    if (!Number.isSafeInteger(options.depthIntervalMs) || options.depthIntervalMs < 1) {
      throw new RangeError(`depthIntervalMs must be a whole number from 1, not ${options.depthIntervalMs}`);
    }
    if (!(options.warmUpSeconds >= 0)) {
      throw new RangeError(`warmUpSeconds must not be negative: ${options.warmUpSeconds}`);
    }
    this.options = options;
    this.executions = executions;
    this.matching = new MatchingBook({
      filled: (_taker, maker, priceTicks, lots) => this.fills.push({ maker, priceTicks, lots }),
    });
    this.flow = new OrderFlow(options.flow, options.seed);
    this.now = options.startAt;
    this.depthAt = options.startAt;
    this.referenceTicks = options.openingTicks;
    this.warmUp();
    this.publications = publications;
  }

  /** The book as the venue itself sees it. */
  get book(): BookView {
    return this.matching;
  }

  nextAt(): number {
    return Math.min(this.depthAt, this.flowAt());
  }

  step(): void {
    const flowAt = this.flowAt();
    if (this.depthAt <= flowAt) {
      this.now = this.depthAt;
      this.publishDepth();
      this.depthAt = micros(this.depthAt + this.options.depthIntervalMs * 1_000);
    } else {
      this.now = micros(flowAt);
      this.generate();
    }
    this.publishTicker();
  }

  bestOpposite(side: Side): number {
    return this.matching.bestTicks(opposite(side));
  }

  available(side: Side, limitTicks: Ticks | null, atMost: number): number {
    return this.matching.available(side, limitTicks, atMost);
  }

  take(id: ClientOrderId, side: Side, limitTicks: Ticks | null, lots: number, at: Micros): number {
    this.moveTo(at);
    const executed = this.matching.take(side, limitTicks, lots);
    this.settle(side, id);
    this.publishTicker();
    return executed;
  }

  rest(id: ClientOrderId, side: Side, priceTicks: Ticks, lots: number, at: Micros): void {
    this.moveTo(at);
    if (this.handleOf.has(id)) throw new RangeError(`order ${id} rests already`);
    const handle = this.matching.rest(side, priceTicks, lots);
    this.handleOf.set(id, handle);
    this.deskOrderOf.set(handle, id);
    this.levelChanged(side, priceTicks);
    this.publishTicker();
  }

  /** A best price that this changes is made public with the market's next event. */
  remove(id: ClientOrderId): number {
    const handle = this.handleOf.get(id);
    if (handle === undefined) return 0;
    this.forget(id, handle);
    return this.cancel(handle);
  }

  /**
   * The whole book. It takes an update id of its own, so that the depth update which follows covers it (`firstId` ≤ `lastId`
   * of the snapshot ≤ `lastId`), as the venue's documentation of local books asks.
   */
  depthSnapshot(at: Micros): DepthSnapshot {
    this.updateId += 1;
    const prices = SIDES.map((side) => {
      const levels: number[] = [];
      for (let price = this.matching.bestTicks(side); price >= 0; price = this.matching.nextWorse(side, price))
        levels.push(price);
      return levels;
    });
    return {
      kind: 'depth-snapshot',
      seq: 0,
      at,
      instrument: this.options.instrument,
      exchangeAt: at,
      lastId: this.updateId,
      ...this.levels(prices[0], prices[1]),
    };
  }

  snapshot(): ClosedMarketSnapshot {
    return {
      now: this.now,
      book: this.matching.snapshot(),
      flow: this.flow.snapshot(),
      deskOrders: [...this.handleOf],
      changedBids: [...this.changed.buy],
      changedAsks: [...this.changed.sell],
      updateId: this.updateId,
      publishedId: this.publishedId,
      depthAt: this.depthAt,
      tradeId: this.tradeId,
      ticker: [...this.ticker],
      referenceTicks: this.referenceTicks,
    };
  }

  restore(snapshot: ClosedMarketSnapshot): void {
    this.now = snapshot.now;
    this.matching.restore(snapshot.book);
    this.flow.restore(snapshot.flow);
    this.handleOf.clear();
    this.deskOrderOf.clear();
    for (const [id, handle] of snapshot.deskOrders) {
      this.handleOf.set(id, handle);
      this.deskOrderOf.set(handle, id);
    }
    this.changed.buy.clear();
    this.changed.sell.clear();
    for (const price of snapshot.changedBids) this.changed.buy.add(price);
    for (const price of snapshot.changedAsks) this.changed.sell.add(price);
    this.updateId = snapshot.updateId;
    this.publishedId = snapshot.publishedId;
    this.depthAt = snapshot.depthAt;
    this.tradeId = snapshot.tradeId;
    this.ticker = [...snapshot.ticker];
    this.referenceTicks = snapshot.referenceTicks;
  }

  /** Fills the depths of the book as the flow would in the long run, then lets the flow run while nobody listens. */
  private warmUp(): void {
    for (let i = this.flow.expectedDeepOrders(); i > 0; i--) {
      for (const side of SIDES) {
        const { priceTicks, lots, pool } = this.flow.deepLimit(side, this.referenceTicks);
        this.flow.resting.add(pool, this.matching.rest(side, priceTicks, lots));
      }
    }
    while (this.flow.nextSeconds() < this.options.warmUpSeconds) this.generate();
    this.changed.buy.clear();
    this.changed.sell.clear();
    this.publishedId = this.updateId;
    this.tradeId = 0;
    this.ticker = this.bestNow();
  }

  private flowAt(): number {
    const seconds = this.flow.nextSeconds() - this.options.warmUpSeconds;
    return this.options.startAt + Math.floor(seconds * MICROS_PER_SECOND);
  }

  private generate(): void {
    const decision = this.flow.decide(this.matching, this.referenceTicks);
    switch (decision.kind) {
      case 'limit': {
        const { side, priceTicks, lots, pool } = decision;
        const handle = this.matching.rest(side, priceTicks, lots);
        this.flow.resting.add(pool, handle);
        this.levelChanged(side, priceTicks);
        break;
      }
      case 'market':
        this.matching.take(decision.side, null, decision.lots);
        this.settle(decision.side, null);
        break;
      case 'cancel':
        this.flow.resting.remove(decision.handle);
        this.cancel(decision.handle);
        break;
      case 'none':
        break;
    }
  }

  private cancel(handle: number): number {
    const side = this.matching.sideOf(handle);
    const priceTicks = this.matching.priceOf(handle);
    const open = this.matching.cancel(handle);
    this.levelChanged(side, priceTicks);
    return open;
  }

  /** Makes the fills of one taker known: to the desk where it takes part, to the public always. */
  private settle(aggressor: Side, taker: ClientOrderId | null): void {
    for (const { maker, priceTicks, lots } of this.fills) {
      this.levelChanged(opposite(aggressor), priceTicks);
      this.referenceTicks = priceTicks;
      const isDone = this.matching.lotsOf(maker) === 0;
      const deskMaker = this.deskOrderOf.get(maker);
      if (deskMaker !== undefined) {
        if (isDone) this.forget(deskMaker, maker);
        this.executions.executed(deskMaker, priceTicks, lots, 'maker', this.now);
      } else if (isDone) this.flow.resting.remove(maker);
      if (taker !== null) this.executions.executed(taker, priceTicks, lots, 'taker', this.now);
      this.publishTrade(priceTicks, lots, aggressor);
    }
    this.fills.length = 0;
  }

  private forget(id: ClientOrderId, handle: number): void {
    this.handleOf.delete(id);
    this.deskOrderOf.delete(handle);
  }

  private levelChanged(side: Side, priceTicks: number): void {
    this.updateId += 1;
    this.changed[side].add(priceTicks);
  }

  private moveTo(at: Micros): void {
    if (!(at >= this.now && at <= this.nextAt())) {
      throw new RangeError(
        `an order at ${at} is out of order: the market stands at ${this.now} and its next event is at ${this.nextAt()}`,
      );
    }
    this.now = at;
  }

  private publishTrade(priceTicks: number, lots: number, aggressor: Side): void {
    this.tradeId += 1;
    const { tradeId } = this;
    this.publications.published({ kind: 'trade', ...this.stamp(), tradeId, priceTicks, lots, aggressor }, this.now);
  }

  private publishTicker(): void {
    const best = this.bestNow();
    if (best.every((value, index) => value === this.ticker[index])) return;
    this.ticker = best;
    const [bidTicks, bidLots, askTicks, askLots] = best;
    // A venue has no ticker of a one-sided book; the next two-sided one says what changed.
    if (bidTicks < 0 || askTicks < 0) return;
    const { updateId } = this;
    this.publications.published(
      { kind: 'book-ticker', ...this.stamp(), updateId, bidTicks, bidLots, askTicks, askLots },
      this.now,
    );
  }

  private publishDepth(): void {
    const { buy, sell } = this.changed;
    if (buy.size + sell.size === 0) return;
    this.publications.published(
      {
        kind: 'depth',
        ...this.stamp(),
        firstId: this.publishedId + 1,
        lastId: this.updateId,
        previousId: this.publishedId,
        ...this.levels([...buy], [...sell]),
      },
      this.now,
    );
    this.publishedId = this.updateId;
    buy.clear();
    sell.clear();
  }

  private stamp() {
    return { seq: 0, at: this.now, instrument: this.options.instrument, exchangeAt: this.now };
  }

  private levels(bids: readonly number[], asks: readonly number[]): Levels {
    const priceTicks = Float64Array.from([...bids, ...asks]);
    const lots = priceTicks.map((price, index) => this.matching.lotsAt(index < bids.length ? 'buy' : 'sell', price));
    return { bidCount: bids.length, askCount: asks.length, priceTicks, lots };
  }

  private bestNow(): readonly number[] {
    const { matching } = this;
    return [matching.bestBidTicks(), matching.bestBidLots(), matching.bestAskTicks(), matching.bestAskLots()];
  }
}
