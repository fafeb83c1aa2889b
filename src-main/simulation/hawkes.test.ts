import { describe, expect, it } from 'vitest';
import { Random } from '../core/engine/random.ts';
import { Hawkes, HawkesError, type HawkesParameters, meanIntensities } from './hawkes.ts';
import { branchingRatio } from './stylised-facts.ts';

const SINGLE: HawkesParameters = { baselinePerSecond: [2], branching: [[0.6]], decaysPerSecond: [20], weights: [1] };
const PAIR: HawkesParameters = {
  baselinePerSecond: [1, 3],
  branching: [
    [0.3, 0.2],
    [0.5, 0.1],
  ],
  decaysPerSecond: [50, 5],
  weights: [0.7, 0.3],
};

function eventTimes(parameters: HawkesParameters, seed: number, seconds: number): number[][] {
  const process = new Hawkes(parameters, new Random(seed));
  const times: number[][] = parameters.baselinePerSecond.map(() => []);
  for (process.advance(); process.seconds < seconds; process.advance()) times[process.type].push(process.seconds);
  return times;
}

function countMoments(times: readonly number[], seconds: number, window: number): { mean: number; variance: number } {
  const counts = new Array<number>(Math.floor(seconds / window)).fill(0);
  for (const time of times) if (time < counts.length * window) counts[Math.floor(time / window)] += 1;
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / (counts.length - 1);
  return { mean, variance };
}

describe('meanIntensities', () => {
  it('solves Λ = (I − Φ)⁻¹ μ', () => {
    expect(meanIntensities(SINGLE)[0]).toBeCloseTo(5, 12);
    // By hand: det(I − Φ) = 0.7 · 0.9 − 0.2 · 0.5 = 0.53.
    expect(meanIntensities(PAIR)[0]).toBeCloseTo((0.9 * 1 + 0.2 * 3) / 0.53, 12);
    expect(meanIntensities(PAIR)[1]).toBeCloseTo((0.5 * 1 + 0.7 * 3) / 0.53, 12);
  });

  it.each([
    ['a branching ratio of 1', [[1]], [1]],
    ['a branching ratio above 1', [[1.2]], [1]],
    [
      'a loop whose product is 1',
      [
        [0, 2],
        [0.5, 0],
      ],
      [1, 1],
    ],
    [
      'an explosive type behind a quiet one',
      [
        [0.1, 0],
        [0, 1.5],
      ],
      [1, 1],
    ],
    [
      'two explosive types whose determinant is positive',
      [
        [1.5, 0],
        [0, 1.5],
      ],
      [1, 1],
    ],
  ])('refuses %s', (_what, branching, baselinePerSecond) => {
    expect(() => meanIntensities({ ...SINGLE, branching, baselinePerSecond })).toThrow(/spectral radius/);
  });

  it('accepts a matrix with an entry above 1 whose spectral radius is below 1', () => {
    expect(
      meanIntensities({
        ...SINGLE,
        branching: [
          [0, 4],
          [0.2, 0],
        ],
        baselinePerSecond: [1, 1],
      }),
    ).toHaveLength(2);
  });

  it.each<[string, Partial<HawkesParameters>]>([
    ['a matrix that is not square', { branching: [[0.5, 0.1]] }],
    ['a matrix of another size', { branching: [] }],
    ['a negative entry', { branching: [[-0.5]] }],
    ['a negative baseline', { baselinePerSecond: [-1] }],
    ['no immigrants at all', { baselinePerSecond: [0] }],
    ['weights that do not sum to 1', { weights: [0.9] }],
    ['a weight without its decay', { weights: [0.5, 0.5] }],
    ['a decay of zero', { decaysPerSecond: [0] }],
    ['NaN', { branching: [[Number.NaN]] }],
  ])('refuses %s', (_what, change) => {
    expect(() => new Hawkes({ ...SINGLE, ...change }, new Random(1))).toThrow(HawkesError);
  });
});

describe('Hawkes', () => {
  it.each([1, 2, 3])('has the mean intensities of the theory (seed %i)', (seed) => {
    const seconds = 4_000;
    const times = eventTimes(PAIR, seed, seconds);
    const rates = meanIntensities(PAIR);
    // (I − Φ)⁻¹ by hand; a count's variance per second is the diagonal of (I − Φ)⁻¹ diag(Λ) (I − Φ)⁻ᵀ (Hawkes 1971).
    const inverse = [
      [0.9 / 0.53, 0.2 / 0.53],
      [0.5 / 0.53, 0.7 / 0.53],
    ];
    rates.forEach((rate, type) => {
      const variance = inverse[type].reduce((sum, entry, source) => sum + entry * entry * rates[source], 0);
      expect(Math.abs(times[type].length / seconds - rate)).toBeLessThan(4 * Math.sqrt(variance / seconds));
    });
  });

  it.each([1, 2, 3])('has the branching ratio that was asked for (seed %i)', (seed) => {
    const seconds = 8_000;
    const [times] = eventTimes(SINGLE, seed, seconds);
    // 4,000 windows of 2 s: the variance is known to some 2 %, and half of that goes into n.
    const { mean, variance } = countMoments(times, seconds, 2);
    expect(branchingRatio(mean, variance)).toBeGreaterThan(0.57);
    expect(branchingRatio(mean, variance)).toBeLessThan(0.62);
  });

  it('is a Poisson process without excitation: counts as variable as their mean', () => {
    const [times] = eventTimes({ ...SINGLE, branching: [[0]] }, 7, 8_000);
    const { mean, variance } = countMoments(times, 8_000, 2);
    expect(mean).toBeCloseTo(4, 0);
    expect(Math.abs(branchingRatio(mean, variance))).toBeLessThan(0.05);
  });

  it('turns into a Poisson process of rate 1 in its own compensator (time rescaling)', () => {
    // With one exponential kernel the compensator between events is closed-form; rescaled waits are Exp(1) draws.
    const [times] = eventTimes(SINGLE, 11, 2_000);
    const [mu, n, beta] = [2, 0.6, 20];
    let excitation = 0;
    let last = 0;
    const waits = times.map((time) => {
      const faded = excitation * Math.exp(-beta * (time - last));
      const wait = mu * (time - last) + (excitation - faded) / beta;
      excitation = faded + n * beta;
      last = time;
      return wait;
    });
    const sorted = waits.toSorted((a, b) => a - b);
    const distance = sorted.reduce(
      (most, wait, i) => Math.max(most, Math.abs(1 - Math.exp(-wait) - (i + 0.5) / sorted.length)),
      0,
    );
    // Kolmogorov and Smirnov at 1 %.
    expect(distance).toBeLessThan(1.63 / Math.sqrt(sorted.length));
  });

  it('goes on after a restore as if nothing had happened', () => {
    const process = new Hawkes(PAIR, new Random(5));
    for (let i = 0; i < 500; i++) process.advance();
    const twin = new Hawkes(PAIR, new Random(6));
    twin.restore(structuredClone(process.snapshot()));
    for (let i = 0; i < 500; i++) {
      process.advance();
      twin.advance();
      expect([twin.seconds, twin.type]).toEqual([process.seconds, process.type]);
    }
  });
});
