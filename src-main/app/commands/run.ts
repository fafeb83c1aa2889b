import { randomInt } from 'node:crypto';
import { userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StrategyName } from '../config/core-config.ts';
import { simulatedInstruments } from '../config/simulated-exchange.ts';
import { PaperRun, type PaperRunSummary } from '../desk/paper-run.ts';
import { describeAccounts, describeRun, row } from '../run-summary.ts';
import { UsageError } from '../usage-error.ts';
import { checkLimitKeys, composed, parsed, RUN_FLAGS, runOptions, wholeNumber } from './run-options.ts';

export const RUN_USAGE =
  "desk run --data DIR [--strategy market-maker|none] [--seed N] [--config FILE] [--seconds N] [--speed N] [--metrics-port N] [--resume 'REASON'] [--json]";

/** Node's timers take no longer delay. */
const MAX_SECONDS = 2_147_483;
const MAX_SEED = 2 ** 32;
const MAX_PORT = 65_535;

/** Trades on paper until it is stopped, and starts where it stopped: journal, ticks and exchange live in the folder. */
export async function run(args: readonly string[]): Promise<void> {
  const flags = {
    ...RUN_FLAGS,
    // Nobody who starts a desk day after day wants the same market each time.
    seed: { type: 'string' },
    data: { type: 'string' },
    seconds: { type: 'string' },
    speed: { type: 'string', default: '1' },
    'metrics-port': { type: 'string' },
    resume: { type: 'string' },
  } as const;
  const { values, positionals } = parsed(args, flags, RUN_USAGE);
  if (positionals.length > 0) throw new UsageError(`what is '${positionals[0]}'?\nusage: ${RUN_USAGE}`);
  const { data: directory, resume = null } = values;
  if (directory === undefined) throw new UsageError(`in which folder? --data names it\nusage: ${RUN_USAGE}`);
  const options = runOptions({ ...values, seed: values.seed ?? String(randomInt(MAX_SEED)) });
  const { config, configPath, strategy, seed, json } = options;
  const speed = wholeNumber('--speed', values.speed, 1);
  const seconds = values.seconds === undefined ? null : wholeNumber('--seconds', values.seconds, 1, MAX_SECONDS);
  const port = values['metrics-port'];
  const metricsPort = port === undefined ? null : wholeNumber('--metrics-port', port, 0, MAX_PORT);
  checkLimitKeys(options, config.instruments);
  const instruments = composed(options, () => simulatedInstruments(config));

  // From here on: an interrupt while the desk begins is not lost.
  const interrupted = stopRequested();
  const desk = await PaperRun.start({
    directory,
    config,
    configPath,
    strategy,
    instruments,
    seed,
    speed,
    metricsPort,
    resume,
    told,
    operator: userName(),
  });
  if (!json) console.log(greeting(directory, strategy));
  const reason = await Promise.race([
    interrupted,
    desk.whenHalted.then(() => 'the desk stopped itself'),
    ...(seconds === null ? [] : [elapsed(seconds)]),
  ]);
  const summary = await desk.stop(reason);
  console.log(json ? JSON.stringify(summary) : describePaperRun(summary));
  if (summary.halted !== null || summary.openOrders > 0) process.exitCode = 1;
}

/** Resolves when somebody wants the desk to stop; the second interrupt ends the process as it is. */
function stopRequested(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.once(signal, () => resolve(`stopped by ${signal}`));
  });
}

function elapsed(seconds: number): Promise<string> {
  return sleep(seconds * 1_000, `stopped after ${seconds} s`, { ref: false });
}

/** What happens to the desk, with the wall's time: whoever reads it may come back hours later. */
function told(news: string): void {
  console.error(`${new Date().toTimeString().slice(0, 'HH:MM:SS'.length)} ${news}`);
}

function greeting(directory: string, strategy: StrategyName): string {
  const patience = ' The market maker first watches the market for about half a minute.';
  return `Trading on paper in ${directory}. Ctrl-C cancels what is open and stops.${strategy === 'market-maker' ? patience : ''}`;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'operator';
  }
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
