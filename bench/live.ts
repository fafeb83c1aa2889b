import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMarketInput, type MarketInput } from '../src-main/core/engine/input.ts';
import { LoopMonitor } from '../src-main/edge/telemetry/loop-monitor.ts';
import { coreInputs } from './core-inputs.ts';
import { LoadedDesk } from './loaded-desk.ts';
import { usdmRecording } from './market.ts';
import { replayOnce } from './replay-once.ts';
import { type BenchRow, median, rowOf } from './rows.ts';

const row = rowOf('journal');

const WARM_UP_PAIRS = 3;
const PAIRS = 9;
const FULL_LOAD_MS = 5_000;
const NO_JOURNAL = 'the same replay without a journal, in turns with it';

/** What the journal and the ticks cost the desk: a replay with them and without, and the loop of a desk that gets all it can take. */
export async function measure(): Promise<BenchRow[]> {
  const { path, name } = usdmRecording();
  const rates: { readonly on: number; readonly off: number }[] = [];
  for (let pair = 0; pair < WARM_UP_PAIRS + PAIRS; pair += 1) {
    const off = (await replayOnce(path)).framesPerSecond;
    const on = (await inFolder((folder) => replayOnce(path, folder))).framesPerSecond;
    if (pair >= WARM_UP_PAIRS) rates.push({ on, off });
  }
  const frames = (await coreInputs(path)).filter(isMarketInput);
  const loaded = await inFolder((folder) => fullLoad(folder, frames));
  return [
    row(`replay with journal and ticks, ${name}`, median(rates.map(({ on }) => on)), 'frames/s'),
    row(
      'engine with journal against without',
      median(rates.map(({ on, off }) => on / off)),
      'x',
      { atLeast: 0.9 },
      NO_JOURNAL,
    ),
    row('live desk, full load', loaded.inputsPerSecond, 'inputs/s'),
    row('live desk, full load, loop delay p99', loaded.delayP99Ms, 'ms', { atMost: 5 }),
    row('live desk, full load, loop delay max', loaded.delayMaxMs, 'ms'),
  ];
}

export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'interlock-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Loaded {
  readonly inputsPerSecond: number;
  readonly delayP99Ms: number;
  readonly delayMaxMs: number;
}

async function fullLoad(directory: string, frames: readonly MarketInput[]): Promise<Loaded> {
  const loaded = await LoadedDesk.start(directory, frames);
  await loaded.feed(FULL_LOAD_MS / 5);
  const loop = new LoopMonitor();
  const inputsPerSecond = await loaded.feed(FULL_LOAD_MS);
  const { delayMs } = loop.read().sinceStart;
  loop.close();
  await loaded.end();
  return { inputsPerSecond, delayP99Ms: delayMs.p99, delayMaxMs: delayMs.max };
}
