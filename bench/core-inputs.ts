import { createPaperDesk } from '../src-main/app/paper-desk.ts';
import type { Input } from '../src-main/core/engine/input.ts';
import { MergedRecordings } from '../src-main/edge/recordings/merged-recordings.ts';
import { Rejections } from '../src-main/edge/recordings/rejections.ts';
import { copyFrame } from '../src-main/research/feed-delay.ts';
import { runIdentity } from '../src-main/research/run-identity.ts';
import { runOver } from '../src-main/research/virtual-desk.ts';
import { INSTRUMENTS, PAPER } from './market.ts';

const SEED = 1;

/** Every input that a replay of `path`, with market maker and simulated exchange, gives the core: frames, reports, timers. */
export async function coreInputs(path: string): Promise<Input[]> {
  const inputs: Input[] = [];
  const input = (of: Input): void => void inputs.push('exchangeAt' in of ? copyFrame(of) : { ...of });
  const market = { kind: 'recorded' } as const;
  const observer = { input };
  const desk = createPaperDesk({ config: PAPER, instruments: INSTRUMENTS, strategy: 'market-maker', market, observer });
  const recordings = await MergedRecordings.open([path], { instruments: INSTRUMENTS, rejections: new Rejections() });
  await runOver(desk, recordings, { seed: SEED, identity: runIdentity(SEED) });
  return inputs;
}
