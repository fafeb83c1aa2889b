import { randomInt } from 'node:crypto';
import { userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { isSimulated } from '../config/simulated-venues.ts';
import { SIMULATED, tradedInstruments } from '../config/traded-instruments.ts';
import type { PaperRunOptions, PaperRunSummary } from '../desk/paper-run.ts';
import { SWITCH_FLAGS, SWITCH_USAGE, type SwitchValues, switchChoice } from '../guard/switch-choice.ts';
import { describeAccounts, describeRun, row } from '../run-summary.ts';
import { UsageError } from '../usage-error.ts';
import {
  CONFIG_OF,
  checkLimitKeys,
  composed,
  RUN_FLAGS,
  type RunValues,
  runOptions,
  wholeNumber,
} from './run-options.ts';

/** What a live desk can be told on the command line, with a window or without. */
export const LIVE_FLAGS = {
  ...RUN_FLAGS,
  // Nobody who starts a desk day after day wants the same market each time.
  seed: { type: 'string' },
  venue: { type: 'string', default: SIMULATED },
  credentials: { type: 'string' },
  data: { type: 'string' },
  seconds: { type: 'string' },
  speed: { type: 'string', default: '1' },
  'metrics-port': { type: 'string' },
  resume: { type: 'string' },
  ...SWITCH_FLAGS,
} as const;

export const LIVE_USAGE = `[--venue simulated|binance-usdm-sim|NAME] [--credentials FILE] [--strategy market-maker|none] [--seed N] [--config FILE] [--seconds N] [--speed N] [--metrics-port N] [--resume 'REASON'] ${SWITCH_USAGE} [--json]`;

interface LiveValues extends Omit<RunValues, 'seed'>, SwitchValues {
  readonly venue: string;
  readonly seed?: string | undefined;
  readonly seconds?: string | undefined;
  readonly speed: string;
  readonly 'metrics-port'?: string | undefined;
  readonly resume?: string | undefined;
}

/** Node's timers take no longer delay. */
const MAX_SECONDS = 2_147_483;
const MAX_SEED = 2 ** 32;
export const MAX_PORT = 65_535;

/** @throws UsageError or ConfigError naming what makes no sense. */
export function liveOptions(values: LiveValues, directory: string): PaperRunOptions {
  const { venue } = values;
  const own = values.config ?? CONFIG_OF[venue];
  if (own === undefined) {
    throw new UsageError(
      `--venue is one of ${Object.keys(CONFIG_OF).join(', ')}, or one of the file that --config names, not '${venue}'`,
    );
  }
  const options = runOptions({ ...values, config: own, seed: values.seed ?? String(randomInt(MAX_SEED)) });
  const { config, configPath, strategy, seed } = options;
  const port = values['metrics-port'];
  checkLimitKeys(options, config.instruments);
  return {
    ...{ directory, config, configPath, strategy, seed, told },
    instruments: composed(options, () => tradedInstruments(config, venue)),
    speed: speedAt(venue, values.speed),
    metricsPort: port === undefined ? null : wholeNumber('--metrics-port', port, 0, MAX_PORT),
    resume: values.resume ?? null,
    operator: userName(),
    killSwitch: switchChoice(values, venue, config),
  };
}

/** A venue on the wire lives by the wall's clock. */
function speedAt(venue: string, text: string): number {
  const speed = wholeNumber('--speed', text, 1);
  if (speed > 1 && venue !== SIMULATED) throw new UsageError(`--speed is for the venue '${SIMULATED}' only`);
  return speed;
}

/** Why a desk should stop, once somebody or something wants it to. Ask before it begins: an interrupt meanwhile is not lost. */
export function stopRequests({ seconds }: Pick<LiveValues, 'seconds'>): readonly Promise<string>[] {
  const interrupted = new Promise<string>((resolve) => {
    // The second interrupt ends the process as it is.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.once(signal, () => resolve(`stopped by ${signal}`));
  });
  if (seconds === undefined) return [interrupted];
  const limit = wholeNumber('--seconds', seconds, 1, MAX_SECONDS);
  return [interrupted, sleep(limit * 1_000, `stopped after ${limit} s`, { ref: false })];
}

/** What happens to the desk, with the wall's time: whoever reads it may come back hours later. */
export function told(news: string): void {
  console.error(`${new Date().toTimeString().slice(0, 'HH:MM:SS'.length)} ${news}`);
}

/** What a desk does from now on: real money is never called paper. */
export function tradingWords({ config, instruments, directory }: PaperRunOptions): string {
  const real = instruments.find(({ venue }) => !isSimulated(venue, config));
  return real === undefined
    ? `Trading on paper in ${directory}.`
    : `TRADING REAL MONEY at ${real.venue} in ${directory}.`;
}

/** Prints what became of a live desk, and makes the process's exit code of it. */
export function finish(summary: PaperRunSummary, json: boolean): void {
  console.log(json ? JSON.stringify(summary) : describePaperRun(summary));
  if (summary.halted !== null || summary.openOrders > 0) process.exitCode = 1;
}

/** What this process did, and where the folder's accounts stand: after a restart the two began at different times. */
export function describePaperRun(summary: PaperRunSummary): string {
  const { openOrders, halted, ticksDropped } = summary;
  return [
    'this run',
    describeRun(summary),
    ...(ticksDropped > 0 ? [row('ticks dropped', `${ticksDropped}: this run cannot be replayed exactly`)] : []),
    '',
    'since the folder began',
    describeAccounts(summary),
    '',
    row('open orders', String(openOrders)),
    ...(halted === null ? [] : [row('STOPPED', halted)]),
    row('stopped', describeStop(summary)),
  ].join('\n');
}

function describeStop({ nextMode, openOrders }: PaperRunSummary): string {
  if (nextMode !== 'normal') return `in ${nextMode}; the next start stays there until --resume 'REASON'`;
  if (openOrders > 0) return 'with open orders; the next start asks the exchange for them, and goes on';
  return 'properly; the next start goes on';
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'operator';
  }
}
