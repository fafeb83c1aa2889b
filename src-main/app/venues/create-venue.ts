import type { ApiKey, Endpoints } from '../../edge/venues/binance-usdm/endpoints.ts';
import type { Venue, VenueParts } from '../../edge/venues/venue.ts';
import { ConfigError } from '../config/load.ts';
import type { ConfigFile, VenueConfig } from '../config/schema.ts';
import { isHere } from '../config/simulated-venues.ts';
import { SIMULATED } from '../config/traded-instruments.ts';
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
  /** What the vault has, by venue. */
  readonly keys: ReadonlyMap<string, ApiKey>;
}

/** Where a venue on the wire listens, and what opens its account. */
export interface ReachedVenue {
  readonly endpoints: Endpoints;
  readonly apiKey: ApiKey;
}

/** The venue of this name. @throws ConfigError when the configuration does not say what it is, or it may not be traded at. */
export function createVenue(options: CreateVenueOptions, parts: VenueParts): Venue {
  const { name } = parts;
  if (name === SIMULATED) return new SimulatedVenue(options, parts);
  const config = described(options, name);
  return new BinanceVenue({ config, sinceMs: options.sinceMs, simulated: true, reach: reachOf(options, name) }, parts);
}

/** Finds a venue on the wire, or starts it where it comes with the desk. @throws ConfigError as {@link createVenue} does. */
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

/** Real money is not traded before a hardware kill switch watches over it: only venues of this machine are. */
function checked(venue: VenueConfig, { config, configPath }: CreateVenueOptions, name: string): VenueConfig {
  // Without it nothing would ever find a fill that was missed, nor an order of another hand.
  if (!config.execution.reconcileEveryMs) {
    throw new ConfigError(
      `${configPath}: execution.reconcileEveryMs: say how often the account at ${name} is compared with the books, e.g. 15000`,
    );
  }
  const addresses = Object.values(venue.endpoints ?? {});
  const foreign = addresses.find((address) => !isHere(address));
  if (foreign === undefined) return venue;
  throw new ConfigError(
    `${configPath}: venues.${name}.endpoints: ${foreign} is no address of this machine. Live trading is refused as long as no kill switch can be connected`,
  );
}

function keyOf({ keys, configPath }: CreateVenueOptions, name: string): ApiKey {
  const key = keys.get(name);
  if (key !== undefined) return key;
  throw new ConfigError(
    `${configPath}: there are no credentials of ${name}: store them with 'desk credentials set ${name}', and start with --credentials FILE`,
  );
}
