import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { micros } from '../../src-shared/domain/time.ts';
import { age, bytes, clock, duration, money, number, price, quantity, senseOf, signed } from './format.ts';

const GROUP = '\u202f';

describe('money', () => {
  it('groups, rounds half to even and has a real minus sign', () => {
    expect(money('-1234.565')).toBe(`−1${GROUP}234.56`);
    expect(money('1234567.575')).toBe(`1${GROUP}234${GROUP}567.58`);
    expect(money('0.125', 2)).toBe('0.12');
    expect(money('0.375', 2)).toBe('0.38');
  });

  it('fills missing decimals and takes digits of its own', () => {
    expect(money('5')).toBe('5.00');
    expect(money('999.999', 0)).toBe(`1${GROUP}000`);
    expect(money('0.12345678', 8)).toBe('0.12345678');
  });

  it('shows no minus before a zero, and nothing for the unknown', () => {
    expect(money('-0.001')).toBe('0.00');
    expect(money(null)).toBeNull();
  });

  it('refuses what is no decimal', () => {
    expect(() => money('1e5')).toThrow("'1e5'");
  });

  it('is exact for any amount, beyond what a double holds', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), (cents) => {
        const digits = (cents < 0n ? -cents : cents).toString().padStart(3, '0');
        const text = `${cents < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
        const back = money(text)?.replaceAll(GROUP, '').replace('−', '-');
        expect(back).toBe(text);
      }),
    );
  });
});

describe('other numbers', () => {
  it('keeps every digit of prices and quantities', () => {
    expect(price('60123.10')).toBe(`60${GROUP}123.10`);
    expect(quantity('-0.050')).toBe('−0.050');
    expect(price(null)).toBeNull();
  });

  it('formats estimates', () => {
    expect(number(-1234.5, 1)).toBe(`−1${GROUP}234.5`);
    expect(number(-0.0001, 2)).toBe('0.00');
    expect(number(Number.NaN, 2)).toBeNull();
    expect(number(null, 2)).toBeNull();
  });

  it('formats ages downwards', () => {
    expect([0, 399, 9_999, 12_900, 59_999, 240_000, 3_600_000, 172_800_000].map(age)).toEqual([
      '0.0 s',
      '0.3 s',
      '9.9 s',
      '12 s',
      '59 s',
      '4 min',
      '1 h',
      '2 d',
    ]);
    expect(age(null)).toBe('unknown');
  });

  it('formats durations and bytes with three digits', () => {
    expect([0.5, 850, 1_240, 25_600, 2_500_000].map(duration)).toEqual([
      '0.50 µs',
      '850 µs',
      '1.24 ms',
      '25.6 ms',
      '2.50 s',
    ]);
    expect([512, 1_536, 300 * 1_048_576].map(bytes)).toEqual(['512 B', '1.50 KiB', '300 MiB']);
  });

  it('formats the time of day in UTC', () => {
    expect(clock(micros(1_723_161_255_030_314))).toBe('23:54:15.030');
  });
});

describe('senses', () => {
  it('tells up from down from nothing', () => {
    expect(['1', '-0.1', '−5', '0.00', '-0.0', null].map(senseOf)).toEqual([
      'up',
      'down',
      'down',
      'neutral',
      'neutral',
      'neutral',
    ]);
    expect([2, -2, 0].map(senseOf)).toEqual(['up', 'down', 'neutral']);
  });

  it('puts a sign in front that does not need colour', () => {
    expect(signed('5.00', 'up')).toBe('+5.00');
    expect(signed('−5.00', 'down')).toBe('−5.00');
    expect(signed('5.00', 'down')).toBe('▼5.00');
    expect(signed('0.00', 'neutral')).toBe('0.00');
  });
});
