import type { VenueView } from '../src-shared/contract/venues.ts';
import { micros } from '../src-shared/domain/time.ts';

/** A real venue with all that a venue can have, and a second one with all that can be wrong with it. As of `now`, µs. */
export function venueViews(now: number): readonly VenueView[] {
  const at = micros(Math.round(now) - 400_000);
  const mark = { fundingRate: 0.0001, nextFundingAt: micros(Math.round(now) + 3_600_000_000), at };
  const well: VenueView = {
    ...{ venue: 'binance-usdm', simulated: false, state: 'up', detail: 'connected, books from the stream' },
    connections: [
      { name: 'market data', up: true, quietMs: 14, reconnects: 0 },
      { name: 'order entry', up: true, quietMs: 2_300, reconnects: 1 },
      { name: 'account reports', up: true, quietMs: 48_000, reconnects: 0 },
    ],
    latencies: [
      { name: 'order until acknowledged', samples: 1_841, p50: 3.41, p99: 12.7, max: 48.2 },
      { name: 'cancel until acknowledged', samples: 1_790, p50: 3.12, p99: 11.9, max: 61 },
      { name: 'frame until received', samples: 812_334, p50: 0.84, p99: 4.25, max: 130 },
    ],
    clock: { offsetMs: -12.4, uncertaintyMs: 3.1 },
    budget: [
      { name: 'request weight', used: 118, limit: 2_400, reserved: 480, intervalMs: 60_000 },
      { name: 'orders in 10 s', used: 31, limit: 300, reserved: 60, intervalMs: 10_000 },
    ],
    restingUntil: null,
    deadMan: { state: 'armed', firesInMs: 48_000 },
    reconciliation: { at: micros(Math.round(now) - 12_000_000), differences: 0 },
    marks: [
      { instrument: 'binance-usdm:BTCUSDT', mark: 61_794.15, index: 61_784.63, ...mark },
      { instrument: 'binance-usdm:ETHUSDT', mark: 2_681.42, index: 2_681.9, ...mark, fundingRate: -0.00038 },
    ],
  };
  return [
    well,
    {
      ...well,
      ...{ venue: 'elsewhere', state: 'banned', detail: '418: too many requests; retry after 120 s' },
      marks: well.marks.map((of) => ({ ...of, instrument: of.instrument.replace('binance-usdm', 'elsewhere') })),
      connections: well.connections.map((of) => ({ ...of, up: false, quietMs: 95_000, reconnects: 7 })),
      clock: { offsetMs: 1_870, uncertaintyMs: 40 },
      budget: [
        { name: 'request weight', used: 2_400, limit: 2_400, reserved: 480, intervalMs: 60_000 },
        { name: 'orders in 10 s', used: 200, limit: 300, reserved: 60, intervalMs: 10_000 },
      ],
      restingUntil: micros(Math.round(now) + 118_000_000),
      deadMan: { state: 'fired', firesInMs: null },
      reconciliation: { at, differences: 2 },
    },
  ];
}
