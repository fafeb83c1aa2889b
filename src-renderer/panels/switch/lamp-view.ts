import type { LampPattern, SwitchTopic } from '../../../src-shared/contract/switch.ts';

type Lamp = NonNullable<SwitchTopic['board']>['lamps'][number];

/** One round of a lamp, ms. */
export const LAMP_CYCLE_MS = 1_024;

/** How each pattern goes in one round, in sixteen steps: `#` is lit. The board's own are in native/firmware/core/lamps.c. */
export const LAMP_STEPS: Readonly<Record<LampPattern, string>> = {
  dark: '................',
  steady: '################',
  wink: '.###############',
  slow: '########........',
  fast: '##..##..##..##..',
  single: '#...............',
  double: '#.#.............',
  triple: '#.#.#...........',
};

const PATTERN_WORDS: Readonly<Record<LampPattern, string>> = {
  dark: 'dark',
  steady: 'steady',
  wink: 'lit, winking',
  slow: 'blinking slowly',
  fast: 'blinking fast',
  single: 'one short flash',
  double: 'two short flashes',
  triple: 'three short flashes',
};

const MEANINGS: Readonly<Record<Lamp['colour'], Partial<Readonly<Record<LampPattern, string>>>>> = {
  red: {
    steady: 'tripped by its button or by the desk',
    slow: 'the desk is in Emergency, and not because of this switch',
    double: 'tampered with: case, loop or frames',
    triple: 'its contacts are at fault',
    fast: 'self-test, memory or watchdog failed',
  },
  yellow: {
    slow: 'the desk is in Pause, or was not heard yet',
    double: 'the desk is in Reduce',
    fast: 'no proven link to the desk',
  },
  green: { wink: 'live, not tripped, the desk is in Normal' },
  blue: {
    slow: 'a reset is permitted',
    fast: 'waiting for its reset button',
    single: 'waiting for a desk',
    double: 'not paired with a desk',
  },
};

/** A lamp in words: how it goes, and what that means. */
export function lampWords({ colour, pattern }: Lamp): { readonly pattern: string; readonly meaning: string } {
  return { pattern: PATTERN_WORDS[pattern], meaning: MEANINGS[colour][pattern] ?? '' };
}

/** Keyframes of an element's opacity over one round. */
export function lampKeyframes(pattern: LampPattern): { offset: number; opacity: number; easing: string }[] {
  const steps = [...LAMP_STEPS[pattern]];
  const at = (step: string, index: number) => ({
    offset: index / steps.length,
    opacity: step === '#' ? 1 : 0,
    easing: 'step-end',
  });
  // A round ends as the next one begins.
  return [...steps.map(at), at(steps[0] ?? '.', steps.length)];
}

/** One round as the path of a drawing, 16 wide and 2 high: a bar where it is lit, a line where it is not. */
export function lampPath(pattern: LampPattern): string {
  const bars = [...LAMP_STEPS[pattern]].map((step, index) =>
    step === '#' ? `M${index} 0h1v2h-1z` : `M${index} 1.8h1v.2h-1z`,
  );
  return bars.join('');
}
