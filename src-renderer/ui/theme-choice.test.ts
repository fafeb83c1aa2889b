import { describe, expect, it } from 'vitest';
import { themeFrom } from './theme-choice.ts';

describe('themeFrom', () => {
  it('keeps to what was chosen', () => {
    expect(themeFrom('light', true)).toBe('light');
    expect(themeFrom('dark', false)).toBe('dark');
  });

  it('follows the system where nobody chose, or the choice is corrupt', () => {
    for (const choice of [null, '', 'Dark', '{"theme":"dark"}']) {
      expect(themeFrom(choice, true)).toBe('dark');
      expect(themeFrom(choice, false)).toBe('light');
    }
  });
});
