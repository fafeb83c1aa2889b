import { describe, expect, it } from 'vitest';
import { CONFIG, TRADED } from '../desk/fixtures.ts';
import { type Launch, readLaunch, writeLaunch } from './launch.ts';

const LAUNCH: Launch = {
  desk: {
    ...{
      config: CONFIG,
      strategy: 'market-maker',
      instruments: [TRADED],
      directory: '/data',
      configPath: 'paper.json',
    },
    ...{ seed: 7, speed: 2, metricsPort: null, operator: 'me "and" \u00fc\nyou', resume: 'why' },
    killSwitch: { kind: 'waived', reason: 'it is being mended' },
  },
  ...{ renderer: '/dist/renderer', preload: '/dist/preload.cjs', startedAtMs: 1_700_000_000_000 },
};

describe('the launch', () => {
  it('crosses from process to process as it was', () => {
    expect(readLaunch(writeLaunch(LAUNCH))).toEqual(LAUNCH);
  });

  it('fits into an environment variable of any host', () => {
    expect(Buffer.byteLength(writeLaunch(LAUNCH))).toBeLessThan(32_767);
  });

  it('is asked for where it is missing', () => {
    expect(() => readLaunch(undefined)).toThrow('INTERLOCK_LAUNCH is not set: start the window with `npm start`');
    const other = JSON.stringify({ ...JSON.parse(writeLaunch(LAUNCH)), run: '{"event":"stop"}' });
    expect(() => readLaunch(other)).toThrow('names no desk');
  });
});
