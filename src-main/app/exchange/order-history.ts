import type { InstrumentId } from '../../../src-shared/domain/instrument.ts';
import { type ClientOrderId, type Fill, type Order, sign } from '../../../src-shared/domain/order.ts';
import { canonical } from '../../core/engine/canonical.ts';
import type { OrderReport } from '../../core/engine/input.ts';
import type { VenueReport } from '../../edge/venues/simulated-wire.ts';
import type { OrderRegistrySnapshot } from '../../simulation/order-registry.ts';

/** What was written of one order. Shaped as the exchange's own registry keeps it. */
interface LoggedOrder {
  readonly order: Order;
  /** Empty until it was acknowledged. */
  venueOrderId: string;
  readonly fills: Fill[];
  filledLots: number;
  end: OrderReport | null;
}

/** Orders and positions as the lines of an order log tell them. */
export class OrderHistory {
  private readonly maxEnded: number;
  private readonly openOrders = new Map<ClientOrderId, LoggedOrder>();
  /** In the order they ended. */
  private readonly endedOrders = new Map<ClientOrderId, LoggedOrder>();
  private readonly positions = new Map<InstrumentId, number>();
  private admitted = 0;

  /** @param maxEnded ended orders beyond this many are forgotten, the longest ended first; Infinity to forget none. */
  constructor(maxEnded: number) {
    this.maxEnded = maxEnded;
  }

  /** An order arrived. One whose id is known changes nothing: the exchange will reject it. */
  received(order: Order): void {
    this.admitted += 1;
    const { clientOrderId } = order;
    if (this.find(clientOrderId) !== undefined) return;
    this.openOrders.set(clientOrderId, { order, venueOrderId: '', fills: [], filledLots: 0, end: null });
  }

  /** Whether `report` says something that no line says yet: the answer to a query repeats what happened before. */
  isNews(id: ClientOrderId, report: VenueReport): boolean {
    const of = this.find(id);
    if (report.type === 'filled') {
      // Every order has its line before its fills: one that is not here was forgotten, and its fills are old.
      return of !== undefined && !of.fills.some(({ fillId }) => fillId === report.fill.fillId);
    }
    const end = of?.end ?? null;
    return end === null || canonical(end) !== canonical(report);
  }

  /** @param report that {@link isNews}. */
  reported(id: ClientOrderId, report: VenueReport): void {
    const of = this.openOrders.get(id);
    if (of === undefined) return;
    switch (report.type) {
      case 'acknowledged':
        of.venueOrderId = report.venueOrderId;
        break;
      case 'filled':
        this.filled(of, report);
        break;
      case 'rejected':
        // What an acknowledged order's id is rejected for is a second order under the same id.
        if (of.venueOrderId === '') this.end(of, report);
        break;
      case 'cancelled':
      case 'expired':
      case 'replaced':
        this.end(of, report);
        break;
      default:
        break;
    }
  }

  get openCount(): number {
    return this.openOrders.size;
  }

  /** Received, and not ended by any report yet. */
  open(): Order[] {
    return [...this.openOrders.values()].map(({ order }) => order);
  }

  positionLots(instrument: InstrumentId): number {
    return this.positions.get(instrument) ?? 0;
  }

  /** The registry of an exchange that goes on from here and numbers on. It shares the orders. */
  registry(): OrderRegistrySnapshot {
    return {
      admitted: this.admitted,
      open: [...this.openOrders.values()],
      ended: [...this.endedOrders.values()],
    };
  }

  private find(id: ClientOrderId): LoggedOrder | undefined {
    return this.openOrders.get(id) ?? this.endedOrders.get(id);
  }

  private filled(of: LoggedOrder, report: VenueReport & { readonly type: 'filled' }): void {
    const { fill } = report;
    of.fills.push(fill);
    of.filledLots += fill.lots;
    this.positions.set(fill.instrument, this.positionLots(fill.instrument) + sign(fill.side) * fill.lots);
    if (of.filledLots === of.order.lots) this.end(of, report);
  }

  private end(of: LoggedOrder, report: VenueReport): void {
    const { clientOrderId } = of.order;
    of.end = report;
    this.openOrders.delete(clientOrderId);
    this.endedOrders.set(clientOrderId, of);
    if (this.endedOrders.size <= this.maxEnded) return;
    for (const oldest of this.endedOrders.keys()) {
      this.endedOrders.delete(oldest);
      return;
    }
  }
}
