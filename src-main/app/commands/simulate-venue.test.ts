import { describe, expect, it } from 'vitest';
import { simulateVenue, simulateVenueOptions } from './simulate-venue.ts';

describe('desk simulate-venue', () => {
  it.each([
    [[], /which venue\?\nusage: desk simulate-venue binance-usdm/],
    [['kraken'], /the venue is one of binance-usdm, not 'kraken'/],
    [['binance-usdm', 'x'], /what is 'x'/],
    [['binance-usdm', '--port', '70000'], /--port is a whole number from 0 to 65535, not '70000'/],
    [['binance-usdm', '--seed', 'x'], /--seed is a whole number from 0, not 'x'/],
    [['binance-usdm', '--linger', '0'], /--linger is a whole number from 1/],
    [['binance-usdm', '--nonsense'], /nonsense/],
  ])('%j is refused with a remedy, before anything is started', async (args, problem) => {
    await expect(simulateVenue(args)).rejects.toThrow(problem);
  });

  it('takes what it is told', () => {
    const args = ['binance-usdm', '--port', '9000', '--linger', '5', '--state', 'here', '--faults', 'f.json'];
    expect(simulateVenueOptions(args)).toEqual({
      port: 9_000,
      faultsFile: 'f.json',
      seed: 1,
      stateDirectory: 'here',
      lingerMs: 5_000,
      keyFile: null,
      intensity: 1,
    });
  });
});
