import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../src-main/testing/runs.ts';
import { DecimalError } from './decimal.ts';
import {
  createInstrument,
  formatLots,
  formatTicks,
  type Instrument,
  InstrumentError,
  type InstrumentSpec,
  instrumentKey,
  notional,
  parseLots,
  parseTicks,
  specOf,
} from './instrument.ts';
import { OverflowError } from './integer.ts';
import { currency, formatMoney } from './money.ts';

const LINEAR: InstrumentSpec = {
  venue: 'binance-usdm',
  symbol: 'BTCUSDT',
  kind: 'linear',
  base: 'BTC',
  quote: 'USDT',
  settle: 'USDT',
  tickSize: '0.10',
  lotSize: '0.001',
  multiplier: '1',
};
const SPOT: InstrumentSpec = { ...LINEAR, venue: 'binance', kind: 'spot', tickSize: '0.01', lotSize: '0.00001' };
const INVERSE: InstrumentSpec = {
  ...LINEAR,
  venue: 'bitmex',
  symbol: 'XBTUSD',
  kind: 'inverse',
  quote: 'USD',
  settle: 'BTC',
  tickSize: '0.5',
  lotSize: '100',
};
const OPTION: InstrumentSpec = { ...LINEAR, venue: 'deribit', symbol: 'BTC-60000-C', kind: 'option', tickSize: '5' };

function valued(of: Instrument, priceTicks: number, lots: number): string {
  return formatMoney(notional(of, priceTicks, lots), of.settle);
}

describe('notional', () => {
  it.each([
    ['spot', SPOT, '50000.01', '1.5', '75000.01500000'],
    ['linear', LINEAR, '50000.1', '0.002', '100.00020000'],
    ['linear with a multiplier', { ...LINEAR, multiplier: '0.01', lotSize: '1' }, '50000.1', '3', '1500.00300000'],
    ['inverse', INVERSE, '8000', '10000', '1.25000000'],
    ['inverse with a multiplier', { ...INVERSE, multiplier: '100', lotSize: '1' }, '12500', '100', '0.80000000'],
    ['option', OPTION, '1500', '2', '3000.00000000'],
  ])('of %s is quantity × multiplier × price, or over price', (_what, spec, price, quantity, value) => {
    const of = createInstrument(spec, 0);
    expect(valued(of, parseTicks(of, price), parseLots(of, quantity))).toBe(value);
    expect(valued(of, parseTicks(of, price), -parseLots(of, quantity))).toBe(`-${value}`);
  });

  it('is the exact fraction, rounded once to the nearest unit', () => {
    const specs = fc.record({
      kind: fc.constantFrom('spot', 'linear', 'inverse', 'option' as const),
      tickSize: fc.constantFrom('0.00000001', '0.5', '0.025', '10', '3'),
      lotSize: fc.constantFrom('0.00000001', '0.1', '1', '100', '7'),
      multiplier: fc.constantFrom('1', '0.001', '100', '0.3'),
    });
    fc.assert(
      fc.property(
        specs,
        fc.integer({ min: 1, max: 10_000_000 }),
        fc.integer({ min: -10_000_000, max: 10_000_000 }),
        (some, priceTicks, lots) => {
          const settle = some.kind === 'inverse' ? 'BTC' : 'USDT';
          const multiplier = some.kind === 'spot' ? '1' : some.multiplier;
          const of = createInstrument({ ...LINEAR, ...some, settle, multiplier }, 0);
          // Every size as a fraction over 10^8; the settlement currency has 10^8 units too.
          const [tick, lot, size] = [some.tickSize, some.lotSize, multiplier].map((text) =>
            BigInt(Math.round(Number(text) * 1e8)),
          );
          const one = 10n ** 8n;
          const [price, quantity] = [BigInt(priceTicks) * tick, BigInt(lots) * lot * size];
          const [top, bottom] = some.kind === 'inverse' ? [quantity, price] : [quantity * price * one, one * one * one];
          const error = 2n * (notional(of, priceTicks, lots) * bottom - top);
          expect((error < 0n ? -error : error) <= bottom).toBe(true);
        },
      ),
      { seed: 42, numRuns: runs(500) },
    );
  });

  it('is exact where doubles are not: 2^53 − 1 lots', () => {
    const of = createInstrument({ ...SPOT, tickSize: '1', lotSize: '1' }, 0);
    expect(notional(of, 3, Number.MAX_SAFE_INTEGER)).toBe(27_021_597_764_222_973n * 10n ** 8n);
  });

  it('keeps 18 decimals', () => {
    const of = createInstrument({ ...SPOT, base: 'BTC', quote: 'ETH', settle: 'ETH', tickSize: '0.000000000001' }, 0);
    expect(valued(of, 1, 100_001)).toBe('0.000000000001000010');
  });

  it('refuses what has no value, and what is out of range', () => {
    const inverse = createInstrument(INVERSE, 0);
    for (const priceTicks of [0, -1]) expect(() => notional(inverse, priceTicks, 1)).toThrow(/bitmex:XBTUSD/);
    const huge = createInstrument({ ...LINEAR, multiplier: '1000000000000' }, 0);
    expect(() => notional(huge, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)).toThrow(OverflowError);
    for (const fraction of [0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => notional(inverse, 1, fraction)).toThrow(RangeError);
    }
  });
});

describe('prices and quantities', () => {
  const steps = fc.constantFrom('0.10', '0.01', '5', '0.025', '0.00000001', '1', '250');
  const counts = fc.integer({ min: -9_000_000_000, max: 9_000_000_000 });

  it('survive being written and read', () => {
    fc.assert(
      fc.property(steps, steps, counts, counts, (tickSize, lotSize, ticks, lots) => {
        const of = createInstrument({ ...LINEAR, tickSize, lotSize }, 0);
        expect(parseTicks(of, formatTicks(of, ticks))).toBe(ticks + 0);
        expect(parseLots(of, formatLots(of, lots))).toBe(lots + 0);
      }),
      { seed: 42, numRuns: runs(500) },
    );
  });

  it('are the number of steps in the text', () => {
    const of = createInstrument({ ...LINEAR, tickSize: '0.025' }, 0);
    expect(parseTicks(of, '1.5')).toBe(60);
    expect(parseTicks(of, '1.500')).toBe(60);
    expect(formatTicks(of, 60)).toBe('1.500');
    expect(parseLots(of, '0.001')).toBe(1);
    expect(formatLots(of, 1_234)).toBe('1.234');
  });

  it('are refused when they are no number, finer than a step, or no whole number of steps, by name', () => {
    const of = createInstrument({ ...LINEAR, tickSize: '0.05' }, 0);
    const refuse = (text: string, type: typeof DecimalError | typeof InstrumentError | typeof OverflowError) => {
      expect(() => parseTicks(of, text)).toThrow(type);
      expect(() => parseTicks(of, text)).toThrow(`binance-usdm:BTCUSDT: price '${text}', tick size 0.05`);
    };
    refuse('abc', DecimalError);
    refuse('1e3', DecimalError);
    refuse('0.001', DecimalError);
    refuse('0.01', InstrumentError);
    refuse('1000000000000000', OverflowError);
    expect(() => parseLots(of, '0.0001')).toThrow("binance-usdm:BTCUSDT: quantity '0.0001', lot size 0.001");
  });

  it('reach 2^53 − 1 steps and not one more', () => {
    const of = createInstrument({ ...LINEAR, lotSize: '1' }, 0);
    expect(parseLots(of, '9007199254740991')).toBe(Number.MAX_SAFE_INTEGER);
    expect(() => parseLots(of, '9007199254740992')).toThrow(OverflowError);
    expect(() => parseLots(of, '9007199254740993')).toThrow(OverflowError);
  });
});

describe('createInstrument', () => {
  it('keeps the specification and knows its key, id and currencies', () => {
    const of = createInstrument(INVERSE, 7);
    expect(of).toMatchObject({ ...INVERSE, id: 7, settle: currency('BTC') });
    expect(instrumentKey(of)).toBe('bitmex:XBTUSD');
    expect(of.orderStepLots).toBe(1);
    expect(createInstrument({ ...LINEAR, orderStep: '0.02' }, 0).orderStepLots).toBe(20);
  });

  it.each([SPOT, LINEAR, INVERSE, OPTION, { ...LINEAR, orderStep: '0.02' }])(
    'makes the same of what it made',
    (spec) => {
      const of = createInstrument(spec, 7);
      expect(specOf(of)).toEqual(spec);
      expect(createInstrument(specOf(of), of.id)).toEqual(of);
    },
  );

  it.each<readonly [string, Partial<InstrumentSpec>, RegExp]>([
    ['a tick size that is no number', { tickSize: 'x' }, /tickSize: .*'x'/],
    ['a tick size of zero', { tickSize: '0.00' }, /tickSize must be positive, not '0.00'/],
    ['a negative lot size', { lotSize: '-1' }, /lotSize must be positive/],
    ['a lot size with an exponent', { lotSize: '1e-3' }, /lotSize: /],
    ['no multiplier', { multiplier: '' }, /multiplier: /],
    ['a lower-case base', { base: 'btc' }, /base: .*'btc'/],
    ['an empty quote', { quote: '' }, /quote: /],
    ['a settlement currency with a dash', { settle: 'USD-T' }, /settle: /],
    ['spot that settles elsewhere', { kind: 'spot', settle: 'BTC' }, /settles in its quote USDT, not in BTC/],
    ['spot with a multiplier', { kind: 'spot', multiplier: '10' }, /multiplier 1, not 10/],
    ['spot of one currency', { kind: 'spot', base: 'USDT' }, /base and quote are both USDT/],
    [
      'spot with lots below the smallest unit',
      { kind: 'spot', lotSize: '0.000000001' },
      /lotSize .* smallest unit of BTC/,
    ],
    ['an order step of zero', { orderStep: '0' }, /orderStep must be positive/],
    ['an order step between two lots', { orderStep: '0.0015' }, /orderStep 0.0015 is no whole number of lots of 0.001/],
    ['an order step below one lot', { orderStep: '0.0005' }, /orderStep 0.0005 is no whole number of lots/],
    ['an inverse that settles in its quote', { kind: 'inverse' }, /settles in its base BTC, not in USDT/],
  ])('refuses %s, naming instrument and field', (_what, wrong, message) => {
    const create = () => createInstrument({ ...LINEAR, ...wrong }, 0);
    expect(create).toThrow(InstrumentError);
    expect(create).toThrow(/^instrument binance-usdm:BTCUSDT: /);
    expect(create).toThrow(message);
  });

  it.each([-1, 0.5, Number.NaN, 2 ** 53])('refuses the id %s', (id) => {
    expect(() => createInstrument(LINEAR, id)).toThrow(/^instrument binance-usdm:BTCUSDT: id must be a whole number/);
  });
});
