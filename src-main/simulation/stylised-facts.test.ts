import { describe, expect, it } from 'vitest';
import type { Side } from '../../src-shared/domain/order.ts';
import { Random } from '../core/engine/random.ts';
import type { BookView } from '../core/market/market-view.ts';
import { compare, RECORDED_STATISTICS } from './reference-statistics.ts';
import { branchingRatio, SAMPLE_MS, StylisedFacts } from './stylised-facts.ts';

const SECOND = 1_000_000;

/** A book of equal levels: `lots` at each of `levels` prices per side, every second tick. */
function ladder(bidTicks: number, askTicks: number, lots: number, levels: number): BookView {
  const worst = (side: Side): number => (side === 'buy' ? bidTicks - 2 * (levels - 1) : askTicks + 2 * (levels - 1));
  return {
    bestBidTicks: () => bidTicks,
    bestAskTicks: () => askTicks,
    bestBidLots: () => lots,
    bestAskLots: () => lots,
    lotsAt: () => lots,
    nextWorse: (side, price) => (price === worst(side) ? -1 : side === 'buy' ? price - 2 : price + 2),
    levelCount: () => levels,
  };
}

/** Shows a mid at every sampling time. */
function feedMids(facts: StylisedFacts, mids: readonly number[]): void {
  mids.forEach((mid, index) => {
    facts.book(index * SAMPLE_MS * 1_000, ladder(mid - 1, mid + 1, 1, 1));
  });
}

function poissonTrades(facts: StylisedFacts, seed: number, perSecond: number, seconds: number): void {
  const random = new Random(seed);
  for (let at = 0; at < seconds * SECOND; at += (random.exponential() / perSecond) * SECOND) facts.trade(at, 'buy', 10);
}

describe('branchingRatio', () => {
  it('inverts the asymptotic variance of a Hawkes process, mean / (1 − n)²', () => {
    for (const n of [0, 0.5, 0.9]) expect(branchingRatio(7, 7 / (1 - n) ** 2)).toBeCloseTo(n, 12);
  });
});

describe('StylisedFacts', () => {
  it('finds no branching in Poisson trades', () => {
    for (const seed of [1, 2, 3]) {
      const facts = new StylisedFacts();
      poissonTrades(facts, seed, 5, 4_000);
      const { branchingRatio: n, takerOrdersPerSecond, meanTakerLots } = facts.statistics();
      expect(Math.abs(n)).toBeLessThan(0.06);
      expect(takerOrdersPerSecond).toBeCloseTo(5, 0);
      // Only trades that share a millisecond are one order.
      expect(meanTakerLots).toBeCloseTo(10, 0);
    }
  });

  it('finds the branching of trades that come in families of a fixed size', () => {
    // Families of 9 in one instant of each window: counts are 9 · Poisson, so variance / mean = 9, and n = 1 − 1/3.
    const facts = new StylisedFacts();
    const random = new Random(3);
    for (let at = 0; at < 20_000 * SECOND; at += random.exponential() * SECOND) {
      for (let child = 0; child < 9; child++) facts.trade(at + child * 1_000, 'buy', 1);
    }
    expect(facts.statistics().branchingRatio).toBeCloseTo(2 / 3, 1);
  });

  it('counts trades of one millisecond and side as one taker order', () => {
    const facts = new StylisedFacts();
    facts.trade(1_000, 'buy', 5);
    facts.trade(1_999, 'buy', 5);
    facts.trade(1_999, 'sell', 2);
    facts.trade(2_000, 'sell', 4);
    facts.trade(1_000_000 + 1_000, 'sell', 4);
    const { takerOrdersPerSecond, meanTakerLots, seconds } = facts.statistics();
    expect(seconds).toBe(1);
    expect(takerOrdersPerSecond).toBe(4);
    expect(meanTakerLots).toBe(5);
  });

  it('measures the autocorrelation of |returns| of an AR(1) series as φ^lag', () => {
    const random = new Random(4);
    const phi = 0.8;
    let deviation = 0;
    let mid = 0;
    const mids = Array.from({ length: 60_000 }, () => {
      deviation = phi * deviation + random.normal();
      // A return that is never negative, so that its size is the AR(1) series itself.
      mid += Math.max(0, 30 + deviation);
      return mid;
    });
    const facts = new StylisedFacts();
    feedMids(facts, mids);
    facts.statistics().absoluteReturnAutocorrelation.forEach((value, index) => {
      expect(Math.abs(value - phi ** (index + 1))).toBeLessThan(0.03);
    });
  });

  it('finds no autocorrelation in a random walk, and its step', () => {
    const random = new Random(5);
    let mid = 10_000;
    const facts = new StylisedFacts();
    feedMids(
      facts,
      Array.from({ length: 20_000 }, () => (mid += random.below(2) === 0 ? 3 : -5)),
    );
    for (const value of facts.statistics().absoluteReturnAutocorrelation) expect(Math.abs(value)).toBeLessThan(0.03);
    expect(facts.statistics().returnTicks).toBeCloseTo(Math.sqrt((9 + 25) / 2), 1);
  });

  it('measures spread and depth, in mean taker orders', () => {
    const facts = new StylisedFacts();
    facts.trade(0, 'buy', 4);
    [1, 1, 1, 5].forEach((spread, index) => {
      facts.book(index * SAMPLE_MS * 1_000, ladder(1_000, 1_000 + spread, 8, 20));
    });
    const { meanSpreadTicks, medianSpreadTicks, bestDepth, tenLevelDepth } = facts.statistics();
    expect([meanSpreadTicks, medianSpreadTicks, bestDepth, tenLevelDepth]).toEqual([2, 1, 2, 20]);
  });

  it('counts no more levels than there are', () => {
    const facts = new StylisedFacts();
    facts.trade(0, 'buy', 4);
    facts.book(0, ladder(1_000, 1_001, 8, 3));
    expect(facts.statistics().tenLevelDepth).toBe(6);
  });

  it('looks once per interval, and passes over a one-sided book', () => {
    const facts = new StylisedFacts();
    facts.trade(0, 'buy', 1);
    facts.book(0, { ...ladder(1_000, 1_001, 1, 1), levelCount: () => 0 });
    facts.book(1_000, ladder(1_000, 1_004, 1, 1));
    facts.book(2_000, ladder(1_000, 1_100, 1, 1));
    expect(facts.statistics().meanSpreadTicks).toBe(4);
  });

  it('says NaN where it saw too little', () => {
    const { branchingRatio: n, medianSpreadTicks, bestDepth } = new StylisedFacts().statistics();
    expect([n, medianSpreadTicks, bestDepth]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  });
});

describe('compare', () => {
  it('finds the recording within its own bands', () => {
    for (const row of compare(RECORDED_STATISTICS)) {
      expect(row).toMatchObject({ within: true });
      expect(row.simulated).toBe(row.recorded);
    }
  });

  it('tells a Poisson flow from an excited one', () => {
    const facts = new StylisedFacts();
    poissonTrades(facts, 6, RECORDED_STATISTICS.takerOrdersPerSecond, 300);
    const rows = new Map(compare(facts.statistics()).map((row) => [row.figure, row]));
    expect(rows.get('branching ratio of taker orders')?.within).toBe(false);
    expect(rows.get('taker orders per second')?.within).toBe(true);
  });

  it('holds independent returns outside the bands of their autocorrelation', () => {
    for (const seed of [1, 2, 3]) {
      const random = new Random(seed);
      let mid = 618_000;
      const facts = new StylisedFacts();
      feedMids(
        facts,
        Array.from({ length: 20_000 }, () => (mid += Math.round(37 * random.normal()))),
      );
      const outside = compare(facts.statistics()).filter(
        ({ figure, within }) => figure.startsWith('autocorrelation') && !within,
      );
      expect(outside).toHaveLength(2);
    }
  });

  it('takes no unknown for a good figure', () => {
    for (const row of compare(new StylisedFacts().statistics())) expect(row.within).toBe(false);
  });
});
