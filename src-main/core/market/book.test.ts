import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../testing/runs.ts';
import { L2Book, MAX_PRICE_TICKS } from './book.ts';
import { LevelLimitError } from './price-index.ts';

const change = fc.record({
  side: fc.constantFrom('buy' as const, 'sell' as const),
  priceTicks: fc.oneof(
    fc.integer({ min: 1, max: 60 }),
    fc.integer({ min: 1, max: MAX_PRICE_TICKS }),
    fc.constantFrom(1, MAX_PRICE_TICKS),
  ),
  lots: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })),
});

const model = () => ({ buy: new Map<number, number>(), sell: new Map<number, number>() });

function sorted(levels: ReadonlyMap<number, number>, side: 'buy' | 'sell'): [number, number][] {
  return [...levels].sort(([a], [b]) => (side === 'buy' ? b - a : a - b));
}

describe('L2Book', () => {
  it('does what a Map per side and sorting do', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 150 }), (changes) => {
        const book = new L2Book(1_000);
        const expected = model();
        for (const { side, priceTicks, lots } of changes) {
          book.set(side, priceTicks, lots);
          if (lots === 0) expected[side].delete(priceTicks);
          else expected[side].set(priceTicks, lots);
          const [bid, ask] = [sorted(expected.buy, 'buy')[0] ?? [-1, 0], sorted(expected.sell, 'sell')[0] ?? [-1, 0]];
          expect([book.bestBidTicks(), book.bestBidLots()]).toEqual(bid);
          expect([book.bestAskTicks(), book.bestAskLots()]).toEqual(ask);
          expect(book.isCrossed()).toBe(bid[0] >= 0 && ask[0] >= 0 && bid[0] >= ask[0]);
          expect(book.lotsAt(side, priceTicks)).toBe(lots);
        }
        for (const side of ['buy', 'sell'] as const) {
          const levels = sorted(expected[side], side);
          expect(book.levelCount(side)).toBe(levels.length);
          levels.forEach(([priceTicks], i) => {
            expect(book.nextWorse(side, priceTicks)).toBe(levels[i + 1]?.[0] ?? -1);
          });
        }
      }),
      { seed: 42, numRuns: runs(100) },
    );
  });

  it('applies a frame like its levels one by one, and restores from its snapshot', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), fc.nat({ max: 5 }), (changes, from) => {
        const [bids, asks] = [
          changes.filter(({ side }) => side === 'buy'),
          changes.filter(({ side }) => side === 'sell'),
        ];
        const frame = [...bids, ...asks];
        const [one, all, restored] = [new L2Book(1_000), new L2Book(1_000), new L2Book(1_000)];
        for (const { side, priceTicks, lots } of frame) one.set(side, priceTicks, lots);
        const padding = new Array<number>(from).fill(77);
        all.apply(
          Float64Array.from([...padding, ...frame.map(({ priceTicks }) => priceTicks)]),
          Float64Array.from([...padding, ...frame.map(({ lots }) => lots)]),
          from,
          bids.length,
          asks.length,
        );
        expect(all.snapshot()).toEqual(one.snapshot());
        restored.set('buy', 3, 3);
        restored.restore(structuredClone(one.snapshot()));
        expect(restored.snapshot()).toEqual(one.snapshot());
        expect(restored.bestAskLots()).toBe(one.bestAskLots());
      }),
      { seed: 42, numRuns: runs(100) },
    );
  });

  it('is empty after clear', () => {
    const book = new L2Book(10);
    book.set('buy', 5, 1);
    book.set('sell', 6, 1);
    book.clear();
    expect(book.snapshot()).toEqual(new L2Book(10).snapshot());
    expect([book.bestBidTicks(), book.bestAskTicks(), book.bestBidLots(), book.bestAskLots()]).toEqual([-1, -1, 0, 0]);
    expect(book.isCrossed()).toBe(false);
  });

  it('holds 20,000 levels a side, and says so when it may not hold more', () => {
    const book = new L2Book(20_000);
    for (let i = 0; i < 20_000; i++) {
      book.set('buy', 500_000 - i * 7, i + 1);
      book.set('sell', 500_001 + i * 11, i + 1);
    }
    expect([book.levelCount('buy'), book.levelCount('sell')]).toEqual([20_000, 20_000]);
    const before = book.snapshot();
    expect(() => book.set('buy', 3, 1)).toThrow(LevelLimitError);
    expect(() => book.apply(Float64Array.of(3), Float64Array.of(1), 0, 0, 1)).toThrow(LevelLimitError);
    expect(book.snapshot()).toEqual(before);
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, MAX_PRICE_TICKS + 1, 2 ** 40])(
    'has no price %s',
    (ticks) => {
      const book = new L2Book(10);
      book.set('buy', 5, 1);
      expect(() => book.set('sell', ticks, 1)).toThrow(/from 1 to/);
      expect([book.lotsAt('buy', ticks), book.nextWorse('buy', ticks), book.levelCount('sell')]).toEqual([0, -1, 0]);
    },
  );

  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('has no quantity %s', (lots) => {
    const book = new L2Book(10);
    expect(() => book.set('buy', 5, lots)).toThrow(RangeError);
    expect(book.levelCount('buy')).toBe(0);
  });
});
