import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../src-main/testing/runs.ts';
import { DecimalError } from './decimal.ts';
import { OverflowError } from './integer.ts';
import { currency, currencyExponent, formatMoney, money, parseMoney, ZERO_MONEY } from './money.ts';

describe('a currency code', () => {
  it.each(['BTC', 'USDT', '1INCH', '1000SHIB', 'A1', 'ABCDEFGHIJKL'])('%s is one', (code) => {
    expect(currency(code)).toBe(code);
  });

  it.each(['', 'A', 'btc', 'Btc', 'US D', 'USD-T', 'ABCDEFGHIJKLM', 'BTC\n', 'ÄÖ', '₿TC'])('%j is none', (code) => {
    expect(() => currency(code)).toThrow(RangeError);
    expect(() => currency(code)).toThrow(/not a currency code/);
  });

  it('is canonical: whatever is accepted is its own upper case', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 14 }), (code) => {
        let accepted: string;
        try {
          accepted = currency(code);
        } catch {
          return;
        }
        expect([accepted, accepted.toUpperCase(), accepted.trim()]).toEqual([code, code, code]);
      }),
      { seed: 42, numRuns: runs(500) },
    );
  });

  it('has the exponent of its smallest unit, and the default when not listed', () => {
    expect(['BTC', 'USDT', 'ETH', 'DOGE'].map((code) => currencyExponent(currency(code)))).toEqual([8, 8, 18, 8]);
  });
});

describe('money', () => {
  const codes = fc.constantFrom('BTC', 'ETH', 'USDT', 'DOGE').map(currency);
  const amounts = fc.bigInt({ min: -(10n ** 36n), max: 10n ** 36n }).map(money);

  it('survives being written and read, to the last of 18 decimals', () => {
    fc.assert(
      fc.property(amounts, codes, (amount, of) => {
        expect(parseMoney(formatMoney(amount, of), of)).toBe(amount);
      }),
      { seed: 42, numRuns: runs(500) },
    );
    expect(parseMoney('123456789.123456789123456789', currency('ETH'))).toBe(123_456_789_123_456_789_123_456_789n);
    expect(formatMoney(ZERO_MONEY, currency('ETH'))).toBe('0.000000000000000000');
  });

  it('refuses what is finer than the smallest unit', () => {
    expect(() => parseMoney('0.000000001', currency('BTC'))).toThrow(DecimalError);
    expect(parseMoney('0.000000001', currency('ETH'))).toBe(1_000_000_000n);
  });

  it('ends at ±10^36 smallest units', () => {
    const most = 10n ** 36n;
    expect([money(most), money(-most)]).toEqual([most, -most]);
    for (const beyond of [most + 1n, -most - 1n]) expect(() => money(beyond)).toThrow(OverflowError);
    expect(() => parseMoney(`1${'0'.repeat(28)}.00000001`, currency('BTC'))).toThrow(OverflowError);
  });
});
