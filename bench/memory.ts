import { usdmRecording } from './market.ts';
import { replayOnce } from './replay-once.ts';
import { type BenchRow, row } from './rows.ts';

/** By then the young generation has found its size. */
const WARM_UP_PASSES = 60;
const MEASURED_PASSES = 60;
const BYTES_PER_MB = 1_048_576;
const KB_PER_MB = 1_024;

/** Resident memory over many replays in one process: how it grows once warm, and its peak. */
export async function measure(): Promise<BenchRow[]> {
  const { path } = usdmRecording();
  for (let pass = 0; pass < WARM_UP_PASSES; pass += 1) await replayOnce(path);
  const before = residentMb();
  let frames = 0;
  for (let pass = 0; pass < MEASURED_PASSES; pass += 1) frames += (await replayOnce(path)).frames;
  const growthMb = ((residentMb() - before) * 1_000_000) / frames;
  return [
    row('memory growth per million frames', growthMb, 'MB', { atMost: 1 }),
    row('memory, at most', process.resourceUsage().maxRSS / KB_PER_MB, 'MB', { atMost: 300 }),
  ];
}

function residentMb(): number {
  globalThis.gc?.();
  return process.memoryUsage.rss() / BYTES_PER_MB;
}
