import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Alarm } from './alarm.ts';

let nowMs: number;
let rings: number;
let alarm: Alarm;
beforeEach(() => {
  vi.useFakeTimers();
  nowMs = 0;
  rings = 0;
  alarm = new Alarm(
    (at) => at - nowMs,
    () => {
      rings += 1;
    },
  );
});
afterEach(() => {
  vi.useRealTimers();
});

function pass(ms: number): void {
  for (let left = ms; left > 0; left -= 1) {
    nowMs += 1;
    vi.advanceTimersByTime(1);
  }
}

describe('an alarm', () => {
  it('rings once, not before its time', () => {
    alarm.set(10);
    pass(9);
    expect(rings).toBe(0);
    pass(100);
    expect(rings).toBe(1);
  });

  it('rings at the time it was moved to, earlier or later', () => {
    alarm.set(10);
    alarm.set(20);
    pass(15);
    expect(rings).toBe(0);
    alarm.set(16);
    pass(1);
    expect(rings).toBe(1);
    pass(100);
    expect(rings).toBe(1);
  });

  it('keeps its timer when it is set to the same time', () => {
    alarm.set(10);
    const timers = vi.getTimerCount();
    alarm.set(10);
    expect(vi.getTimerCount()).toBe(timers);
    pass(10);
    expect(rings).toBe(1);
  });

  it('does not ring when it is called off', () => {
    alarm.set(10);
    alarm.set(Number.POSITIVE_INFINITY);
    pass(100);
    expect(rings).toBe(0);
  });

  it('rings soon for a time that has passed', () => {
    alarm.set(-5);
    pass(1);
    expect(rings).toBe(1);
  });

  it('survives a time that no timer of Node reaches', () => {
    const timeout = vi.spyOn(globalThis, 'setTimeout');
    alarm.set(1e12);
    expect(timeout.mock.calls.at(-1)?.[1]).toBe(2 ** 31 - 1);
    timeout.mockRestore();
  });
});
