import type { ClientOrderId } from '../../../src-shared/domain/order.ts';
import type { OrderReading } from './reports.ts';

/** What the gate reads of it. */
export interface ReconciliationView {
  /** Orders of which `venue` has said nothing since the desk lost sight of them; nothing new is ordered there before 0. */
  unanswered(venue: string): number;
}

export interface UnansweredSnapshot {
  readonly venue: string;
  readonly clientOrderIds: readonly ClientOrderId[];
}

/**
 * The open orders that a venue still has to answer for, after a restart or a broken link. One word on an order is enough: from
 * then on what is not known of it is UNKNOWN, and counts in full.
 */
export class Reconciliation implements ReconciliationView {
  private readonly byVenue = new Map<string, Set<ClientOrderId>>();

  unanswered(venue: string): number {
    return this.byVenue.get(venue)?.size ?? 0;
  }

  /** `venue` has to answer for the order. */
  expect(clientOrderId: ClientOrderId, venue: string): void {
    const ids = this.byVenue.get(venue);
    if (ids) ids.add(clientOrderId);
    else this.byVenue.set(venue, new Set([clientOrderId]));
  }

  /** The venue has answered for the order, or it has ended. */
  answered(clientOrderId: ClientOrderId): void {
    for (const [venue, ids] of this.byVenue) {
      if (ids.delete(clientOrderId) && ids.size === 0) this.byVenue.delete(venue);
    }
  }

  snapshot(): readonly UnansweredSnapshot[] {
    return Array.from(this.byVenue, ([venue, ids]) => ({ venue, clientOrderIds: [...ids] }));
  }

  restore(snapshot: readonly UnansweredSnapshot[]): void {
    this.byVenue.clear();
    for (const { venue, clientOrderIds } of snapshot) this.byVenue.set(venue, new Set(clientOrderIds));
  }
}

/** Whether a report is the venue's own word: the outbox's is not, and neither is a time-out or what cannot be read. */
export function isVenuesWord({ type }: OrderReading): boolean {
  return type !== 'released' && type !== 'blocked' && type !== 'unanswered' && type !== 'garbled';
}
