import type { InstrumentId } from '../../../src-shared/domain/instrument.ts';
import { safeInteger } from '../../../src-shared/domain/integer.ts';
import {
  type ClientOrderId,
  type Fill,
  isTerminal,
  type Order,
  type OrderStatus,
  type Side,
} from '../../../src-shared/domain/order.ts';
import type { Micros } from '../../../src-shared/domain/time.ts';
import type { Room } from '../engine/engine.ts';
import type { Fact } from '../engine/fact.ts';
import { RecentIds } from '../engine/recent-ids.ts';
import { type ForgottenOrder, ForgottenOrders, MAX_FILL_IDS } from './forgotten-orders.ts';
import { next, type OrderEvent } from './lifecycle.ts';
import { type OrderState, type OrdersView, remainingLots } from './orders-view.ts';

/** Fills that an order shows. Sum and average cover all of them. */
export const MAX_FILLS_SHOWN = 64;
/** Ended orders that are kept whole. Older ones leave only what {@link ForgottenOrder} has. */
export const MAX_ENDED_ORDERS = 1_000;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

interface OrderRecord extends Writable<OrderState> {
  fills: Fill[];
  readonly fillIds: RecentIds;
}

export interface OrderSnapshot extends OrderState {
  readonly fillIds: readonly string[];
}

export interface OrdersSnapshot {
  readonly count: number;
  /** Every order that is kept whole, in the order they came to the books. */
  readonly orders: readonly OrderSnapshot[];
  /** The ended ones among them, in the order they ended. */
  readonly ended: readonly ClientOrderId[];
  readonly forgotten: readonly ForgottenOrder[];
}

/** Every order of the desk, folded from facts alone: the same facts always make the same orders. */
export class Orders implements Room, OrdersView {
  readonly name = 'orders';
  /** How many ever came to the books. */
  private count = 0;
  private orders = new Map<ClientOrderId, OrderRecord>();
  private ended = new Set<ClientOrderId>();
  private readonly forgottenOrders = new ForgottenOrders();
  /** By instrument id. */
  private readonly openOrders: OrderRecord[][];
  private readonly openBuyLots: number[];
  private readonly openSellLots: number[];

  /** @param instrumentCount how many instruments the whitelist has; their ids run from 0. */
  constructor(instrumentCount: number) {
    this.openOrders = Array.from({ length: instrumentCount }, () => []);
    this.openBuyLots = this.openOrders.map(() => 0);
    this.openSellLots = this.openOrders.map(() => 0);
  }

  get(clientOrderId: ClientOrderId): OrderState | undefined {
    return this.orders.get(clientOrderId);
  }

  open(instrument: InstrumentId): readonly OrderState[] {
    return this.openOrders[instrument] ?? [];
  }

  /** Those of every instrument, one instrument after another. */
  allOpen(): readonly OrderState[] {
    return this.openOrders.flat();
  }

  /** Those that are kept whole, open and ended, in the order they came to the books. */
  kept(): readonly OrderState[] {
    return [...this.orders.values()];
  }

  openLots(instrument: InstrumentId, side: Side): number {
    return (side === 'buy' ? this.openBuyLots[instrument] : this.openSellLots[instrument]) ?? 0;
  }

  /** What is left of an order that ended too long ago to be kept whole. */
  forgotten(clientOrderId: ClientOrderId): ForgottenOrder | undefined {
    return this.forgottenOrders.get(clientOrderId);
  }

  hasFill(clientOrderId: ClientOrderId, fillId: string): boolean {
    const record = this.orders.get(clientOrderId);
    return record?.fillIds.has(fillId) ?? this.forgotten(clientOrderId)?.fillIds.includes(fillId) ?? false;
  }

  fold(fact: Fact): void {
    switch (fact.kind) {
      case 'order-intended':
        this.add(fact.order, fact.at, { origin: fact.origin, replaces: fact.replaces, status: 'intended' });
        break;
      case 'order-adopted': {
        const { origin, venueOrderId } = fact;
        this.add(fact.order, fact.at, { origin, venueOrderId, sent: true, status: 'acknowledged' });
        break;
      }
      case 'order-filled':
        this.fill(fact.fill, fact.at);
        break;
      case 'order-sent':
        this.change(fact, 'released', (record) => {
          record.sent = true;
        });
        break;
      case 'order-acknowledged':
        this.change(fact, 'acknowledged', (record) => {
          record.venueOrderId = fact.venueOrderId;
        });
        break;
      case 'order-triggered':
        this.change(fact, 'triggered', (record) => {
          record.triggered = true;
        });
        break;
      case 'order-cancel-requested':
        this.change(fact, 'cancel-requested', (record) => {
          record.cancelRequested = true;
        });
        break;
      case 'order-rejected':
        this.change(fact, 'rejected');
        break;
      case 'order-cancel-rejected':
        this.change(fact, 'cancel-rejected');
        break;
      case 'order-cancelled':
        this.change(fact, 'cancelled');
        break;
      case 'order-replaced':
        this.change(fact, 'replaced');
        break;
      case 'order-expired':
        this.change(fact, 'expired');
        break;
      case 'order-unknown': {
        const record = this.orders.get(fact.clientOrderId);
        if (record) this.moveTo(record, 'unknown', record.filledLots, fact.at);
        break;
      }
    }
  }

  snapshot(): OrdersSnapshot {
    return {
      count: this.count,
      orders: Array.from(this.orders.values(), (record) => ({
        ...record,
        order: { ...record.order },
        fills: record.fills.map((fill) => ({ ...fill })),
        fillIds: record.fillIds.snapshot(),
      })),
      ended: [...this.ended],
      forgotten: this.forgottenOrders.snapshot(),
    };
  }

  restore(snapshot: OrdersSnapshot): void {
    this.count = snapshot.count;
    this.orders = new Map();
    this.ended = new Set(snapshot.ended);
    this.forgottenOrders.restore(snapshot.forgotten);
    for (const list of this.openOrders) list.length = 0;
    this.openBuyLots.fill(0);
    this.openSellLots.fill(0);
    for (const { fillIds, ...state } of snapshot.orders) {
      const record: OrderRecord = {
        ...state,
        order: { ...state.order },
        fills: state.fills.map((fill) => ({ ...fill })),
        fillIds: new RecentIds(MAX_FILL_IDS),
      };
      record.fillIds.restore(fillIds);
      this.orders.set(record.order.clientOrderId, record);
      if (isTerminal(record.status)) continue;
      this.openOrders[record.order.instrument].push(record);
      this.addOpenLots(record.order, remainingLots(record));
    }
  }

  private add(order: Order, at: Micros, more: Pick<OrderRecord, 'origin' | 'status'> & Partial<OrderRecord>): void {
    this.count += 1;
    const record: OrderRecord = {
      order,
      replaces: null,
      place: this.count,
      intendedAt: at,
      changedAt: at,
      filledLots: 0,
      filledTickLots: 0n,
      fills: [],
      venueOrderId: null,
      sent: false,
      triggered: false,
      cancelRequested: false,
      fillIds: new RecentIds(MAX_FILL_IDS),
      ...more,
    };
    this.orders.set(order.clientOrderId, record);
    this.openOrders[order.instrument].push(record);
    this.addOpenLots(order, order.lots);
  }

  private fill(fill: Fill, at: Micros): void {
    const record = this.orders.get(fill.clientOrderId);
    if (!record) {
      this.forgottenOrders.addFill(fill.clientOrderId, fill.fillId);
      return;
    }
    const { to } = next(record.status, fillEvent(record, fill.lots), record.filledLots > 0);
    record.fillIds.add(fill.fillId);
    record.fills.push(fill);
    if (record.fills.length > MAX_FILLS_SHOWN) record.fills.shift();
    record.filledTickLots += BigInt(fill.priceTicks) * BigInt(fill.lots);
    this.moveTo(record, to, safeInteger(record.filledLots + fill.lots, 'filled lots of an order'), at);
  }

  private change(
    { clientOrderId, at }: { readonly clientOrderId: ClientOrderId; readonly at: Micros },
    event: OrderEvent,
    note?: (record: OrderRecord) => void,
  ): void {
    const record = this.orders.get(clientOrderId);
    if (!record) return;
    note?.(record);
    this.moveTo(record, next(record.status, event, record.filledLots > 0).to, record.filledLots, at);
  }

  /** The one place where status and filled lots change, and the aggregates with them. */
  private moveTo(record: OrderRecord, status: OrderStatus, filledLots: number, at: Micros): void {
    record.changedAt = at;
    const wasOpen = !isTerminal(record.status);
    const before = wasOpen ? remainingLots(record) : 0;
    record.status = status;
    record.filledLots = filledLots;
    const isOpen = !isTerminal(status);
    this.addOpenLots(record.order, (isOpen ? remainingLots(record) : 0) - before);
    if (wasOpen && !isOpen) this.close(record);
    if (!wasOpen && isOpen) this.reopen(record);
  }

  private close(record: OrderRecord): void {
    const list = this.openOrders[record.order.instrument];
    list.splice(list.indexOf(record), 1);
    this.ended.add(record.order.clientOrderId);
    if (this.ended.size > MAX_ENDED_ORDERS) this.forgetOldest();
  }

  private reopen(record: OrderRecord): void {
    this.ended.delete(record.order.clientOrderId);
    const list = this.openOrders[record.order.instrument];
    const later = list.findIndex((other) => other.place > record.place);
    list.splice(later < 0 ? list.length : later, 0, record);
  }

  private forgetOldest(): void {
    const [oldest] = this.ended;
    const record = this.orders.get(oldest);
    this.ended.delete(oldest);
    if (!record) return;
    const { clientOrderId, instrument, side } = record.order;
    this.forgottenOrders.add({ clientOrderId, instrument, side, fillIds: record.fillIds.snapshot() });
    this.orders.delete(oldest);
  }

  private addOpenLots(order: Order, lots: number): void {
    const sums = order.side === 'buy' ? this.openBuyLots : this.openSellLots;
    sums[order.instrument] = safeInteger(sums[order.instrument] + lots, 'lots of open orders');
  }
}

/** What a new fill of `lots` is to an order. */
export function fillEvent(state: OrderState, lots: number): OrderEvent {
  const filled = state.filledLots + lots;
  if (filled < state.order.lots) return 'fill-part';
  return filled === state.order.lots ? 'fill-whole' : 'fill-over';
}
