import { type ClientOrderId, isTerminal } from '../../../src-shared/domain/order.ts';
import { afterMs } from '../../../src-shared/domain/time.ts';
import type { Room, Turn } from '../engine/engine.ts';
import { type Doubt, type DoubtSettings, Doubts } from './doubts.ts';
import { next, type OrderEvent } from './lifecycle.ts';
import type { OrderState, OrdersView } from './orders-view.ts';
import { anomaly, factOf, type OrderReading } from './reports.ts';

export interface WatchSettings extends DoubtSettings {
  /** An order without an answer for so long, from intent and again from release, is UNKNOWN. */
  readonly ackTimeoutMs: number;
  /** The same for a cancel: the order is UNKNOWN, is asked for, and the cancel is sent again. */
  readonly cancelTimeoutMs: number;
}

/**
 * Watches every open order until a positive report ends it: what is not answered is UNKNOWN and asked for, and a cancel that
 * is wanted is sent until the order is gone. One timer per open order, whose meaning depends on the order's status when it rings.
 */
export class OrderWatch {
  private readonly orders: Pick<OrdersView, 'get'>;
  private readonly settings: WatchSettings;
  private readonly room: Room;
  private readonly doubts: Doubts;

  /** @param room wakes this through {@link wake}, with the order's id as key. */
  constructor(orders: Pick<OrdersView, 'get'>, settings: WatchSettings, room: Room) {
    this.orders = orders;
    this.settings = settings;
    this.room = room;
    this.doubts = new Doubts(settings);
  }

  /** The order has just been given its one send. */
  intended(id: ClientOrderId, turn: Turn): void {
    this.wakeAfter(id, this.settings.ackTimeoutMs, turn);
  }

  /** Makes `event`, which `report` is for an order in `state`, true. */
  report(state: OrderState, event: OrderEvent, report: OrderReading, turn: Turn): void {
    this.apply(state, event, report, turn);
    if (report.type === 'not-found') this.countNotFound(state, turn);
    // A refused cancel proves nothing: it is what a venue says of an order that it does not know.
    else if (report.type !== 'unanswered' && report.type !== 'cancel-rejected')
      this.doubts.heard(state.order.clientOrderId);
  }

  /** An open order is UNKNOWN from here on, for `reason`, and is asked for; one that is UNKNOWN already is asked for at once. */
  question(state: OrderState, reason: string, turn: Turn): void {
    const { clientOrderId } = state.order;
    if (state.status !== 'unknown') turn.emit({ kind: 'order-unknown', clientOrderId, reason });
    this.ask(state, turn);
  }

  /** Asks for the end of an order. Does nothing for one that has ended, or that was asked before. */
  cancel(state: OrderState, reason: string, turn: Turn): void {
    if (!isTerminal(state.status) && !state.cancelRequested) this.sendCancel(state, reason, turn);
  }

  /** Sends a cancel of an open order, whether one is under way or not. */
  sendCancel(state: OrderState, reason: string, turn: Turn): void {
    const { clientOrderId: id, instrument } = state.order;
    turn.emit({ kind: 'order-cancel-requested', clientOrderId: id, reason });
    turn.effect({ kind: 'cancel-order', clientOrderId: id, instrument });
    this.doubts.cancelled(id);
    // An UNKNOWN order has a timer of its own, which sends the cancel again with every query.
    if (state.status === 'cancel-pending') this.wakeAfter(id, this.settings.cancelTimeoutMs, turn);
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

  snapshot(): readonly Doubt[] {
    return this.doubts.snapshot();
  }

  restore(doubts: readonly Doubt[]): void {
    this.doubts.restore(doubts);
  }

  /** Makes `event` true: its fact, the anomaly if it is one, and whatever the order's new status asks for. */
  private apply(state: OrderState, event: OrderEvent, report: OrderReading, turn: Turn): void {
    const id = state.order.clientOrderId;
    const before = state.status;
    const { to, news, anomaly: isOdd } = next(before, event, state.filledLots > 0);
    const detail = `${event} while ${before}`;
    if (news) turn.emit(factOf(id, report));
    if (isOdd) turn.emit(anomaly(id, report.type, detail));
    if (to === before) return;
    if (to === 'unknown' && !news) turn.emit({ kind: 'order-unknown', clientOrderId: id, reason: detail });
    this.entered(state, before, turn);
  }

  private entered(state: OrderState, before: OrderState['status'], turn: Turn): void {
    const id = state.order.clientOrderId;
    if (isTerminal(state.status)) {
      turn.unschedule(this.room, id);
      this.doubts.ended(id);
    } else if (state.status === 'unknown') {
      this.doubt(state, before, turn);
    } else if (state.status === 'sent') {
      this.wakeAfter(id, this.settings.ackTimeoutMs, turn);
    } else if (state.status !== 'cancel-pending') {
      turn.unschedule(this.room, id);
      this.doubts.resolved(id);
      if (state.cancelRequested) this.cancelSurvivor(state, turn);
      const old = this.workingTarget(state);
      if (old !== null) this.wakeAfter(old.order.clientOrderId, this.settings.ackTimeoutMs, turn);
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
    this.wakeAfter(id, this.doubts.queried(id), turn);
  }

  private countNotFound(state: OrderState, turn: Turn): void {
    const { clientOrderId: id } = state.order;
    if (state.status !== 'unknown' || !this.doubts.notFound(id, turn.at)) return;
    const { notFoundAnswers, notFoundSpanMs } = this.settings;
    const reason = `not found in ${notFoundAnswers} answers or more over at least ${notFoundSpanMs} ms`;
    this.apply(state, 'absent', { type: 'expired', reason }, turn);
  }

  private cancelSurvivor(state: OrderState, turn: Turn): void {
    const delayMs = this.doubts.cancelDelayMs(state.order.clientOrderId);
    if (delayMs === 0) this.sendCancel(state, 'it outlived its cancel', turn);
    else this.wakeAfter(state.order.clientOrderId, delayMs, turn);
  }

  private wakeAfter(id: ClientOrderId, delayMs: number, turn: Turn): void {
    turn.schedule(afterMs(turn.at, delayMs), this.room, id);
  }
}
