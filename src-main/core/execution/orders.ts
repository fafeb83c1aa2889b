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
import type { Room } from '../engine/engine.ts';
import type { Fact } from '../engine/fact.ts';
import { RecentIds } from '../engine/recent-ids.ts';
import { next, type OrderEvent } from './lifecycle.ts';
import { type OrderState, type OrdersView, remainingLots } from './orders-view.ts';

/** Fills that an order shows. Sum and average cover all of them. */
export const MAX_FILLS_SHOWN = 64;
/** Fill ids that are remembered per order. A repetition of an older one would be booked again: reconciliation finds it. */
export const MAX_FILL_IDS = 4_096;
/** Ended orders that are kept whole. Older ones leave only what {@link ForgottenOrder} has. */
export const MAX_ENDED_ORDERS = 1_000;
/** Ended orders whose ids are remembered after that. A report about an older one is about a stranger: noted, never booked. */
export const MAX_FORGOTTEN_ORDERS = 20_000;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

interface OrderRecord extends Writable<OrderState> {
  fills: Fill[];
  readonly fillIds: RecentIds;
}

export interface OrderSnapshot extends OrderState {
  readonly fillIds: readonly string[];
}

/** What is left of an order that ended long ago: enough to know a fill of it, and to cancel it. */
export interface ForgottenOrder {
  readonly clientOrderId: ClientOrderId;
  readonly instrument: InstrumentId;
  readonly side: Side;
  readonly fillIds: readonly string[];
}

export interface OrdersSnapshot {
  readonly intents: number;
  /** Every order that is kept whole, in the order they were intended. */
  readonly orders: readonly OrderSnapshot[];
  /** The ended ones among them, in the order they ended. */
  readonly ended: readonly ClientOrderId[];
  readonly forgotten: readonly ForgottenOrder[];
}

/** Every order of the desk, folded from facts alone: the same facts always make the same orders. */
export class Orders implements Room, OrdersView {
  readonly name = 'orders';
  private intents = 0;
  private orders = new Map<ClientOrderId, OrderRecord>();
  private ended = new Set<ClientOrderId>();
  private forgottenOrders = new Map<ClientOrderId, ForgottenOrder>();
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

  /** How many orders were ever intended. */
  get intentCount(): number {
    return this.intents;
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

  /** Those that are kept whole, open and ended, in the order they were intended. */
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
        this.add(fact);
        break;
      case 'order-filled':
        this.fill(fact.fill);
        break;
      case 'order-sent':
        this.change(fact.clientOrderId, 'released', (record) => {
          record.sent = true;
        });
        break;
      case 'order-acknowledged':
        this.change(fact.clientOrderId, 'acknowledged', (record) => {
          record.venueOrderId = fact.venueOrderId;
        });
        break;
      case 'order-triggered':
        this.change(fact.clientOrderId, 'triggered', (record) => {
          record.triggered = true;
        });
        break;
      case 'order-cancel-requested':
        this.change(fact.clientOrderId, 'cancel-requested', (record) => {
          record.cancelRequested = true;
        });
        break;
      case 'order-rejected':
        this.change(fact.clientOrderId, 'rejected');
        break;
      case 'order-cancel-rejected':
        this.change(fact.clientOrderId, 'cancel-rejected');
        break;
      case 'order-cancelled':
        this.change(fact.clientOrderId, 'cancelled');
        break;
      case 'order-replaced':
        this.change(fact.clientOrderId, 'replaced');
        break;
      case 'order-expired':
        this.change(fact.clientOrderId, 'expired');
        break;
      case 'order-unknown': {
        const record = this.orders.get(fact.clientOrderId);
        if (record) this.moveTo(record, 'unknown', record.filledLots);
        break;
      }
    }
  }

  snapshot(): OrdersSnapshot {
    return {
      intents: this.intents,
      orders: Array.from(this.orders.values(), (record) => ({
        ...record,
        order: { ...record.order },
        fills: record.fills.map((fill) => ({ ...fill })),
        fillIds: record.fillIds.snapshot(),
      })),
      ended: [...this.ended],
      forgotten: Array.from(this.forgottenOrders.values(), copyOf),
    };
  }

  restore(snapshot: OrdersSnapshot): void {
    this.intents = snapshot.intents;
    this.orders = new Map();
    this.ended = new Set(snapshot.ended);
    this.forgottenOrders = new Map(snapshot.forgotten.map((order) => [order.clientOrderId, copyOf(order)]));
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

  private add(fact: Extract<Fact, { kind: 'order-intended' }>): void {
    this.intents += 1;
    const record: OrderRecord = {
      order: fact.order,
      origin: fact.origin,
      replaces: fact.replaces,
      intentSeq: this.intents,
      intendedAt: fact.at,
      status: 'intended',
      filledLots: 0,
      filledTickLots: 0n,
      fills: [],
      venueOrderId: null,
      sent: false,
      triggered: false,
      cancelRequested: false,
      fillIds: new RecentIds(MAX_FILL_IDS),
    };
    this.orders.set(fact.order.clientOrderId, record);
    this.openOrders[fact.order.instrument].push(record);
    this.addOpenLots(fact.order, fact.order.lots);
  }

  private fill(fill: Fill): void {
    const record = this.orders.get(fill.clientOrderId);
    if (!record) {
      const forgotten = this.forgotten(fill.clientOrderId);
      if (!forgotten) return;
      const fillIds = [...forgotten.fillIds, fill.fillId].slice(-MAX_FILL_IDS);
      this.forgottenOrders.set(fill.clientOrderId, { ...forgotten, fillIds });
      return;
    }
    const { to } = next(record.status, fillEvent(record, fill.lots), record.filledLots > 0);
    record.fillIds.add(fill.fillId);
    record.fills.push(fill);
    if (record.fills.length > MAX_FILLS_SHOWN) record.fills.shift();
    record.filledTickLots += BigInt(fill.priceTicks) * BigInt(fill.lots);
    this.moveTo(record, to, safeInteger(record.filledLots + fill.lots, 'filled lots of an order'));
  }

  private change(clientOrderId: ClientOrderId, event: OrderEvent, note?: (record: OrderRecord) => void): void {
    const record = this.orders.get(clientOrderId);
    if (!record) return;
    note?.(record);
    this.moveTo(record, next(record.status, event, record.filledLots > 0).to, record.filledLots);
  }

  /** The one place where status and filled lots change, and the aggregates with them. */
  private moveTo(record: OrderRecord, status: OrderStatus, filledLots: number): void {
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
    const later = list.findIndex((other) => other.intentSeq > record.intentSeq);
    list.splice(later < 0 ? list.length : later, 0, record);
  }

  private forgetOldest(): void {
    const [oldest] = this.ended;
    const record = this.orders.get(oldest);
    this.ended.delete(oldest);
    if (!record) return;
    const { clientOrderId, instrument, side } = record.order;
    const fillIds = record.fillIds.snapshot();
    this.forgottenOrders.set(oldest, { clientOrderId, instrument, side, fillIds });
    this.orders.delete(oldest);
    if (this.forgottenOrders.size <= MAX_FORGOTTEN_ORDERS) return;
    const [first] = this.forgottenOrders.keys();
    this.forgottenOrders.delete(first);
  }

  private addOpenLots(order: Order, lots: number): void {
    const sums = order.side === 'buy' ? this.openBuyLots : this.openSellLots;
    sums[order.instrument] = safeInteger(sums[order.instrument] + lots, 'lots of open orders');
  }
}

function copyOf(order: ForgottenOrder): ForgottenOrder {
  return { ...order, fillIds: [...order.fillIds] };
}

/** What a new fill of `lots` is to an order. */
export function fillEvent(state: OrderState, lots: number): OrderEvent {
  const filled = state.filledLots + lots;
  if (filled < state.order.lots) return 'fill-part';
  return filled === state.order.lots ? 'fill-whole' : 'fill-over';
}
