import type { InstrumentId } from '../../../src-shared/domain/instrument.ts';
import { type ControlMode, isTighter, MODE_TABLE } from '../../../src-shared/domain/mode.ts';
import {
  type ClientOrderId,
  type Fill,
  isTerminal,
  type Order,
  type OrderIntent,
} from '../../../src-shared/domain/order.ts';
import { afterMs } from '../../../src-shared/domain/time.ts';
import type { Room, Turn } from '../engine/engine.ts';
import type { Fact, StopCause } from '../engine/fact.ts';
import type { Input, OperatorInput, OrderReportInput } from '../engine/input.ts';
import { RecentIds } from '../engine/recent-ids.ts';
import { shown } from '../engine/shown.ts';
import type { MarketView } from '../market/market-view.ts';
import type { FillCheck, PositionsView } from '../portfolio/positions-view.ts';
import { clientOrderId } from './client-order-id.ts';
import { Counters, type CountersSnapshot } from './counters.ts';
import { type Doubt, type DoubtSettings, Doubts } from './doubts.ts';
import { openingOrders } from './exposure.ts';
import { decide, type GateViews, OPERATOR_ORIGIN, type RefusalReason } from './gate.ts';
import { lateReport } from './late-report.ts';
import { next, type OrderEvent } from './lifecycle.ts';
import { completeLimits, type Limits } from './limits.ts';
import type { Orders } from './orders.ts';
import { type OrderState, remainingLots } from './orders-view.ts';
import { keepRemainder, type RemainderPolicy } from './remainder.ts';
import { anomaly, eventOf, factOf, misfit, type OrderIdentity, type OrderReading, readReport } from './reports.ts';
import { representable } from './terms.ts';

export type Submission =
  | { readonly accepted: true; readonly clientOrderId: ClientOrderId }
  | { readonly accepted: false; readonly reason: RefusalReason };

export interface ExecutionSettings extends DoubtSettings {
  /** An order without an answer for so long, from intent and again from release, is UNKNOWN. */
  readonly ackTimeoutMs: number;
  /** The same for a cancel: the order is UNKNOWN, is asked for, and the cancel is sent again. */
  readonly cancelTimeoutMs: number;
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
}

export interface ExecutionSnapshot {
  readonly identity: string;
  readonly counters: CountersSnapshot;
  readonly doubts: readonly Doubt[];
  readonly commandIds: readonly string[];
}

/** A repeated command follows its original closely, across a reconnect or a restart at most. */
const MAX_COMMAND_IDS = 10_000;

/**
 * Where intents become orders, and reports become facts. Every open order is watched until a positive report ends it: what is
 * not answered is UNKNOWN and asked for, and a cancel that is wanted is sent until the order is gone.
 */
export class Execution implements Room {
  readonly name = 'execution';
  private readonly orders: Orders;
  private readonly fills: FillCheck;
  private readonly modes: { readonly mode: ControlMode };
  private readonly settings: ExecutionSettings;
  private readonly remainder: RemainderPolicy;
  private readonly counters: Counters;
  private readonly doubts: Doubts;
  private readonly views: GateViews;
  private readonly commandIds = new RecentIds(MAX_COMMAND_IDS);
  private identity = '';
  /** What the facts of this turn call for; answered before it ends. */
  private tightened = false;
  private exposureMoved = false;
  private readonly quarantined: InstrumentId[] = [];

  /** @throws LimitsError for limits that make no sense. */
  constructor(parts: ExecutionParts) {
    const { market, positions, orders } = parts;
    const limits = market.instruments.map((instrument) => completeLimits(instrument, parts.limits[instrument.id]));
    this.orders = orders;
    this.fills = positions;
    this.modes = parts.modes;
    this.settings = parts.settings ?? DEFAULT_EXECUTION_SETTINGS;
    this.remainder = parts.remainder ?? keepRemainder;
    this.counters = new Counters(limits, orders);
    this.doubts = new Doubts(this.settings);
    this.views = { market, positions, orders, counters: this.counters, limits };
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
    this.watch(id, this.settings.ackTimeoutMs, turn);
    return { accepted: true, clientOrderId: id };
  }

  /** Asks for the end of an order, and goes on until it has ended. Does nothing for one that has, or that was asked before. */
  cancel(id: ClientOrderId, reason: string, turn: Turn): void {
    const state = this.orders.get(id);
    if (state !== undefined) this.wantCancelled(state, reason, turn);
  }

  accept(input: Input, turn: Turn): void {
    if (input.kind === 'order-report') this.report(input, turn);
    else if (input.kind === 'operator') this.command(input, turn);
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
        this.quarantined.push(fact.instrument);
        return;
      case 'order-filled':
      case 'order-unknown':
      case 'position-settled':
        this.exposureMoved = true;
        return;
    }
  }

  wake(key: string, turn: Turn): void {
    const state = this.orders.get(key as ClientOrderId);
    if (state === undefined || isTerminal(state.status)) return;
    const { status } = state;
    if (status === 'unknown') {
      this.ask(state, turn);
    } else if (status === 'intended' || status === 'sent') {
      const reason = `no answer within ${this.settings.ackTimeoutMs} ms`;
      this.apply(state, 'unanswered', { type: 'unanswered', reason }, turn);
    } else if (status === 'cancel-pending') {
      const reason = `cancel unanswered for ${this.settings.cancelTimeoutMs} ms`;
      this.apply(state, 'unanswered', { type: 'unanswered', reason }, turn);
    } else if (state.cancelRequested) {
      this.sendCancel(state, 'it outlived its cancel', turn);
    } else {
      this.question(state, 'its replacement lives, and nothing was heard of it', turn);
    }
  }

  /**
   * Resting orders follow the mode and the book, whichever room's fact moved them: Emergency cancels everything at once,
   * Reduce what could enlarge exposure, a quarantined book every strategy's order of its instrument (their prices came from it).
   */
  settle(turn: Turn): void {
    // Nearly every input is a market frame that moved none of it.
    if (!this.tightened && !this.exposureMoved && this.quarantined.length === 0) return;
    if (this.tightened || this.exposureMoved) this.followMode(turn);
    for (const instrument of this.quarantined) {
      for (const state of [...this.orders.open(instrument)]) {
        if (state.origin !== OPERATOR_ORIGIN) this.wantCancelled(state, 'book quarantined', turn);
      }
    }
    this.tightened = false;
    this.exposureMoved = false;
    this.quarantined.length = 0;
  }

  snapshot(): ExecutionSnapshot {
    return {
      identity: this.identity,
      counters: this.counters.snapshot(),
      doubts: this.doubts.snapshot(),
      commandIds: this.commandIds.snapshot(),
    };
  }

  restore(snapshot: ExecutionSnapshot): void {
    this.identity = snapshot.identity;
    this.counters.restore(snapshot.counters);
    this.doubts.restore(snapshot.doubts);
    this.commandIds.restore(snapshot.commandIds);
  }

  private report({ clientOrderId: id, report: said }: OrderReportInput, turn: Turn): void {
    const state = this.orders.get(id);
    if (state === undefined) {
      this.strayReport(id, readReport(said), turn);
      return;
    }
    const report = this.believable(readReport(said), state.order, state.filledLots);
    const event = eventOf(report, state, (fillId) => this.orders.hasFill(id, fillId));
    if (event === null) return;
    this.apply(state, event, report, turn);
    if (report.type === 'not-found') this.countNotFound(state, turn);
    else if (report.type !== 'unanswered') this.doubts.heard(id);
    if (event === 'contradicted' && report.type === 'released') {
      this.stop(state, 'sends-exceed-authorised', `order ${id} left more than once`, turn);
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

  /** Makes `event` true: its fact, the anomaly if it is one, and whatever the order's new status asks for. */
  private apply(state: OrderState, event: OrderEvent, report: OrderReading, turn: Turn): void {
    const id = state.order.clientOrderId;
    const before = state.status;
    const { to, news, anomaly: isOdd } = next(before, event, state.filledLots > 0);
    const detail = `${event} while ${before}`;
    if (news) turn.emit(factOf(id, report));
    if (isOdd) turn.emit(anomaly(id, report.type, detail));
    if (to === 'unknown' && !news) turn.emit({ kind: 'order-unknown', clientOrderId: id, reason: detail });
    if (to !== before) this.entered(state, before, turn);
  }

  private entered(state: OrderState, before: OrderState['status'], turn: Turn): void {
    const id = state.order.clientOrderId;
    if (isTerminal(state.status)) {
      turn.unschedule(this, id);
      this.doubts.ended(id);
    } else if (state.status === 'unknown') {
      this.doubt(state, before, turn);
    } else if (state.status === 'sent') {
      this.watch(id, this.settings.ackTimeoutMs, turn);
    } else if (state.status !== 'cancel-pending') {
      turn.unschedule(this, id);
      this.doubts.resolved(id);
      if (state.cancelRequested) this.cancelSurvivor(state, turn);
      const old = this.workingTarget(state);
      if (old !== null) this.watch(old.order.clientOrderId, this.settings.ackTimeoutMs, turn);
    }
  }

  /** An order that became UNKNOWN is asked for, and so is the one it should have replaced. One that came back from the dead goes. */
  private doubt(state: OrderState, before: OrderState['status'], turn: Turn): void {
    const isUnwanted = isTerminal(before) && !state.cancelRequested;
    this.ask(state, turn);
    if (isUnwanted) this.sendCancel(state, 'alive after it had ended', turn);
    const old = this.workingTarget(state);
    if (old !== null) this.question(old, 'its replacement is unanswered', turn);
  }

  private question(state: OrderState, reason: string, turn: Turn): void {
    turn.emit({ kind: 'order-unknown', clientOrderId: state.order.clientOrderId, reason });
    this.ask(state, turn);
  }

  /** The order that `state` was sent to replace, if as far as is known it still works and nobody watches it. */
  private workingTarget(state: OrderState): OrderState | null {
    const old = state.replaces === null ? undefined : this.orders.get(state.replaces);
    const isWorking = old?.status === 'acknowledged' || old?.status === 'partly-filled';
    return isWorking ? old : null;
  }

  private ask(state: OrderState, turn: Turn): void {
    const { clientOrderId: id, instrument } = state.order;
    turn.effect({ kind: 'query-order', clientOrderId: id, instrument });
    if (state.cancelRequested) this.sendCancel(state, 'its cancel is unanswered', turn);
    this.watch(id, this.doubts.queried(id), turn);
  }

  private countNotFound(state: OrderState, turn: Turn): void {
    const { clientOrderId: id } = state.order;
    if (state.status !== 'unknown' || !this.doubts.notFound(id, turn.at)) return;
    const { notFoundAnswers, notFoundSpanMs } = this.settings;
    const reason = `not found in ${notFoundAnswers} answers or more over at least ${notFoundSpanMs} ms`;
    this.apply(state, 'absent', { type: 'expired', reason }, turn);
  }

  private afterFill(state: OrderState, turn: Turn): void {
    if (state.origin !== OPERATOR_ORIGIN && this.counters.executionsExhausted(state, turn.at)) {
      this.stop(
        state,
        'repeated-executions',
        `too many executions, the last of order ${state.order.clientOrderId}`,
        turn,
      );
    }
    if (state.status !== 'partly-filled' || state.cancelRequested) return;
    const decision = this.remainder(state, this.views.market);
    if (decision.kind === 'cancel') {
      this.wantCancelled(state, decision.reason, turn);
    } else if (decision.kind === 'reprice') {
      const { clientOrderId: replaces, ...terms } = state.order;
      const { priceTicks } = decision;
      this.submit(
        { ...terms, priceTicks, lots: remainingLots(state) as Order['lots'], origin: state.origin, replaces },
        turn,
      );
    }
  }

  private stop(state: OrderState, cause: StopCause, detail: string, turn: Turn): void {
    const { origin, order } = state;
    if (this.counters.stopCause(origin, order.instrument) !== undefined) return;
    turn.emit({ kind: 'strategy-stopped', origin, instrument: order.instrument, stopCause: cause, detail });
    for (const other of [...this.orders.open(order.instrument)]) {
      if (other.origin === origin) this.wantCancelled(other, `${origin} is stopped`, turn);
    }
  }

  private command({ commandId, operator, reason, command }: OperatorInput, turn: Turn): void {
    if (command.type === 'set-mode' || !this.commandIds.add(commandId)) return;
    if (command.type === 'cancel-all') {
      for (const { id } of this.views.market.instruments) {
        if (command.instrument !== null && command.instrument !== id) continue;
        this.cancelEvery(id, `cancel-all by ${operator}: ${reason}`, turn);
      }
      return;
    }
    const { origin, instrument } = command;
    const isNamed = operator.trim() !== '' && reason.trim() !== '';
    if (isNamed && this.counters.stopCause(origin, instrument) !== undefined) {
      turn.emit({ kind: 'strategy-re-enabled', origin, instrument, operator, reason });
    } else {
      const refusal = isNamed
        ? `${origin} is not stopped in instrument ${instrument}`
        : 'needs an operator and a reason';
      turn.emit({ kind: 'command-refused', commandId, command: command.type, operator, reason: refusal });
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
      for (const state of openingOrders(open, this.views.positions.lots(id))) this.wantCancelled(state, mode, turn);
    }
  }

  /** @param again whether an order whose cancel is under way gets one more. */
  private cancelEvery(instrument: InstrumentId, reason: string, turn: Turn, again = false): void {
    for (const state of [...this.orders.open(instrument)]) {
      if (again) this.sendCancel(state, reason, turn);
      else this.wantCancelled(state, reason, turn);
    }
  }

  private wantCancelled(state: OrderState, reason: string, turn: Turn): void {
    if (!isTerminal(state.status) && !state.cancelRequested) this.sendCancel(state, reason, turn);
  }

  private cancelSurvivor(state: OrderState, turn: Turn): void {
    const delayMs = this.doubts.cancelDelayMs(state.order.clientOrderId);
    if (delayMs === 0) this.sendCancel(state, 'it outlived its cancel', turn);
    else this.watch(state.order.clientOrderId, delayMs, turn);
  }

  private sendCancel(state: OrderState, reason: string, turn: Turn): void {
    const { clientOrderId: id, instrument } = state.order;
    turn.emit({ kind: 'order-cancel-requested', clientOrderId: id, reason });
    turn.effect({ kind: 'cancel-order', clientOrderId: id, instrument });
    this.doubts.cancelled(id);
    // An UNKNOWN order has a timer of its own, which sends the cancel again with every query.
    if (state.status === 'cancel-pending') this.watch(id, this.settings.cancelTimeoutMs, turn);
  }

  /** One timer per open order: what it means depends on the order's status when it rings. */
  private watch(id: ClientOrderId, delayMs: number, turn: Turn): void {
    turn.schedule(afterMs(turn.at, delayMs), this, id);
  }
}
