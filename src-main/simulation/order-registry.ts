import type { ClientOrderId, Fill, Order } from '../../src-shared/domain/order.ts';
import type { OrderReport } from '../core/engine/input.ts';

/** One order as the exchange keeps it. */
export interface VenueOrder {
  readonly order: Order;
  readonly venueOrderId: string;
  /** In the order they happened. A limit on them is the order's lots. */
  readonly fills: Fill[];
  filledLots: number;
  /** The report that ended it; null while it can still trade. */
  end: OrderReport | null;
}

export interface OrderRegistrySnapshot {
  readonly admitted: number;
  /** In the order of admission. */
  readonly open: readonly VenueOrder[];
  /** In the order they ended. */
  readonly ended: readonly VenueOrder[];
}

/** Every open order of the exchange, and as many of the ended ones as its memory holds. */
export class OrderRegistry {
  private readonly openOrders = new Map<ClientOrderId, VenueOrder>();
  private readonly endedOrders = new Map<ClientOrderId, VenueOrder>();
  private readonly maxEnded: number;
  private admitted = 0;

  /** @param maxEnded ended orders beyond this many are forgotten, the longest ended first. */
  constructor(maxEnded: number) {
    if (!Number.isSafeInteger(maxEnded) || maxEnded < 1) {
      throw new RangeError(`an exchange remembers a whole number of ended orders from 1, not ${maxEnded}`);
    }
    this.maxEnded = maxEnded;
  }

  /** Open or remembered. */
  find(id: ClientOrderId): VenueOrder | undefined {
    return this.openOrders.get(id) ?? this.endedOrders.get(id);
  }

  findOpen(id: ClientOrderId): VenueOrder | undefined {
    return this.openOrders.get(id);
  }

  admit(order: Order): VenueOrder {
    const entry = this.entryOf(order);
    this.openOrders.set(order.clientOrderId, entry);
    return entry;
  }

  /** Remembers an order that was never admitted. */
  refuse(order: Order, end: OrderReport): void {
    this.remember({ ...this.entryOf(order), end });
  }

  end(entry: VenueOrder, end: OrderReport): void {
    entry.end = end;
    this.openOrders.delete(entry.order.clientOrderId);
    this.remember(entry);
  }

  snapshot(): OrderRegistrySnapshot {
    return {
      admitted: this.admitted,
      open: [...this.openOrders.values()].map(copyOf),
      ended: [...this.endedOrders.values()].map(copyOf),
    };
  }

  restore(snapshot: OrderRegistrySnapshot): void {
    this.admitted = snapshot.admitted;
    this.openOrders.clear();
    this.endedOrders.clear();
    for (const entry of snapshot.open) this.openOrders.set(entry.order.clientOrderId, copyOf(entry));
    for (const entry of snapshot.ended) this.remember(copyOf(entry));
  }

  private entryOf(order: Order): VenueOrder {
    this.admitted += 1;
    return { order, venueOrderId: `SIM-${this.admitted}`, fills: [], filledLots: 0, end: null };
  }

  private remember(entry: VenueOrder): void {
    this.endedOrders.set(entry.order.clientOrderId, entry);
    if (this.endedOrders.size <= this.maxEnded) return;
    for (const oldest of this.endedOrders.keys()) {
      this.endedOrders.delete(oldest);
      return;
    }
  }
}

/** Orders, fills and reports are immutable: sharing them keeps the copies independent. */
function copyOf(entry: VenueOrder): VenueOrder {
  return { ...entry, fills: [...entry.fills] };
}
