import { MICROS_PER_SECOND, type Micros, micros } from '../../../src-shared/domain/time.ts';
import { JournalError } from '../../edge/journal/journal-error.ts';
import { LinkError } from '../../edge/venues/simulated-exchange-link.ts';
import type { DeskClock } from '../desk-clock.ts';

/** A clock that reads so much earlier than the journal has been set back. */
const MOST_BEHIND_MICROS = 5 * MICROS_PER_SECOND;
/** Clocks that read the same wall at the same speed are no further apart; at another speed it is days. */
const MOST_APART_MICROS = 600 * MICROS_PER_SECOND;
const SECONDS_PER_DAY = 86_400;

/**
 * Lets the clock go on from the journal's end.
 * @throws JournalError when it reads earlier: what comes next would seem to have come before.
 */
export function continueTime(clock: DeskClock, lastDeskAt: Micros, directory: string): void {
  const behindMicros = lastDeskAt - clock.now();
  if (behindMicros > MOST_BEHIND_MICROS) {
    throw new JournalError({
      file: directory,
      problem: `its last record is ${lengthOf(behindMicros)} later than the desk's clock`,
      remedy: 'Run it with the --speed that it was run with before; if it was the same, set the clock of this machine',
    });
  }
  clock.notBefore(micros(lastDeskAt));
}

/** @throws LinkError when the exchange lives at another speed than the desk. */
export function assertSameSpeed(clock: DeskClock, greetedAt: Micros | null, directory: string): void {
  const apartMicros = Math.abs((greetedAt ?? 0) - clock.now());
  if (apartMicros <= MOST_APART_MICROS) return;
  throw new LinkError(
    `${directory}: the clock of its exchange is ${lengthOf(apartMicros)} away from the desk's. Run with the --speed that the exchange was started with, or end it first`,
  );
}

function lengthOf(durationMicros: number): string {
  const seconds = Math.round(durationMicros / MICROS_PER_SECOND);
  return seconds < SECONDS_PER_DAY ? `${seconds} s` : `${Math.round(seconds / SECONDS_PER_DAY)} days`;
}
