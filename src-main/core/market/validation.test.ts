import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../testing/runs.ts';
import type { MarketInput } from '../engine/input.ts';
import { Random } from '../engine/random.ts';
import { MAX_PRICE_TICKS } from './book.ts';
import {
  BTC,
  bookLevels,
  depth,
  depthSnapshot,
  markPrice,
  START_AT,
  TestDesk,
  TestVenue,
  ticker,
  trade,
  venueLevels,
} from './fixtures.ts';
import type { Rejection } from './rejections.ts';
import { MAX_REFUSALS_FOR_TIME } from './validation.ts';

const BIDS = [[9_999, 5]] as const;
const ASKS = [[10_001, 7]] as const;

/** Proven at update 12, bid 9,999 and ask 10,001. */
function proven(config = {}): TestDesk {
  const desk = new TestDesk(config).start();
  return desk.feed([depth([10, 12], BIDS, ASKS), depthSnapshot(11, BIDS, ASKS)]);
}

const good = {
  ticker: () => ticker(13, [9_999, 5], [10_001, 7]),
  trade: () => trade(10_000, 3),
  depth: () => depth([13, 14], [[9_998, 1]], [[10_002, 1]]),
  snapshot: () => depthSnapshot(12, BIDS, ASKS),
  mark: markPrice,
};
type Kind = keyof typeof good;

const NOT_IDS = [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 1e308];
const NOT_PRICES = [0, -5, 0.5, Number.NaN, Number.NEGATIVE_INFINITY, 1e308, MAX_PRICE_TICKS + 1];
const NOT_QUANTITIES = [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 1e308];
const NOT_TIMES = [-2, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 1e308, 4_102_444_800_000_001];
const NOT_ESTIMATES = [0, -1, Number.NaN, Number.POSITIVE_INFINITY];
const NOT_COUNTS = [-1, 0.5, Number.NaN, 1e308, 3, 200_000];

/** Which field of which frame, with which values, is refused for what. */
const TABLE: readonly [Kind, string, readonly unknown[], Rejection][] = [
  ['ticker', 'exchangeAt', NOT_TIMES, 'bad-timestamp'],
  ['ticker', 'updateId', NOT_IDS, 'bad-id'],
  ['ticker', 'bidTicks', NOT_PRICES, 'bad-price'],
  ['ticker', 'askTicks', NOT_PRICES, 'bad-price'],
  ['ticker', 'bidLots', NOT_QUANTITIES, 'bad-quantity'],
  ['ticker', 'askLots', NOT_QUANTITIES, 'bad-quantity'],
  ['ticker', 'bidTicks', [10_001, 10_002], 'crossed'],
  ['ticker', 'bidTicks', [8_999], 'price-deviation'],
  ['ticker', 'askTicks', [11_001], 'price-deviation'],
  ['trade', 'exchangeAt', NOT_TIMES, 'bad-timestamp'],
  ['trade', 'tradeId', NOT_IDS, 'bad-id'],
  ['trade', 'priceTicks', NOT_PRICES, 'bad-price'],
  ['trade', 'lots', [0, ...NOT_QUANTITIES], 'bad-quantity'],
  ['trade', 'aggressor', ['', 'BUY', undefined, null, 1], 'bad-side'],
  ['trade', 'priceTicks', [8_999, 11_001, 1, MAX_PRICE_TICKS], 'price-deviation'],
  ['depth', 'exchangeAt', NOT_TIMES, 'bad-timestamp'],
  ['depth', 'firstId', [15, ...NOT_IDS], 'bad-id'],
  ['depth', 'lastId', [12, ...NOT_IDS], 'bad-id'],
  ['depth', 'previousId', [-2, 14, 0.5, Number.NaN, 1e308], 'bad-id'],
  ['depth', 'bidCount', NOT_COUNTS, 'bad-count'],
  ['depth', 'askCount', NOT_COUNTS, 'bad-count'],
  ['depth', 'priceTicks', NOT_PRICES, 'bad-price'],
  ['depth', 'lots', NOT_QUANTITIES, 'bad-quantity'],
  ['snapshot', 'exchangeAt', NOT_TIMES, 'bad-timestamp'],
  ['snapshot', 'lastId', NOT_IDS, 'bad-id'],
  ['snapshot', 'bidCount', NOT_COUNTS, 'bad-count'],
  ['snapshot', 'priceTicks', NOT_PRICES, 'bad-price'],
  ['snapshot', 'lots', NOT_QUANTITIES, 'bad-quantity'],
  ['mark', 'exchangeAt', NOT_TIMES, 'bad-timestamp'],
  ['mark', 'markPrice', NOT_ESTIMATES, 'bad-price'],
  ['mark', 'indexPrice', NOT_ESTIMATES, 'bad-price'],
  ['mark', 'fundingRate', [-1.001, 1.001, Number.NaN, Number.POSITIVE_INFINITY], 'bad-rate'],
  ['mark', 'nextFundingAt', [-1, ...NOT_TIMES], 'bad-timestamp'],
];
const CASES = TABLE.flatMap(([kind, field, values, reason]) =>
  values.map((value) => [kind, field, value, reason] as const),
);

/** A frame whose `field`, or the second entry of it where it is an array, is `value`. */
function broken(kind: Kind, field: string, value: unknown): MarketInput {
  const frame: MarketInput = good[kind]();
  const array: unknown = Reflect.get(frame, field);
  if (array instanceof Float64Array) array[1] = Number(value);
  else Reflect.set(frame, field, value);
  return frame;
}

function everythingElse(desk: TestDesk) {
  const { frames: _, rejections: __, ...rest } = desk.snapshot().market.feeds[0];
  return rest;
}

describe('validation', () => {
  it.each(CASES)('%s with %s %s is refused: %s', (kind, field, value, reason) => {
    const desk = proven();
    const before = everythingElse(desk);
    desk.feed([broken(kind, field, value)]);
    expect(desk.stats.rejected).toEqual({ [reason]: 1 });
    expect(desk.stats.lastRejectedSeq).toBe(4);
    if (kind === 'depth') {
      expect(desk.story).toEqual(['proven', reason]);
      expect(desk.isProven).toBe(false);
    } else {
      expect(desk.story).toEqual(['proven']);
      if (kind !== 'snapshot') expect(everythingElse(desk)).toEqual(before);
    }
  });

  it.each(Object.keys(good) as Kind[])('the same %s without the fault is taken', (kind) => {
    const desk = proven().feed([good[kind]()]);
    expect([desk.stats.rejected, desk.story]).toEqual([{}, ['proven']]);
  });

  it('takes the extremes: the widest price range in depth, no venue time, quantities up to 2^53 − 1', () => {
    const desk = proven();
    const wide = depth([13, 13], [[1, 1]], [[MAX_PRICE_TICKS, Number.MAX_SAFE_INTEGER]]);
    const undated = [good.ticker(), good.trade(), wide];
    for (const frame of undated) frame.exchangeAt = -1;
    desk.feed(undated);
    expect([desk.stats.rejected, desk.isProven]).toEqual([{}, true]);
    expect(desk.market.book(BTC).lotsAt('sell', MAX_PRICE_TICKS)).toBe(Number.MAX_SAFE_INTEGER);
  });

  it.each(['ticker', 'trade', 'depth', 'mark'] as const)(
    'a %s may step back in its own time by the tolerance',
    (kind) => {
      const next = { ticker: good.ticker, trade: good.trade, depth: () => depth([15, 15], []), mark: markPrice }[kind];
      const at = (stepMicros: number) => {
        const desk = proven({ timestampToleranceMs: 250 });
        const first: MarketInput = good[kind]();
        const second: MarketInput = next();
        first.exchangeAt = START_AT + 5_000_000;
        second.exchangeAt = first.exchangeAt - stepMicros;
        return desk.feed([first, second]).stats.rejected;
      };
      expect(at(250_000)).toEqual({});
      expect(at(250_001)).toEqual({ 'timestamp-back': 1 });
    },
  );

  it('judges times within a stream only, and never by the desk’s clock', () => {
    const desk = proven({ timestampToleranceMs: 0 });
    const [ahead, behind] = [good.trade(), good.ticker()];
    ahead.exchangeAt = START_AT + 3_600_000_000;
    behind.exchangeAt = START_AT - 3_600_000_000;
    expect(desk.feed([ahead, behind, good.depth()], 10_000).stats.rejected).toEqual({});
  });

  it('an absurd time that a depth stream was once believed does not keep it out for ever', () => {
    const desk = proven();
    const absurd = good.depth();
    absurd.exchangeAt = 4_000_000_000_000_000;
    desk.feed([absurd, depth([15, 15], []), depth([16, 16], []), depth([17, 17], [])]);
    expect(desk.story).toEqual(['proven', 'timestamp-back']);
    desk.feed([depthSnapshot(17, BIDS, ASKS), depth([18, 18], [])]);
    expect(desk.isProven).toBe(true);
  });

  describe.each(['ticker', 'trade'] as const)('one %s from far ahead', (kind) => {
    const at = (seconds: number): MarketInput => {
      const frame: MarketInput = good[kind]();
      frame.exchangeAt = START_AT + seconds * 1_000_000;
      return frame;
    };

    it('is outvoted by those that follow', () => {
      const desk = proven().feed([at(0), at(3_600), at(1), at(2), at(3)]);
      expect(desk.stats).toMatchObject({ rejected: { 'timestamp-back': MAX_REFUSALS_FOR_TIME }, timeResets: 0 });
      desk.feed([at(4), at(5), at(6), at(-3_600)]);
      expect(desk.stats).toMatchObject({ rejected: { 'timestamp-back': MAX_REFUSALS_FOR_TIME + 1 }, timeResets: 1 });
    });

    it('is not outvoted by a few that are not in a row', () => {
      const desk = proven().feed([at(0), at(3_600), at(1), at(2), at(3_601), at(3), at(4), at(3_602), at(5), at(6)]);
      expect(desk.stats).toMatchObject({ rejected: { 'timestamp-back': 6 }, timeResets: 0 });
    });

    it('is outvoted only by a frame that is good itself', () => {
      const bad = at(4);
      Reflect.set(bad, kind === 'ticker' ? 'bidLots' : 'lots', -1);
      const desk = proven().feed([at(3_600), at(1), at(2), at(3), bad]);
      expect(desk.stats).toMatchObject({ rejected: { 'timestamp-back': 3, 'bad-quantity': 1 }, timeResets: 0 });
      expect(desk.feed([at(5)]).stats.timeResets).toBe(1);
    });

    it('is outvoted the same after a snapshot in between', () => {
      const desk = proven().feed([at(3_600), at(1), at(2)]);
      const other = new TestDesk().restore(desk.snapshot());
      for (const each of [desk, other]) each.feed([at(3), at(4), at(5)]);
      expect(other.snapshot()).toEqual(desk.snapshot());
      expect(other.stats.timeResets).toBe(1);
    });
  });

  it('before the first proven mid there is nothing to compare prices with', () => {
    const desk = new TestDesk().start().feed([trade(1, 1), trade(MAX_PRICE_TICKS, 1), ticker(5, [1, 1], [2, 1])]);
    expect(desk.stats.rejected).toEqual({});
    expect(desk.market.lastTradeTicks(BTC)).toBe(MAX_PRICE_TICKS);
  });
});

describe('the touch after a depth frame', () => {
  it.each([
    ['crossed', [[10_001, 1]], []],
    ['crossed', [], [[9_998, 1]]],
    [
      'price-deviation',
      [
        [9_999, 0],
        [8_000, 1],
      ],
      [],
    ],
    [
      'price-deviation',
      [],
      [
        [10_001, 0],
        [12_000, 1],
      ],
    ],
    [
      'price-deviation',
      [[9_999, 0]],
      [
        [10_001, 0],
        [12_000, 1],
      ],
    ],
    [
      'price-deviation',
      [
        [9_999, 0],
        [8_000, 1],
      ],
      [[10_001, 0]],
    ],
    [
      'price-deviation',
      [
        [9_999, 0],
        [12_000, 1],
      ],
      [
        [10_001, 0],
        [12_001, 1],
      ],
    ],
  ] as const)('%s: the book is quarantined (bids %j, asks %j)', (reason, bids, asks) => {
    const desk = proven().feed([depth([13, 13], bids, asks)]);
    expect(desk.story).toEqual(['proven', reason]);
    expect(desk.stats).toMatchObject({ rejected: { [reason]: 1 }, gaps: 0, quarantines: 1 });
  });

  it('a one-sided or empty book is believed, and has no mid', () => {
    const desk = proven().feed([depth([13, 13], [[9_999, 0]], [])]);
    expect([desk.isProven, desk.market.midTicks(BTC)]).toEqual([true, Number.NaN]);
    desk.feed([depth([14, 14], [], [[10_001, 0]])]);
    expect([desk.isProven, desk.market.midTicks(BTC)]).toEqual([true, Number.NaN]);
  });

  it('the mid that prices are compared with moves with the book, and begins anew with a snapshot', () => {
    const desk = proven();
    const shift = (id: number, from: number, to: number) =>
      depth(
        [id, id],
        [
          [from - 1, 0],
          [to - 1, 5],
        ],
        [
          [from + 1, 0],
          [to + 1, 7],
        ],
      );
    desk.feed([shift(13, 10_000, 10_900), shift(14, 10_900, 11_800), trade(12_900, 1)]);
    expect([desk.stats.rejected, desk.market.midTicks(BTC)]).toEqual([{}, 11_800]);
    desk.feed([trade(10_000, 1), depth([20, 20], [])]);
    desk.feed([depthSnapshot(20, [[49_999, 1]], [[50_001, 1]]), depth([21, 21], []), trade(50_500, 1)]);
    expect(desk.stats.rejected).toEqual({ 'price-deviation': 1 });
    expect([desk.isProven, desk.market.lastTradeTicks(BTC)]).toEqual([true, 50_500]);
  });

  it.each([
    ['crossed', depthSnapshot(11, [[10_001, 1]], [[10_001, 1]]), {}],
    [
      'book-full',
      depthSnapshot(
        11,
        [
          [1, 1],
          [2, 1],
        ],
        [[3, 1]],
      ),
      { maxLevelsPerSide: 2 },
    ],
  ] as const)('a %s snapshot is refused, and a later good one is not', (reason, bad, config) => {
    const desk = new TestDesk(config).start();
    desk.feed([depth([10, 12], [[9_999, 5]], ASKS)]);
    if (reason === 'book-full') desk.feed([depth([13, 13], [[5, 1]])]);
    desk.feed([bad]);
    expect([desk.isProven, desk.stats.rejected]).toEqual([false, { [reason]: 1 }]);
    expect(bookLevels(desk, 'sell')).toEqual([]);
    desk.feed([depth([14, 14], []), depthSnapshot(14, [], ASKS), depth([15, 15], [])]);
    expect(desk.isProven).toBe(true);
  });

  it('an update that would overfill the book quarantines it', () => {
    const desk = proven({ maxLevelsPerSide: 2 }).feed([
      depth(
        [13, 13],
        [
          [9_000, 1],
          [9_001, 1],
        ],
      ),
    ]);
    expect(desk.story).toEqual(['proven', 'book-full']);
    expect(desk.stats.rejected).toEqual({ 'book-full': 1 });
  });

  it('an update that crosses the book it bridges to proves nothing', () => {
    const desk = new TestDesk().start().feed([depthSnapshot(20, BIDS, ASKS), depth([21, 21], [[10_005, 1]])]);
    expect([desk.isProven, desk.story, desk.stats.rejected]).toEqual([false, [], { crossed: 1 }]);
  });
});

describe('frames with one absurd number', () => {
  const absurd = fc.constantFrom(
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    -7,
    0.5,
    1e308,
    -1e308,
    2 ** 53,
  );

  it('never lead to a proven book that is not the venue’s', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat({ max: 29 }), fc.nat(), absurd, (seed, place, which, value) => {
        const random = new Random(seed);
        const venue = new TestVenue('futures', random);
        const desk = new TestDesk().start();
        desk.feed([venue.update(), venue.snapshot(), venue.update()]);
        for (let i = 0; i < 30; i++) {
          const draw = random.below(3);
          const frame: MarketInput = draw === 0 ? venue.ticker() : draw === 1 ? venue.trade() : venue.update();
          if (i === place) spoil(frame, which, value);
          desk.feed([frame]);
          if (!desk.isProven) continue;
          expect(bookLevels(desk, 'buy')).toEqual(venueLevels(venue, 'buy'));
          expect(bookLevels(desk, 'sell')).toEqual(venueLevels(venue, 'sell'));
        }
        const refused = Object.values(desk.stats.rejected).reduce((sum, count) => sum + count, 0);
        expect(refused).toBe(1);
      }),
      { seed: 42, numRuns: runs(200) },
    );
  });

  /** Makes one of the frame's numbers `value`; not its instrument, without which nobody knows whose frame was lost. */
  function spoil(frame: MarketInput, which: number, value: number): void {
    const fields = Object.keys(frame).filter(
      (field) => !['kind', 'seq', 'at', 'aggressor', 'instrument'].includes(field),
    );
    const field = fields[which % fields.length];
    const array: unknown = Reflect.get(frame, field);
    if (array instanceof Float64Array) array[which % array.length] = value;
    else Reflect.set(frame, field, value);
  }
});
