import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Micros, micros } from '../../src-shared/domain/time.ts';
import { runs } from '../testing/runs.ts';
import { CLOCK_EPOCH, DeskClock } from './desk-clock.ts';

const HOUR = 3_600_000_000;
const T0 = micros(CLOCK_EPOCH + 24 * HOUR);

/** A wall clock that the test moves. */
function wallAt(start: Micros): { at: Micros; read: () => Micros } {
  const wall = { at: start, read: () => wall.at };
  return wall;
}

describe('the clock', () => {
  it('is the wall clock at speed 1', () => {
    expect(new DeskClock({ wall: () => T0 }).now()).toBe(T0);
    const before = Date.now() - 1_000;
    expect(new DeskClock().now() / 1_000).toBeGreaterThan(before);
  });

  it('runs N times as fast, and shows the same in every process', () => {
    const wall = wallAt(T0);
    const clock = new DeskClock({ speed: 50, wall: wall.read });
    const first = clock.now();
    wall.at = micros(T0 + 7);
    expect(clock.now() - first).toBe(350);
    expect(new DeskClock({ speed: 50, wall: wall.read }).now()).toBe(clock.now());
  });

  it('never goes back, whatever the wall does', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -HOUR, max: HOUR })),
        fc.integer({ min: 1, max: 1_000 }),
        (moves, speed) => {
          const wall = wallAt(T0);
          const clock = new DeskClock({ speed, wall: wall.read });
          let last = clock.now();
          for (const move of moves) {
            wall.at = micros(wall.at + move);
            const now = clock.now();
            expect(Number.isSafeInteger(now)).toBe(true);
            expect(now).toBeGreaterThanOrEqual(last);
            last = now;
          }
        },
      ),
      { seed: 42, numRuns: runs(100) },
    );
  });

  it('stands still at what it may not be before, until its own time is there', () => {
    const wall = wallAt(T0);
    const clock = new DeskClock({ speed: 10, wall: wall.read });
    const floor = micros(clock.now() + 1_000);
    clock.notBefore(floor);
    clock.notBefore(micros(floor - 500));
    expect(clock.now()).toBe(floor);
    wall.at = micros(T0 + 99);
    expect(clock.now()).toBe(floor);
    wall.at = micros(T0 + 101);
    expect(clock.now()).toBe(floor + 10);
  });

  it('says how long the wall takes until then', () => {
    const wall = wallAt(T0);
    const clock = new DeskClock({ speed: 100, wall: wall.read });
    const now = clock.now();
    expect(clock.msUntil(now)).toBe(0);
    expect(clock.msUntil(now - 5)).toBe(0);
    expect(clock.msUntil(now + 250_000)).toBe(2.5);
    expect(clock.msUntil(Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
    clock.notBefore(micros(now + 100_000));
    // It stands still for the first millisecond of these.
    expect(clock.msUntil(now + 250_000)).toBe(2.5);
    expect(clock.msUntil(now + 100_000)).toBe(0);
  });

  it.each([0, 1.5, 1_001, Number.NaN, -1])('refuses a speed of %d', (speed) => {
    expect(() => new DeskClock({ speed, wall: () => T0 })).toThrow(/whole number from 1 to 1000/);
  });

  it('refuses a speed at which there is no time left', () => {
    const later = micros(CLOCK_EPOCH + 365 * 24 * HOUR);
    expect(() => new DeskClock({ speed: 1_000, wall: () => later })).toThrow(/smaller speed/);
    expect(new DeskClock({ speed: 100, wall: () => later }).now()).toBeGreaterThan(later);
  });
});
