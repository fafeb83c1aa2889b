import {
  createInstrument,
  type Instrument,
  type InstrumentSpec,
  instrumentKey,
} from '../../../src-shared/domain/instrument.ts';
import type { Fact } from '../../core/engine/fact.ts';
import { type Input, isMarketInput } from '../../core/engine/input.ts';
import { inferInstruments } from '../../edge/recordings/infer-instruments.ts';
import { MergedRecordings } from '../../edge/recordings/merged-recordings.ts';
import { NotARecordingError } from '../../edge/recordings/recording.ts';
import { describeRejection, Rejections } from '../../edge/recordings/rejections.ts';
import { PacedSource } from '../../research/paced-source.ts';
import { runIdentity } from '../../research/run-identity.ts';
import { type MarketSource, runOver } from '../../research/virtual-desk.ts';
import { createPaperDesk } from '../paper-desk.ts';
import { Progress } from '../progress.ts';
import { recordedObserver } from '../recorded-observer.ts';
import { ReplayComplaints } from '../replay-complaints.ts';
import { RunJournal } from '../run-journal.ts';
import { RunRecorder } from '../run-recorder.ts';
import { printSummary } from '../run-summary.ts';
import { UsageError } from '../usage-error.ts';
import { checkLimitKeys, composed, oneOf, parsed, RUN_FLAGS, type RunOptions, runOptions } from './run-options.ts';

export const REPLAY_USAGE =
  'desk replay FILE... [--strategy market-maker|none] [--seed N] [--config FILE] [--speed max|real] [--infer-instruments] [--journal DIR] [--json]';

/** What is under way when the recordings end arrives, if that takes no longer than this. */
const DRAIN_MS = 60_000;

/** Runs recorded markets through the whole desk, and prints what became of it. An interrupt ends the recordings early. */
export async function replay(args: readonly string[]): Promise<void> {
  const flags = {
    ...RUN_FLAGS,
    speed: { type: 'string', default: 'max' },
    'infer-instruments': { type: 'boolean', default: false },
    journal: { type: 'string' },
  } as const;
  const { values, positionals: files } = parsed(args, flags, REPLAY_USAGE);
  if (files.length === 0) throw new UsageError(`which recordings?\nusage: ${REPLAY_USAGE}`);
  const options = runOptions(values);
  const speed = oneOf('--speed', ['max', 'real'] as const, values.speed);
  const instruments = await instrumentsFor(files, options, values['infer-instruments']);

  const rejections = new Rejections((rejection) => console.error(describeRejection(rejection)));
  const recordings = await MergedRecordings.open(files, { instruments, rejections });
  let journal: RunJournal | null = null;
  try {
    const { config, strategy, seed } = options;
    const run = { config, strategy, instruments };
    journal = values.journal === undefined ? null : await RunJournal.start(values.journal, run);
    const recorder = new RunRecorder();
    const progress = new Progress('frames');
    const complaints = new ReplayComplaints(
      () => recordings.place(),
      (text) => console.error(text),
    );
    const recorded = recordedObserver(recorder, journal);
    const observer = {
      ...recorded,
      fact: (fact: Fact) => {
        recorded.fact(fact);
        complaints.fact(fact, desk.core.market);
      },
      input: (input: Input) => {
        recorded.input(input);
        if (isMarketInput(input)) complaints.input(input, desk.core.market);
      },
    };
    const market = { kind: 'recorded' } as const;
    const desk = composed(options, () => createPaperDesk({ ...run, market, probe: recorder.probe, observer }));
    const identity = journal?.identity ?? runIdentity(seed);
    const source = untilInterrupted(speed === 'real' ? new PacedSource(recordings) : recordings);
    const frames = await runOver(desk, source, { seed, identity }, () => progress.tick());
    desk.drain(DRAIN_MS);
    progress.done();
    if (frames === 0) throw new NotARecordingError(`${files.join(', ')}: not one frame could be used (see above)`);
    complaints.end(desk.core.market);
    printSummary(recorder.summary(desk.core, recordings.lines, rejections.counts), options.json);
  } finally {
    await recordings.close();
    await journal?.close();
  }
}

/** Ends `source` when the process is interrupted once; a second time ends the process. */
function untilInterrupted(source: MarketSource): MarketSource {
  let interrupted = false;
  process.once('SIGINT', () => {
    interrupted = true;
  });
  return { next: () => (interrupted ? null : source.next()), read: () => source.read() };
}

/** Those of the configuration and, if asked for, those that the recordings show besides. */
async function instrumentsFor(files: readonly string[], options: RunOptions, infer: boolean): Promise<Instrument[]> {
  const specs: InstrumentSpec[] = [...options.config.instruments];
  if (infer) {
    const known = new Set(specs.map(instrumentKey));
    for (const { spec, prices, quantities } of await inferInstruments(files, (key) => known.has(key))) {
      specs.push(spec);
      console.error(
        `inferred ${instrumentKey(spec)}: ${spec.kind}, tick ${spec.tickSize} (from ${prices} prices), lot ${spec.lotSize} (from ${quantities} quantities)`,
      );
    }
  }
  checkLimitKeys(options, specs);
  return composed(options, () => specs.map((spec, id) => createInstrument(spec, id)));
}
