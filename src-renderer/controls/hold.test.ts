import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HOLD_MS, type Hold, type HoldEvent, hold, IDLE } from './hold.ts';

function run(events: readonly HoldEvent[]): Hold {
  return events.reduce(hold, IDLE);
}

describe('hold', () => {
  it('is done after the whole time, and not a tick before', () => {
    const almost = run([
      { type: 'press', atMs: 100 },
      { type: 'tick', atMs: 100 + HOLD_MS - 1 },
    ]);
    expect(almost.phase).toBe('holding');
    expect(hold(almost, { type: 'tick', atMs: 100 + HOLD_MS })).toEqual({ phase: 'done' });
  });

  it('does nothing when it is released early, whatever comes later', () => {
    const released = run([{ type: 'press', atMs: 0 }, { type: 'tick', atMs: HOLD_MS / 2 }, { type: 'release' }]);
    expect(released).toEqual(IDLE);
    expect(hold(released, { type: 'tick', atMs: HOLD_MS * 2 })).toEqual(IDLE);
  });

  it('is not begun again by repeated presses, and not done twice without a release', () => {
    const state = run([
      { type: 'press', atMs: 0 },
      { type: 'press', atMs: HOLD_MS - 10 },
      { type: 'tick', atMs: HOLD_MS },
    ]);
    expect(state.phase).toBe('done');
    expect(hold(state, { type: 'press', atMs: HOLD_MS + 1 })).toBe(state);
  });

  it('is never done before an unbroken press of the whole time', () => {
    const step = fc.record({ type: fc.constantFrom('press', 'tick', 'release'), waitMs: fc.nat(HOLD_MS) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let state = IDLE;
        let atMs = 0;
        let pressedAtMs: number | null = null;
        for (const { type, waitMs } of steps) {
          atMs += waitMs;
          const before = state.phase;
          state = hold(state, type === 'release' ? { type } : { type: type as 'press' | 'tick', atMs });
          if (type === 'press') pressedAtMs ??= atMs;
          if (type === 'release') pressedAtMs = null;
          if (state.phase === 'done' && before !== 'done') {
            expect(atMs - (pressedAtMs ?? atMs)).toBeGreaterThanOrEqual(HOLD_MS);
          }
        }
      }),
    );
  });
});
