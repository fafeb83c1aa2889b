import type { Instrument, InstrumentId } from '../../../src-shared/domain/instrument.ts';
import type { ControlMode } from '../../../src-shared/domain/mode.ts';
import {
  type ClientOrderId,
  type Fill,
  isTerminal,
  type Order,
  type OrderIntent,
} from '../../../src-shared/domain/order.ts';
import type { Micros } from '../../../src-shared/domain/time.ts';
import type { Room, Turn } from '../engine/engine.ts';
import type { Fact, StopCause } from '../engine/fact.ts';
import type { Input, ListedOrder, OrderReport } from '../engine/input.ts';
import { shown } from '../engine/shown.ts';
import type { MarketView } from '../market/market-view.ts';
import type { FillCheck, PositionsView } from '../portfolio/positions-view.ts';
import { Counters, type CountersSnapshot, type StoppedStrategy } from './counters.ts';
import type { Doubt } from './doubts.ts';
import { DEFAULT_EXECUTION_SETTINGS, type ExecutionSettings } from './execution-settings.ts';
import { FoundOrders } from './found-orders.ts';
import { decide, type GateViews, type RefusalReason, type Verdict } from './gate.ts';
import { IntentNumbers, type IntentNumbersSnapshot } from './intent-numbers.ts';
import { cancelUncounted, lateReport } from './late-report.ts';
import { completeLimits, type Limits } from './limits.ts';
import { type CommandedDesk, carryOut, type RunningStrategy } from './operator-commands.ts';
import { OrderWatch } from './order-watch.ts';
import type { Orders } from './orders.ts';
import { type OrderState, remainingLots } from './orders-view.ts';
import { FOREIGN_ORIGIN, isStrategys } from './origins.ts';
import { isVenuesWord, Reconciliation, type UnansweredSnapshot } from './reconciliation.ts';
import { keepRemainder, type RemainderPolicy } from './remainder.ts';
import { eventOf, misfit, type OrderIdentity, type OrderReading, readReport } from './reports.ts';
import { RestingOrders } from './resting-orders.ts';
import { representable } from './terms.ts';

export type Submission =
  | { readonly accepted: true; readonly clientOrderId: ClientOrderId }
  | { readonly accepted: false; readonly reason: RefusalReason };

export interface ExecutionParts {
  readonly market: MarketView;
  readonly positions: PositionsView & FillCheck;
  /** Its room stands before this one. */
  readonly orders: Orders;
  readonly modes: { readonly mode: ControlMode };
  readonly limits: Limits;
  readonly settings?: ExecutionSettings;
  readonly remainder?: RemainderPolicy;
  /** Those that an operator can stop. */
  readonly strategies: readonly RunningStrategy[];
}

/** What outlives a restart. */
export interface ExecutionMemory {
  readonly numbers: IntentNumbersSnapshot;
  readonly counters: CountersSnapshot;
  readonly unclaimedFills: readonly string[];
}

export interface ExecutionSnapshot extends ExecutionMemory {
  readonly doubts: readonly Doubt[];
  readonly unanswered: readonly UnansweredSnapshot[];
}

/**
 * Where intents become orders, and reports become facts. Open orders follow the mode, the book and the link to their venue;
 * each is watched until it has ended. After a restart, or when a venue is back, its open orders are UNKNOWN until it has spoken.
 */
export class Execution implements Room, CommandedDesk {
  readonly name = 'execution';
  readonly hearsMarket = false;
  readonly strategies: readonly RunningStrategy[];
  private readonly orders: Orders;
  private readonly fills: FillCheck;
  private readonly modes: { readonly mode: ControlMode };
  private readonly remainder: RemainderPolicy;
  private readonly counters: Counters;
  private readonly watch: OrderWatch;
  private readonly resting: RestingOrders;
  private readonly found: FoundOrders;
  private readonly views: GateViews;
  /** What venues have to answer for before anything new is ordered there. */
  readonly reconciliation = new Reconciliation();
  readonly numbers = new IntentNumbers();
  /** What the facts of this turn call for; answered before it ends. */
  private reconnected: string | null = null;

  /** @throws LimitsError for limits that make no sense. */
  constructor(parts: ExecutionParts) {
    const { market, positions, orders } = parts;
    const limits = market.instruments.map((instrument) => completeLimits(instrument, parts.limits[instrument.id]));
    this.orders = orders;
    this.fills = positions;
    this.modes = parts.modes;
    this.strategies = parts.strategies;
    this.remainder = parts.remainder ?? keepRemainder;
    this.counters = new Counters(limits, orders);
    const settings = parts.settings ?? DEFAULT_EXECUTION_SETTINGS;
    this.watch = new OrderWatch(orders, settings, this);
    const { counters, reconciliation, numbers, watch, modes } = this;
    const { instruments } = market;
    const { foreignOrders, cancelRestingOnPause: cancelOnPause } = settings;
    this.resting = new RestingOrders({ instruments, orders, positions, modes, watch, cancelOnPause });
    this.found = new FoundOrders({ instruments, orders, numbers, watch, foreignOrders });
    this.views = { market, positions, orders, counters, reconciliation, limits };
  }

  /**
   * Passes `intent` through the gate and, if it may go, gives it its one send. A replacement goes beside the order it
   * replaces: both count until the venue has spoken, and if the new one is refused the old one stays.
   * @throws RangeError before the journal's identity is known.
   */
  submit(intent: OrderIntent, turn: Turn): Submission {
    turn.reached('intent');
    const verdict = decide(intent, this.views, this.modes.mode, turn.at);
    turn.reached('gate');
    if (!verdict.admitted) {
      const { reason, figures } = verdict;
      turn.emit({ kind: 'order-refused', intent: representable(intent), reason, figures });
      return { accepted: false, reason };
    }
    const { origin, replaces, ...terms } = intent;
    const id = this.numbers.nextId();
    const order: Order = { ...terms, reduceOnly: terms.reduceOnly || verdict.reduceOnly, clientOrderId: id };
    turn.emit({ kind: 'order-intended', order, origin, replaces });
    if (replaces === null) turn.effect({ kind: 'place-order', order });
    else turn.effect({ kind: 'replace-order', target: replaces, order });
    this.watch.intended(id, turn);
    return { accepted: true, clientOrderId: id };
  }

  /** What the gate would say of `intent` now; it stays a question. */
  verdictOn(intent: OrderIntent, at: Micros): Verdict {
    return decide(intent, this.views, this.modes.mode, at);
  }

  /** Asks for the end of an order, and goes on until it has ended. Does nothing for one that has, or that was asked before. */
  cancel(id: ClientOrderId, reason: string, turn: Turn): void {
    const state = this.orders.get(id);
    if (state !== undefined) this.watch.cancel(state, reason, turn);
  }

  cancelAll(instruments: readonly InstrumentId[] | null, reason: string, turn: Turn): void {
    for (const { id } of this.views.market.instruments) {
      if (instruments === null || instruments.includes(id)) this.resting.cancelEvery(id, reason, turn);
    }
  }

  /** From here on the gate refuses `origin` in `instrument`, and its orders there are cancelled. Nothing where it is stopped already. */
  stop(origin: string, instrument: InstrumentId, cause: StopCause, detail: string, turn: Turn): void {
    if (this.stopCause(origin, instrument) !== undefined) return;
    turn.emit({ kind: 'strategy-stopped', origin, instrument, stopCause: cause, detail });
    for (const state of [...this.orders.open(instrument)]) {
      if (state.origin === origin) this.watch.cancel(state, `${origin} is stopped`, turn);
    }
  }

  stopCause(origin: string, instrument: InstrumentId): StopCause | undefined {
    return this.counters.stopCause(origin, instrument);
  }

  stoppedStrategies(): readonly StoppedStrategy[] {
    return this.counters.stoppedStrategies();
  }

  messagesInWindow(instrument: InstrumentId, at: Micros): number {
    return this.counters.messagesInWindow(instrument, at);
  }

  /** What a venue lists as open: an order of the books is proven so, and any other is found. */
  listed(listed: ListedOrder, turn: Turn): void {
    const { order, venueOrderId, cumulativeLots } = listed;
    const id = order.clientOrderId;
    const isKnown = this.orders.get(id) !== undefined || this.orders.forgotten(id) !== undefined;
    this.hear(id, isKnown ? { type: 'open', venueOrderId, cumulativeLots } : { type: 'seen', ...listed }, turn);
  }

  /** An open order is UNKNOWN from here on, for `reason`, and is asked for. */
  question(state: OrderState, reason: string, turn: Turn): void {
    this.watch.question(state, reason, turn);
  }

  accept(input: Input, turn: Turn): void {
    switch (input.kind) {
      case 'order-report':
        this.hear(input.clientOrderId, input.report, turn);
        return;
      case 'operator':
        carryOut(input, this, turn);
        return;
      case 'venue-link':
        this.followLink(turn);
        return;
      case 'restart':
        this.restarted(turn);
        return;
    }
  }

  reset(): void {
    this.watch.restore([]);
    this.reconciliation.restore([]);
    this.resting.reset();
    this.reconnected = null;
  }

  fold(fact: Fact): void {
    this.counters.fold(fact);
    this.numbers.fold(fact);
    this.found.fold(fact);
    this.resting.fold(fact);
    if (fact.kind === 'venue-link-changed') this.reconnected = fact.up ? fact.venue : null;
  }

  wake(key: string, turn: Turn): void {
    this.watch.wake(key, turn);
  }

  settle(turn: Turn): void {
    this.resting.settle(turn);
  }

  memory(): ExecutionMemory {
    return {
      numbers: this.numbers.snapshot(),
      counters: this.counters.snapshot(),
      unclaimedFills: this.found.snapshot(),
    };
  }

  recover({ numbers, counters, unclaimedFills }: ExecutionMemory): void {
    this.numbers.restore(numbers);
    this.counters.restore(counters);
    this.found.restore(unclaimedFills);
  }

  snapshot(): ExecutionSnapshot {
    return { ...this.memory(), doubts: this.watch.snapshot(), unanswered: this.reconciliation.snapshot() };
  }

  restore(snapshot: ExecutionSnapshot): void {
    this.recover(snapshot);
    this.watch.restore(snapshot.doubts);
    this.reconciliation.restore(snapshot.unanswered);
  }

  private hear(id: ClientOrderId, said: OrderReport, turn: Turn): void {
    const state = this.orders.get(id);
    if (state === undefined) {
      this.strayReport(id, said, turn);
      return;
    }
    const report = this.believable(readReport(said), state.order, state.filledLots);
    if (isVenuesWord(report)) this.reconciliation.answered(id);
    const event = eventOf(report, state, (fillId) => this.orders.hasFill(id, fillId));
    if (event === null) return;
    this.watch.report(state, event, report, turn);
    if (isTerminal(state.status)) {
      this.reconciliation.answered(id);
      // Many venues take an id again once its order has ended.
      const isOther = event === 'contradicted' && (report.type === 'acknowledged' || report.type === 'open');
      if (isOther) cancelUncounted(id, state.order.instrument, 'another order under its id', turn);
    }
    if (event === 'contradicted' && report.type === 'released') {
      this.stop(
        state.origin,
        state.order.instrument,
        'sends-exceed-authorised',
        `order ${id} left more than once`,
        turn,
      );
    }
    if (report.type === 'filled') this.afterFill(state, turn);
  }

  /** A fill that cannot be booked says nothing but that something is wrong: it must not be believed, nor passed over. */
  private believable(report: OrderReading, order: OrderIdentity, filledLots: number): OrderReading {
    const fault = report.type === 'filled' ? this.fillFault(report.fill, order, filledLots) : null;
    return fault === null ? report : { type: 'garbled', reason: fault };
  }

  private fillFault(fill: Fill, order: OrderIdentity, filledLots: number): string | null {
    const isBooked = this.orders.hasFill(order.clientOrderId, fill.fillId);
    const fault =
      misfit(fill, order, this.views.market.instruments[order.instrument], filledLots) ??
      (isBooked ? null : this.fills.fillFault(fill));
    return fault === null ? null : `fill ${shown(fill.fillId)} ${fault}`;
  }

  private strayReport(id: ClientOrderId, said: OrderReport, turn: Turn): void {
    const order = this.orders.forgotten(id);
    const report = readReport(said);
    if (order !== undefined) lateReport(order, this.believable(report, order, 0), turn);
    else if (said?.type === 'seen') this.found.adopt(id, said, turn);
    else this.found.stray(id, report, turn);
  }

  private afterFill(state: OrderState, turn: Turn): void {
    if (isStrategys(state.origin) && this.counters.executionsExhausted(state, turn.at)) {
      const { clientOrderId, instrument } = state.order;
      const detail = `too many executions, the last of order ${clientOrderId}`;
      this.stop(state.origin, instrument, 'repeated-executions', detail, turn);
    }
    // What another hand sent is not the desk's to reprice.
    const isOwn = state.origin !== FOREIGN_ORIGIN;
    if (!isOwn || state.status !== 'partly-filled' || state.cancelRequested) return;
    const decision = this.remainder(state, this.views.market);
    if (decision.kind === 'cancel') {
      this.watch.cancel(state, decision.reason, turn);
    } else if (decision.kind === 'reprice') {
      const { clientOrderId: replaces, ...terms } = state.order;
      const { priceTicks } = decision;
      this.submit(
        { ...terms, priceTicks, lots: remainingLots(state) as Order['lots'], origin: state.origin, replaces },
        turn,
      );
    }
  }

  /** Whatever was open when the desk stopped looking, the venue knows what became of it: it is asked before anything new goes there. */
  private restarted(turn: Turn): void {
    this.reconcile(this.views.market.instruments, 'the desk restarted', turn);
    this.resting.restarted();
  }

  private followLink(turn: Turn): void {
    const venue = this.reconnected;
    this.reconnected = null;
    if (venue === null) return;
    const instruments = this.views.market.instruments.filter((instrument) => instrument.venue === venue);
    this.reconcile(instruments, 'the link to the venue was down', turn);
  }

  private reconcile(instruments: readonly Instrument[], reason: string, turn: Turn): void {
    for (const { id, venue } of instruments) {
      for (const state of [...this.orders.open(id)]) {
        this.reconciliation.expect(state.order.clientOrderId, venue);
        this.watch.question(state, reason, turn);
        if (isStrategys(state.origin)) this.watch.cancel(state, reason, turn);
      }
    }
  }
}
