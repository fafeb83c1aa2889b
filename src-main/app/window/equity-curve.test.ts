import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { micros } from '../../../src-shared/domain/time.ts';
import { runs } from '../../testing/runs.ts';
import { EquityCurve } from './equity-curve.ts';

const equity = fc.double({ min: -1e6, max: 1e6, noNaN: true });

function curveOf(values: readonly number[]): EquityCurve {
  const curve = new EquityCurve();
  for (const [second, value] of values.entries()) curve.add(micros(second * 1_000_000), value);
  return curve;
}

describe('an equity curve', () => {
  it('has the drawdown from the running peak, as counted anew for every point', () => {
    fc.assert(
      fc.property(fc.array(equity, { maxLength: 300 }), (values) => {
        const expected = values.map((value, i) => Math.max(...values.slice(0, i + 1)) - value);
        expect(
          curveOf(values)
            .thinned(1_000)
            .map(([, , drawdown]) => drawdown),
        ).toEqual(expected);
      }),
      { seed: 42, numRuns: runs(100) },
    );
  });

  it('thinned, keeps its order, its newest point, its highest and its lowest', () => {
    fc.assert(
      fc.property(
        fc.array(equity, { minLength: 1, maxLength: 500 }),
        fc.integer({ min: 3, max: 60 }),
        (values, limit) => {
          const points = curveOf(values).thinned(limit);
          const found = points.map(([, value]) => value);
          expect(points.length).toBeLessThanOrEqual(limit);
          expect(found.at(-1)).toBe(values.at(-1));
          expect(Math.max(...found)).toBe(Math.max(...values));
          expect(Math.min(...found)).toBe(Math.min(...values));
          expect(points.map(([at]) => at)).toEqual(points.map(([at]) => at).toSorted((a, b) => a - b));
        },
      ),
      { seed: 42, numRuns: runs(200) },
    );
  });

  it('makes up no point where a mark is missing', () => {
    const curve = curveOf([1, Number.NaN, 3]);
    expect(curve.thinned(10).map(([, value]) => value)).toEqual([1, 3]);
    expect(curve.drawdown(Number.NaN)).toBeNaN();
    expect(curve.drawdown(2)).toBe(1);
    expect(curve.drawdown(5)).toBe(0);
  });

  it('never grows past its bound, and still spans all of its time', () => {
    const curve = new EquityCurve();
    for (let second = 0; second < 250_000; second += 1) curve.add(micros(second), second);
    const points = curve.thinned(1_000_000);
    expect(points.length).toBeLessThan(100_000);
    expect(points[0]?.[0]).toBeLessThan(10);
    expect(points.at(-1)?.[0]).toBeGreaterThan(249_990);
  });
});
