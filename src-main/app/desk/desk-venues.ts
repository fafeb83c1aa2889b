import { MICROS_PER_MS, type Micros } from '../../../src-shared/domain/time.ts';
import type { Core } from '../../core/core.ts';
import type { Input } from '../../core/engine/input.ts';
import type { DeskClock } from '../desk-clock.ts';
import { type CreateVenueOptions, createVenue } from '../venues/create-venue.ts';
import { Venues } from '../venues/venues.ts';
import type { LiveDesk } from './live-desk.ts';
import type { PaperRunOptions } from './paper-run.ts';

/** What a venue booked so long before the desk's last record may have been missed: clocks differ, and payments come late. */
const UNSEEN_MS = 3_600_000;

/** @param lastDeskAt when the folder's desk wrote its last record, µs since the Unix epoch; 0 for a new folder. */
export function venueOptions(run: PaperRunOptions, clock: DeskClock, lastDeskAt: Micros): CreateVenueOptions {
  return { ...run, keys: run.keys ?? new Map(), sinceMs: unseenSinceMs(lastDeskAt === 0 ? clock.now() : lastDeskAt) };
}

/** From when on a desk may have missed something that was last heard of at `lastAt`: ms since the Unix epoch. */
export function unseenSinceMs(lastAt: Micros): number {
  return Math.floor(lastAt / MICROS_PER_MS) - UNSEEN_MS;
}

export interface DeskVenueParts {
  readonly run: PaperRunOptions;
  readonly options: CreateVenueOptions;
  readonly clock: DeskClock;
  readonly accept: (input: Input) => void;
  /** Asked once the venues are there: desk and venues know each other. */
  readonly desk: () => Pick<LiveDesk, 'aliveAt'> & { readonly core: Pick<Core, 'knowsOrder'> };
}

/** The venues of a run, and what they hand to its desk. @throws ConfigError as createVenue does. */
export function createVenues({ run, options, clock, accept, desk }: DeskVenueParts): Venues {
  return new Venues(run.instruments, (name, instruments) =>
    createVenue(options, {
      name,
      instruments,
      now: () => clock.now(),
      onInput: accept,
      onLink: (up, detail) => accept({ kind: 'venue-link', seq: 0, at: clock.now(), venue: name, up, detail }),
      knows: (id) => desk().core.knowsOrder(id),
      engineAliveAt: () => desk().aliveAt,
      told: run.told,
    }),
  );
}
