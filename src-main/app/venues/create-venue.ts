import type { ApiKey, Endpoints } from '../../edge/venues/binance-usdm/endpoints.ts';
import type { Venue, VenueParts } from '../../edge/venues/venue.ts';
import { ConfigError } from '../config/load.ts';
import type { ConfigFile, VenueConfig } from '../config/schema.ts';
import { isSimulated } from '../config/simulated-venues.ts';
import { SIMULATED } from '../config/traded-instruments.ts';
import { assertWatched, type SwitchChoice } from '../guard/switch-choice.ts';
import { ensureBinanceSimulator } from './binance-simulator.ts';
import { BinanceVenue } from './binance-venue.ts';
import { SimulatedVenue } from './simulated-venue.ts';

export interface CreateVenueOptions {
  /** The desk's data folder. */
  readonly directory: string;
  readonly config: ConfigFile;
  readonly configPath: string;
  readonly seed: number;
  readonly speed: number;
  /** From when on the desk may have missed something, ms since the Unix epoch. */
  readonly sinceMs: number;
  /** What watches over the desk. */
  readonly killSwitch: SwitchChoice;
  /** What the vault has, by venue. */
  readonly keys: ReadonlyMap<string, ApiKey>;
}

/** Where a venue on the wire listens, and what opens its account. */
export interface ReachedVenue {
  readonly endpoints: Endpoints;
  readonly apiKey: ApiKey;
}

/**
 * The venue of this name. @throws ConfigError when the configuration does not say what it is, UsageError when it trades real money and
 * nothing watches over the desk that does for it.
 */
export function createVenue(options: CreateVenueOptions, parts: VenueParts): Venue {
  const { name } = parts;
  if (name === SIMULATED) return new SimulatedVenue(options, parts);
  const config = described(options, name);
  const simulated = isSimulated(name, options.config);
  return new BinanceVenue({ config, sinceMs: options.sinceMs, simulated, reach: reachOf(options, name) }, parts);
}

/** Finds a venue on the wire, or starts it where it comes with the desk. @throws as {@link createVenue} does. */
export function reachOf(options: CreateVenueOptions, name: string): () => Promise<ReachedVenue> {
  const { directory, seed } = options;
  const { endpoints } = described(options, name);
  if (endpoints === undefined) return () => ensureBinanceSimulator({ directory, seed });
  return async () => ({ endpoints, apiKey: keyOf(options, name) });
}

function described(options: CreateVenueOptions, name: string): VenueConfig {
  const venue = options.config.venues[name];
  if (venue !== undefined) return checked(venue, options, name);
  throw new ConfigError(`${options.configPath}: there is no venue '${name}': describe it under "venues"`);
}

/** Whoever composes a desk: no way leads to real money past the question of what watches over it. */
function checked(
  venue: VenueConfig,
  { config, configPath, killSwitch }: CreateVenueOptions,
  name: string,
): VenueConfig {
  // Without it nothing would ever find a fill that was missed, nor an order of another hand.
  if (!config.execution.reconcileEveryMs) {
    throw new ConfigError(
      `${configPath}: execution.reconcileEveryMs: say how often the account at ${name} is compared with the books, e.g. 15000`,
    );
  }
  assertWatched(killSwitch, name, config);
  return venue;
}

function keyOf({ keys, configPath }: CreateVenueOptions, name: string): ApiKey {
  const key = keys.get(name);
  if (key !== undefined) return key;
  throw new ConfigError(
    `${configPath}: there are no credentials of ${name}: store them with 'desk credentials set ${name}', and start with --credentials FILE`,
  );
}
