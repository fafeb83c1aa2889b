import { describe, expect, it } from 'vitest';
import { CONTROL_MODES, type ControlMode, isTighter, MODE_TABLE, type ModePermissions } from './mode.ts';

function permitted(mode: ControlMode): Set<string> {
  const row: ModePermissions = MODE_TABLE[mode];
  return new Set(Object.entries(row).flatMap(([what, allowed]) => (allowed ? [what] : [])));
}

describe('the mode table', () => {
  it('permits in each tighter mode strictly less than in the mode before', () => {
    for (const [index, mode] of CONTROL_MODES.slice(1).entries()) {
      const looser = permitted(CONTROL_MODES[index]);
      expect(permitted(mode).isSubsetOf(looser)).toBe(true);
      expect(permitted(mode).size).toBeLessThan(looser.size);
    }
  });

  it('permits everything in normal, nothing but cancels in emergency, and cancels always', () => {
    expect(permitted('normal').size).toBe(5);
    expect([...permitted('emergency')]).toEqual(['cancel']);
    for (const mode of CONTROL_MODES) expect(MODE_TABLE[mode].cancel).toBe(true);
  });

  it('opens in normal only, and lets opening orders rest down to pause', () => {
    expect(CONTROL_MODES.filter((mode) => MODE_TABLE[mode].opening)).toEqual(['normal']);
    expect(CONTROL_MODES.filter((mode) => MODE_TABLE[mode].restingOpening)).toEqual(['normal', 'pause']);
    expect(CONTROL_MODES.filter((mode) => MODE_TABLE[mode].strategyReducing)).toEqual(['normal', 'pause', 'reduce']);
  });

  it('has a row for each mode and no other', () => {
    expect(Object.keys(MODE_TABLE)).toEqual([...CONTROL_MODES]);
  });
});

describe('isTighter', () => {
  it('is the strict order of the modes', () => {
    for (const [i, a] of CONTROL_MODES.entries()) {
      for (const [j, b] of CONTROL_MODES.entries()) expect(isTighter(a, b)).toBe(i > j);
    }
  });
});
