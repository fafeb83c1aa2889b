/** Hold to confirm: something expensive happens only after a press that lasts. */

/** How long a hold lasts, ms. */
export const HOLD_MS = 1_500;

export type Hold =
  | { readonly phase: 'idle' }
  | { readonly phase: 'holding'; readonly sinceMs: number; readonly progress: number }
  /** It was held long enough; a new hold begins only after a release. */
  | { readonly phase: 'done' };

export type HoldEvent =
  | { readonly type: 'press'; readonly atMs: number }
  | { readonly type: 'tick'; readonly atMs: number }
  | { readonly type: 'release' };

export const IDLE: Hold = { phase: 'idle' };

/** What becomes of a hold. It is done exactly once, in the step that gives `done` for the first time. */
export function hold(state: Hold, event: HoldEvent): Hold {
  switch (event.type) {
    case 'press':
      return state.phase === 'idle' ? { phase: 'holding', sinceMs: event.atMs, progress: 0 } : state;
    case 'release':
      return state.phase === 'idle' ? state : IDLE;
    case 'tick': {
      if (state.phase !== 'holding') return state;
      const progress = (event.atMs - state.sinceMs) / HOLD_MS;
      return progress >= 1 ? { phase: 'done' } : { ...state, progress: Math.max(0, progress) };
    }
  }
}
