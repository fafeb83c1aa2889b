import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createInstrument, type InstrumentSpec, notional } from '../../src-shared/domain/instrument.ts';
import { PERPETUAL } from '../testing/exchange-harness.ts';
import { runs } from '../testing/runs.ts';
import { createFees } from './fees.ts';

const spot: InstrumentSpec = {
  venue: 'binance-spot',
  symbol: 'BTCUSDT',
  kind: 'spot',
  base: 'BTC',
  quote: 'USDT',
  settle: 'USDT',
  tickSize: '0.01',
  lotSize: '0.00001',
  multiplier: '1',
};
const SPOT = createInstrument(spot, 1);
const INVERSE = createInstrument(
  {
    ...spot,
    symbol: 'BTCUSD',
    kind: 'inverse',
    quote: 'USD',
    settle: 'BTC',
    tickSize: '0.1',
    lotSize: '1',
    multiplier: '100',
  },
  2,
);

describe('fees', () => {
  const fees = createFees({ makerRate: '0.0002', takerRate: '0.0005' });

  it('are a part of the notional in the settlement currency', () => {
    // 0.5 BTC at 60,000.0 USDT: 30,000 USDT; 2 bp are 6, 5 bp are 15.
    expect(fees(PERPETUAL, 600_000, 500, 'maker')).toBe(600_000_000n);
    expect(fees(PERPETUAL, 600_000, 500, 'taker')).toBe(1_500_000_000n);
    // 10 contracts of 100 USD at 50,000.0: 0.02 BTC; 5 bp are 0.00001 BTC.
    expect(fees(INVERSE, 500_000, 10, 'taker')).toBe(1_000n);
  });

  it('are rounded up to the smallest unit, and rebates down', () => {
    // 0.00001 BTC at 0.01 USDT: 0.0000001 USDT, 10 units; 5 bp of it are 0.005 units.
    expect(fees(SPOT, 1, 1, 'taker')).toBe(1n);
    expect(createFees({ makerRate: '-0.0005', takerRate: '0' })(SPOT, 1, 1, 'maker')).toBe(0n);
    expect(createFees({ makerRate: '-0.15', takerRate: '0' })(SPOT, 1, 1, 'maker')).toBe(-1n);
    expect(createFees({ makerRate: '0', takerRate: '0' })(SPOT, 1, 1, 'maker')).toBe(0n);
  });

  it('a negative option premium pays like a positive one', () => {
    const option = createInstrument({ ...spot, kind: 'option', multiplier: '1' }, 3);
    expect(fees(option, -600_000, 500_000, 'taker')).toBe(fees(option, 600_000, 500_000, 'taker'));
  });

  it('never lie more than one unit beside the exact value, nor below it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000_000 }),
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.integer({ min: -9_999, max: 9_999 }),
        (ticks, lots, hundredthBps) => {
          const digits = String(Math.abs(hundredthBps)).padStart(6, '0');
          const rate = `${hundredthBps < 0 ? '-' : ''}0.${digits}`;
          const fee = createFees({ makerRate: rate, takerRate: '0' })(SPOT, ticks, lots, 'maker');
          const exactMillionths = notional(SPOT, ticks, lots) * BigInt(hundredthBps);
          expect(fee * 1_000_000n >= exactMillionths).toBe(true);
          expect((fee - 1n) * 1_000_000n < exactMillionths).toBe(true);
        },
      ),
      { seed: 42, numRuns: runs(300) },
    );
  });

  it('says which rate is wrong', () => {
    expect(() => createFees({ makerRate: '2bp', takerRate: '0' })).toThrow(/makerRate: not a plain decimal/);
    expect(() => createFees({ makerRate: '0', takerRate: '2' })).toThrow(/takerRate: '2' is the whole notional/);
    expect(() => createFees({ makerRate: '-1', takerRate: '0' })).toThrow(/makerRate: '-1'/);
  });
});
