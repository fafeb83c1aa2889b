import type { InstrumentId } from '../../../src-shared/domain/instrument.ts';
import type { Fill } from '../../../src-shared/domain/order.ts';

/** What other rooms may read of the positions. */
export interface PositionsView {
  /** Signed lots held: positive long, negative short. */
  lots(instrument: InstrumentId): number;
}

/** Asked before a fill becomes a fact, since a fact cannot be taken back. */
export interface FillCheck {
  /** Why `fill` cannot be booked, null when it can: what this admits, the books take. */
  fillFault(fill: Fill): string | null;
}
