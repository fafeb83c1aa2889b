import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BinanceCancelRoute } from '../../../edge/venues/binance-usdm/cancel-route.ts';
import { RealNetwork } from '../../../edge/venues/real-network.ts';
import type { VenueParts } from '../../../edge/venues/venue.ts';
import { CONFIG_OF } from '../../commands/run-options.ts';
import { loadConfig } from '../../config/load.ts';
import { tradedInstruments } from '../../config/traded-instruments.ts';
import { ensureBinanceSimulator } from '../binance-simulator.ts';
import { BinanceVenue } from '../binance-venue.ts';
import type { VenueUnderTest } from './run-checks.ts';
import { VenueRig } from './venue-rig.ts';

const NAME = 'binance-usdm-sim';
/** Whoever is killed before it ended its simulator leaves it for so long. */
const LINGER_SECONDS = 30;

/** Binance USD-M over real sockets, with a simulated venue in a process of its own at the other end. */
export const BINANCE_UNDER_TEST: VenueUnderTest = {
  name: 'binance-usdm',
  open: async (seed, faults) => {
    const directory = mkdtempSync(join(tmpdir(), 'interlock-venue-'));
    const config = loadConfig(CONFIG_OF[NAME] ?? '');
    const venueConfig = config.venues[NAME];
    if (venueConfig === undefined) throw new Error(`the configuration has no venue ${NAME}`);
    const instruments = tradedInstruments(config, NAME);
    const simulator = await ensureBinanceSimulator({ directory, seed, lingerSeconds: LINGER_SECONDS });
    const { endpoints, apiKey } = simulator;
    const options = { config: venueConfig, sinceMs: Date.now(), simulated: true, reach: async () => simulator };
    const create = (parts: VenueParts): BinanceVenue => new BinanceVenue(options, parts);
    const rig = new VenueRig({ name: NAME, config, instruments, create, seed, faults });
    const network = new RealNetwork();
    const symbols = instruments.map(({ symbol }) => symbol);
    const cancelRoute = new BinanceCancelRoute({ venue: NAME, endpoints, symbols, clockOffsetMs: 0 }, apiKey, network);
    return {
      rig,
      cancelRoute,
      secrets: [apiKey.secret],
      cut: async () => {
        const faults = [{ fault: 'cut', connections: 'all' }];
        await fetch(`${endpoints.rest}/simulator/faults`, { method: 'POST', body: JSON.stringify({ faults }) });
      },
      close: async () => {
        cancelRoute.close();
        network.close();
        await rig.end();
        simulator.end();
        rmSync(directory, { recursive: true, force: true });
      },
    };
  },
};
