import type { InstrumentId } from '../../../src-shared/domain/instrument.ts';
import type { ClientOrderId, Side } from '../../../src-shared/domain/order.ts';

/** Fill ids that are remembered per order. A repetition of an older one would be booked again: reconciliation finds it. */
export const MAX_FILL_IDS = 4_096;
/** Orders that are remembered, of those with fills and of those without. A report about an older one is about a stranger. */
export const MAX_FORGOTTEN_ORDERS = 20_000;

/** What is left of an order that ended long ago: enough to know a fill of it, and to cancel it. */
export interface ForgottenOrder {
  readonly clientOrderId: ClientOrderId;
  readonly instrument: InstrumentId;
  readonly side: Side;
  readonly fillIds: readonly string[];
}

/**
 * Orders that ended too long ago to be kept whole. Those with fills are counted apart: after a restart a venue's history repeats
 * all trades of the last hour, and most orders of a market maker end without any.
 */
export class ForgottenOrders {
  private readonly filled = new Map<ClientOrderId, ForgottenOrder>();
  private readonly unfilled = new Map<ClientOrderId, ForgottenOrder>();

  get(id: ClientOrderId): ForgottenOrder | undefined {
    return this.filled.get(id) ?? this.unfilled.get(id);
  }

  add(order: ForgottenOrder): void {
    const like = order.fillIds.length > 0 ? this.filled : this.unfilled;
    like.set(order.clientOrderId, order);
    if (like.size <= MAX_FORGOTTEN_ORDERS) return;
    const [oldest] = like.keys();
    like.delete(oldest);
  }

  /** A late fill of an order; nothing of one that is not remembered. */
  addFill(id: ClientOrderId, fillId: string): void {
    const order = this.get(id);
    if (order === undefined) return;
    this.unfilled.delete(id);
    this.add({ ...order, fillIds: [...order.fillIds, fillId].slice(-MAX_FILL_IDS) });
  }

  snapshot(): readonly ForgottenOrder[] {
    return [...this.filled.values(), ...this.unfilled.values()].map(copyOf);
  }

  restore(snapshot: readonly ForgottenOrder[]): void {
    this.filled.clear();
    this.unfilled.clear();
    for (const order of snapshot) this.add(copyOf(order));
  }
}

function copyOf(order: ForgottenOrder): ForgottenOrder {
  return { ...order, fillIds: [...order.fillIds] };
}
