import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LAMP_CYCLE_MS, LAMP_STEPS } from '../src-renderer/panels/switch/lamp-view.ts';
import { LAMP_PATTERNS } from '../src-shared/contract/switch.ts';

const SOURCE = readFileSync(join(import.meta.dirname, '..', 'native', 'firmware', 'core', 'lamps.c'), 'utf8');

function defined(name: string): number {
  const value = new RegExp(`^#define ${name} (\\w+)`, 'm').exec(SOURCE)?.[1];
  if (value === undefined) throw new Error(`lamps.c defines no ${name}`);
  return Number(value);
}

describe('the mirror of the lamps', () => {
  it.each(LAMP_PATTERNS)('goes as the firmware has it: %s', (pattern) => {
    const bits = defined(pattern.toUpperCase());
    const steps = Array.from({ length: 16 }, (_, step) => ((bits >> step) & 1 ? '#' : '.'));
    expect(LAMP_STEPS[pattern]).toBe(steps.join(''));
  });

  it('takes as long for a round', () => {
    expect(LAMP_CYCLE_MS).toBe(16 << defined('STEP_SHIFT'));
  });
});
