import type { ClientOrderId, Fill } from '../../../../src-shared/domain/order.ts';
import { RecentMap } from '../recent-map.ts';

/** Orders that are remembered: more than a desk has open at once. Of an older one nothing counts as heard. */
const MAX_ORDERS = 10_000;

/** How much of each order the desk has been told to be filled, each fill counted once. */
export class HeardFills {
  /** Lots by fill, by order. */
  private readonly orders = new RecentMap<ClientOrderId, Map<string, number>>(MAX_ORDERS);

  heard({ clientOrderId, fillId, lots }: Fill): void {
    const fills = this.orders.get(clientOrderId) ?? new Map<string, number>();
    fills.set(fillId, lots);
    this.orders.set(clientOrderId, fills);
  }

  lots(clientOrderId: ClientOrderId): number {
    let sum = 0;
    for (const lots of this.orders.get(clientOrderId)?.values() ?? []) sum += lots;
    return sum;
  }
}
