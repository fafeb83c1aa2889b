import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../testing/runs.ts';
import { HIGHEST_MS, Latencies } from './latencies.ts';

/** The value that at least `share` of all values do not exceed, by definition. */
function exactQuantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

describe('latencies', () => {
  it('gives every quantile to three significant digits, and count, sum and maximum exactly', () => {
    const nanos = fc.oneof(fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 1, max: HIGHEST_MS * 1_000_000 }));
    fc.assert(
      fc.property(fc.array(nanos, { minLength: 1, maxLength: 300 }), (values) => {
        const latencies = new Latencies();
        for (const value of values) latencies.record('durable', value / 1_000_000);
        const { durable } = latencies.summary();
        if (!durable) throw new Error('nothing was recorded');
        for (const [quantile, share] of [
          [durable.p50, 0.5],
          [durable.p99, 0.99],
          [durable.p999, 0.999],
        ] as const) {
          const exact = exactQuantile(values, share) / 1_000;
          expect(Math.abs(quantile - exact)).toBeLessThanOrEqual(exact / 1_000 + 1e-9);
        }
        expect(durable.samples).toBe(values.length);
        expect(durable.max * 1_000).toBeGreaterThanOrEqual(Math.max(...values) * 0.999);
        expect(durable.max).toBeGreaterThanOrEqual(durable.p999);
        expect(latencies.sumMicros('durable')).toBeCloseTo(values.reduce((sum, value) => sum + value, 0) / 1_000, 3);
      }),
      { seed: 42, numRuns: runs(50) },
    );
  });

  it('keeps the stages apart, and says nothing of one that was never recorded', () => {
    const latencies = new Latencies();
    latencies.record('commit', 2);
    latencies.record('released', 0.5);
    expect(Object.keys(latencies.summary())).toEqual(['released', 'commit']);
    expect(latencies.sumMicros('commit')).toBe(2_000);
    expect(latencies.sumMicros('gate')).toBe(0);
  });

  it('takes what no clock should give without harm: it counts as the nearest that it can hold', () => {
    const latencies = new Latencies();
    for (const ms of [Number.NaN, -3, 0]) latencies.record('gate', ms);
    expect(latencies.summary().gate).toEqual({ samples: 3, p50: 0.001, p99: 0.001, p999: 0.001, max: 0.001 });
    for (const ms of [Number.POSITIVE_INFINITY, HIGHEST_MS * 2]) latencies.record('book', ms);
    const most = HIGHEST_MS * 1_000;
    expect(latencies.summary().book?.p50).toBeCloseTo(most, -5);
    expect(latencies.sumMicros('book')).toBe(2 * most);
  });
});
