import type { ClientOrderId, Order, Side } from '../../../src-shared/domain/order.ts';
import type { ListedOrder } from '../../core/engine/input.ts';
import { isCountable } from './second-check-values.ts';

/** One order that passed, was recalled or was found at a venue, and what was heard of it since. */
export interface CountedOrder {
  readonly id: ClientOrderId;
  readonly instrument: number;
  readonly side: Side;
  readonly lots: number;
  /** Its limit price; 0 for none. */
  readonly priceTicks: number;
  /** Whether a report suggests that it left: no block undoes that any more, and its price has become a known one. */
  hasLeft: boolean;
  filledLots: number;
  fillIds: string[];
  /** Whether its end was reported in a way that a later sign of life revokes: refused or lapsed, not cancelled. */
  endIsWeak: boolean;
  notFound: number;
  notFoundSince: number;
}

/** A fill of an order that is not known. It is in the position all the same. */
export interface StrayFill {
  readonly id: ClientOrderId;
  readonly fillId: string;
  readonly lots: number;
}

export interface CountedOrdersSnapshot {
  readonly open: readonly Readonly<CountedOrder>[];
  readonly ended: readonly Readonly<CountedOrder>[];
  readonly strayFills: readonly StrayFill[];
}

/** Orders that may be open at once, over all instruments. */
export const MAX_OPEN = 10_000;
/** Ended orders with fills, those without, and fills of strangers that are remembered; a repetition of something older counts twice. */
const MEMORY = 20_000;

/** The orders that the second check counts, open and ended. */
export class CountedOrders {
  private openOrders = new Map<ClientOrderId, CountedOrder>();
  /** Apart from each other: after a restart a venue repeats fills, and most orders of a market maker end without any. */
  private readonly endedFilled = new Map<ClientOrderId, CountedOrder>();
  private readonly endedUnfilled = new Map<ClientOrderId, CountedOrder>();
  /** By order and fill. */
  private strayFills = new Map<string, StrayFill>();

  get isFull(): boolean {
    return this.openOrders.size >= MAX_OPEN;
  }

  get(id: ClientOrderId): CountedOrder | undefined {
    return this.openOrders.get(id) ?? this.endedFilled.get(id) ?? this.endedUnfilled.get(id);
  }

  open(): Iterable<CountedOrder> {
    return this.openOrders.values();
  }

  /** From here on `order` may trade in full. */
  count(order: Order): CountedOrder {
    const { clientOrderId: id, instrument, side, lots, priceTicks } = order;
    const counted: CountedOrder = {
      id,
      instrument,
      side,
      lots,
      priceTicks: priceTicks !== null && isCountable(priceTicks) ? priceTicks : 0,
      hasLeft: false,
      filledLots: 0,
      fillIds: [],
      endIsWeak: false,
      notFound: 0,
      notFoundSince: 0,
    };
    this.openOrders.set(id, counted);
    return counted;
  }

  /** Counts an order that a venue tells of, unless it is known. What was heard to be filled of it is filled. */
  find(listed: ListedOrder | null): void {
    const order = listed?.order;
    if (!order || this.get(order.clientOrderId) !== undefined) return;
    const found = this.count(order);
    found.hasLeft = true;
    for (const { id, fillId, lots } of this.strayFills.values()) {
      if (id === found.id) this.addFill(found, fillId, lots);
    }
    // In this form lots that are no number keep it open.
    if (found.filledLots >= found.lots) this.end(found, false);
  }

  /** False when the fill is known. */
  addStray(stray: StrayFill): boolean {
    const key = keyOf(stray);
    if (this.strayFills.has(key)) return false;
    this.strayFills.set(key, stray);
    forgetOldest(this.strayFills, MEMORY);
    return true;
  }

  addFill(order: CountedOrder, fillId: string, lots: number): void {
    order.fillIds.push(fillId);
    order.filledLots += lots;
    if (this.endedUnfilled.delete(order.id)) this.remember(order);
  }

  end(order: CountedOrder, isWeak: boolean): void {
    if (!this.openOrders.delete(order.id)) return;
    order.endIsWeak = isWeak;
    this.remember(order);
  }

  revive(order: CountedOrder): void {
    if (unfilled(order) === 0) return;
    if (!this.endedFilled.delete(order.id) && !this.endedUnfilled.delete(order.id)) return;
    order.endIsWeak = false;
    this.openOrders.set(order.id, order);
  }

  snapshot(): CountedOrdersSnapshot {
    return {
      open: Array.from(this.openOrders.values(), copy),
      ended: [...this.endedFilled.values(), ...this.endedUnfilled.values()].map(copy),
      strayFills: [...this.strayFills.values()],
    };
  }

  restore({ open, ended, strayFills }: CountedOrdersSnapshot): void {
    this.openOrders = new Map(open.map((order) => [order.id, copy(order)]));
    this.endedFilled.clear();
    this.endedUnfilled.clear();
    for (const order of ended) this.remember(copy(order));
    this.strayFills = new Map(strayFills.map((stray) => [keyOf(stray), stray]));
  }

  private remember(order: CountedOrder): void {
    const like = order.fillIds.length > 0 ? this.endedFilled : this.endedUnfilled;
    like.set(order.id, order);
    forgetOldest(like, MEMORY);
  }
}

/** Lots that can still trade. */
export function unfilled(order: CountedOrder): number {
  return order.filledLots < order.lots ? order.lots - order.filledLots : 0;
}

/** Makes room for one more. */
export function forgetOldest(of: Set<string> | Map<string, unknown>, most: number): void {
  if (of.size <= most) return;
  const [oldest] = of.keys();
  of.delete(oldest);
}

function copy(order: Readonly<CountedOrder>): CountedOrder {
  return { ...order, fillIds: [...order.fillIds] };
}

function keyOf({ id, fillId }: StrayFill): string {
  return `${id} ${fillId}`;
}
