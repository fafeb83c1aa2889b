import {
  createInstrument,
  type Instrument,
  type InstrumentId,
  type Lots,
  type Ticks,
} from '../../src-shared/domain/instrument.ts';
import { type Currency, ZERO_MONEY } from '../../src-shared/domain/money.ts';
import type { ClientOrderId, OrderIntent, Side } from '../../src-shared/domain/order.ts';
import type { Micros } from '../../src-shared/domain/time.ts';
import type { EngineSnapshot, Room, Turn } from '../core/engine/engine.ts';
import type { Fact, FactBody, OrderFact } from '../core/engine/fact.ts';
import type { Input } from '../core/engine/input.ts';
import { Orders, type OrdersSnapshot } from '../core/execution/orders.ts';
import type { OrderState } from '../core/execution/orders-view.ts';
import type { BookView, MarketView } from '../core/market/market-view.ts';
import type { PositionsView } from '../core/portfolio/positions-view.ts';
import { type OrderEntry, Strategies, type StrategiesSnapshot } from '../core/strategies/host.ts';
import type { Strategy, StrategyViews } from '../core/strategies/strategy.ts';
import { FakeTurn } from './fake-turn.ts';

/** A perpetual with ticks of 0.1 and lots of 0.001: at 600,000 ticks a lot is worth 60. */
export function perpetual(id: number, more: { orderStep?: string; kind?: 'spot' } = {}): Instrument {
  const pair = { base: 'BTC', quote: 'USDT', settle: 'USDT', tickSize: '0.1', lotSize: '0.001', multiplier: '1' };
  return createInstrument({ venue: 'test', symbol: `BTC${id}`, kind: 'linear', ...pair, ...more }, id);
}

interface FakeTouch {
  bid: number;
  ask: number;
  isProven: boolean;
}

/** A market that is whatever a test says. */
export class FakeMarket implements MarketView {
  readonly instruments: readonly Instrument[];
  private readonly sides: FakeTouch[];

  constructor(instruments: readonly Instrument[]) {
    this.instruments = instruments;
    this.sides = instruments.map(() => ({ bid: 599_999, ask: 600_001, isProven: true }));
  }

  set(instrument: InstrumentId, to: Partial<FakeTouch>): void {
    Object.assign(this.sides[instrument], to);
  }

  isProven(instrument: InstrumentId): boolean {
    return this.sides[instrument].isProven;
  }

  isConnected(): boolean {
    return true;
  }

  book(instrument: InstrumentId): BookView {
    const side = this.sides[instrument];
    return {
      bestBidTicks: () => side.bid,
      bestAskTicks: () => side.ask,
      bestBidLots: () => 1,
      bestAskLots: () => 1,
      lotsAt: () => 0,
      nextWorse: () => -1,
      levelCount: () => 1,
    };
  }

  midTicks(instrument: InstrumentId): number {
    const { bid, ask, isProven } = this.sides[instrument];
    return isProven && bid >= 0 && ask >= 0 ? (bid + ask) / 2 : Number.NaN;
  }

  lastTradeTicks(): number {
    return Number.NaN;
  }

  snapshot(): readonly FakeTouch[] {
    return this.sides;
  }

  restore(sides: readonly FakeTouch[]): void {
    for (const { id } of this.instruments) this.set(id, sides[id]);
  }
}

interface FakeEntrySnapshot {
  readonly count: number;
  readonly isRefusing: boolean;
}

/** Order entry without a gate: it does what it is asked, or refuses everything. Reports are the facts that a test makes. */
class FakeEntry implements Room, OrderEntry {
  readonly name = 'entry';
  isRefusing = false;
  readonly submitted: OrderIntent[] = [];
  readonly cancelled: { clientOrderId: ClientOrderId; reason: string }[] = [];
  next: readonly FactBody[] = [];
  private count = 0;

  accept(_input: Input, turn: Turn): void {
    const facts = this.next;
    this.next = [];
    for (const fact of facts) turn.emit(fact);
  }

  submit(intent: OrderIntent, turn: Turn): void {
    this.submitted.push(intent);
    const { origin, replaces, ...terms } = intent;
    if (this.isRefusing) {
      turn.emit({ kind: 'order-refused', intent, reason: 'test', figures: {} });
      return;
    }
    this.count += 1;
    const clientOrderId = this.count.toString(16).padStart(32, '0') as ClientOrderId;
    turn.emit({ kind: 'order-intended', order: { ...terms, clientOrderId }, origin, replaces });
  }

  cancel(clientOrderId: ClientOrderId, reason: string, turn: Turn): void {
    this.cancelled.push({ clientOrderId, reason });
    turn.emit({ kind: 'order-cancel-requested', clientOrderId, reason });
  }

  snapshot(): FakeEntrySnapshot {
    return { count: this.count, isRefusing: this.isRefusing };
  }

  restore({ count, isRefusing }: FakeEntrySnapshot): void {
    this.count = count;
    this.isRefusing = isRefusing;
  }
}

class FakePositions implements Room, PositionsView {
  readonly name = 'positions';
  private readonly held = new Map<InstrumentId, number>();

  lots(instrument: InstrumentId): number {
    return this.held.get(instrument) ?? 0;
  }

  set(instrument: InstrumentId, lots: number): void {
    this.held.set(instrument, lots);
  }

  fold(fact: Fact): void {
    if (fact.kind !== 'order-filled') return;
    const { instrument, side, lots } = fact.fill;
    this.held.set(instrument, this.lots(instrument) + (side === 'buy' ? lots : -lots));
  }

  snapshot(): [InstrumentId, number][] {
    return [...this.held];
  }

  restore(held: [InstrumentId, number][]): void {
    this.held.clear();
    for (const [instrument, lots] of held) this.held.set(instrument, lots);
  }
}

export interface TestDeskSnapshot {
  readonly engine: EngineSnapshot;
  readonly market: readonly FakeTouch[];
  readonly orders: OrdersSnapshot;
  readonly positions: [InstrumentId, number][];
  readonly entry: FakeEntrySnapshot;
  readonly fillCount: number;
  readonly strategies: StrategiesSnapshot;
}

/** The strategies' room in the real engine, over real order folds; market, positions and order entry are fakes. */
export class TestDesk {
  readonly market: FakeMarket;
  readonly positions = new FakePositions();
  readonly orders: Orders;
  readonly entry = new FakeEntry();
  readonly host: Strategies;
  readonly turn: FakeTurn;
  private fillCount = 0;

  constructor(instruments: readonly Instrument[], strategiesOf: (views: StrategyViews) => readonly Strategy[]) {
    const { entry, positions } = this;
    const market = new FakeMarket(instruments);
    const orders = new Orders(instruments.length);
    this.market = market;
    this.orders = orders;
    this.host = new Strategies(strategiesOf({ market, positions, orders }), market, orders, entry);
    this.turn = new FakeTurn([positions, orders, entry, this.host]);
  }

  get at(): Micros {
    return this.turn.at;
  }

  /** A depth frame of `instrument`, `afterMs` after the last input. The fake book is what the test has set. */
  depth(instrument: number, afterMs = 0): void {
    if (afterMs > 0) this.turn.advance(afterMs);
    const levels = { bidCount: 0, askCount: 0, priceTicks: new Float64Array(0), lots: new Float64Array(0) };
    const ids = { firstId: 0, lastId: 0, previousId: -1, exchangeAt: -1 };
    this.turn.send({ kind: 'depth', instrument: instrument as InstrumentId, ...ids, ...levels });
  }

  trade(instrument: number): void {
    const what = { exchangeAt: -1, tradeId: 1, priceTicks: 600_000, lots: 1, aggressor: 'buy' as const };
    this.turn.send({ kind: 'trade', instrument: instrument as InstrumentId, ...what });
  }

  /** An input on whose way the rooms before the strategies make these facts. */
  happen(...facts: readonly FactBody[]): void {
    this.entry.next = facts;
    this.turn.send({ kind: 'timer' });
  }

  quarantine(instrument: number): void {
    this.market.set(instrument as InstrumentId, { isProven: false });
    this.happen({ kind: 'book-quarantined', instrument: instrument as InstrumentId, reason: 'gap', detail: '' });
  }

  acknowledge(state: OrderState): void {
    const { clientOrderId } = state.order;
    this.happen({ kind: 'order-acknowledged', clientOrderId, venueOrderId: `v${clientOrderId}` });
  }

  fill(state: OrderState, lots: number): void {
    this.happen(this.fillOf(state, lots));
  }

  fillOf({ order }: OrderState, lots: number): OrderFact {
    this.fillCount += 1;
    return {
      kind: 'order-filled',
      fill: {
        clientOrderId: order.clientOrderId,
        fillId: `f${this.fillCount}`,
        instrument: order.instrument,
        side: order.side,
        priceTicks: order.priceTicks as Ticks,
        lots: lots as Lots,
        fee: ZERO_MONEY,
        feeCurrency: 'USDT' as Currency,
        liquidity: 'maker',
        exchangeAt: this.at,
      },
    };
  }

  /** Orders of `side` that can still trade, in all instruments. */
  open(side: Side): readonly OrderState[] {
    return this.market.instruments
      .flatMap(({ id }) => this.orders.open(id))
      .filter((state) => state.order.side === side);
  }

  snapshot(): TestDeskSnapshot {
    return structuredClone({
      engine: this.turn.snapshot(),
      market: this.market.snapshot(),
      orders: this.orders.snapshot(),
      positions: this.positions.snapshot(),
      entry: this.entry.snapshot(),
      fillCount: this.fillCount,
      strategies: this.host.snapshot(),
    });
  }

  restore(snapshot: TestDeskSnapshot): void {
    this.turn.restore(snapshot.engine);
    this.market.restore(snapshot.market);
    this.orders.restore(snapshot.orders);
    this.positions.restore(snapshot.positions);
    this.entry.restore(snapshot.entry);
    this.fillCount = snapshot.fillCount;
    this.host.restore(snapshot.strategies);
  }
}
