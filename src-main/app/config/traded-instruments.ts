import { createInstrument, type Instrument } from '../../../src-shared/domain/instrument.ts';
import { ConfigError } from './load.ts';
import type { ConfigFile } from './schema.ts';

/** The venue of the market that nobody else is in. */
export const SIMULATED = 'simulated';

/** The instruments that a desk trades at `venue`. @throws ConfigError when there are none, InstrumentError. */
export function tradedInstruments(config: ConfigFile, venue: string): Instrument[] {
  const specs = config.instruments.filter((spec) => spec.venue === venue);
  if (specs.length > 0) return specs.map((spec, id) => createInstrument(spec, id));
  throw new ConfigError(`the configuration has no instrument of venue '${venue}' under "instruments"`);
}
