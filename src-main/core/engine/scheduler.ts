import type { Micros } from '../../../src-shared/domain/time.ts';

export interface Timer {
  readonly at: Micros;
  /** The room that is woken. */
  readonly room: string;
  /** What the room asked to be woken for. One (room, key) has one timer: scheduling again moves it. */
  readonly key: string;
}

/** More timers than any desk has: reaching it is a leak. */
const MAX_TIMERS = 100_000;

/**
 * The core's own timers. The core has no clock: it asks to be woken, whoever drives it sends a timer input when the time
 * has come, and the timers that are due then fire in order of time, then of asking.
 */
export class Scheduler {
  /** Sorted by time; equal times in the order of asking. */
  private timers: Timer[] = [];

  /** When the next timer input is wanted; Infinity when none is. */
  nextAt(): number {
    return this.timers[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  /** Whether a timer is due at `now`. Asked with every input: a number as the answer would be an allocation. */
  isDue(now: Micros): boolean {
    const first = this.timers[0];
    return first !== undefined && first.at <= now;
  }

  schedule(at: Micros, room: string, key: string): void {
    this.cancel(room, key);
    if (this.timers.length >= MAX_TIMERS) throw new RangeError(`more than ${MAX_TIMERS} timers: ${room} leaks them`);
    let low = 0;
    let high = this.timers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.timers[middle].at <= at) low = middle + 1;
      else high = middle;
    }
    this.timers.splice(low, 0, { at, room, key });
  }

  cancel(room: string, key: string): void {
    const index = this.timers.findIndex((timer) => timer.room === room && timer.key === key);
    if (index >= 0) this.timers.splice(index, 1);
  }

  /** Removes and returns the first timer that is due at `now`, or undefined. */
  takeDue(now: Micros): Timer | undefined {
    return this.isDue(now) ? this.timers.shift() : undefined;
  }

  snapshot(): readonly Timer[] {
    return [...this.timers];
  }

  restore(timers: readonly Timer[]): void {
    this.timers = [...timers];
  }
}
