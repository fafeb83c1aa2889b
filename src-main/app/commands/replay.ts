import { parseArgs } from 'node:util';
import {
  createInstrument,
  type Instrument,
  type InstrumentSpec,
  instrumentKey,
} from '../../../src-shared/domain/instrument.ts';
import { inferInstruments } from '../../edge/recordings/infer-instruments.ts';
import { MergedRecordings } from '../../edge/recordings/merged-recordings.ts';
import { NotARecordingError } from '../../edge/recordings/recording.ts';
import { describeRejection, Rejections } from '../../edge/recordings/rejections.ts';
import { PacedSource } from '../../research/paced-source.ts';
import { runIdentity } from '../../research/run-identity.ts';
import { runOver } from '../../research/virtual-desk.ts';
import type { ConfigFile } from '../config/schema.ts';
import { createPaperDesk } from '../paper-desk.ts';
import { Progress } from '../progress.ts';
import { RunRecorder } from '../run-recorder.ts';
import { UsageError } from '../usage-error.ts';
import { oneOf, printSummary, RUN_FLAGS, runOptions } from './run-options.ts';

export const REPLAY_USAGE =
  'desk replay FILE... [--strategy market-maker|none] [--seed N] [--config FILE] [--speed max|real] [--infer-instruments] [--json]';

/** Runs recorded markets through the whole desk, and prints what became of it. */
export async function replay(args: readonly string[]): Promise<void> {
  const { values, positionals: files } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...RUN_FLAGS,
      speed: { type: 'string', default: 'max' },
      'infer-instruments': { type: 'boolean', default: false },
    },
  });
  if (files.length === 0) throw new UsageError(`which recordings? ${REPLAY_USAGE}`);
  const { config, strategy, seed, json } = runOptions(values);
  const speed = oneOf('--speed', ['max', 'real'] as const, values.speed);
  const instruments = await instrumentsFor(files, config, values['infer-instruments']);

  const recorder = new RunRecorder();
  const rejections = new Rejections((rejection) => console.error(describeRejection(rejection)));
  const recordings = await MergedRecordings.open(files, { instruments, rejections });
  const progress = new Progress('frames');
  try {
    const market = { kind: 'recorded' } as const;
    const desk = createPaperDesk({ config, instruments, strategy, market, probe: recorder.probe, observer: recorder });
    const source = speed === 'real' ? new PacedSource(recordings) : recordings;
    const start = { seed, identity: runIdentity(seed) };
    const frames = await runOver(desk, source, start, () => progress.tick());
    progress.done();
    if (frames === 0) throw new NotARecordingError(`${files.join(', ')}: not one frame could be used (see above)`);
    printSummary(recorder.summary(desk.core, recordings.lines, rejections.counts), json);
  } finally {
    await recordings.close();
  }
}

/** Those of the configuration and, if asked for, those that the recordings show besides. */
async function instrumentsFor(files: readonly string[], config: ConfigFile, infer: boolean): Promise<Instrument[]> {
  const specs: InstrumentSpec[] = [...config.instruments];
  if (infer) {
    const known = new Set(specs.map(instrumentKey));
    for (const { spec, prices, quantities } of await inferInstruments(files, (key) => known.has(key))) {
      specs.push(spec);
      console.error(
        `inferred ${instrumentKey(spec)}: ${spec.kind}, tick ${spec.tickSize} (from ${prices} prices), lot ${spec.lotSize} (from ${quantities} quantities)`,
      );
    }
  }
  return specs.map((spec, id) => createInstrument(spec, id));
}
