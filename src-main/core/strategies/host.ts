import type { InstrumentId } from '../../../src-shared/domain/instrument.ts';
import type { ClientOrderId, OrderIntent } from '../../../src-shared/domain/order.ts';
import { afterMs } from '../../../src-shared/domain/time.ts';
import type { Room, Turn } from '../engine/engine.ts';
import type { Fact } from '../engine/fact.ts';
import type { Input } from '../engine/input.ts';
import type { OrdersView } from '../execution/orders-view.ts';
import { isStrategys } from '../execution/origins.ts';
import type { MarketView } from '../market/market-view.ts';
import { DecisionList } from './decision-list.ts';
import type { OwnOrderFact, Strategy } from './strategy.ts';

/** How decisions become orders: the execution room. Both answer in facts. */
export interface OrderEntry {
  submit(intent: OrderIntent, turn: Turn): unknown;
  cancel(clientOrderId: ClientOrderId, reason: string, turn: Turn): void;
}

export interface StrategiesSnapshot {
  readonly strategies: readonly {
    readonly name: string;
    readonly state: unknown;
    readonly isOwed: boolean;
  }[];
}

export class StrategyError extends Error {
  override readonly name = 'StrategyError';
}

/** How long a timer waits that comes due while a book is unproven, before it is tried again. */
const UNPROVEN_TIMER_RETRY_MS = 1_000;

/** Between a strategy's name and its own key in the key of an engine timer. */
const TIMER_SEPARATOR = ' ';

interface Seat {
  readonly strategy: Strategy;
  /** Something happened to its orders, and it has not been asked about it yet. */
  isOwed: boolean;
}

type Listener = Seat & { readonly strategy: Strategy & Required<Pick<Strategy, 'onBook'>> };
type TradeListener = Seat & { readonly strategy: Strategy & Required<Pick<Strategy, 'onTrade'>> };

/**
 * The room of the strategies. Asks those whom an input concerns, in the order they were given, and passes what they decide
 * to order entry. It stands behind the market room, and behind those that fold orders and positions: a strategy sees a
 * market that contains the input and orders that contain the fact.
 */
export class Strategies implements Room {
  readonly name = 'strategies';
  private readonly market: Pick<MarketView, 'isProven'>;
  private readonly orders: Pick<OrdersView, 'get'>;
  private readonly entry: OrderEntry;
  private readonly seats: readonly Seat[];
  private readonly seatOf = new Map<string, Seat>();
  /** By instrument id; undefined where nobody listens. */
  private readonly bookListeners: (Listener[] | undefined)[] = [];
  private readonly tradeListeners: (TradeListener[] | undefined)[] = [];
  private readonly decisions = new DecisionList();
  private isAnyOwed = false;
  private readonly fresh: StrategiesSnapshot;

  /** @throws StrategyError when two strategies share a name, or a name has a space or is the operator's. */
  constructor(
    strategies: readonly Strategy[],
    market: Pick<MarketView, 'isProven'>,
    orders: Pick<OrdersView, 'get'>,
    entry: OrderEntry,
  ) {
    this.market = market;
    this.orders = orders;
    this.entry = entry;
    this.seats = strategies.map((strategy) => ({ strategy, isOwed: false }));
    for (const seat of this.seats) this.enrol(seat);
    this.fresh = this.snapshot();
  }

  accept(input: Input, turn: Turn): void {
    if (input.kind === 'depth' || input.kind === 'depth-snapshot') this.bookChanged(input.instrument, turn);
    else if (input.kind === 'trade') this.traded(input.instrument, turn);
  }

  fold(fact: Fact): void {
    if (fact.kind === 'book-quarantined') this.bookLost(fact.instrument);
    else if (isOrderFact(fact)) this.oweOwnerOf(fact);
  }

  /** What a strategy remembers of the market is as gone as the market itself; its orders are facts, and stay. */
  reset(): void {
    this.restore(this.fresh);
  }

  wake(key: string, turn: Turn): void {
    const split = key.indexOf(TIMER_SEPARATOR);
    const seat = this.seatOf.get(key.slice(0, split));
    if (!seat) throw new StrategyError(`a timer '${key}' is due, and no strategy here has that name`);
    if (!this.isFullyProven(seat.strategy)) {
      turn.schedule(afterMs(turn.at, UNPROVEN_TIMER_RETRY_MS), this, key);
      return;
    }
    seat.strategy.onTimer?.(key.slice(split + 1), turn.at, this.decisions);
    this.carryOut(seat, turn);
  }

  settle(turn: Turn): void {
    if (!this.isAnyOwed) return;
    this.isAnyOwed = false;
    for (const seat of this.seats) {
      if (!seat.isOwed) continue;
      if (!this.isFullyProven(seat.strategy)) {
        this.isAnyOwed = true;
        continue;
      }
      seat.strategy.onOrdersChanged?.(turn.at, this.decisions);
      this.carryOut(seat, turn);
      seat.isOwed = false;
    }
  }

  snapshot(): StrategiesSnapshot {
    return {
      strategies: this.seats.map(({ strategy, isOwed }) => ({
        name: strategy.name,
        state: strategy.snapshot(),
        isOwed,
      })),
    };
  }

  /** @throws StrategyError unless the snapshot holds exactly the strategies of this desk; nothing is restored then. */
  restore(snapshot: StrategiesSnapshot): void {
    const saved = new Map(snapshot.strategies.map((entry) => [entry.name, entry]));
    for (const name of saved.keys()) {
      if (!this.seatOf.has(name)) {
        throw new StrategyError(`the snapshot holds strategy '${name}', which this desk does not run: configure it`);
      }
    }
    for (const name of this.seatOf.keys()) {
      if (!saved.has(name)) {
        throw new StrategyError(`the snapshot holds no strategy '${name}': start it on a desk without open state`);
      }
    }
    this.decisions.clear();
    for (const seat of this.seats) {
      const entry = saved.get(seat.strategy.name);
      seat.strategy.restore(entry?.state);
      seat.isOwed = entry?.isOwed === true;
    }
    this.isAnyOwed = this.seats.some((seat) => seat.isOwed);
  }

  private enrol(seat: Seat): void {
    const { strategy } = seat;
    if (!isStrategys(strategy.name) || strategy.name === '' || strategy.name.includes(TIMER_SEPARATOR)) {
      throw new StrategyError(`'${strategy.name}' is no name for a strategy: use one of its own, without spaces`);
    }
    if (this.seatOf.has(strategy.name)) {
      throw new StrategyError(`two strategies are named '${strategy.name}': their orders could not be told apart`);
    }
    this.seatOf.set(strategy.name, seat);
    for (const instrument of strategy.instruments) {
      if (hearsBooks(seat)) this.bookListeners[instrument] = [...(this.bookListeners[instrument] ?? []), seat];
      if (hearsTrades(seat)) this.tradeListeners[instrument] = [...(this.tradeListeners[instrument] ?? []), seat];
    }
  }

  private bookChanged(instrument: InstrumentId, turn: Turn): void {
    const listeners = this.bookListeners[instrument];
    if (listeners === undefined) return;
    for (const seat of listeners) {
      if (!this.isFullyProven(seat.strategy)) continue;
      seat.strategy.onBook(instrument, turn.at, this.decisions);
      this.carryOut(seat, turn);
    }
  }

  private traded(instrument: InstrumentId, turn: Turn): void {
    const listeners = this.tradeListeners[instrument];
    if (listeners === undefined) return;
    for (const seat of listeners) {
      if (!this.isFullyProven(seat.strategy)) continue;
      seat.strategy.onTrade(instrument, turn.at, this.decisions);
      this.carryOut(seat, turn);
    }
  }

  private isFullyProven(strategy: Strategy): boolean {
    for (const instrument of strategy.instruments) {
      if (!this.market.isProven(instrument)) return false;
    }
    return true;
  }

  private bookLost(instrument: InstrumentId): void {
    for (const { strategy } of this.seats) {
      if (strategy.instruments.includes(instrument)) strategy.onBookUnproven?.(instrument);
    }
  }

  private oweOwnerOf(fact: OwnOrderFact): void {
    const origin = this.originOf(fact);
    const seat = origin === undefined ? undefined : this.seatOf.get(origin);
    if (!seat) return;
    seat.strategy.onOrder?.(fact);
    seat.isOwed = true;
    this.isAnyOwed = true;
  }

  private originOf(fact: OwnOrderFact): string | undefined {
    switch (fact.kind) {
      case 'order-intended':
        return fact.origin;
      case 'order-refused':
        return fact.intent.origin;
      case 'order-filled':
        return this.orders.get(fact.fill.clientOrderId)?.origin;
      default:
        return this.orders.get(fact.clientOrderId)?.origin;
    }
  }

  /** Cancels first: what makes smaller never waits behind what makes larger. */
  private carryOut(seat: Seat, turn: Turn): void {
    const { decisions } = this;
    if (decisions.isEmpty) return;
    const { strategy, isOwed } = seat;
    for (const { clientOrderId, reason } of decisions.cancels) {
      const origin = this.orders.get(clientOrderId)?.origin;
      if (origin !== undefined && origin !== strategy.name) {
        throw new StrategyError(`${strategy.name} cancels order ${clientOrderId}, which belongs to ${origin}`);
      }
      this.entry.cancel(clientOrderId, reason, turn);
    }
    for (const intent of decisions.intents) {
      if (!strategy.instruments.includes(intent.instrument)) {
        throw new StrategyError(
          `${strategy.name} orders in instrument ${intent.instrument}, which is not one of its own`,
        );
      }
      this.entry.submit({ ...intent, origin: strategy.name }, turn);
    }
    for (const { at, key } of decisions.timers) {
      turn.schedule(at, this, `${strategy.name}${TIMER_SEPARATOR}${key}`);
    }
    decisions.clear();
    seat.isOwed = isOwed;
  }
}

function isOrderFact(fact: Fact): fact is OwnOrderFact {
  return fact.kind.startsWith('order-');
}

function hearsBooks(seat: Seat): seat is Listener {
  return seat.strategy.onBook !== undefined;
}

function hearsTrades(seat: Seat): seat is TradeListener {
  return seat.strategy.onTrade !== undefined;
}
