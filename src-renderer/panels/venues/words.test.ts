import { describe, expect, it } from 'vitest';
import { VENUE_STATES } from '../../../src-shared/contract/venues.ts';
import { micros } from '../../../src-shared/domain/time.ts';
import {
  budgetLevel,
  budgetText,
  clockWords,
  comparisonWords,
  deadManWords,
  fundingText,
  restingWords,
  stateWords,
} from './words.ts';

const SHAPE = /^[▲■] /;

describe('what a venue’s card says', () => {
  it('carries a shape and words wherever it carries a colour, and no shape of alarm where it does not', () => {
    const said = [
      ...VENUE_STATES.map((state) => stateWords({ state })),
      ...(['none', 'disarmed', 'armed', 'fired'] as const).map((state) => deadManWords({ state, firesInMs: null })),
      ...[0, 999, -1_000, 5_000].map((offsetMs) => clockWords({ offsetMs, uncertaintyMs: 1 })),
      ...[null, micros(0)].map(restingWords),
      ...[0, 1, 7].map((differences) => comparisonWords({ at: micros(0), differences }, () => 0)),
    ];
    for (const { level, text } of said) {
      expect(SHAPE.test(text), text).toBe(level !== 'normal');
      expect(text).not.toMatch(/[a-z]-[a-z]|undefined|null/);
    }
    expect(stateWords({ state: 'up' }).level).toBe('normal');
  });

  it('says when the dead man’s switch fires, never later than it does and never in the past', () => {
    const armed = (firesInMs: number | null) => deadManWords({ state: 'armed', firesInMs }).text;
    expect(armed(47_001)).toBe('armed, fires in 48 s if nobody refreshes it');
    expect(armed(-20)).toBe('armed, fires in 0 s if nobody refreshes it');
    expect(armed(null)).toBe('armed');
  });

  it('says on which side of this machine’s clock the venue’s is, and when one of them must be wrong', () => {
    expect(clockWords({ offsetMs: -12.34, uncertaintyMs: 2 })).toEqual({
      level: 'normal',
      text: '12.3 ms behind this machine, ± 2.0 ms',
    });
    expect(clockWords({ offsetMs: 999.5, uncertaintyMs: 0.5 }).level).toBe('high');
    expect(clockWords(null)).toEqual({ level: 'normal', text: 'not measured' });
  });

  it('tells a comparison that agrees from one that does not and from none', () => {
    expect(comparisonWords(null, Number).text).toContain('not compared');
    expect(comparisonWords({ at: micros(12_000), differences: 0 }, Number).text).toContain('agree, 12 s ago');
    expect(comparisonWords({ at: micros(1), differences: 1 }, Number)).toMatchObject({
      level: 'over',
      text: expect.stringContaining('1 difference stands'),
    });
  });

  it('leaves the reserve out of what orders may use', () => {
    const level = (used: number) => budgetLevel({ used, limit: 100, reserved: 20 });
    expect([level(63), level(64), level(79), level(80), level(100)]).toEqual([
      'normal',
      'high',
      'high',
      'over',
      'over',
    ]);
    const text = budgetText({ name: 'orders', used: 17, limit: 300, reserved: 60, intervalMs: 10_000 });
    expect(text).toBe('17 of 300 in 10 s');
  });

  it('gives a funding rate its sign', () => {
    expect([0.0001, 0, -0.00038].map(fundingText)).toEqual(['+0.0100 %', '0.0000 %', '−0.0380 %']);
  });
});
