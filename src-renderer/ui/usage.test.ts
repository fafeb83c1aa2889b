import { describe, expect, it } from 'vitest';
import { usageView } from './usage.ts';

describe('usageView', () => {
  it('shows what is used, the limit and the unit', () => {
    expect(usageView({ used: 0.012, limit: 0.4, unit: 'BTC' })).toEqual({
      share: 0.03,
      level: 'normal',
      text: '0.012 / 0.4 BTC',
    });
    expect(usageView({ used: 1234.56, limit: 20_000, unit: 'USDT' }).text).toBe('1\u202f235 / 20\u202f000 USDT');
    expect(usageView({ used: 3, limit: 10, unit: '' }).text).toBe('3 / 10');
  });

  it('warns from 80 % on, and again at the limit', () => {
    const levelOf = (used: number) => usageView({ used, limit: 10, unit: '' }).level;
    expect([7.9, 8, 9.9, 10, 11].map(levelOf)).toEqual(['normal', 'high', 'high', 'over', 'over']);
  });

  it('takes unknown for unknown, and a limit of zero for used up by anything', () => {
    expect(usageView({ used: null, limit: 10, unit: '' })).toEqual({
      share: null,
      level: 'normal',
      text: 'unknown / 10',
    });
    expect(usageView({ used: 5, limit: null, unit: '' })).toMatchObject({ share: null, text: '5 / no limit' });
    expect(usageView({ used: 0, limit: 0, unit: '' }).level).toBe('normal');
    expect(usageView({ used: 1, limit: 0, unit: '' }).level).toBe('over');
  });
});
