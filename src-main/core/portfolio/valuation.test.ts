import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { notional } from '../../../src-shared/domain/instrument.ts';
import { money } from '../../../src-shared/domain/money.ts';
import { runs } from '../../testing/runs.ts';
import { amount, BNB, BTC, INSTRUMENTS, INVERSE, LINEAR, OPTION, SPOT, USDT } from './fixtures.ts';
import { FLAT, trade } from './positions.ts';
import { entryTicks, equityBeyondWallet, inReporting, unrealised } from './valuation.ts';
import { worth } from './worth.ts';

describe('worth', () => {
  it('is the notional, and minus it for an inverse', () => {
    const lots = fc.integer({ min: -1_000_000, max: 1_000_000 });
    fc.assert(
      fc.property(fc.constantFrom(...INSTRUMENTS), fc.integer({ min: 1, max: 1e9 }), lots, (of, priceTicks, size) => {
        const value = notional(of, priceTicks, size);
        expect(worth(of, priceTicks, size)).toBe(of.kind === 'inverse' ? -value : value);
        expect(worth(of, priceTicks, -size)).toBe(-worth(of, priceTicks, size));
      }),
      { seed: 42, numRuns: runs(300) },
    );
  });

  it('of a fractional price is exact: a half tick is half a tick', () => {
    expect(worth(LINEAR, 100.5, 10)).toBe(worth(LINEAR, 201, 5));
    expect(worth(LINEAR, 0.25, 4)).toBe(worth(LINEAR, 1, 1));
    // 10^8 units over 40,000.5 half dollars.
    expect(worth(INVERSE, 40_000.5, 1)).toBe(-5_000n);
    expect(worth(INVERSE, 1.5, 3)).toBe(-400_000_000n);
  });

  it('rounds a fractional price once, half to even', () => {
    // One lot at one tick is 10 units; the double nearest to 0.05 lies just above it.
    expect(worth(SPOT, 0.05, 1)).toBe(1n);
    expect(worth(SPOT, 0.5, 1)).toBe(5n);
    expect(worth(SPOT, 0.25, 1)).toBe(2n);
    expect(worth(SPOT, 0.75, 1)).toBe(8n);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses a price of %s', (priceTicks) => {
    expect(() => worth(LINEAR, priceTicks, 1)).toThrow(/test:BTCUSDT-PERP: no price is/);
  });

  it.each([0, -1, -0.5])('refuses %s ticks on an inverse', (priceTicks) => {
    expect(() => worth(INVERSE, priceTicks, 1)).toThrow(RangeError);
  });
});

describe('unrealised profit', () => {
  it('is worth at the mark less cost', () => {
    const long = trade(LINEAR, FLAT, 10, 100);
    expect(unrealised(LINEAR, long, 100.5)).toBe(worth(LINEAR, 1, 5));
    const short = trade(OPTION, FLAT, -10, 300);
    expect(unrealised(OPTION, short, 0)).toBe(amount('1500', OPTION.settle));
  });

  it('is unknown without a mark, and zero when flat', () => {
    expect(unrealised(LINEAR, trade(LINEAR, FLAT, 10, 100), Number.NaN)).toBeNull();
    expect(unrealised(LINEAR, FLAT, Number.NaN)).toBe(0n);
  });
});

describe('equity beyond the wallet', () => {
  it('is nothing for spot, profit for futures, the premium for an option', () => {
    const [spot, linear, option] = [SPOT, LINEAR, OPTION].map((of) => trade(of, FLAT, 10, 100));
    expect(equityBeyondWallet(SPOT, spot, 200)).toBe(0n);
    expect(equityBeyondWallet(LINEAR, linear, 200)).toBe(worth(LINEAR, 100, 10));
    expect(equityBeyondWallet(OPTION, option, 200)).toBe(worth(OPTION, 200, 10));
    expect(equityBeyondWallet(OPTION, option, Number.NaN)).toBeNull();
    expect(equityBeyondWallet(OPTION, FLAT, Number.NaN)).toBe(0n);
  });
});

describe('the average entry price', () => {
  it('is the arithmetic mean, and the harmonic on an inverse', () => {
    const linear = trade(LINEAR, trade(LINEAR, FLAT, 10, 100), 30, 200);
    expect(entryTicks(LINEAR, linear)).toBeCloseTo(175, 9);
    const inverse = trade(INVERSE, trade(INVERSE, FLAT, 1_000_000, 100), 1_000_000, 300);
    expect(entryTicks(INVERSE, inverse)).toBeCloseTo(150, 6);
    expect(entryTicks(INVERSE, trade(INVERSE, FLAT, -1_000_000, 100))).toBeCloseTo(100, 6);
  });

  it('is not a number when flat', () => {
    expect(entryTicks(LINEAR, FLAT)).toBeNaN();
  });
});

describe('the sum in a reporting currency', () => {
  const rates = (of: string) => ({ USDT: 1, BTC: 50_000 })[of] ?? Number.NaN;

  it('converts each amount at its rate', () => {
    expect(
      inReporting(
        [
          [USDT, amount('-10.5', USDT)],
          [BTC, amount('0.001', BTC)],
        ],
        rates,
      ),
    ).toBeCloseTo(39.5, 9);
  });

  it('is unknown when an amount is, or has no rate; nothing needs no rate', () => {
    expect(inReporting([[USDT, null]], rates)).toBeNaN();
    expect(inReporting([[BNB, money(1n)]], rates)).toBeNaN();
    expect(inReporting([[BNB, money(0n)]], rates)).toBe(0);
  });
});
