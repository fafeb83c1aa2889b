import type { Instrument } from '../../src-shared/domain/instrument.ts';
import { Engine, type EnginePosition, type EngineSnapshot, type Room, type Sink } from './engine/engine.ts';
import type { Fact } from './engine/fact.ts';
import type { Input } from './engine/input.ts';
import type { Probe } from './engine/probe.ts';
import type { Limits } from './execution/limits.ts';
import {
  Execution,
  type ExecutionMemory,
  type ExecutionSettings,
  type ExecutionSnapshot,
} from './execution/order-entry.ts';
import { Orders, type OrdersSnapshot } from './execution/orders.ts';
import type { RemainderPolicy } from './execution/remainder.ts';
import { Market, type MarketSnapshot } from './market/market.ts';
import type { MarketConfig } from './market/market-config.ts';
import { Portfolio, type PortfolioSnapshot } from './portfolio/portfolio.ts';
import { Modes, type ModesSnapshot } from './safety/modes.ts';
import { Strategies, type StrategiesSnapshot } from './strategies/host.ts';
import type { Strategy, StrategyViews } from './strategies/strategy.ts';

export interface CoreConfig {
  /** The whitelist, each instrument at the place of its id. */
  readonly instruments: readonly Instrument[];
  readonly limits: Limits;
  readonly market: MarketConfig;
  readonly execution: ExecutionSettings;
  readonly remainder: RemainderPolicy;
  /** Makes the strategies, in the order they are asked. */
  readonly strategies: (views: StrategyViews) => readonly Strategy[];
}

export interface CoreSnapshot {
  readonly engine: EngineSnapshot;
  readonly market: MarketSnapshot;
  readonly orders: OrdersSnapshot;
  readonly portfolio: PortfolioSnapshot;
  readonly modes: ModesSnapshot;
  readonly execution: ExecutionSnapshot;
  readonly strategies: StrategiesSnapshot;
}

/** What a restart finds again: the folds over facts, and what was recalled of inputs. `canonical` can write it. */
export interface RecoverySnapshot {
  readonly engine: EnginePosition;
  readonly orders: OrdersSnapshot;
  readonly portfolio: PortfolioSnapshot;
  readonly modes: ModesSnapshot;
  readonly execution: ExecutionMemory;
}

/**
 * The core, whole: every room, and the one place that knows their order. Inputs go in one at a time; facts and effects come
 * out through the sink. Rooms may be read from outside, and are changed by inputs alone.
 */
export class Core {
  readonly market: Market;
  readonly orders: Orders;
  readonly portfolio: Portfolio;
  readonly modes: Modes;
  private readonly execution: Execution;
  private readonly strategies: Strategies;
  private readonly engine: Engine;
  /** The rooms that an earlier run's facts are folded into, in order; the others begin anew with every run. */
  private readonly folds: readonly (Room & Required<Pick<Room, 'fold'>>)[];

  /** @throws naming what in the configuration makes no sense. */
  constructor(config: CoreConfig, sink: Sink, probe?: Probe) {
    const { instruments, limits } = config;
    this.market = new Market(instruments, config.market);
    this.orders = new Orders(instruments.length);
    this.portfolio = new Portfolio(instruments);
    this.modes = new Modes();
    this.execution = new Execution({
      market: this.market,
      positions: this.portfolio,
      orders: this.orders,
      modes: this.modes,
      limits,
      settings: config.execution,
      remainder: config.remainder,
    });
    const views = { market: this.market, positions: this.portfolio, orders: this.orders };
    this.strategies = new Strategies(config.strategies(views), this.market, this.orders, this.execution);
    // What the market is; then what we hold and may do; then what becomes of our orders; then what we want next.
    this.folds = [this.orders, this.portfolio, this.modes, this.execution];
    const rooms = [this.market, ...this.folds, this.strategies];
    this.engine = new Engine(rooms, sink, probe);
  }

  /** The sequence number of the last input; the next one has one more. */
  get lastSeq(): number {
    return this.engine.seq;
  }

  /** @throws EngineError for an input out of order (nothing has changed); anything else, and the core is not to be used again. */
  accept(input: Input): void {
    this.engine.accept(input);
  }

  /** When the core wants a timer input; Infinity when it does not. */
  nextTimerAt(): number {
    return this.engine.nextTimerAt();
  }

  /**
   * A fact of an earlier run, as its journal has it: nothing is said or asked, and the next input to accept is a restart.
   * @throws EngineError when it does not follow the last one, and nothing has changed; whatever the fold of a wrong fact throws.
   */
  fold(fact: Fact): void {
    this.engine.passFact(fact);
    for (const room of this.folds) room.fold(fact);
  }

  /**
   * An input of an earlier run that is no market frame, as its journal has it: before its own facts are folded.
   * @throws EngineError when it does not follow the last one, and nothing has changed.
   */
  recall(input: Input): void {
    this.engine.passInput(input);
    for (const room of this.folds) room.recall?.(input);
  }

  /** What a restart has to know of everything so far, as plain data: taken between two inputs. */
  recoverySnapshot(): RecoverySnapshot {
    return {
      engine: this.engine.position(),
      orders: this.orders.snapshot(),
      portfolio: this.portfolio.snapshot(),
      modes: this.modes.snapshot(),
      execution: this.execution.memory(),
    };
  }

  /**
   * Takes over where an earlier run with the same instruments stood, in a core that has not accepted anything. What the journal has
   * after that follows through {@link fold} and {@link recall}; then comes the restart.
   */
  recover(snapshot: RecoverySnapshot): void {
    this.portfolio.restore(snapshot.portfolio);
    this.orders.restore(snapshot.orders);
    this.modes.restore(snapshot.modes);
    this.execution.recover(snapshot.execution);
    this.engine.recover(snapshot.engine);
  }

  /** Everything that later inputs depend on, as plain data. */
  snapshot(): CoreSnapshot {
    return {
      engine: this.engine.snapshot(),
      market: this.market.snapshot(),
      orders: this.orders.snapshot(),
      portfolio: this.portfolio.snapshot(),
      modes: this.modes.snapshot(),
      execution: this.execution.snapshot(),
      strategies: this.strategies.snapshot(),
    };
  }

  /** Takes over a snapshot of a core with the same configuration. */
  restore(snapshot: CoreSnapshot): void {
    this.market.restore(snapshot.market);
    this.orders.restore(snapshot.orders);
    this.portfolio.restore(snapshot.portfolio);
    this.modes.restore(snapshot.modes);
    this.execution.restore(snapshot.execution);
    this.strategies.restore(snapshot.strategies);
    this.engine.restore(snapshot.engine);
  }
}
