import type { VenueView } from '../../../src-shared/contract/venues.ts';
import { instrumentKey } from '../../../src-shared/domain/instrument.ts';
import type { Core } from '../../core/core.ts';
import type { Market } from '../../core/market/market.ts';
import type { VenueStatus } from '../../edge/venues/venue.ts';
import type { DeskAccess } from './desk-access.ts';

/** What is needed of a desk to say how its venues are. */
export interface VenueSources extends Pick<DeskAccess, 'instruments' | 'venues'> {
  readonly core: Pick<Core, 'accountStatus'> & { readonly market: Pick<Market, 'markPrice'> };
}

/** What the desk knows of its venues, for its windows: their links' own figures, and what the core says besides. */
export class VenueReader {
  private readonly desk: VenueSources;

  constructor(desk: VenueSources) {
    this.desk = desk;
  }

  read(): VenueView[] {
    return this.desk.venues().map((status) => this.viewOf(status));
  }

  private viewOf({ connections, latencies, budget, ...status }: VenueStatus): VenueView {
    return {
      ...status,
      connections: [...connections],
      latencies: [...latencies],
      budget: [...budget],
      reconciliation: this.desk.core.accountStatus(status.venue),
      marks: this.marksOf(status.venue),
    };
  }

  private marksOf(venue: string): VenueView['marks'] {
    const { instruments, core } = this.desk;
    return instruments.flatMap((of) => {
      const price = of.venue === venue ? core.market.markPrice(of.id) : null;
      if (price === null) return [];
      const { markPrice: mark, indexPrice: index, fundingRate, nextFundingAt, at } = price;
      return [{ instrument: instrumentKey(of), mark, index, fundingRate, nextFundingAt, at }];
    });
  }
}
