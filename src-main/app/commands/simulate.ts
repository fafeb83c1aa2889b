import { MICROS_PER_SECOND, micros } from '../../../src-shared/domain/time.ts';
import type { Input } from '../../core/engine/input.ts';
import type { MarketView } from '../../core/market/market-view.ts';
import { runIdentity } from '../../research/run-identity.ts';
import { type ComparisonRow, compare } from '../../simulation/reference-statistics.ts';
import { StylisedFacts } from '../../simulation/stylised-facts.ts';
import { simulatedInstruments } from '../config/simulated-exchange.ts';
import { createPaperDesk } from '../paper-desk.ts';
import { Progress } from '../progress.ts';
import { recordedObserver } from '../recorded-observer.ts';
import { RunJournal } from '../run-journal.ts';
import { RunRecorder } from '../run-recorder.ts';
import { describeSummary } from '../run-summary.ts';
import { UsageError } from '../usage-error.ts';
import { checkLimitKeys, composed, parsed, RUN_FLAGS, runOptions, wholeNumber } from './run-options.ts';

export const SIMULATE_USAGE =
  'desk simulate [--seconds N] [--seed N] [--strategy market-maker|none] [--config FILE] [--journal DIR] [--stats] [--json]';

/** How long a run is when nobody says; statistics say little of a shorter market. */
const SECONDS = '300';
const STATISTICS_SECONDS = '1500';
/** Virtual time begins here, a round number, so that times in reports read as seconds of the run. */
const START_AT = micros(1_700_000_000 * MICROS_PER_SECOND);

/** Runs the desk in a closed market with generated order flow, and prints what became of it. */
export async function simulate(args: readonly string[]): Promise<void> {
  const flags = {
    ...RUN_FLAGS,
    seconds: { type: 'string' },
    stats: { type: 'boolean', default: false },
    journal: { type: 'string' },
  } as const;
  const { values, positionals } = parsed(args, flags, SIMULATE_USAGE);
  if (positionals.length > 0) throw new UsageError(`what is '${positionals[0]}'?\nusage: ${SIMULATE_USAGE}`);
  const options = runOptions(values);
  const { config, strategy, seed, json } = options;
  const seconds = wholeNumber('--seconds', values.seconds ?? (values.stats ? STATISTICS_SECONDS : SECONDS), 1);
  checkLimitKeys(options, config.instruments);
  const instruments = composed(options, () => simulatedInstruments(config));

  const recorder = new RunRecorder();
  const journal =
    values.journal === undefined ? null : await RunJournal.start(values.journal, { config, strategy, instruments });
  const progress = new Progress('frames');
  const market = { kind: 'closed', seed, startAt: START_AT } as const;
  const watch = new MarketWatch(progress, values.stats);
  const recorded = recordedObserver(recorder, journal);
  const observer = {
    ...recorded,
    input: (input: Input) => {
      recorded.input(input);
      watch.input(input, desk.core.market);
    },
  };
  const desk = composed(options, () =>
    createPaperDesk({ config, instruments, strategy, market, probe: recorder.probe, observer }),
  );
  desk.start(START_AT, seed, journal?.identity ?? runIdentity(seed));
  desk.runUntil(micros(START_AT + seconds * MICROS_PER_SECOND));
  progress.done();
  await journal?.close();

  const summary = recorder.summary(desk.core, watch.frames, {});
  const rows = watch.statistics();
  if (json) console.log(JSON.stringify(rows ? { ...summary, statistics: rows } : summary));
  else console.log(rows ? `${describeSummary(summary)}\n\n${describeStatistics(rows)}` : describeSummary(summary));
}

/** Counts the frames that reach the desk and, if asked to, measures what kind of market they show. */
class MarketWatch {
  frames = 0;
  private readonly progress: Progress;
  private readonly facts: StylisedFacts | null;

  constructor(progress: Progress, measures: boolean) {
    this.progress = progress;
    this.facts = measures ? new StylisedFacts() : null;
  }

  input(input: Input, market: MarketView): void {
    if (input.kind !== 'trade' && input.kind !== 'depth' && input.kind !== 'book-ticker') return;
    this.frames += 1;
    this.progress.tick();
    if (input.kind === 'trade') this.facts?.trade(input.exchangeAt, input.aggressor, input.lots);
    else if (input.kind === 'depth' && market.isProven(input.instrument)) {
      this.facts?.book(input.exchangeAt, market.book(input.instrument));
    }
  }

  statistics(): readonly ComparisonRow[] | null {
    return this.facts ? compare(this.facts.statistics()) : null;
  }
}

function describeStatistics(rows: readonly ComparisonRow[]): string {
  const number = (value: number): string => String(Number(value.toPrecision(3)));
  const lines = rows.map(({ figure, simulated, recorded, band, within }) =>
    [
      figure.padEnd(58),
      number(simulated).padStart(9),
      number(recorded).padStart(9),
      `${number(band[0])} – ${number(band[1])}`.padStart(16),
      within ? '  within' : '  OUTSIDE',
    ].join(''),
  );
  const head = `${'market'.padEnd(58)}${'simulated'.padStart(9)}${'recorded'.padStart(9)}${'band'.padStart(16)}`;
  return [head, ...lines].join('\n');
}
