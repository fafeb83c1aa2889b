/** Arm, then fire: something that cannot be taken back needs two presses, and the first one alone wears off. */

/** How long it stays armed, ms. */
export const ARMED_MS = 5_000;
/** Presses that are closer together are one double-click, ms. */
export const APART_MS = 600;

export type Arm =
  | { readonly phase: 'safe' }
  | { readonly phase: 'armed'; readonly atMs: number }
  /** Just fired: the second half of a double-click must not arm it again. */
  | { readonly phase: 'fired'; readonly atMs: number };

export type ArmEvent =
  | { readonly type: 'press'; readonly atMs: number }
  | { readonly type: 'tick'; readonly atMs: number }
  | { readonly type: 'disarm' };

export const SAFE: Arm = { phase: 'safe' };

/** What becomes of it. It fires in the step from `armed` to `fired`. */
export function arm(state: Arm, event: ArmEvent): Arm {
  if (event.type === 'disarm') return state.phase === 'armed' ? SAFE : state;
  const { atMs } = event;
  const current = isOver(state, atMs) ? SAFE : state;
  if (event.type === 'tick') return current;
  switch (current.phase) {
    case 'safe':
      return { phase: 'armed', atMs };
    case 'armed':
      return atMs - current.atMs < APART_MS ? current : { phase: 'fired', atMs };
    case 'fired':
      return current;
  }
}

function isOver(state: Arm, atMs: number): boolean {
  if (state.phase === 'safe') return false;
  return atMs - state.atMs >= (state.phase === 'armed' ? ARMED_MS : APART_MS);
}
