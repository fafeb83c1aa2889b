import type { Instrument, InstrumentId } from '../../src-shared/domain/instrument.ts';
import type { ClientOrderId } from '../../src-shared/domain/order.ts';
import type { Micros } from '../../src-shared/domain/time.ts';
import { Engine, type EnginePosition, type EngineSnapshot, type Room, type Sink } from './engine/engine.ts';
import type { Fact } from './engine/fact.ts';
import type { Input } from './engine/input.ts';
import type { Probe } from './engine/probe.ts';
import type { AccountMemory } from './execution/account-books.ts';
import {
  AccountReconciliation,
  type AccountReconciliationSnapshot,
  type AccountStatus,
} from './execution/account-reconciliation.ts';
import type { StoppedStrategy } from './execution/counters.ts';
import type { ExecutionSettings } from './execution/execution-settings.ts';
import { Flatten, type FlattenMemory, type FlattenSnapshot } from './execution/flatten.ts';
import { IdReservations, type IdReservationsSnapshot } from './execution/id-reservations.ts';
import type { Limits } from './execution/limits.ts';
import type { RunningStrategy } from './execution/operator-commands.ts';
import { Execution, type ExecutionMemory, type ExecutionSnapshot } from './execution/order-entry.ts';
import { OrderExpiry } from './execution/order-expiry.ts';
import { Orders, type OrdersSnapshot } from './execution/orders.ts';
import type { RemainderPolicy } from './execution/remainder.ts';
import { Market, type MarketSnapshot } from './market/market.ts';
import type { MarketConfig } from './market/market-config.ts';
import { Attribution, type AttributionSnapshot } from './portfolio/attribution.ts';
import { Portfolio, type PortfolioSnapshot } from './portfolio/portfolio.ts';
import { TradingDay, type TradingDaySnapshot } from './portfolio/trading-day.ts';
import { Access } from './safety/access.ts';
import { Alerts, type AlertsSnapshot } from './safety/alerts.ts';
import { looseningBlockers } from './safety/blockers.ts';
import { KillSwitch, type KillSwitchSnapshot } from './safety/kill-switch.ts';
import { Modes, type ModesSnapshot } from './safety/modes.ts';
import { VenueControls, type VenueControlsSnapshot } from './safety/venue-controls.ts';
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

/** Rooms whose whole state is a fold over facts, or recalled of inputs. */
interface FoldedSnapshot {
  readonly orders: OrdersSnapshot;
  readonly portfolio: PortfolioSnapshot;
  readonly attribution: AttributionSnapshot;
  readonly tradingDay: TradingDaySnapshot;
  readonly modes: ModesSnapshot;
  readonly alerts: AlertsSnapshot;
}

export interface CoreSnapshot extends FoldedSnapshot {
  readonly engine: EngineSnapshot;
  readonly market: MarketSnapshot;
  readonly controls: VenueControlsSnapshot;
  readonly killSwitch: KillSwitchSnapshot;
  readonly execution: ExecutionSnapshot;
  readonly reservations: IdReservationsSnapshot;
  readonly account: AccountReconciliationSnapshot;
  readonly flatten: FlattenSnapshot;
  readonly strategies: StrategiesSnapshot;
}

/** What a restart finds again: the folds over facts, and what was recalled of inputs. `canonical` can write it. */
export interface RecoverySnapshot extends FoldedSnapshot {
  readonly engine: EnginePosition;
  readonly execution: ExecutionMemory;
  readonly account: AccountMemory;
  readonly flatten: FlattenMemory;
}

/**
 * The core, whole: every room, and the one place that knows their order. Inputs go in one at a time; facts and effects come
 * out through the sink. Rooms may be read from outside, and are changed by inputs alone.
 */
export class Core {
  readonly market: Market;
  readonly orders: Orders;
  readonly portfolio: Portfolio;
  readonly attribution: Attribution;
  readonly tradingDay: TradingDay;
  readonly modes: Modes;
  readonly alerts: Alerts;
  readonly killSwitch: KillSwitch;
  private readonly controls: VenueControls;
  private readonly execution: Execution;
  private readonly reservations: IdReservations;
  private readonly account: AccountReconciliation;
  private readonly flatten: Flatten;
  private readonly strategies: Strategies;
  private readonly engine: Engine;
  /** The rooms that an earlier run's facts are folded into, in order; the others begin anew with every run. */
  private readonly folds: readonly (Room & Required<Pick<Room, 'fold'>>)[];

  /** @throws naming what in the configuration makes no sense. */
  constructor(config: CoreConfig, sink: Sink, probe?: Probe) {
    const { instruments, limits } = config;
    const market = new Market(instruments, config.market);
    const orders = new Orders(instruments.length);
    const portfolio = new Portfolio(instruments);
    const strategies = config.strategies({ market, positions: portfolio, orders });
    this.market = market;
    this.orders = orders;
    this.portfolio = portfolio;
    this.attribution = new Attribution(instruments, orders);
    this.tradingDay = new TradingDay(portfolio, (id) => market.midTicks(id));
    this.modes = new Modes({ blockers: () => this.blockers() });
    this.alerts = new Alerts(instruments, orders);
    const { modes } = this;
    const { execution: settings, remainder } = config;
    const { reconcileEveryMs, orderLifeMs } = settings;
    const positions = portfolio;
    this.controls = new VenueControls(modes);
    this.killSwitch = new KillSwitch(modes, [...new Set(instruments.map(({ venue }) => venue))]);
    const execution = new Execution({ market, positions, orders, modes, limits, settings, remainder, strategies });
    const { numbers, reconciliation } = execution;
    this.execution = execution;
    this.reservations = new IdReservations({ instruments, numbers, reconciliation, settings });
    this.account = new AccountReconciliation({ instruments, market, orders, portfolio, execution, reconcileEveryMs });
    const expiry = new OrderExpiry({ instruments, orders, positions, execution, orderLifeMs });
    this.flatten = new Flatten({ instruments, positions, orders, modes, execution });
    this.strategies = new Strategies(strategies, market, orders, execution);
    // What the market is; then what we hold and may do; then what becomes of our orders; then what we want next. Last what a
    // person has to know of all that.
    const held = [orders, portfolio, this.attribution, this.tradingDay, modes];
    this.folds = [...held, execution, this.account, this.flatten, this.alerts];
    const ordering = [this.killSwitch, this.controls, execution, this.reservations, this.account, expiry, this.flatten];
    const rooms = [market, ...held, new Access(), ...ordering, this.strategies, this.alerts];
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

  /** Whether an operator's command of this id was accepted before, in an earlier run too: repeated, it changes nothing. */
  hasCommand(commandId: string): boolean {
    return this.engine.hasCommand(commandId);
  }

  /** Whether an order of this id is in the books, open or ended. */
  knowsOrder(clientOrderId: ClientOrderId): boolean {
    return this.orders.get(clientOrderId) !== undefined || this.orders.forgotten(clientOrderId) !== undefined;
  }

  /** What would stand against loosening the mode now, whoever asked for it. */
  blockedBy(): readonly string[] {
    return this.modes.blockedBy();
  }

  /** The last comparison with `venue`'s account in this run; null before the first. */
  accountStatus(venue: string): AccountStatus | null {
    return this.account.status(venue);
  }

  /** Where a flattening is under way. */
  flattening(): readonly InstrumentId[] {
    return this.flatten.instruments();
  }

  strategyList(): readonly RunningStrategy[] {
    return this.execution.strategies;
  }

  /** Who may not trade what, until a person re-enables it. */
  stoppedStrategies(): readonly StoppedStrategy[] {
    return this.execution.stoppedStrategies();
  }

  /** Orders and cancels of the second before `at`, as far as they count against the rate of orders. */
  messagesInWindow(instrument: InstrumentId, at: Micros): number {
    return this.execution.messagesInWindow(instrument, at);
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
      ...this.foldedSnapshot(),
      engine: this.engine.position(),
      execution: this.execution.memory(),
      account: this.account.memory(),
      flatten: this.flatten.memory(),
    };
  }

  /**
   * Takes over where an earlier run with the same instruments stood, in a core that has not accepted anything. What the journal has
   * after that follows through {@link fold} and {@link recall}; then comes the restart.
   */
  recover(snapshot: RecoverySnapshot): void {
    this.restoreFolded(snapshot);
    this.execution.recover(snapshot.execution);
    this.account.recover(snapshot.account);
    this.flatten.recover(snapshot.flatten);
    this.engine.recover(snapshot.engine);
  }

  /** Everything that later inputs depend on, as plain data. */
  snapshot(): CoreSnapshot {
    return {
      ...this.foldedSnapshot(),
      engine: this.engine.snapshot(),
      market: this.market.snapshot(),
      controls: this.controls.snapshot(),
      killSwitch: this.killSwitch.snapshot(),
      execution: this.execution.snapshot(),
      reservations: this.reservations.snapshot(),
      account: this.account.snapshot(),
      flatten: this.flatten.snapshot(),
      strategies: this.strategies.snapshot(),
    };
  }

  /** Takes over a snapshot of a core with the same configuration. */
  restore(snapshot: CoreSnapshot): void {
    this.market.restore(snapshot.market);
    this.restoreFolded(snapshot);
    this.controls.restore(snapshot.controls);
    this.killSwitch.restore(snapshot.killSwitch);
    this.execution.restore(snapshot.execution);
    this.reservations.restore(snapshot.reservations);
    this.account.restore(snapshot.account);
    this.flatten.restore(snapshot.flatten);
    this.strategies.restore(snapshot.strategies);
    this.engine.restore(snapshot.engine);
  }

  private foldedSnapshot(): FoldedSnapshot {
    return {
      orders: this.orders.snapshot(),
      portfolio: this.portfolio.snapshot(),
      attribution: this.attribution.snapshot(),
      tradingDay: this.tradingDay.snapshot(),
      modes: this.modes.snapshot(),
      alerts: this.alerts.snapshot(),
    };
  }

  private restoreFolded(snapshot: FoldedSnapshot): void {
    this.portfolio.restore(snapshot.portfolio);
    this.orders.restore(snapshot.orders);
    this.attribution.restore(snapshot.attribution);
    this.tradingDay.restore(snapshot.tradingDay);
    this.modes.restore(snapshot.modes);
    this.alerts.restore(snapshot.alerts);
  }

  private blockers(): readonly string[] {
    const openOrders = this.orders.allOpen().length;
    const ofVenues = looseningBlockers({ mode: this.modes.mode, openOrders, downVenues: this.market.downVenues() });
    return [...ofVenues, ...this.killSwitch.blockers()];
  }
}
