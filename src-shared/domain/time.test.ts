import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../src-main/testing/runs.ts';
import { OverflowError } from './integer.ts';
import { afterMs, formatMicros, micros } from './time.ts';

describe('a time', () => {
  it.each([0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('is not %s', (value) => {
    expect(() => micros(value)).toThrow(OverflowError);
  });

  it('moves by a duration in milliseconds, exactly', () => {
    expect(afterMs(micros(1_000_001), 250)).toBe(1_250_001);
    expect(afterMs(micros(0), 0.5)).toBe(500);
    expect(() => afterMs(micros(0), 0.0001)).toThrow(OverflowError);
    expect(() => afterMs(micros(Number.MAX_SAFE_INTEGER), 1)).toThrow(OverflowError);
  });
});

describe('formatMicros', () => {
  it.each([
    [0, '1970-01-01T00:00:00.000000Z'],
    [1_723_161_255_030_314, '2024-08-08T23:54:15.030314Z'],
    [-1, '1969-12-31T23:59:59.999999Z'],
    [1, '1970-01-01T00:00:00.000001Z'],
    [951_782_400_000_000, '2000-02-29T00:00:00.000000Z'],
  ])('%s is %s', (at, text) => {
    expect(formatMicros(micros(at))).toBe(text);
  });

  it('loses no microsecond, and sorts as text as it sorts as time', () => {
    const times = fc.maxSafeInteger().map(micros);
    fc.assert(
      fc.property(times, times, (a, b) => {
        const text = formatMicros(a);
        expect(BigInt(Date.parse(`${text.slice(0, 19)}Z`)) * 1_000n + BigInt(text.slice(20, 26))).toBe(BigInt(a));
        expect(Math.sign(a - b)).toBe(text < formatMicros(b) ? -1 : text > formatMicros(b) ? 1 : 0);
      }),
      { seed: 42, numRuns: runs(500) },
    );
  });
});
