import { describe, expect, it } from 'vitest';
import { venueSchema } from '../../../src-shared/contract/venues.ts';
import type { InstrumentId } from '../../../src-shared/domain/instrument.ts';
import { micros } from '../../../src-shared/domain/time.ts';
import type { AccountStatus } from '../../core/execution/account-reconciliation.ts';
import type { MarkPriceView } from '../../core/market/market-view.ts';
import type { VenueStatus } from '../../edge/venues/venue.ts';
import { instrumentLike } from '../desk/fixtures.ts';
import { VenueReader } from './venue-reader.ts';

const STATUS: VenueStatus = {
  ...{ venue: 'here', simulated: false, state: 'degraded', detail: 'the report stream is silent' },
  connections: [{ name: 'market data', up: true, quietMs: 12, reconnects: 3 }],
  latencies: [{ name: 'order', samples: 4, p50: 1.5, p99: 9, max: 12 }],
  clock: { offsetMs: -3.5, uncertaintyMs: 2 },
  budget: [{ name: 'orders', limit: 300, intervalMs: 10_000, reserved: 60, used: 17 }],
  restingUntil: micros(5_000_000),
  deadMan: { state: 'armed', firesInMs: 48_000 },
};
const MARK: MarkPriceView = {
  ...{ markPrice: 60_000.5, indexPrice: 60_001.25, fundingRate: -0.0001 },
  nextFundingAt: micros(9_000_000),
  at: micros(1_000_000),
};

/** A desk at two venues, with a perpetual at each; the venue reports and the market says what a test sets. */
class Desk {
  readonly instruments = [
    instrumentLike({ venue: 'here', symbol: 'A' }, 0),
    instrumentLike({ venue: 'there', symbol: 'A' }, 1),
    instrumentLike({ venue: 'here', symbol: 'B' }, 2),
  ];
  readonly marks = new Map<InstrumentId, MarkPriceView>();
  readonly comparisons = new Map<string, AccountStatus>();
  readonly core = {
    market: { markPrice: (id: InstrumentId) => this.marks.get(id) ?? null },
    accountStatus: (venue: string) => this.comparisons.get(venue) ?? null,
  };

  venues(): readonly VenueStatus[] {
    return [STATUS, { ...STATUS, venue: 'there', connections: [], simulated: true }];
  }
}

describe('the venues for a window', () => {
  it('say what each venue’s link says, in the words of the contract', () => {
    const [here, there] = new VenueReader(new Desk()).read();
    expect(venueSchema.strict().parse(here)).toEqual({ ...STATUS, reconciliation: null, marks: [] });
    expect(there).toMatchObject({ venue: 'there', simulated: true, connections: [] });
  });

  it('have their last comparison with the books, each its own', () => {
    const desk = new Desk();
    const reader = new VenueReader(desk);
    desk.comparisons.set('there', { at: micros(2_000), differences: 3 });
    const comparisons = () => reader.read().map(({ reconciliation }) => reconciliation);
    expect(comparisons()).toEqual([null, { at: 2_000, differences: 3 }]);
    desk.comparisons.set('here', { at: micros(3_000), differences: 0 });
    expect(comparisons()).toEqual([
      { at: 3_000, differences: 0 },
      { at: 2_000, differences: 3 },
    ]);
  });

  it('have the mark prices of their own instruments, where there are some', () => {
    const desk = new Desk();
    desk.marks.set(1 as InstrumentId, { ...MARK, markPrice: 1 });
    desk.marks.set(2 as InstrumentId, MARK);
    const [here, there] = new VenueReader(desk).read();
    const { nextFundingAt, at } = MARK;
    expect(here?.marks).toEqual([
      { instrument: 'here:B', mark: 60_000.5, index: 60_001.25, fundingRate: -0.0001, nextFundingAt, at },
    ]);
    expect(there?.marks).toMatchObject([{ instrument: 'there:A', mark: 1 }]);
  });
});
