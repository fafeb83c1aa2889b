import { createPaperDesk } from '../src-main/app/paper-desk.ts';
import { recordedObserver } from '../src-main/app/recorded-observer.ts';
import { RunJournal } from '../src-main/app/run-journal.ts';
import { RunRecorder } from '../src-main/app/run-recorder.ts';
import { MergedRecordings } from '../src-main/edge/recordings/merged-recordings.ts';
import { Rejections } from '../src-main/edge/recordings/rejections.ts';
import { runIdentity } from '../src-main/research/run-identity.ts';
import { runOver } from '../src-main/research/virtual-desk.ts';
import { INSTRUMENTS, PAPER } from './market.ts';

const SEED = 1;
const RUN = { config: PAPER, instruments: INSTRUMENTS, strategy: 'market-maker' } as const;

export interface Pass {
  readonly framesPerSecond: number;
  readonly frames: number;
}

/**
 * One replay as `desk replay` does it: from the gzip to the summed-up run, with market maker and simulated exchange.
 * @param directory of a journal, which ends with the last fact and is closed after the time is taken.
 */
export async function replayOnce(path: string, directory?: string): Promise<Pass> {
  const journal = directory === undefined ? null : await RunJournal.start(directory, RUN);
  const startMs = performance.now();
  const recorder = new RunRecorder();
  const recordings = await MergedRecordings.open([path], { instruments: INSTRUMENTS, rejections: new Rejections() });
  const run = createPaperDesk({
    ...RUN,
    market: { kind: 'recorded' },
    probe: recorder.probe,
    observer: recordedObserver(recorder, journal),
  });
  const frames = await runOver(run, recordings, { seed: SEED, identity: runIdentity(SEED) });
  if (!run.core.portfolio.ledgerBalanced()) throw new Error('the ledger is not balanced');
  const framesPerSecond = (frames * 1_000) / (performance.now() - startMs);
  await journal?.close();
  return { frames, framesPerSecond };
}
