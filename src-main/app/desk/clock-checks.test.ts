import { describe, expect, it } from 'vitest';
import { MICROS_PER_SECOND, micros } from '../../../src-shared/domain/time.ts';
import { CLOCK_EPOCH, DeskClock } from '../desk-clock.ts';
import { assertSameSpeed, continueTime } from './clock-checks.ts';

const NOW = micros(CLOCK_EPOCH + 1_000 * MICROS_PER_SECOND);
const clock = () => new DeskClock({ wall: () => NOW });
const later = (seconds: number) => micros(NOW + seconds * MICROS_PER_SECOND);

describe('a clock that goes on where a journal ends', () => {
  it("stands at the journal's end until its own time has caught up", () => {
    const desk = clock();
    continueTime(desk, later(2), 'data');
    expect(desk.now()).toBe(later(2));
    continueTime(desk, later(-100), 'data');
    expect(desk.now()).toBe(later(2));
  });

  it.each([
    [60, /data: its last record is 60 s later than the desk's clock/],
    [3 * 86_400, /its last record is 3 days later/],
  ])('is refused when it was set back by %d s', (seconds, message) => {
    const desk = clock();
    expect(() => continueTime(desk, later(seconds), 'data')).toThrow(message);
    expect(desk.now()).toBe(NOW);
  });
});

describe("an exchange's clock", () => {
  it("is the desk's own, give or take what a busy machine needs", () => {
    expect(() => assertSameSpeed(clock(), later(-30), 'data')).not.toThrow();
    expect(() => assertSameSpeed(clock(), later(30), 'data')).not.toThrow();
  });

  it('is refused at another speed, or when it says nothing', () => {
    expect(() => assertSameSpeed(clock(), later(86_400 * 20), 'data')).toThrow(/20 days away .*--speed/);
    expect(() => assertSameSpeed(clock(), null, 'data')).toThrow(/--speed/);
  });
});
