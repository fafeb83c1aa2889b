import { type Micros, micros } from '../../src-shared/domain/time.ts';

/** The host's clock in microseconds. Every thread of the process reads the same time. */
export function hostClock(): Micros {
  return micros(Math.round((performance.timeOrigin + performance.now()) * 1_000));
}
