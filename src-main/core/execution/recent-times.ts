import type { Micros } from '../../../src-shared/domain/time.ts';

export interface RecentTimesSnapshot {
  readonly times: readonly number[];
  readonly oldest: number;
}

/** The times of the latest `limit` events, in a ring: enough to know whether so many lie within a sliding window. */
export class RecentTimes {
  private times: number[] = [];
  /** Index of the oldest time once the ring is full. */
  private oldest = 0;
  private readonly limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  add(at: Micros): void {
    if (this.times.length < this.limit) {
      this.times.push(at);
    } else if (this.limit > 0) {
      this.times[this.oldest] = at;
      this.oldest = (this.oldest + 1) % this.limit;
    }
  }

  /** Whether `limit` or more events happened later than `windowMicros` before `at`. Always so for a limit of 0. */
  isFull(at: Micros, windowMicros: number): boolean {
    if (this.times.length < this.limit) return false;
    return this.limit === 0 || this.times[this.oldest] > at - windowMicros;
  }

  /** How many happened later than `windowMicros` before `at`; at most the limit, since more are not remembered. */
  countWithin(at: Micros, windowMicros: number): number {
    const { length } = this.times;
    let [low, high] = [0, length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.times[(this.oldest + middle) % length] > at - windowMicros) high = middle;
      else low = middle + 1;
    }
    return length - low;
  }

  snapshot(): RecentTimesSnapshot {
    return { times: [...this.times], oldest: this.oldest };
  }

  /** A snapshot under another limit is sorted out: the latest times count. */
  restore({ times, oldest }: RecentTimesSnapshot): void {
    const isOrdered = oldest === 0 && times.length <= this.limit;
    if (isOrdered || times.length === this.limit) {
      this.times = [...times];
      this.oldest = oldest;
    } else {
      const inOrder = [...times.slice(oldest), ...times.slice(0, oldest)];
      this.times = inOrder.slice(Math.max(0, times.length - this.limit));
      this.oldest = 0;
    }
  }
}
