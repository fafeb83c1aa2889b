import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../testing/runs.ts';
import { Bars } from './bars.ts';
import { MAX_PRICE_TICKS } from './book.ts';
import { START_AT, trade } from './fixtures.ts';
import { BAR_INTERVALS, type Bar, type BarInterval } from './market-view.ts';

const SECONDS: Readonly<Record<BarInterval, number>> = { '1s': 1, '1m': 60, '5m': 300, '1h': 3_600 };

interface Print {
  readonly at: number;
  readonly priceTicks: number;
  readonly lots: number;
}

/** The bars of `prints` with big integers and no cleverness, the open one last, and how many prints came too late. */
function naive(prints: readonly Print[], interval: BarInterval): { bars: Bar[]; late: number } {
  const length = SECONDS[interval] * 1_000_000;
  const groups: { startAt: number; prints: Print[] }[] = [];
  let late = 0;
  for (const print of prints) {
    const startAt = print.at - (print.at % length);
    const open = groups.at(-1);
    if (open === undefined || startAt > open.startAt) groups.push({ startAt, prints: [print] });
    else if (startAt === open.startAt) open.prints.push(print);
    else late += 1;
  }
  const bars = groups.map(({ startAt, prints: inside }) => {
    const prices = inside.map(({ priceTicks }) => priceTicks);
    const notional = inside.reduce((sum, print) => sum + BigInt(print.priceTicks) * BigInt(print.lots), 0n);
    const volume = inside.reduce((sum, { lots }) => sum + lots, 0);
    return {
      startAt,
      openTicks: prices[0],
      highTicks: Math.max(...prices),
      lowTicks: Math.min(...prices),
      closeTicks: prices.at(-1),
      volumeLots: volume,
      vwapTicks: Number(notional) / volume,
      count: inside.length,
    } as Bar;
  });
  return { bars, late };
}

/** Steps in time that stay within a bar, cross some, and go back a little. Eighty of the largest still sum exactly, below 2^75. */
const print = fc.record({
  step: fc.oneof(fc.integer({ min: -900_000, max: 1_500_000 }), fc.integer({ min: 0, max: 4_000_000_000 })),
  priceTicks: fc.oneof(fc.integer({ min: 600_000, max: 640_000 }), fc.integer({ min: 1, max: MAX_PRICE_TICKS })),
  lots: fc.oneof(fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 1, max: 2 ** 38 })),
});

function timed(steps: readonly { step: number; priceTicks: number; lots: number }[]): Print[] {
  let at = START_AT;
  return steps.map(({ step, ...rest }) => {
    at += step;
    return { at, ...rest };
  });
}

const add = (bars: Bars, prints: readonly Print[]): boolean[] =>
  prints.map(({ at, priceTicks, lots }) => bars.add(trade(priceTicks, lots, at)));

describe('Bars', () => {
  it('are what a naive grouping with big integers gives, on every interval', () => {
    fc.assert(
      fc.property(fc.array(print, { minLength: 1, maxLength: 80 }), fc.integer({ min: 1, max: 100 }), (steps, kept) => {
        const bars = new Bars(kept);
        const prints = timed(steps);
        expect(add(bars, prints)).not.toContain(false);
        for (const interval of BAR_INTERVALS) {
          const { bars: expected, late } = naive(prints, interval);
          expect(bars.open(interval)).toEqual(expected.at(-1));
          expect(bars.closedTotal(interval)).toBe(expected.length - 1);
          expect(bars.lateTrades(interval)).toBe(late);
          const closed = expected.slice(0, -1).reverse();
          for (let age = 0; age <= closed.length; age++) {
            expect(bars.closed(interval, age)).toEqual(age < kept ? (closed[age] ?? null) : null);
          }
        }
      }),
      { seed: 42, numRuns: runs(100) },
    );
  });

  it('go on from a snapshot as if nothing had happened', () => {
    fc.assert(
      fc.property(
        fc.array(print, { maxLength: 60 }),
        fc.nat({ max: 60 }),
        fc.integer({ min: 1, max: 9 }),
        (steps, cut, kept) => {
          const prints = timed(steps);
          const [whole, first, second] = [new Bars(kept), new Bars(kept), new Bars(kept)];
          add(whole, prints);
          add(first, prints.slice(0, cut));
          second.restore(structuredClone(first.snapshot()));
          expect(second.snapshot()).toEqual(first.snapshot());
          add(second, prints.slice(cut));
          expect(second.snapshot()).toEqual(whole.snapshot());
        },
      ),
      { seed: 42, numRuns: runs(60) },
    );
  });

  it('keep the latest when a snapshot has more than there is room for', () => {
    const [many, few] = [new Bars(10), new Bars(2)];
    const prints = Array.from({ length: 6 }, (_, i) => ({ at: START_AT + i * 1_000_000, priceTicks: 10 + i, lots: 1 }));
    add(many, prints);
    few.restore(many.snapshot());
    expect([0, 1, 2].map((age) => few.closed('1s', age)?.openTicks)).toEqual([14, 13, undefined]);
    expect(few.closedTotal('1s')).toBe(5);
  });

  it('leave out trades without a venue time, and count them', () => {
    const bars = new Bars(3);
    expect(bars.add(trade(100, 1, -1))).toBe(true);
    expect([bars.open('1s'), bars.undatedTrades()]).toEqual([null, 1]);
  });

  it('refuse a trade that their sums could not hold exactly, and nothing has changed', () => {
    const bars = new Bars(3);
    const most = Number.MAX_SAFE_INTEGER;
    expect(bars.add(trade(1, most, START_AT))).toBe(true);
    const before = bars.snapshot();
    expect(bars.add(trade(1, 1, START_AT + 1_000_000))).toBe(false);
    expect(bars.snapshot()).toEqual(before);
    expect(bars.add(trade(1, 1, START_AT + 3_600_000_000))).toBe(true);
    expect(bars.add(trade(MAX_PRICE_TICKS, most, START_AT + 7_200_000_000))).toBe(false);
  });

  it.each([-1, 0.5, Number.NaN])('have no closed bar of age %s', (age) => {
    const bars = new Bars(3);
    add(
      bars,
      [0, 1, 2].map((i) => ({ at: START_AT + i * 1_000_000, priceTicks: 1, lots: 1 })),
    );
    expect(bars.closed('1s', age)).toBeNull();
  });
});
