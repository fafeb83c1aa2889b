import { describe, expect, it } from 'vitest';
import { LAMP_PATTERNS } from '../../../src-shared/contract/switch.ts';
import { LAMP_STEPS, lampKeyframes, lampPath, lampWords } from './lamp-view.ts';

const lit = (pattern: (typeof LAMP_PATTERNS)[number]): number => LAMP_STEPS[pattern].replaceAll('.', '').length;

describe('a lamp', () => {
  it('goes and is called differently in every pattern', () => {
    expect(new Set(LAMP_PATTERNS.map((pattern) => LAMP_STEPS[pattern])).size).toBe(LAMP_PATTERNS.length);
    const words = LAMP_PATTERNS.map((pattern) => lampWords({ colour: 'red', pattern }).pattern);
    expect(new Set(words).size).toBe(LAMP_PATTERNS.length);
  });

  it('is lit in its round for as long as on the board, and ends it as it begins', () => {
    for (const pattern of LAMP_PATTERNS) {
      const frames = lampKeyframes(pattern);
      expect(frames.map(({ offset }) => offset)).toEqual(Array.from({ length: 17 }, (_, step) => step / 16));
      expect(frames.slice(0, -1).filter(({ opacity }) => opacity === 1)).toHaveLength(lit(pattern));
      expect(frames.at(-1)?.opacity).toBe(frames[0]?.opacity);
      expect(lampPath(pattern).match(/v2/g)?.length ?? 0).toBe(lit(pattern));
    }
  });

  it('means something wherever its board shows it, and nothing when it is dark', () => {
    expect(lampWords({ colour: 'blue', pattern: 'fast' }).meaning).toContain('reset button');
    expect(lampWords({ colour: 'green', pattern: 'dark' }).meaning).toBe('');
  });
});
