import type { Instrument, InstrumentId } from '../../../src-shared/domain/instrument.ts';
import { type ControlMode, isTighter, MODE_TABLE } from '../../../src-shared/domain/mode.ts';
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
import type { Input, OrderReportInput } from '../engine/input.ts';
import { shown } from '../engine/shown.ts';
import type { MarketView } from '../market/market-view.ts';
import type { FillCheck, PositionsView } from '../portfolio/positions-view.ts';
import { clientOrderId } from './client-order-id.ts';
import { Counters, type CountersSnapshot, type StoppedStrategy } from './counters.ts';
import type { Doubt } from './doubts.ts';
import { openingOrders } from './exposure.ts';
import { decide, type GateViews, OPERATOR_ORIGIN, type RefusalReason, type Verdict } from './gate.ts';
import { lateReport } from './late-report.ts';
import { completeLimits, type Limits } from './limits.ts';
import { type CommandedDesk, carryOut, type RunningStrategy } from './operator-commands.ts';
import { OrderWatch, type WatchSettings } from './order-watch.ts';
import type { Orders } from './orders.ts';
import { type OrderState, remainingLots } from './orders-view.ts';
import { isVenuesWord, Reconciliation, type UnansweredSnapshot } from './reconciliation.ts';
import { keepRemainder, type RemainderPolicy } from './remainder.ts';
import { anomaly, eventOf, misfit, type OrderIdentity, type OrderReading, readReport } from './reports.ts';
import { representable } from './terms.ts';

export type Submission =
  | { readonly accepted: true; readonly clientOrderId: ClientOrderId }
  | { readonly accepted: false; readonly reason: RefusalReason };

export interface ExecutionSettings extends WatchSettings {
  /** Whether Pause takes resting opening orders out of the market, as Reduce always does. */
  readonly cancelRestingOnPause: boolean;
}

export const DEFAULT_EXECUTION_SETTINGS: ExecutionSettings = {
  ackTimeoutMs: 2_000,
  cancelTimeoutMs: 2_000,
  queryBackoffMs: 500,
  maxQueryBackoffMs: 30_000,
  notFoundAnswers: 5,
  notFoundSpanMs: 60_000,
  cancelRestingOnPause: false,
};

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
  readonly identity: string;
  readonly counters: CountersSnapshot;
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
  private readonly settings: ExecutionSettings;
  private readonly remainder: RemainderPolicy;
  private readonly counters: Counters;
  private readonly watch: OrderWatch;
  private readonly reconciliation = new Reconciliation();
  private readonly views: GateViews;
  private identity = '';
  /** What the facts of this turn call for; answered before it ends. */
  private tightened = false;
  private exposureMoved = false;
  private readonly quarantined = new Set<InstrumentId>();
  private reconnected: string | null = null;

  /** @throws LimitsError for limits that make no sense. */
  constructor(parts: ExecutionParts) {
    const { market, positions, orders } = parts;
    const limits = market.instruments.map((instrument) => completeLimits(instrument, parts.limits[instrument.id]));
    this.orders = orders;
    this.fills = positions;
    this.modes = parts.modes;
    this.strategies = parts.strategies;
    this.settings = parts.settings ?? DEFAULT_EXECUTION_SETTINGS;
    this.remainder = parts.remainder ?? keepRemainder;
    this.counters = new Counters(limits, orders);
    this.watch = new OrderWatch(orders, this.settings, this);
    const { counters, reconciliation } = this;
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
    const id = clientOrderId(this.identity, this.orders.intentCount + 1);
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
      if (instruments === null || instruments.includes(id)) this.cancelEvery(id, reason, turn);
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

  accept(input: Input, turn: Turn): void {
    switch (input.kind) {
      case 'order-report':
        this.report(input, turn);
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
    this.tightened = false;
    this.exposureMoved = false;
    this.quarantined.clear();
    this.reconnected = null;
  }

  fold(fact: Fact): void {
    this.counters.fold(fact);
    switch (fact.kind) {
      case 'desk-started':
        this.identity = fact.identity;
        return;
      case 'mode-changed':
        this.tightened ||= isTighter(fact.to, fact.from);
        return;
      case 'book-quarantined':
        this.quarantined.add(fact.instrument);
        return;
      case 'venue-link-changed':
        this.reconnected = fact.up ? fact.venue : null;
        return;
      case 'order-filled':
      case 'order-unknown':
      case 'position-settled':
        this.exposureMoved = true;
        return;
    }
  }

  wake(key: string, turn: Turn): void {
    this.watch.wake(key, turn);
  }

  /**
   * Resting orders follow the mode and the book, whichever room's fact moved them: Emergency cancels everything at once,
   * Reduce what could enlarge exposure, a quarantined book every strategy's order of its instrument (their prices came from it).
   */
  settle(turn: Turn): void {
    // Nearly every input is a market frame that moved none of it.
    if (!this.tightened && !this.exposureMoved && this.quarantined.size === 0) return;
    if (this.tightened || this.exposureMoved) this.followMode(turn);
    for (const instrument of this.quarantined) {
      for (const state of [...this.orders.open(instrument)]) {
        if (state.origin !== OPERATOR_ORIGIN) this.watch.cancel(state, 'book quarantined', turn);
      }
    }
    this.tightened = false;
    this.exposureMoved = false;
    this.quarantined.clear();
  }

  memory(): ExecutionMemory {
    return { identity: this.identity, counters: this.counters.snapshot() };
  }

  recover(memory: ExecutionMemory): void {
    this.identity = memory.identity;
    this.counters.restore(memory.counters);
  }

  snapshot(): ExecutionSnapshot {
    return { ...this.memory(), doubts: this.watch.snapshot(), unanswered: this.reconciliation.snapshot() };
  }

  restore(snapshot: ExecutionSnapshot): void {
    this.recover(snapshot);
    this.watch.restore(snapshot.doubts);
    this.reconciliation.restore(snapshot.unanswered);
  }

  private report({ clientOrderId: id, report: said }: OrderReportInput, turn: Turn): void {
    const state = this.orders.get(id);
    if (state === undefined) {
      this.strayReport(id, readReport(said), turn);
      return;
    }
    const report = this.believable(readReport(said), state.order, state.filledLots);
    if (isVenuesWord(report)) this.reconciliation.answered(id);
    const event = eventOf(report, state, (fillId) => this.orders.hasFill(id, fillId));
    if (event === null) return;
    this.watch.report(state, event, report, turn);
    if (isTerminal(state.status)) this.reconciliation.answered(id);
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

  private strayReport(id: ClientOrderId, report: OrderReading, turn: Turn): void {
    const order = this.orders.forgotten(id);
    if (order === undefined) turn.emit(anomaly(id, report.type, 'not an order of this desk'));
    else lateReport(order, this.believable(report, order, 0), turn);
  }

  private afterFill(state: OrderState, turn: Turn): void {
    if (state.origin !== OPERATOR_ORIGIN && this.counters.executionsExhausted(state, turn.at)) {
      const { clientOrderId, instrument } = state.order;
      const detail = `too many executions, the last of order ${clientOrderId}`;
      this.stop(state.origin, instrument, 'repeated-executions', detail, turn);
    }
    if (state.status !== 'partly-filled' || state.cancelRequested) return;
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
    // Every cancel that is wanted has just been sent: the mode, even if this input tightened it, only adds the others.
    this.tightened = false;
    this.exposureMoved = true;
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
        if (state.origin !== OPERATOR_ORIGIN) this.watch.cancel(state, reason, turn);
      }
    }
  }

  private followMode(turn: Turn): void {
    const { mode } = this.modes;
    const permits = MODE_TABLE[mode];
    const takesRestingOut = !permits.restingOpening || (mode === 'pause' && this.settings.cancelRestingOnPause);
    if (!takesRestingOut) return;
    for (const { id } of this.views.market.instruments) {
      const open = this.orders.open(id);
      if (open.length === 0) continue;
      if (!permits.operatorReducing) {
        this.cancelEvery(id, mode, turn, this.tightened);
        continue;
      }
      for (const state of openingOrders(open, this.views.positions.lots(id))) this.watch.cancel(state, mode, turn);
    }
  }

  /** @param again whether an order whose cancel is under way gets one more. */
  private cancelEvery(instrument: InstrumentId, reason: string, turn: Turn, again = false): void {
    for (const state of [...this.orders.open(instrument)]) {
      if (again) this.watch.sendCancel(state, reason, turn);
      else this.watch.cancel(state, reason, turn);
    }
  }
}
