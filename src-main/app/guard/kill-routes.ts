import type { Instrument } from '../../../src-shared/domain/instrument.ts';
import type { KillRoute } from '../../edge/killswitch/guard-venue.ts';
import { BinanceCancelRoute, type CancelRouteOptions } from '../../edge/venues/binance-usdm/cancel-route.ts';
import type { ApiKey } from '../../edge/venues/binance-usdm/endpoints.ts';
import { RealNetwork } from '../../edge/venues/real-network.ts';
import { SimulatedCancelRoute } from '../../edge/venues/simulated-cancel-route.ts';
import type { VenueStatus } from '../../edge/venues/venue.ts';
import { CANONICAL } from '../canonical-codec.ts';
import { SIMULATED } from '../config/traded-instruments.ts';
import { localSocket } from '../local-socket.ts';
import { type CreateVenueOptions, reachOf } from '../venues/create-venue.ts';

/** A way to cancel everything at one venue, as plain data: a thread can be told of it. */
export type RouteData =
  | { readonly adapter: 'simulated'; readonly venue: string; readonly path: string }
  | { readonly adapter: 'binance-usdm'; readonly options: CancelRouteOptions; readonly apiKey: ApiKey };

/** Under which name the vault has a key for the kill alone. */
export function cancelKeyName(venue: string): string {
  return `${venue}-cancel`;
}

/** The ways to cancel at every venue of a desk that has connected. @throws as createVenue does. */
export async function routesOf(
  options: CreateVenueOptions,
  instruments: readonly Instrument[],
  statuses: readonly VenueStatus[],
): Promise<readonly RouteData[]> {
  return Promise.all(
    statuses.map(async ({ venue, clock }): Promise<RouteData> => {
      if (venue === SIMULATED) return { adapter: 'simulated', venue, path: localSocket(options.directory, 'exchange') };
      const reached = await reachOf(options, venue)();
      const { endpoints } = reached;
      // One that may do nothing but cancel is safer in another thread. Keys of the vault do not survive being handed to one as they are.
      const { key, secret } = options.keys.get(cancelKeyName(venue)) ?? reached.apiKey;
      const symbols = instruments.filter((of) => of.venue === venue).map(({ symbol }) => symbol);
      const clockOffsetMs = clock?.offsetMs ?? 0;
      return {
        adapter: 'binance-usdm',
        options: { venue, endpoints, symbols, clockOffsetMs },
        apiKey: { key, secret },
      };
    }),
  );
}

/** Opens it, with connections of its own. */
export function openRoute(data: RouteData): KillRoute {
  if (data.adapter === 'simulated') return new SimulatedCancelRoute({ ...data, codec: CANONICAL });
  const network = new RealNetwork();
  const route = new BinanceCancelRoute(data.options, data.apiKey, network);
  return {
    venue: route.venue,
    cancelAll: (giveUpMs) => route.cancelAll(giveUpMs),
    close: () => {
      route.close();
      network.close();
    },
  };
}
