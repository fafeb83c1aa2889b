import { type Micros, micros } from '../../src-shared/domain/time.ts';
import { hostClock } from '../threads/host-clock.ts';

const MOST_SPEED = 1_000;
/** Where a fast clock and the wall's agree. Fixed, so that processes that know nothing of each other run on the same time. */
export const CLOCK_EPOCH = micros(Date.UTC(2026, 10, 1) * 1_000);

export interface DeskClockOptions {
  /** Whole number from 1 to 1000: how much faster than the wall's this clock runs. */
  readonly speed?: number;
  /** The wall's clock. */
  readonly wall?: () => Micros;
}

/**
 * The clock of a live paper desk and of its exchange: {@link CLOCK_EPOCH} + (wall − epoch) · speed, which at speed 1 is the
 * wall's own time. Within one process it never goes back: when the wall's does, it stands still.
 */
export class DeskClock {
  private readonly speed: number;
  private readonly wall: () => Micros;
  private last: number = Number.NEGATIVE_INFINITY;

  /** @throws RangeError for a speed that is none, or too fast for a time this far from the epoch. */
  constructor({ speed = 1, wall = hostClock }: DeskClockOptions = {}) {
    if (!Number.isSafeInteger(speed) || speed < 1 || speed > MOST_SPEED) {
      throw new RangeError(`the clock's speed is a whole number from 1 to ${MOST_SPEED}, not ${speed}`);
    }
    this.speed = speed;
    this.wall = wall;
    if (!Number.isSafeInteger(this.scaled())) {
      throw new RangeError(`at speed ${speed} the clock has run past the last time it can tell: take a smaller speed`);
    }
  }

  now(): Micros {
    this.last = Math.max(this.last, this.scaled());
    return micros(this.last);
  }

  /** From now on it shows `at` or later. It stands still until its own time has caught up. */
  notBefore(at: Micros): void {
    this.last = Math.max(this.last, at);
  }

  /** Milliseconds of the wall until this clock shows `at`, not rounded; 0 when it does already. */
  msUntil(at: number): number {
    return at <= this.last ? 0 : Math.max(0, (at - this.scaled()) / this.speed / 1_000);
  }

  private scaled(): number {
    return CLOCK_EPOCH + (this.wall() - CLOCK_EPOCH) * this.speed;
  }
}
