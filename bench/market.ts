import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PAPER_CONFIG } from '../src-main/app/commands/run-options.ts';
import { loadConfig } from '../src-main/app/config/load.ts';
import type { ConfigFile } from '../src-main/app/config/schema.ts';
import { generateRecording, writeRecording } from '../src-main/testing/binance-recording.ts';
import { hasRecordings, recording } from '../src-main/testing/recordings-folder.ts';
import { createInstrument, type Instrument } from '../src-shared/domain/instrument.ts';

export const PAPER: ConfigFile = loadConfig(PAPER_CONFIG);
export const INSTRUMENTS: readonly Instrument[] = PAPER.instruments.map((spec, id) => createInstrument(spec, id));

const RECORDED = 'binance-usdm-btcusdt-20240808.gz';
const GENERATED_FRAMES = 100_000;

/** The USD-M recording and its name; a generated one, and said so, where there is none. */
export function usdmRecording(): { readonly path: string; readonly name: string } {
  if (hasRecordings) return { path: recording(RECORDED), name: 'USD-M BTCUSDT recording' };
  const path = join(mkdtempSync(join(tmpdir(), 'bench-')), 'generated.gz');
  writeRecording(
    path,
    generateRecording({ venue: 'binance-usdm', symbol: 'BTCUSDT', frames: GENERATED_FRAMES, seed: 1 }),
  );
  return { path, name: 'generated recording (no recorded one found)' };
}
