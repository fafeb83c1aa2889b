import type { Step } from '../../src-shared/domain/instrument.ts';

/** More digits than this might not fit a double exactly; such a number takes the slow, exact way. */
export const MAX_FAST_DIGITS = 15;

/** Turns a decimal's digits into steps: `mantissa · up[d] / down[d]` for a mantissa with `d` digits behind the point. */
export interface StepScale {
  readonly up: Float64Array;
  readonly down: Float64Array;
}

export function stepScale(step: Step): StepScale {
  const up = new Float64Array(MAX_FAST_DIGITS + 1);
  const down = new Float64Array(MAX_FAST_DIGITS + 1);
  for (let digits = 0; digits <= MAX_FAST_DIGITS; digits += 1) {
    up[digits] = 10 ** Math.max(0, step.decimals - digits);
    down[digits] = Number(step.units) * 10 ** Math.max(0, digits - step.decimals);
  }
  return { up, down };
}
