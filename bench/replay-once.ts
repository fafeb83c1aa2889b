import { createPaperDesk } from '../src-main/app/paper-desk.ts';
import { RunRecorder } from '../src-main/app/run-recorder.ts';
import { MergedRecordings } from '../src-main/edge/recordings/merged-recordings.ts';
import { Rejections } from '../src-main/edge/recordings/rejections.ts';
import { runIdentity } from '../src-main/research/run-identity.ts';
import { runOver } from '../src-main/research/virtual-desk.ts';
import { INSTRUMENTS, PAPER } from './market.ts';

const SEED = 1;

export interface Pass {
  readonly framesPerSecond: number;
  readonly frames: number;
}

/** One replay as `desk replay` does it: from the gzip to the summed-up run, with market maker and simulated exchange. */
export async function replayOnce(path: string): Promise<Pass> {
  const startMs = performance.now();
  const recorder = new RunRecorder();
  const recordings = await MergedRecordings.open([path], { instruments: INSTRUMENTS, rejections: new Rejections() });
  const run = createPaperDesk({
    config: PAPER,
    instruments: INSTRUMENTS,
    strategy: 'market-maker',
    market: { kind: 'recorded' },
    probe: recorder.probe,
    observer: recorder,
  });
  const frames = await runOver(run, recordings, { seed: SEED, identity: runIdentity(SEED) });
  if (!run.core.portfolio.ledgerBalanced()) throw new Error('the ledger is not balanced');
  return { frames, framesPerSecond: (frames * 1_000) / (performance.now() - startMs) };
}
