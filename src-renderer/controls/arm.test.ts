import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { APART_MS, ARMED_MS, type Arm, type ArmEvent, arm, SAFE } from './arm.ts';

function presses(...times: number[]): Arm[] {
  const states: Arm[] = [];
  for (const atMs of times) states.push(arm(states.at(-1) ?? SAFE, { type: 'press', atMs }));
  return states;
}

describe('arm', () => {
  it('fires at the second press', () => {
    expect(presses(0, 1_000).map(({ phase }) => phase)).toEqual(['armed', 'fired']);
  });

  it('takes a double-click for one press', () => {
    expect(presses(0, APART_MS - 1).map(({ phase }) => phase)).toEqual(['armed', 'armed']);
    expect(presses(0, 1_000, 1_000 + APART_MS - 1).map(({ phase }) => phase)).toEqual(['armed', 'fired', 'fired']);
  });

  it('disarms by itself, and a late press only arms again', () => {
    const [armed = SAFE] = presses(0);
    expect(arm(armed, { type: 'tick', atMs: ARMED_MS - 1 }).phase).toBe('armed');
    expect(arm(armed, { type: 'tick', atMs: ARMED_MS })).toEqual(SAFE);
    expect(presses(0, ARMED_MS).map(({ phase }) => phase)).toEqual(['armed', 'armed']);
  });

  it('is disarmed on request', () => {
    const [armed = SAFE] = presses(0);
    expect(arm(armed, { type: 'disarm' })).toEqual(SAFE);
  });

  it('fires only within its time after another press, and never closer than a double-click', () => {
    const step = fc.record({ isPress: fc.boolean(), waitMs: fc.nat(3_000) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let state = SAFE;
        let atMs = 0;
        const pressedAtMs: number[] = [];
        for (const { isPress, waitMs } of steps) {
          atMs += waitMs;
          const event: ArmEvent = { type: isPress ? 'press' : 'tick', atMs };
          const before = state;
          state = arm(state, event);
          if (state.phase === 'fired' && before.phase !== 'fired') {
            const earlier = pressedAtMs.filter((at) => atMs - at >= APART_MS && atMs - at < ARMED_MS);
            expect(isPress).toBe(true);
            expect(earlier.length).toBeGreaterThan(0);
          }
          if (isPress) pressedAtMs.push(atMs);
        }
      }),
    );
  });
});
