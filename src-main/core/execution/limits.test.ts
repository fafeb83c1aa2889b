import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createInstrument } from '../../../src-shared/domain/instrument.ts';
import type { Money } from '../../../src-shared/domain/money.ts';
import { INVERSE, LINEAR, WIDE_LIMITS } from '../../testing/fake-views.ts';
import { runs } from '../../testing/runs.ts';
import { completeLimits, type LimitName, LimitsError, NotionalLimit } from './limits.ts';

const names = Object.keys(WIDE_LIMITS) as LimitName[];

describe('limits', () => {
  it('are complete with nothing absent', () => {
    expect(completeLimits(LINEAR, WIDE_LIMITS)).toMatchObject({ collarBps: 500, orderMessagesPerSecond: 900 });
  });

  it('let an explicit notional-only stand for no bound on quantity', () => {
    const limits = { ...WIDE_LIMITS, maxOrderLots: 'notional-only', maxPositionLots: 'notional-only' } as const;
    expect(completeLimits(LINEAR, limits)).toMatchObject({
      maxOrderLots: Number.POSITIVE_INFINITY,
      maxPositionLots: Number.POSITIVE_INFINITY,
    });
  });

  it('leave orders nothing when all messages are reserved', () => {
    const limits = { ...WIDE_LIMITS, maxMessagesPerSecond: 5, messagesReservedForCancels: 7 };
    expect(completeLimits(LINEAR, limits)).toMatchObject({ orderMessagesPerSecond: 0 });
  });

  it.each(names)('name %s when it is absent', (name) => {
    expect(completeLimits(LINEAR, { ...WIDE_LIMITS, [name]: undefined })).toBe(name);
  });

  it('name the first limit of an instrument that has none', () => {
    expect(completeLimits(LINEAR, undefined)).toBe('collarBps');
  });

  it.each(names)('refuse a %s that limits nothing', (name) => {
    const isMoney = name.endsWith('Notional');
    for (const value of isMoney ? [-1n, 5, Number.NaN] : [-1, Number.NaN, Number.POSITIVE_INFINITY, '7']) {
      const limits = { ...WIDE_LIMITS, [name]: value };
      expect(() => completeLimits(LINEAR, limits)).toThrow(LimitsError);
      expect(() => completeLimits(LINEAR, limits)).toThrow(`limits of test:BTCUSDT: ${name} must be`);
    }
  });

  it.each(names.filter((name) => name !== 'collarBps' && !name.endsWith('Notional')))(
    'refuse a fractional %s',
    (name) => {
      expect(() => completeLimits(LINEAR, { ...WIDE_LIMITS, [name]: 1.5 })).toThrow('a whole number');
    },
  );

  it('refuse counts that make no ring', () => {
    expect(() => completeLimits(LINEAR, { ...WIDE_LIMITS, maxExecutionsPerWindow: 0 })).toThrow('at least 1');
    expect(() => completeLimits(LINEAR, { ...WIDE_LIMITS, maxMessagesPerSecond: 100_001 })).toThrow('at most 100000');
  });
});

describe('a notional limit', () => {
  const odd = createInstrument(
    { ...LINEAR, tickSize: '0.0000007', lotSize: '0.000000003', multiplier: '0.0013', orderStep: undefined },
    0,
  );
  const lots = fc.oneof(fc.integer({ min: 1, max: 1_000_000 }), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }));
  const ticks = fc.oneof(fc.integer({ min: 1, max: 1_000_000 }), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }));
  const spread = fc.bigInt({ min: -2n, max: 2n });

  it('is exact at its edge, where doubles are enough and where they are not', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(LINEAR, INVERSE, odd),
        ticks,
        lots,
        spread,
        fc.boolean(),
        (of, price, size, offset, isWide) => {
          const numerator = of.value.numerator * BigInt(size) * (of.kind === 'inverse' ? 1n : BigInt(price));
          const denominator = of.value.denominator * (of.kind === 'inverse' ? BigInt(price) : 1n);
          const near = numerator / denominator + offset;
          const max = ((near < 0n ? 0n : near) * (isWide ? 3n : 1n)) as Money;
          expect(new NotionalLimit(of, max).allows(price, size)).toBe(numerator <= max * denominator);
        },
      ),
      { seed: 42, numRuns: runs(1_000) },
    );
  });
});
