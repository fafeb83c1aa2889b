import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SimulatedCancelRoute } from '../../../edge/venues/simulated-cancel-route.ts';
import { SimulatedExchangeLink } from '../../../edge/venues/simulated-exchange-link.ts';
import { CANONICAL } from '../../canonical-codec.ts';
import { CONFIG_OF } from '../../commands/run-options.ts';
import { loadConfig } from '../../config/load.ts';
import { SIMULATED, tradedInstruments } from '../../config/traded-instruments.ts';
import { localSocket } from '../../local-socket.ts';
import { SimulatedVenue } from '../simulated-venue.ts';
import type { VenueUnderTest } from './run-checks.ts';
import { VenueRig } from './venue-rig.ts';

const LINGER_SECONDS = 60;

/** The simulated exchange, in a folder of its own that goes with it. */
export const SIMULATED_UNDER_TEST: VenueUnderTest = {
  name: SIMULATED,
  open: async (seed, faults) => {
    const directory = mkdtempSync(join(tmpdir(), 'interlock-venue-'));
    const configPath = CONFIG_OF[SIMULATED];
    const config = loadConfig(configPath);
    const instruments = tradedInstruments(config, SIMULATED);
    const exchange = { directory, configPath, seed, lingerSeconds: LINGER_SECONDS };
    const create = (parts: ConstructorParameters<typeof SimulatedVenue>[1]) => new SimulatedVenue(exchange, parts);
    const rig = new VenueRig({ name: SIMULATED, config, instruments, create, seed, faults });
    const path = localSocket(directory, 'exchange');
    const cancelRoute = new SimulatedCancelRoute({ venue: SIMULATED, path, codec: CANONICAL });
    return {
      rig,
      cancelRoute,
      secrets: [],
      // Whoever attaches takes the place of the desk before.
      cut: async () => {
        const other = await SimulatedExchangeLink.connect({
          path,
          codec: CANONICAL,
          instruments,
          onInput() {},
          onLink() {},
        });
        other.close();
      },
      close: async () => {
        cancelRoute.close();
        await rig.end();
        rmSync(directory, { recursive: true, force: true });
      },
    };
  },
};
