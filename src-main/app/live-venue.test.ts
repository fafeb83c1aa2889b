import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tradingWords } from './commands/live-run.ts';
import { run } from './commands/run.ts';
import { CONFIG_OF } from './commands/run-options.ts';
import { start } from './commands/start.ts';
import { loadConfig } from './config/load.ts';
import { tradedInstruments } from './config/traded-instruments.ts';
import { PaperRun, type PaperRunOptions } from './desk/paper-run.ts';
import { DeskThread } from './electron/desk-thread.ts';
import { HeadlessDesk } from './headless.ts';
import { UsageError } from './usage-error.ts';

const VENUE = 'binance-usdm-sim';
const CONFIG = loadConfig(CONFIG_OF[VENUE] ?? '');
/** Of a network for documentation: nobody is there, if it is asked at all. */
const LIVE = { rest: 'https://192.0.2.1', streams: 'wss://192.0.2.1', orders: 'wss://192.0.2.1' };
const config = { ...CONFIG, venues: { [VENUE]: { adapter: 'binance-usdm', deadMan: {}, endpoints: LIVE } as const } };

let folder: string;
let flags: readonly string[];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'live-venue-'));
  const file = join(folder, 'live.json');
  writeFileSync(file, JSON.stringify(config));
  flags = ['--venue', VENUE, '--config', file, '--data', join(folder, 'data')];
});
afterAll(() => rmSync(folder, { recursive: true }));

function options(kind: 'none' | 'emulated'): PaperRunOptions & { readonly painted: () => void } {
  return {
    ...{ config, configPath: 'live.json', strategy: 'none', instruments: tradedInstruments(config, VENUE) },
    ...{ seed: 1, speed: 1, metricsPort: null, operator: 'me', resume: null, killSwitch: { kind } },
    directory: mkdtempSync(join(folder, 'desk-')),
    keys: new Map([[VENUE, { key: 'k', secret: 's' }]]),
    told: () => undefined,
    painted: () => undefined,
  };
}

describe('a venue of real money is not reached past the question of a kill switch', () => {
  it.each([
    ['run', () => run(flags)],
    ['start --headless', () => start(['--headless', ...flags])],
    ['start, with a window', () => start(flags)],
  ])('by desk %s, which leaves nothing behind', async (_, command) => {
    const refused = command();
    await expect(refused).rejects.toThrow(UsageError);
    await expect(refused).rejects.toThrow(`${VENUE} trades real money: plug a kill switch in`);
    expect(existsSync(join(folder, 'data'))).toBe(false);
  });

  it.each(['none', 'emulated'] as const)('by whoever composes a desk with a switch of kind %s', async (kind) => {
    await expect(PaperRun.start(options(kind))).rejects.toThrow(/plug a kill switch in/);
    const headless = { desk: options(kind), port: 0, renderer: folder };
    writeFileSync(join(folder, 'index.html'), '<!doctype html>');
    await expect(HeadlessDesk.start(headless)).rejects.toThrow(/plug a kill switch in/);
  });

  it('by the desk of the Electron window', async () => {
    const { told: _, painted: __, ...desk } = options('none');
    const thread = new DeskThread(new URL('./desk-worker.ts', import.meta.url), desk, () => {});
    expect(await thread.whenEnded).toEqual({
      kind: 'failed',
      message: expect.stringContaining('plug a kill switch in'),
    });
  });
});

it('calls real money by its name, and paper only what is paper', () => {
  expect(tradingWords({ ...options('none'), directory: '/data' })).toBe(`TRADING REAL MONEY at ${VENUE} in /data.`);
  expect(tradingWords({ ...options('none'), config: CONFIG, directory: '/data' })).toBe('Trading on paper in /data.');
});
