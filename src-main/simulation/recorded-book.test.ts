import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_MARKET_CONFIG } from '../core/market/market-config.ts';
import { depth, snapshotFrame, ticker } from '../testing/frames.ts';
import { runs } from '../testing/runs.ts';
import { RecordedBook } from './recorded-book.ts';

function bookAt100(): RecordedBook {
  const book = new RecordedBook(DEFAULT_MARKET_CONFIG);
  book.applySnapshot(
    snapshotFrame(
      100,
      [
        [999, 5],
        [998, 7],
      ],
      [
        [1_001, 4],
        [1_002, 6],
        [1_003, 8],
      ],
    ),
  );
  return book;
}

/** Bids then asks, best first, as `price:lots`. */
function levelsOf(book: RecordedBook): string {
  const side = (of: 'buy' | 'sell'): string[] => {
    const levels: string[] = [];
    for (let ticks = book.bestTakeable(of); ticks >= 0; ticks = book.nextTakeable(of, ticks)) {
      levels.push(`${ticks}:${book.takeableLots(of, ticks)}`);
    }
    return levels;
  };
  return `${side('buy').join(' ')} | ${side('sell').join(' ')}`;
}

describe('synchronisation', () => {
  it('is live from the first snapshot on', () => {
    const book = new RecordedBook(DEFAULT_MARKET_CONFIG);
    expect(book.applyDepth(depth(90, 95, [[999, 5]], []))).toBe(false);
    expect(book.applyTicker(ticker(96, [999, 5], [1_001, 4]))).toBe(false);
    expect([book.isLive, levelsOf(book)]).toEqual([false, ' | ']);
    expect(book.applySnapshot(snapshotFrame(100, [[999, 5]], [[1_001, 4]]))).toBe(true);
    expect([book.isLive, levelsOf(book)]).toEqual([true, '999:5 | 1001:4']);
  });

  it('applies the updates that came before their snapshot and are newer', () => {
    const book = new RecordedBook(DEFAULT_MARKET_CONFIG);
    book.applyDepth(depth(90, 95, [[999, 1]], []));
    book.applyDepth(depth(96, 101, [[999, 2]], []));
    book.applyDepth(depth(102, 105, [], [[1_001, 3]]));
    book.applySnapshot(snapshotFrame(98, [[999, 5]], [[1_001, 4]]));
    expect(levelsOf(book)).toBe('999:2 | 1001:3');
    expect(
      book.applyDepth(
        depth(
          106,
          107,
          [
            [999, 0],
            [998, 1],
          ],
          [],
        ),
      ),
    ).toBe(true);
    expect(levelsOf(book)).toBe('998:1 | 1001:3');
  });

  it('follows futures by the id that each update names as its predecessor', () => {
    const book = bookAt100();
    expect(book.applyDepth(depth(95, 110, [[999, 6]], [], 94))).toBe(true);
    expect(book.applyDepth(depth(120, 130, [[999, 7]], [], 110))).toBe(true);
    expect(levelsOf(book)).toContain('999:7');
    expect(book.applyDepth(depth(150, 160, [[999, 8]], [], 140))).toBe(false);
    expect(book.isLive).toBe(false);
  });

  it('passes over what it knows already, and an older snapshot', () => {
    const book = bookAt100();
    book.applyDepth(depth(101, 105, [[999, 6]], []));
    expect(book.applyDepth(depth(101, 105, [[999, 1]], []))).toBe(false);
    expect(book.applySnapshot(snapshotFrame(104, [[999, 1]], [[1_001, 1]]))).toBe(false);
    expect(levelsOf(book)).toContain('999:6');
    expect(book.applySnapshot(snapshotFrame(106, [[999, 9]], [[1_001, 9]]))).toBe(true);
    expect(levelsOf(book)).toBe('999:9 | 1001:9');
  });

  it('after a hole it waits for a snapshot that its updates reach back to', () => {
    const book = bookAt100();
    book.applyDepth(depth(101, 105, [], []));
    expect(book.applyDepth(depth(107, 109, [[999, 6]], []))).toBe(false);
    expect([book.isLive, levelsOf(book)]).toEqual([false, ' | ']);
    expect(book.applySnapshot(snapshotFrame(104, [[999, 1]], [[1_001, 1]]))).toBe(false);
    expect(book.isLive).toBe(false);
    expect(book.applySnapshot(snapshotFrame(106, [[999, 1]], [[1_001, 1]]))).toBe(true);
    expect(levelsOf(book)).toBe('999:6 | 1001:1');
  });

  it('a hole among the waiting updates spoils them', () => {
    const book = new RecordedBook(DEFAULT_MARKET_CONFIG);
    book.applyDepth(depth(90, 95, [], []));
    book.applyDepth(depth(97, 99, [], []));
    expect(book.applySnapshot(snapshotFrame(94, [[999, 5]], [[1_001, 4]]))).toBe(false);
    expect(book.isLive).toBe(false);
  });

  it('a full buffer starts anew with what comes now', () => {
    const book = new RecordedBook({ ...DEFAULT_MARKET_CONFIG, maxBufferedUpdates: 2 });
    for (const id of [1, 2, 3]) book.applyDepth(depth(id, id, [[990 + id, id]], []));
    book.applySnapshot(snapshotFrame(2, [[992, 1]], [[1_001, 4]]));
    expect(levelsOf(book)).toBe('993:3 992:1 | 1001:4');
  });

  it('an update that makes no sense is a hole', () => {
    for (const bad of [
      depth(101, 102, [[999, -1]], []),
      depth(101, 102, [[Number.NaN, 1]], []),
      depth(103, 102, [], []),
    ]) {
      const book = bookAt100();
      expect(book.applyDepth(bad)).toBe(false);
      expect(book.isLive).toBe(false);
    }
  });

  it('a crossed book, and one with too many levels, are no books', () => {
    const crossed = bookAt100();
    expect(crossed.applyDepth(depth(101, 102, [[1_001, 1]], []))).toBe(false);
    expect(crossed.isLive).toBe(false);
    const small = new RecordedBook({ ...DEFAULT_MARKET_CONFIG, maxLevelsPerSide: 2 });
    expect(
      small.applySnapshot(
        snapshotFrame(
          1,
          [
            [999, 1],
            [998, 1],
          ],
          [[1_001, 1]],
        ),
      ),
    ).toBe(true);
    expect(small.applyDepth(depth(2, 2, [[997, 1]], []))).toBe(false);
    expect(small.isLive).toBe(false);
    small.applyDepth(depth(3, 3, [[997, 1]], []));
    expect(
      small.applySnapshot(
        snapshotFrame(
          2,
          [
            [999, 1],
            [998, 1],
          ],
          [[1_001, 1]],
        ),
      ),
    ).toBe(false);
    expect(small.isLive).toBe(false);
  });
});

describe('the venue’s own touch', () => {
  it('hides what it has left behind, until the depth has caught up', () => {
    const book = bookAt100();
    expect(book.applyTicker(ticker(105, [998, 2], [1_002, 9]))).toBe(true);
    expect(levelsOf(book)).toBe('998:2 | 1002:9 1003:8');
    expect([book.best('buy'), book.best('sell')]).toEqual([998, 1_002]);
    expect(book.shownLots('buy', 999)).toBe(0);
    book.applyDepth(depth(101, 104, [[990, 1]], []));
    expect(levelsOf(book)).toBe('998:2 990:1 | 1002:9 1003:8');
    book.applyDepth(depth(105, 105, [[999, 0]], []));
    expect(levelsOf(book)).toBe('998:7 990:1 | 1001:4 1002:6 1003:8');
  });

  it('may lie where the depth has no level yet', () => {
    const book = bookAt100();
    book.applyTicker(ticker(105, [1_000, 3], [1_001, 4]));
    expect(levelsOf(book)).toBe('1000:3 999:5 998:7 | 1001:4 1002:6 1003:8');
  });

  it('is passed over when it is old, or makes no sense', () => {
    const book = bookAt100();
    for (const old of [ticker(100, [998, 2], [1_002, 9]), ticker(105, [1_002, 1], [1_002, 1])]) {
      expect(book.applyTicker(old)).toBe(false);
    }
    book.applyTicker(ticker(105, [998, 2], [1_002, 9]));
    expect(book.applyTicker(ticker(104, [999, 2], [1_001, 9]))).toBe(false);
    expect(levelsOf(book)).toBe('998:2 | 1002:9 1003:8');
  });
});

describe('what the desk took', () => {
  it('is missing until the level changes', () => {
    const book = bookAt100();
    book.take('sell', 1_001, 4);
    book.take('sell', 1_002, 1);
    book.take('sell', 1_002, 2);
    book.take('buy', 999, 5);
    expect(levelsOf(book)).toBe('998:7 | 1002:3 1003:8');
    book.applyDepth(depth(101, 101, [[990, 1]], [[1_002, 6]]));
    expect(levelsOf(book)).toBe('998:7 990:1 | 1002:3 1003:8');
    book.applyDepth(
      depth(
        102,
        102,
        [],
        [
          [1_001, 3],
          [1_002, 7],
        ],
      ),
    );
    expect(levelsOf(book)).toBe('998:7 990:1 | 1001:3 1002:7 1003:8');
    book.applyTicker(ticker(103, [999, 6], [1_001, 3]));
    expect(levelsOf(book)).toBe('999:6 998:7 990:1 | 1001:3 1002:7 1003:8');
  });
});

describe('snapshots', () => {
  it('go on as the original does, wherever they are taken', () => {
    const levels = fc.array(fc.tuple(fc.integer({ min: 1, max: 8 }), fc.nat(3)), { maxLength: 4 });
    const action = fc.oneof(
      fc.record({ bids: levels, asks: levels, skip: fc.constantFrom(0, 0, 0, 0, 1) }),
      fc.record({ snapshot: fc.constantFrom(-2, 0, 1) }),
      fc.record({ ticker: fc.constantFrom(-1, 0, 1, 3), bid: fc.integer({ min: 1, max: 8 }) }),
      fc.record({ take: fc.constantFrom('buy' as const, 'sell' as const) }),
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 40 }), fc.nat(40), (actions, cut) => {
        const original = new RecordedBook(DEFAULT_MARKET_CONFIG);
        let copy: RecordedBook | undefined;
        let id = 10;
        actions.forEach((act, index) => {
          if (index === cut) {
            copy = new RecordedBook(DEFAULT_MARKET_CONFIG);
            copy.restore(structuredClone(original.snapshot()));
          }
          for (const book of copy === undefined ? [original] : [copy, original]) {
            if ('bids' in act) {
              const bids = act.bids.map(([d, lots]): [number, number] => [1_000 - d, lots]);
              const asks = act.asks.map(([d, lots]): [number, number] => [1_000 + d, lots]);
              book.applyDepth(depth(id + 1 + act.skip, id + 2 + act.skip, bids, asks));
            } else if ('snapshot' in act) {
              book.applySnapshot(
                snapshotFrame(
                  id + act.snapshot,
                  [[999, 3]],
                  [
                    [1_001, 2],
                    [1_002, 2],
                  ],
                ),
              );
            } else if ('ticker' in act) {
              book.applyTicker(ticker(id + act.ticker, [1_000 - act.bid, 1], [1_001, 5]));
            } else {
              const best = book.bestTakeable(act.take);
              if (best >= 0) book.take(act.take, best, 1);
            }
          }
          if ('bids' in act) id += 2 + act.skip;
          expect(original.bestTakeable('buy')).toBeLessThan(1_000);
          if (copy !== undefined) {
            expect(levelsOf(copy)).toBe(levelsOf(original));
            expect(copy.snapshot()).toEqual(original.snapshot());
          }
        });
      }),
      { seed: 42, numRuns: runs(200) },
    );
  });
});
