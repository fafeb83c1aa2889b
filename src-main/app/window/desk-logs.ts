import {
  type AlertView,
  type FillView,
  type ModeEvent,
  NUMBERED_TOPICS,
  type NumberedTopic,
  type OrderView,
} from '../../../src-shared/contract/topics.ts';
import type { ClientOrderId } from '../../../src-shared/domain/order.ts';
import type { Fact } from '../../core/engine/fact.ts';
import { NumberedLog } from '../../edge/window/numbered-log.ts';
import type { DeskAccess } from './desk-access.ts';
import { fillView, instrumentOf, orderIdOf, orderView, refusedView } from './order-views.ts';

/** Of orders whose beginning was in an earlier run and who are known no more. */
const UNKNOWN_ORIGIN = 'unattributed';

/** The numbered topics, written from facts. They begin with what the core still knows of earlier runs. */
export class DeskLogs {
  readonly fills = new NumberedLog<FillView>(NUMBERED_TOPICS.fills.capacity);
  readonly orders = new NumberedLog<OrderView>(NUMBERED_TOPICS.orders.capacity, ({ id }) => id);
  readonly alerts = new NumberedLog<AlertView>(NUMBERED_TOPICS.alerts.capacity, ({ id }) => id);
  readonly modes = new NumberedLog<ModeEvent>(NUMBERED_TOPICS.modes.capacity);
  private readonly desk: DeskAccess;

  constructor(desk: DeskAccess) {
    this.desk = desk;
    this.begin();
    desk.listen((fact) => this.fact(fact));
  }

  of(topic: NumberedTopic): NumberedLog<unknown> {
    return this[topic] as NumberedLog<unknown>;
  }

  private begin(): void {
    const { core, instruments } = this.desk;
    const fills: FillView[] = [];
    for (const state of core.orders.kept()) {
      const of = instrumentOf(instruments, state.order.instrument);
      this.orders.add(orderView(state, of, state.intendedAt, null));
      for (const fill of state.fills) fills.push(fillView(fill, state.origin, of, fill.exchangeAt));
    }
    for (const fill of fills.sort((a, b) => a.exchangeAt - b.exchangeAt)) this.fills.add(fill);
    for (const alert of core.alerts.all()) this.alerts.add(alert);
  }

  private fact(fact: Fact): void {
    const { core, instruments } = this.desk;
    if (fact.kind === 'order-refused') this.orders.add(refusedView(fact, instruments));
    else if (fact.kind === 'order-filled') this.filled(fact);
    else if (fact.kind === 'mode-changed') this.modes.add({ ...modeEvent(fact), from: fact.from, reason: fact.reason });
    else if (fact.kind === 'mode-refused') {
      const { blockedBy } = fact;
      this.modes.add({ ...modeEvent(fact), from: core.modes.mode, reason: '', blockedBy: [...blockedBy] });
    } else if (fact.kind.startsWith('alert-') && 'alert' in fact) {
      const alert = core.alerts.get(fact.alert);
      if (alert) this.alerts.add(alert);
    }
    this.orderChanged(fact);
  }

  private filled({ fill, at }: Extract<Fact, { readonly kind: 'order-filled' }>): void {
    const { core, instruments } = this.desk;
    const origin = core.orders.get(fill.clientOrderId)?.origin ?? UNKNOWN_ORIGIN;
    this.fills.add(fillView(fill, origin, instrumentOf(instruments, fill.instrument), at));
  }

  private orderChanged(fact: Fact): void {
    const id = orderIdOf(fact);
    const state = id === undefined ? undefined : this.desk.core.orders.get(id as ClientOrderId);
    if (state === undefined) return;
    const reason = 'reason' in fact && typeof fact.reason === 'string' ? fact.reason : null;
    this.orders.add(orderView(state, instrumentOf(this.desk.instruments, state.order.instrument), fact.at, reason));
  }
}

function modeEvent({ at, to, operator }: Extract<Fact, { readonly kind: 'mode-changed' | 'mode-refused' }>) {
  return { at, to, operator, blockedBy: [] as string[] };
}
