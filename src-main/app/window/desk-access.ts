import { DeskError } from '../../../src-shared/contract/errors.ts';
import { type Instrument, instrumentKey } from '../../../src-shared/domain/instrument.ts';
import type { Micros } from '../../../src-shared/domain/time.ts';
import type { Core } from '../../core/core.ts';
import type { Fact } from '../../core/engine/fact.ts';
import type { Input } from '../../core/engine/input.ts';
import type { VenueStatus } from '../../edge/venues/venue.ts';
import type { ConfigFile } from '../config/schema.ts';
import type { DeskReadings } from '../desk-metrics.ts';
import type { GuardSighting } from '../guard/desk-guard.ts';

/** What windows need of a live desk: to look at all of it, and to put inputs in at its front. */
export interface DeskAccess {
  readonly core: Core;
  readonly config: ConfigFile;
  /** Each at the place of its id. */
  readonly instruments: readonly Instrument[];
  readonly speed: number;
  now(): Micros;
  /** When it returns, the input's facts have been told, unless the desk has ended. */
  accept(input: Input): void;
  /** Hears every fact from here on. */
  listen(heard: (fact: Fact) => void): void;
  /** The guard of its kill switch as it was last heard of; null without one. */
  guardSighting(): GuardSighting | null;
  /** How each of its venues is. */
  venues(): readonly VenueStatus[];
  /** What the desk measures of itself: ends the last span of its loop's monitor, so not more often than once a second. */
  readings(): DeskReadings;
  /** Whether the last door is shut. */
  readonly isStopped: boolean;
}

/** The instrument that a window names. @throws DeskError for one that is not listed. */
export function listedInstrument({ instruments }: Pick<DeskAccess, 'instruments'>, key: string): Instrument {
  const of = instruments.find((instrument) => instrumentKey(instrument) === key);
  if (of) return of;
  throw new DeskError({ code: 'not-found', detail: `there is no instrument '${key}' at this desk` });
}
