import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { micros } from '../../../src-shared/domain/time.ts';
import { Curve, MAX_POINTS } from './curve.ts';

const SECOND = 1_000_000;

describe('Curve', () => {
  it('has one point per second, the last one that was heard', () => {
    const curve = new Curve();
    curve.reset([
      [micros(5 * SECOND), 1, 0],
      [micros(6 * SECOND), 2, 0.5],
    ]);
    expect(curve.add(6.4 * SECOND, 3, 0.25)).toBe('newest');
    expect(curve.add(7 * SECOND, 4, 0)).toBe('newest');
    expect(curve.points.map(({ second, equity }) => [second, equity])).toEqual([
      [5, 1],
      [6, 3],
      [7, 4],
    ]);
  });

  it('draws drawdown downwards, whatever its sign', () => {
    const curve = new Curve();
    curve.add(SECOND, 1, 2.5);
    curve.add(2 * SECOND, 1, -2.5);
    expect(curve.points.map(({ drawdown }) => drawdown)).toEqual([-2.5, -2.5]);
  });

  it('leaves out what is older than its newest point', () => {
    const curve = new Curve();
    curve.add(9 * SECOND, 1, 0);
    expect(curve.add(8 * SECOND, 2, 0)).toBe('nothing');
    expect(curve.points).toHaveLength(1);
  });

  it('thins itself when it is full, and keeps the newest value', () => {
    const curve = new Curve();
    for (let second = 0; second < MAX_POINTS; second += 1) expect(curve.add(second * SECOND, second, 0)).toBe('newest');
    expect(curve.add(MAX_POINTS * SECOND, 7, 0)).toBe('all');
    expect(curve.points.length).toBeLessThanOrEqual(MAX_POINTS / 2 + 1);
    expect(curve.points.at(-1)?.equity).toBe(7);
  });

  it('is bounded and in strict order, whatever it hears', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -5, max: 5_000 }), { minLength: 1, maxLength: 200 }), (steps) => {
        const curve = new Curve();
        let at = 1_000_000;
        for (const step of steps) {
          at += step * 50;
          for (let second = 0; second < 50; second += 1) curve.add((at + second) * SECOND, second, 0);
        }
        const seconds = curve.points.map(({ second }) => second);
        expect(seconds.length).toBeLessThanOrEqual(MAX_POINTS);
        expect(seconds.every((second, index) => index === 0 || second > (seconds[index - 1] ?? 0))).toBe(true);
      }),
      { numRuns: 30 },
    );
  });
});
