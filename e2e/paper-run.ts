import { PAPER_CONFIG } from '../src-main/app/commands/run-options.ts';
import { loadConfig } from '../src-main/app/config/load.ts';
import type { ConfigFile } from '../src-main/app/config/schema.ts';
import { createPaperDesk } from '../src-main/app/paper-desk.ts';
import type { Fact } from '../src-main/core/engine/fact.ts';
import type { MarketInput } from '../src-main/core/engine/input.ts';
import { MergedRecordings } from '../src-main/edge/recordings/merged-recordings.ts';
import { Rejections } from '../src-main/edge/recordings/rejections.ts';
import { FactChain } from '../src-main/research/fact-chain.ts';
import { copyFrame } from '../src-main/research/feed-delay.ts';
import { runIdentity } from '../src-main/research/run-identity.ts';
import type { VirtualDesk } from '../src-main/research/virtual-desk.ts';
import { createInstrument, type Instrument } from '../src-shared/domain/instrument.ts';

export const PAPER: ConfigFile = loadConfig(PAPER_CONFIG);
export const INSTRUMENTS: readonly Instrument[] = PAPER.instruments.map((spec, id) => createInstrument(spec, id));

/** A desk on the paper configuration, with what it said. */
export interface PaperRun {
  readonly desk: VirtualDesk;
  readonly facts: Fact[];
  readonly chain: FactChain;
}

export function paperRun(config: ConfigFile = PAPER, strategy: 'market-maker' | 'none' = 'market-maker'): PaperRun {
  const facts: Fact[] = [];
  const chain = new FactChain();
  const fact = (made: Fact): void => {
    facts.push(made);
    chain.add(made);
  };
  const market = { kind: 'recorded' } as const;
  return {
    desk: createPaperDesk({ config, instruments: INSTRUMENTS, strategy, market, observer: { fact } }),
    facts,
    chain,
  };
}

/** Feeds frames to a desk, and starts it with the first if it is new. */
export function feed({ desk }: PaperRun, frames: readonly MarketInput[], seed = 1): void {
  for (const frame of frames) {
    if (desk.core.lastSeq === 0) desk.start(frame.at, seed, runIdentity(seed));
    desk.market(copyFrame(frame));
  }
}

/** Every frame of recordings, kept. */
export async function framesOf(...paths: readonly string[]): Promise<MarketInput[]> {
  const merged = await MergedRecordings.open(paths, { instruments: INSTRUMENTS, rejections: new Rejections() });
  const frames: MarketInput[] = [];
  for (let frame = merged.next(); frame !== null; frame = merged.next()) {
    if (frame === undefined) await merged.read();
    else frames.push(copyFrame(frame));
  }
  return frames;
}
