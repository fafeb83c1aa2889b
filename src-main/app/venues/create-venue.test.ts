import { describe, expect, it } from 'vitest';
import { createInstrument } from '../../../src-shared/domain/instrument.ts';
import { micros } from '../../../src-shared/domain/time.ts';
import type { VenueParts } from '../../edge/venues/venue.ts';
import { CONFIG_OF } from '../commands/run-options.ts';
import { loadConfig } from '../config/load.ts';
import type { ConfigFile } from '../config/schema.ts';
import type { SwitchChoice } from '../guard/switch-choice.ts';
import { UsageError } from '../usage-error.ts';
import { createVenue } from './create-venue.ts';

const NAME = 'binance-usdm-sim';
const CONFIG = loadConfig(CONFIG_OF[NAME] ?? '');

function create(config: ConfigFile, killSwitch: SwitchChoice = { kind: 'none' }): ReturnType<typeof createVenue> {
  const name = NAME;
  const rest = { directory: '/nowhere', configPath: 'desk.json', seed: 1, speed: 1, sinceMs: 0, keys: new Map() };
  const parts: VenueParts = {
    ...{ name, instruments: CONFIG.instruments.map((spec, id) => createInstrument(spec, id)) },
    ...{ now: () => micros(0), engineAliveAt: () => micros(0), knows: () => false },
    ...{ onInput: () => undefined, onLink: () => undefined, told: () => undefined },
  };
  return createVenue({ ...rest, config, killSwitch }, parts);
}

it('makes the venue that the configuration describes, and talks to nobody yet', () => {
  expect(create(CONFIG).status()).toMatchObject({ venue: NAME, simulated: true, state: 'connecting' });
});

it.each([0, undefined])('refuses a venue with an account that is compared every %s ms', (reconcileEveryMs) => {
  const { reconcileEveryMs: _, ...execution } = CONFIG.execution;
  const given = reconcileEveryMs === undefined ? {} : { reconcileEveryMs };
  expect(() => create({ ...CONFIG, execution: { ...execution, ...given } })).toThrow(
    /^desk\.json: execution\.reconcileEveryMs: say how often the account at binance-usdm-sim is compared/,
  );
});

it('refuses a venue that nobody described', () => {
  expect(() => create({ ...CONFIG, venues: {} })).toThrow(/there is no venue 'binance-usdm-sim': describe it/);
});

describe('a venue whose endpoints are not of this machine', () => {
  const LIVE: ConfigFile = {
    ...CONFIG,
    venues: {
      [NAME]: {
        ...{ adapter: 'binance-usdm', deadMan: {} },
        // One of them is enough.
        endpoints: { rest: 'https://fapi.binance.com', streams: 'ws://127.0.0.1:1', orders: 'ws://127.0.0.1:1' },
      },
    },
  };

  it.each([{ kind: 'none' }, { kind: 'emulated' }] as const)('is refused with a switch of kind $kind', (killSwitch) => {
    expect(() => create(LIVE, killSwitch)).toThrow(UsageError);
    expect(() => create(LIVE, killSwitch)).toThrow(/plug a kill switch in/);
  });

  it.each([
    { kind: 'serial', path: null },
    { kind: 'waived', reason: 'it is being mended' },
  ] as const)('is one of real money with a switch of kind $kind', (killSwitch) => {
    expect(create(LIVE, killSwitch).status()).toMatchObject({ simulated: false, state: 'connecting' });
  });
});
