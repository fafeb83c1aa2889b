import type { InstrumentId } from '../../../src-shared/domain/instrument.ts';

/** What other rooms may read of the positions. */
export interface PositionsView {
  /** Signed lots held: positive long, negative short. */
  lots(instrument: InstrumentId): number;
}
