import type { ClientOrderId } from '../../../src-shared/domain/order.ts';

/** Ids that are remembered at once: more than any block has. An order whose id was forgotten waits for its record. */
const MAX_IDS = 100_000;

/**
 * Which orders may leave before their records are on disk: those whose ids are in a record that is. After a crash such an id is
 * asked for at the venue, whether or not its order was written down.
 */
export class ReservedIds {
  private readonly durableSeq: () => number;
  /** The record that reserved each, oldest first. */
  private readonly recordOf = new Map<ClientOrderId, number>();

  /** @param durableSeq number of the last record that is on disk. */
  constructor(durableSeq: () => number) {
    this.durableSeq = durableSeq;
  }

  /** @param recordSeq last record of the turn that reserved them; infinity where it could not be written. */
  reserved(ids: Iterable<ClientOrderId>, recordSeq: number): void {
    for (const id of ids) this.recordOf.set(id, recordSeq);
    for (const oldest of this.recordOf.keys()) {
      if (this.recordOf.size <= MAX_IDS) return;
      this.recordOf.delete(oldest);
    }
  }

  mayLeaveEarly(id: ClientOrderId): boolean {
    const recordSeq = this.recordOf.get(id);
    return recordSeq !== undefined && this.durableSeq() >= recordSeq;
  }
}
