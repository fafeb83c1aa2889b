import { describe, expect, it } from 'vitest';
import { Random } from '../engine/random.ts';
import { optimalSpread, reservationPrice } from './avellaneda-stoikov.ts';
import { type ExperimentResult, type QuotingRule, runExperiment } from './avellaneda-stoikov-experiment.ts';

/** Section 3.3 of the paper, with γ = 0.1 as in its table 1. */
const TABLE_1 = {
  mid: 100,
  horizon: 1,
  sigma: 2,
  step: 0.005,
  inventory: 0,
  gamma: 0.1,
  k: 1.5,
  arrivalRate: 140,
};

const LONG = process.env.LONG_TESTS !== undefined;
/** As many as the paper, or enough to tell its figures from those of a slightly other experiment. */
const PATHS = LONG ? 100_000 : 1_000;

/** The rows of table 1, as printed: means of 1,000 paths. */
const PUBLISHED: Readonly<Record<QuotingRule, ExperimentResult>> = {
  inventory: { averageSpread: 1.49, profitMean: 65.0, profitStd: 6.6, inventoryMean: 0.08, inventoryStd: 2.9 },
  symmetric: { averageSpread: 1.49, profitMean: 68.4, profitStd: 12.7, inventoryMean: 0.26, inventoryStd: 8.4 },
};

/** The same experiment by an independent program, 100,000 paths. */
const MONTE_CARLO: Readonly<Record<QuotingRule, ExperimentResult>> = {
  inventory: {
    averageSpread: 1.4917704227514235,
    profitMean: 64.86662746722003,
    profitStd: 6.537319328243273,
    inventoryMean: -0.00567,
    inventoryStd: 2.9253953324465396,
  },
  symmetric: {
    averageSpread: 1.4917704227514235,
    profitMean: 68.25592625961315,
    profitStd: 13.362798827953252,
    inventoryMean: 0.02887,
    inventoryStd: 8.406032150967542,
  },
};

/** Four standard errors of the difference between two samples' means, and between their standard deviations (normal theory). */
function bands(std: number, pathsHere: number, pathsThere: number): { mean: number; std: number } {
  const mean = 4 * std * Math.sqrt(1 / pathsHere + 1 / pathsThere);
  return { mean, std: mean / Math.SQRT2 };
}

function expectSame(found: ExperimentResult, wanted: ExperimentResult, wantedPaths: number, rounding: number): void {
  const profit = bands(found.profitStd, PATHS, wantedPaths);
  const inventory = bands(found.inventoryStd, PATHS, wantedPaths);
  const half = rounding / 2;
  expect(Math.abs(found.profitMean - wanted.profitMean)).toBeLessThan(profit.mean + half);
  expect(Math.abs(found.profitStd - wanted.profitStd)).toBeLessThan(profit.std + half);
  expect(Math.abs(found.inventoryMean - wanted.inventoryMean)).toBeLessThan(inventory.mean + half);
  expect(Math.abs(found.inventoryStd - wanted.inventoryStd)).toBeLessThan(inventory.std + half);
}

describe("the paper's formulas", () => {
  it('give the figures worked out by hand', () => {
    const model = { gamma: 0.1, sigma: 2, k: 1.5 };
    expect(reservationPrice(100, 3, 0.5, model)).toBeCloseTo(100 - 3 * 0.1 * 4 * 0.5, 12);
    expect(reservationPrice(100, -3, 0.5, model)).toBeCloseTo(100.6, 12);
    expect(optimalSpread(0, model)).toBeCloseTo(20 * Math.log(16 / 15), 12);
    expect(optimalSpread(1, model)).toBeCloseTo(0.4 + 20 * Math.log(16 / 15), 12);
  });

  it('reach the risk-neutral spread 2/k as risk aversion vanishes, and do not lose it to rounding', () => {
    for (const gamma of [1e-6, 1e-9, 1e-12]) {
      expect(optimalSpread(1, { gamma, sigma: 2, k: 1.5 })).toBeCloseTo(2 / 1.5, 5);
    }
  });
});

describe('table 1', () => {
  for (const rule of ['inventory', 'symmetric'] as const) {
    it(`is reproduced by the ${rule} strategy`, () => {
      const found = runExperiment(TABLE_1, rule, PATHS, new Random(2008));
      expect(found.averageSpread).toBeCloseTo(MONTE_CARLO[rule].averageSpread, 12);
      expect(found.averageSpread).toBeCloseTo(PUBLISHED[rule].averageSpread, 2);
      expectSame(found, MONTE_CARLO[rule], 100_000, 0);
      expectSame(found, PUBLISHED[rule], 1_000, 0.1);
    });
  }

  it('has the symmetric profit that can be worked out exactly: two sides, λ(δ)dt fills a step, δ each', () => {
    const { averageSpread, profitMean, profitStd } = runExperiment(TABLE_1, 'symmetric', PATHS, new Random(3));
    const exact = 2 * 200 * (0.7 * Math.exp((-1.5 * averageSpread) / 2)) * (averageSpread / 2);
    expect(Math.abs(profitMean - exact)).toBeLessThan((4 * profitStd) / Math.sqrt(PATHS));
  });

  it('shows what the paper is about: with the inventory in the price, much less risk for a little less profit', () => {
    for (const gamma of [0.01, 0.1, 1]) {
      const inventory = runExperiment({ ...TABLE_1, gamma }, 'inventory', 1_000, new Random(1));
      const symmetric = runExperiment({ ...TABLE_1, gamma }, 'symmetric', 1_000, new Random(1));
      expect(inventory.profitStd).toBeLessThan(0.75 * symmetric.profitStd);
      expect(inventory.inventoryStd).toBeLessThan(0.75 * symmetric.inventoryStd);
      expect(inventory.averageSpread).toBe(symmetric.averageSpread);
    }
  });
});

describe('the experiment', () => {
  it('is the same for the same seed', () => {
    const once = runExperiment(TABLE_1, 'inventory', 20, new Random(5));
    expect(runExperiment(TABLE_1, 'inventory', 20, new Random(5))).toEqual(once);
  });

  it('without arrivals earns what the first inventory earns: nothing on average, σ√T per unit', () => {
    const held = { ...TABLE_1, arrivalRate: 0, inventory: 3 };
    const found = runExperiment(held, 'inventory', 2_000, new Random(9));
    expect(found.inventoryMean).toBe(3);
    expect(found.inventoryStd).toBe(0);
    expect(Math.abs(found.profitMean)).toBeLessThan(4 * (6 / Math.sqrt(2_000)));
    expect(Math.abs(found.profitStd - 6)).toBeLessThan(4 * (6 / Math.sqrt(2 * 2_000)));
  });

  it('refuses a horizon that its steps do not fill, and a sample without a spread', () => {
    expect(() => runExperiment({ ...TABLE_1, step: 0.3 }, 'symmetric', 10, new Random(1))).toThrow('whole number');
    expect(() => runExperiment({ ...TABLE_1, step: 2 }, 'symmetric', 10, new Random(1))).toThrow('whole number');
    expect(() => runExperiment(TABLE_1, 'symmetric', 1, new Random(1))).toThrow('two paths');
  });
});
