import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONFIG_OF } from '../commands/run-options.ts';
import { loadConfig } from './load.ts';

const VENUE = 'binance-usdm-sim';
const HERE = {
  rest: 'http://127.0.0.1:8080',
  streams: 'ws://127.0.0.1:8080',
  orders: 'ws://127.0.0.1:8080/ws-fapi/v1',
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'config-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** The configuration that comes with the desk, its venue described by `settings` too. */
function load(settings: Readonly<Record<string, unknown>>): ReturnType<typeof loadConfig> {
  const file = join(folder, 'desk.json');
  const config = JSON.parse(readFileSync(CONFIG_OF[VENUE] ?? '', 'utf8'));
  writeFileSync(file, JSON.stringify({ ...config, venues: { [VENUE]: { adapter: 'binance-usdm', ...settings } } }));
  return loadConfig(file);
}

describe('a venue on the wire in the configuration', () => {
  it.each([{}, { endpoints: HERE }, { deadMan: { refreshMs: 5_000 } }, { deadMan: { timeoutMs: 20_000 } }])(
    'is taken with %j',
    (settings) => {
      expect(load(settings).venues[VENUE]).toMatchObject(settings);
    },
  );

  it.each<[Readonly<Record<string, unknown>>, RegExp]>([
    [{ endpoints: { ...HERE, rest: '127.0.0.1:8080' } }, /endpoints\.rest: an address such as http/],
    [{ endpoints: { ...HERE, streams: HERE.rest } }, /endpoints\.streams: an address such as ws/],
    [{ deadMan: { timeoutMs: 15_000 } }, /deadMan: refreshMs has to be less than timeoutMs/],
    [{ deadMan: { timeoutMs: 60_000, refreshMs: 60_000 } }, /deadMan: refreshMs has to be less than timeoutMs/],
    [{ deadMan: { refresh: 5 } }, /deadMan: there is no setting 'refresh'/],
  ])('%j is refused, with file, place and remedy', (settings, complaint) => {
    expect(() => load(settings)).toThrow(new RegExp(`desk\\.json: venues\\.${VENUE}\\.${complaint.source}`));
  });
});
