import { describe, expect, it } from 'vitest';
import { createInstrument, specOf } from '../../../src-shared/domain/instrument.ts';
import { VenueKey } from '../../edge/vault/venue-key.ts';
import type { VenueStatus } from '../../edge/venues/venue.ts';
import { CONFIG, TRADED } from '../desk/fixtures.ts';
import type { CreateVenueOptions } from '../venues/create-venue.ts';
import { routesOf } from './kill-routes.ts';

const VENUE = 'wire';
const endpoints = { rest: 'http://127.0.0.1:1', streams: 'ws://127.0.0.1:1', orders: 'ws://127.0.0.1:1' };
const OPTIONS: CreateVenueOptions = {
  ...{ directory: '/nowhere', configPath: 'a file', seed: 1, speed: 1, sinceMs: 0 },
  config: {
    ...CONFIG,
    execution: { ...CONFIG.execution, reconcileEveryMs: 1_000 },
    venues: { [VENUE]: { adapter: 'binance-usdm', endpoints, deadMan: {} } },
  },
  killSwitch: { kind: 'none' },
  keys: new Map(),
};
const STATUS = { venue: VENUE, clock: { offsetMs: 7, uncertaintyMs: 1 } } as VenueStatus;
const INSTRUMENTS = [createInstrument({ ...specOf(TRADED), venue: VENUE }, 0)];

async function keyOfRoute(keys: ReadonlyMap<string, VenueKey>): Promise<unknown> {
  const [route] = await routesOf({ ...OPTIONS, keys }, INSTRUMENTS, [STATUS]);
  // As it reaches the thread.
  const data = structuredClone(route);
  return data?.adapter === 'binance-usdm' ? data.apiKey : undefined;
}

describe("the guard's way to a venue", () => {
  it('has the key of the account when it reaches the thread', async () => {
    const keys = new Map([[VENUE, new VenueKey('a key', 'a secret')]]);
    expect(await keyOfRoute(keys)).toEqual({ key: 'a key', secret: 'a secret' });
  });

  it('has a key of its own where the vault has one for it', async () => {
    const keys = new Map([
      [VENUE, new VenueKey('a key', 'a secret')],
      [`${VENUE}-cancel`, new VenueKey('cancels', 'alone')],
    ]);
    expect(await keyOfRoute(keys)).toEqual({ key: 'cancels', secret: 'alone' });
  });
});
