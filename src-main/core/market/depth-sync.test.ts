import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../testing/runs.ts';
import type { DepthUpdate, MarketInput } from '../engine/input.ts';
import { Random } from '../engine/random.ts';
import { bookLevels, depth, depthSnapshot, type Rule, TestDesk, TestVenue, venueLevels } from './fixtures.ts';

const rules = fc.constantFrom<Rule>('spot', 'futures');
const seed = fc.nat();
const BIDS = [[100, 5]] as const;
const ASKS = [[102, 7]] as const;

/** A desk whose book is proven, and its venue. */
function synchronised(rule: Rule, random: Random): { desk: TestDesk; venue: TestVenue } {
  const venue = new TestVenue(rule, random);
  const desk = new TestDesk().start();
  desk.feed([venue.update(), venue.snapshot(), venue.update()]);
  expect(desk.isProven).toBe(true);
  return { desk, venue };
}

function expectSameBook(desk: TestDesk, venue: TestVenue): void {
  expect(bookLevels(desk, 'buy')).toEqual(venueLevels(venue, 'buy'));
  expect(bookLevels(desk, 'sell')).toEqual(venueLevels(venue, 'sell'));
}

function snapshotRequests(desk: TestDesk): number {
  return desk.effects.filter(({ kind }) => kind === 'request-snapshot').length;
}

describe('a book in sequence', () => {
  it('equals the venue’s, wherever in the stream the snapshot comes and was taken', () => {
    fc.assert(
      fc.property(rules, seed, fc.nat({ max: 10 }), fc.nat({ max: 10 }), (rule, streamSeed, before, late) => {
        const random = new Random(streamSeed);
        const venue = new TestVenue(rule, random);
        const desk = new TestDesk().start();
        desk.feed(Array.from({ length: before + 1 }, () => venue.update()));
        const snapshot = venue.snapshot();
        desk.feed(Array.from({ length: late }, () => venue.update()));
        expect(desk.isProven).toBe(false);
        desk.feed([snapshot]);
        for (let i = 0; i < 20; i++) {
          desk.feed([venue.update()]);
          expect(desk.isProven).toBe(true);
          expectSameBook(desk, venue);
        }
        expect(desk.story).toEqual(['proven']);
        expect(desk.stats).toMatchObject({ gaps: 0, resyncs: 0, quarantines: 0, snapshotRequests: 1, rejected: {} });
      }),
      { seed: 42, numRuns: runs(100) },
    );
  });

  it('loses its proof by a dropped, doubled or swapped update no later than with the next, until a later snapshot', () => {
    const fault = fc.constantFrom('drop', 'duplicate', 'repeat-later', 'swap');
    fc.assert(
      fc.property(rules, seed, fault, fc.nat({ max: 17 }), (rule, streamSeed, kind, place) => {
        const { desk, venue } = synchronised(rule, new Random(streamSeed));
        const stale = venue.snapshot();
        const updates = Array.from({ length: 20 }, () => venue.update());
        const faulty: MarketInput[] = [...updates];
        if (kind === 'drop') faulty.splice(place, 1);
        else if (kind === 'duplicate') faulty.splice(place + 1, 0, structuredClone(updates[place]));
        else if (kind === 'repeat-later') faulty.splice(place + 2, 0, structuredClone(updates[place]));
        else faulty.splice(place, 2, updates[place + 1], updates[place]);
        const seen = { drop: place, duplicate: place + 1, 'repeat-later': place + 2, swap: place }[kind] ?? -1;
        faulty.forEach((frame, i) => {
          desk.feed([frame]);
          expect(desk.isProven).toBe(i < seen);
        });
        expect(desk.story).toHaveLength(2);
        expect(Number.isNaN(desk.market.midTicks(desk.market.instruments[0].id))).toBe(true);
        expect(bookLevels(desk, 'buy')).toEqual([]);
        desk.feed([stale, venue.update()]);
        expect(desk.isProven).toBe(false);
        desk.feed([venue.snapshot(), venue.update()]);
        expect(desk.isProven).toBe(true);
        expectSameBook(desk, venue);
        expect(desk.stats).toMatchObject({ resyncs: 1, quarantines: 1 });
        expect(desk.stats.gaps).toBeGreaterThan(0);
      }),
      { seed: 42, numRuns: runs(150) },
    );
  });

  it.each([
    ['spot', 'gap', [14, 15, -1]],
    ['spot', 'duplicate', [12, 12, -1]],
    ['spot', 'out-of-order', [9, 11, -1]],
    ['spot', 'out-of-order', [12, 14, -1]],
    ['futures', 'gap', [15, 16, 13]],
    ['futures', 'duplicate', [9, 12, 8]],
    ['futures', 'out-of-order', [13, 14, 11]],
    ['futures', 'gap', [20, 21, -1]],
  ] as const)('%s: names a %s, with what was expected and what came', (rule, reason, [first, last, previous]) => {
    const previousId = rule === 'spot' ? -1 : 9;
    const desk = new TestDesk().start();
    desk.feed([depth([10, 12, previousId], BIDS, ASKS), depthSnapshot(11, BIDS, ASKS)]);
    expect(desk.story).toEqual(['proven']);
    desk.feed([depth([first, last, previous], BIDS, ASKS)]);
    expect(desk.story).toEqual(['proven', reason]);
    expect(desk.facts.at(-1)).toMatchObject({ kind: 'book-quarantined', instrument: 0 });
    expect(desk.facts.at(-1)).toHaveProperty(
      'detail',
      expect.stringMatching(rule === 'spot' || previous < 0 ? /13/ : /12/),
    );
    expect(desk.facts.at(-1)).toHaveProperty('detail', expect.stringContaining(`got ${first}..${last}`));
    expect(desk.effects.at(-1)).toEqual({ kind: 'request-snapshot', instrument: 0 });
  });
});

it('keeps the update that showed the hole, so that a snapshot within it is enough', () => {
  const desk = new TestDesk().start();
  desk.feed([depth([10, 12], BIDS, ASKS), depthSnapshot(11, BIDS, ASKS), depth([20, 22], [[99, 3]])]);
  desk.feed([depthSnapshot(21, BIDS, ASKS)]);
  expect(desk.facts.at(-1)).toMatchObject({ kind: 'book-proven', updateId: 22 });
  expect(bookLevels(desk, 'buy')).toEqual([
    [100, 5],
    [99, 3],
  ]);
});

describe('the documented rules for the first update', () => {
  const spot = (first: number, last: number): DepthUpdate => depth([first, last], BIDS, ASKS);
  const futures = (first: number, last: number): DepthUpdate => depth([first, last, first - 1], BIDS, ASKS);

  it.each([
    ['spot', 9, false],
    ['spot', 10, true],
    ['spot', 11, true],
    ['futures', 9, false],
    ['futures', 10, true],
    ['futures', 12, true],
  ] as const)('%s: a snapshot of id %i and a buffered update 10..12 prove a book: %s', (rule, id, proves) => {
    const desk = new TestDesk().start();
    desk.feed([rule === 'spot' ? spot(10, 12) : futures(10, 12), depthSnapshot(id, BIDS, ASKS)]);
    expect(desk.isProven).toBe(proves);
    expect(desk.stats.staleSnapshots).toBe(proves ? 0 : 1);
  });

  it.each([
    // Covered by the snapshot: discarded, and the snapshot still waits for its bridge.
    ['spot', 18, 20, 'waits'],
    ['spot', 20, 21, 'proven'],
    ['spot', 21, 22, 'proven'],
    ['spot', 22, 23, 'too old'],
    ['futures', 17, 19, 'waits'],
    ['futures', 18, 20, 'proven'],
    ['futures', 20, 24, 'proven'],
    ['futures', 21, 24, 'too old'],
  ] as const)('%s: after a snapshot of id 20 alone, an update %i..%i: %s', (rule, first, last, outcome) => {
    const desk = new TestDesk().start();
    const update = rule === 'spot' ? spot : futures;
    desk.feed([depthSnapshot(20, BIDS, ASKS)]);
    expect(desk.isProven).toBe(false);
    desk.feed([update(first, last)]);
    expect(desk.isProven).toBe(outcome === 'proven');
    expect(desk.stats).toMatchObject({
      discarded: outcome === 'waits' ? 1 : 0,
      staleSnapshots: outcome === 'too old' ? 1 : 0,
    });
    if (outcome === 'waits') desk.feed([update(last + 1, last + 4)]);
    else if (outcome === 'too old') desk.feed([depthSnapshot(last, BIDS, ASKS), update(last + 1, last + 1)]);
    expect(desk.isProven).toBe(true);
  });

  it('futures: a snapshot between two updates, where no id bridges, is not enough, and a later one is', () => {
    const desk = new TestDesk().start();
    const next = depth([20, 22, 12], BIDS, ASKS);
    desk.feed([futures(10, 12), next, depthSnapshot(15, BIDS, ASKS)]);
    expect([desk.isProven, desk.stats.staleSnapshots]).toEqual([false, 1]);
    desk.feed([depthSnapshot(21, BIDS, ASKS)]);
    expect(desk.isProven).toBe(true);
  });

  it('a hole among buffered updates starts the buffer anew: an older snapshot no longer proves', () => {
    const desk = new TestDesk().start();
    desk.feed([spot(10, 12), spot(14, 15), depthSnapshot(11, BIDS, ASKS)]);
    expect(desk.isProven).toBe(false);
    expect(desk.stats).toMatchObject({ gaps: 1, staleSnapshots: 1, quarantines: 0, discarded: 1 });
    desk.feed([depthSnapshot(14, BIDS, ASKS)]);
    expect(desk.isProven).toBe(true);
  });

  it('an older snapshot does not take the place of the one that waits for its bridge', () => {
    const desk = new TestDesk().start();
    desk.feed([depthSnapshot(20, BIDS, ASKS), depthSnapshot(18, [[99, 1]], ASKS), spot(21, 21)]);
    expect([desk.isProven, desk.stats.redundantSnapshots]).toEqual([true, 1]);
  });
});

describe('a snapshot beside a proven book', () => {
  const proven = (): TestDesk =>
    new TestDesk().start().feed([depth([10, 12], BIDS, ASKS), depthSnapshot(11, BIDS, ASKS)]);

  it.each([
    ['older', 5, [[50, 1]], [[60, 1]]],
    ['newer', 30, [[50, 1]], [[60, 1]]],
    [
      'the same',
      12,
      [
        [90, 1],
        [100, 5],
        [101, 0],
      ],
      [
        [102, 7],
        [110, 2],
      ],
    ],
  ] as const)('%s: is counted, and changes nothing', (_, id, bids, asks) => {
    const desk = proven();
    desk.feed([depthSnapshot(id, bids, asks)]);
    expect(desk.story).toEqual(['proven']);
    expect([bookLevels(desk, 'buy'), bookLevels(desk, 'sell')]).toEqual([[[100, 5]], [[102, 7]]]);
    expect(desk.stats.redundantSnapshots).toBe(1);
    expect(desk.feed([depth([13, 13], [])]).isProven).toBe(true);
  });

  it.each([
    ['bid', [[100, 6]], [[102, 7]]],
    ['ask', [[100, 5]], [[103, 7]]],
    ['missing side', [[100, 5]], []],
    ['missing book', [], []],
  ] as const)('of the same id and another %s: the book is not believed any more', (_, bids, asks) => {
    const desk = proven();
    desk.feed([depthSnapshot(12, bids, asks)]);
    expect(desk.story).toEqual(['proven', 'snapshot-mismatch']);
    expect(snapshotRequests(desk)).toBe(2);
  });
});

describe('asking for snapshots', () => {
  it('asks at once, then in the declared interval, until the book is proven', () => {
    const desk = new TestDesk({ snapshotRetryMs: 1_000, staleAfterMs: 0 }).start();
    desk.feed([depth([10, 12], BIDS, ASKS)]);
    expect(desk.effects).toEqual([{ kind: 'request-snapshot', instrument: 0 }]);
    desk.feed([depth([13, 13], []), depthSnapshot(8, BIDS, ASKS), depthSnapshot(9, BIDS, ASKS)]);
    expect(snapshotRequests(desk)).toBe(1);
    expect(snapshotRequests(desk.wait(1_000))).toBe(2);
    expect(snapshotRequests(desk.wait(999))).toBe(2);
    expect(snapshotRequests(desk.wait(1))).toBe(3);
    desk.feed([depthSnapshot(12, BIDS, ASKS)]);
    expect(desk.isProven).toBe(true);
    expect(desk.snapshot().engine.timers).toEqual([]);
    expect(snapshotRequests(desk.wait(60_000))).toBe(3);
    desk.feed([depth([20, 20], [])]);
    expect([snapshotRequests(desk), desk.stats.snapshotRequests]).toEqual([4, 4]);
  });

  it('says so when the updates that wait are too many, drops them, and goes on with the latest', () => {
    const desk = new TestDesk({ maxBufferedUpdates: 3 }).start();
    desk.feed([10, 11, 12, 13].map((id) => depth([id, id], BIDS, ASKS)));
    expect(desk.story).toEqual(['buffer-full']);
    expect(desk.stats).toMatchObject({ bufferOverflows: 1, discarded: 3, snapshotRequests: 2, gaps: 0 });
    desk.feed([depthSnapshot(11, BIDS, ASKS)]);
    expect(desk.isProven).toBe(false);
    desk.feed([depth([14, 14], []), depthSnapshot(13, BIDS, ASKS)]);
    expect(desk.isProven).toBe(true);
  });

  it('bounds the levels that wait, too, even those of one update', () => {
    const desk = new TestDesk({ maxBufferedLevels: 3 }).start();
    const wide = [
      [100, 1],
      [99, 1],
      [98, 1],
      [97, 1],
    ] as const;
    desk.feed([depth([10, 10], BIDS, ASKS), depth([11, 11], BIDS, ASKS), depth([12, 12], wide)]);
    expect(desk.story).toEqual(['buffer-full', 'buffer-full']);
    expect(desk.stats).toMatchObject({ bufferOverflows: 2, discarded: 3 });
    desk.feed([depth([13, 13], BIDS, ASKS), depthSnapshot(13, BIDS, ASKS), depth([14, 14], [])]);
    expect(desk.isProven).toBe(true);
  });

  it('keeps thousands of levels for the snapshot', () => {
    const many = Array.from({ length: 900 }, (_, i) => [9_999 - i, i + 1] as const);
    const desk = new TestDesk().start();
    desk.feed(
      [1, 2, 3, 4, 5].map((id) =>
        depth(
          [id, id],
          many.map(([ticks, lots]) => [ticks, lots * id] as const),
        ),
      ),
    );
    desk.feed([depthSnapshot(1, [], [[10_001, 1]])]);
    expect(desk.isProven).toBe(true);
    expect(bookLevels(desk, 'buy')).toEqual(many.map(([ticks, lots]) => [ticks, lots * 5]));
  });
});
