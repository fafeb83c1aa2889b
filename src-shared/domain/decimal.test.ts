import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../src-main/testing/runs.ts';
import { DecimalError, decimalPlaces, divideHalfEven, formatDecimal, parseDecimal, toSafeNumber } from './decimal.ts';
import { OverflowError, safeInteger } from './integer.ts';

const decimals = fc.integer({ min: 0, max: 18 });
const scaled = fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n });
const PROPERTY = { seed: 42, numRuns: runs(500) };

describe('parseDecimal and formatDecimal', () => {
  it('are inverse for any amount at any scale', () => {
    fc.assert(
      fc.property(scaled, decimals, (value, places) => {
        expect(parseDecimal(formatDecimal(value, places), places)).toBe(value);
      }),
      PROPERTY,
    );
  });

  it('keep a text that has all its digits', () => {
    const digits = fc.integer({ min: 0, max: 999_999_999 }).map(String);
    fc.assert(
      fc.property(fc.boolean(), digits, fc.stringMatching(/^\d{1,18}$/), (negative, whole, fraction) => {
        fc.pre(!negative || /[1-9]/.test(whole + fraction));
        const text = `${negative ? '-' : ''}${whole}.${fraction}`;
        expect(formatDecimal(parseDecimal(text, fraction.length), fraction.length)).toBe(text);
      }),
      PROPERTY,
    );
  });

  it.each([
    ['0.1', 18, 100_000_000_000_000_000n],
    ['9007199254740993', 0, 9_007_199_254_740_993n],
    ['9007199254740992.000000000000000001', 18, 9_007_199_254_740_992_000_000_000_000_000_001n],
    ['-0.05', 2, -5n],
    ['-0', 2, 0n],
    ['007.50', 1, 75n],
    ['1.5000', 1, 15n],
  ])('%s at %i decimals is %s', (text, places, value) => {
    expect(parseDecimal(text, places)).toBe(value);
  });

  it.each([
    [-5n, 2, '-0.05'],
    [5n, 0, '5'],
    [0n, 3, '0.000'],
    [1n, 18, '0.000000000000000001'],
  ])('%s at %i decimals is written %s', (value, places, text) => {
    expect(formatDecimal(value, places)).toBe(text);
  });

  it.each(['', '-', '.5', '5.', '+1', '1e5', 'NaN', 'Infinity', ' 1', '1 ', '1\n', '1,000', '0x10', '--1', '٣'])(
    'refuse %j',
    (text) => {
      expect(() => parseDecimal(text, 8)).toThrow(DecimalError);
      expect(() => decimalPlaces(text)).toThrow(DecimalError);
    },
  );

  it('refuse digits that the scale would drop, and say how many it has', () => {
    expect(() => parseDecimal('0.123', 2)).toThrow("'0.123' has more than 2 decimals");
    expect(() => parseDecimal('1.5', 0)).toThrow(DecimalError);
  });
});

describe('decimalPlaces', () => {
  it('is the smallest scale that holds the text', () => {
    fc.assert(
      fc.property(scaled, decimals, (value, places) => {
        const text = formatDecimal(value, places);
        const needed = decimalPlaces(text);
        expect(formatDecimal(parseDecimal(text, needed), needed)).toBe(
          text.replace(/\.?0*$/, (tail) => (text.includes('.') ? '' : tail)),
        );
        if (needed > 0) expect(() => parseDecimal(text, needed - 1)).toThrow(DecimalError);
      }),
      PROPERTY,
    );
    expect([decimalPlaces('0.10'), decimalPlaces('5'), decimalPlaces('5.000')]).toEqual([1, 0, 0]);
  });
});

describe('divideHalfEven', () => {
  it('is the nearest integer of the exact fraction, the even one of two', () => {
    const any = fc.oneof(scaled, fc.bigInt({ min: -20n, max: 20n }));
    fc.assert(
      fc.property(
        any,
        any.filter((d) => d !== 0n),
        (numerator, denominator) => {
          const quotient = divideHalfEven(numerator, denominator);
          // |numerator / denominator − quotient| ≤ ½, without dividing.
          const twice = 2n * (numerator - quotient * denominator);
          const [distance, whole] = [twice < 0n ? -twice : twice, denominator < 0n ? -denominator : denominator];
          expect(distance <= whole).toBe(true);
          if (distance === whole) expect(quotient % 2n).toBe(0n);
        },
      ),
      PROPERTY,
    );
  });

  it('is odd in its numerator and in its denominator', () => {
    fc.assert(
      fc.property(
        scaled,
        scaled.filter((d) => d !== 0n),
        (numerator, denominator) => {
          const quotient = divideHalfEven(numerator, denominator);
          expect(divideHalfEven(-numerator, denominator)).toBe(-quotient);
          expect(divideHalfEven(numerator, -denominator)).toBe(-quotient);
        },
      ),
      PROPERTY,
    );
  });

  it.each([
    [1n, 2n, 0n],
    [3n, 2n, 2n],
    [5n, 2n, 2n],
    [-1n, 2n, 0n],
    [-3n, 2n, -2n],
    [7n, 4n, 2n],
    [-7n, -4n, 2n],
    [5n, 4n, 1n],
  ])('%s / %s = %s', (numerator, denominator, quotient) => {
    expect(divideHalfEven(numerator, denominator)).toBe(quotient);
  });

  it('refuses to divide by zero', () => {
    expect(() => divideHalfEven(1n, 0n)).toThrow(RangeError);
  });
});

describe('safe integers', () => {
  it('are exact up to 2^53 − 1 on both sides, and refused beyond', () => {
    expect(toSafeNumber(9_007_199_254_740_991n, 'it')).toBe(Number.MAX_SAFE_INTEGER);
    expect(toSafeNumber(-9_007_199_254_740_991n, 'it')).toBe(Number.MIN_SAFE_INTEGER);
    for (const value of [9_007_199_254_740_992n, -9_007_199_254_740_992n, 9_007_199_254_740_993n, 10n ** 400n]) {
      expect(() => toSafeNumber(value, 'a quantity')).toThrow(OverflowError);
      expect(() => toSafeNumber(value, 'a quantity')).toThrow(/a quantity does not fit/);
    }
  });

  it.each([0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, -(2 ** 53), 1e308])('%s is none', (value) => {
    expect(() => safeInteger(value, 'a quantity')).toThrow(OverflowError);
    expect(() => safeInteger(value, 'a quantity')).toThrow(/^a quantity is not/);
  });

  it('come back unchanged', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        expect(safeInteger(value, 'it')).toBe(value);
        expect(toSafeNumber(BigInt(value), 'it')).toBe(value + 0);
      }),
      PROPERTY,
    );
  });
});
