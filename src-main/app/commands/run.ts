import { userInfo } from 'node:os';
import { PaperRun, type PaperRunSummary } from '../desk/paper-run.ts';
import { simulatedInstruments } from '../exchange/hosted-exchange.ts';
import { describeSummary } from '../run-summary.ts';
import { UsageError } from '../usage-error.ts';
import { checkLimitKeys, composed, parsed, RUN_FLAGS, runOptions, wholeNumber } from './run-options.ts';

export const RUN_USAGE =
  "desk run --data DIR [--strategy market-maker|none] [--seed N] [--config FILE] [--seconds N] [--speed N] [--resume 'REASON'] [--json]";

/** Trades on paper until it is stopped, and starts where it stopped: journal, ticks and exchange live in the folder. */
export async function run(args: readonly string[]): Promise<void> {
  const flags = {
    ...RUN_FLAGS,
    data: { type: 'string' },
    seconds: { type: 'string' },
    speed: { type: 'string', default: '1' },
    resume: { type: 'string' },
  } as const;
  const { values, positionals } = parsed(args, flags, RUN_USAGE);
  if (positionals.length > 0) throw new UsageError(`what is '${positionals[0]}'?\nusage: ${RUN_USAGE}`);
  const { data: directory, resume = null } = values;
  if (directory === undefined) throw new UsageError(`in which folder? --data names it\nusage: ${RUN_USAGE}`);
  const options = runOptions(values);
  const { config, configPath, strategy, seed, json } = options;
  const speed = wholeNumber('--speed', values.speed, 1);
  const seconds = values.seconds === undefined ? null : wholeNumber('--seconds', values.seconds, 1);
  checkLimitKeys(options, config.instruments);
  const instruments = composed(options, () => simulatedInstruments(config));
  const told = (news: string): void => console.error(news);

  const wish = stopWish(seconds);
  const desk = await PaperRun.start({
    ...{ directory, config, configPath, strategy, instruments, seed, speed, resume, told },
    operator: userName(),
  });
  if (!json) console.log(`Trading on paper in ${directory}. Ctrl-C cancels what is open and stops.`);
  const reason = await Promise.race([wish, desk.whenHalted.then(() => 'the desk stopped itself')]);
  const summary = await desk.stop(reason);
  console.log(json ? JSON.stringify(summary) : describe(summary));
  if (summary.halted !== null || summary.openOrders > 0) process.exitCode = 1;
}

/** Resolves when somebody wants the desk to stop; the second interrupt ends the process as it is. */
function stopWish(seconds: number | null): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.once(signal, () => resolve(`stopped by ${signal}`));
    if (seconds !== null) setTimeout(() => resolve(`stopped after ${seconds} s`), seconds * 1_000).unref();
  });
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'operator';
  }
}

function describe(summary: PaperRunSummary): string {
  const { mode, openOrders, halted, ticksDropped } = summary;
  return [
    describeSummary(summary),
    `mode             ${mode}`,
    `open orders      ${openOrders}`,
    ...(ticksDropped > 0 ? [`ticks dropped    ${ticksDropped}: this run cannot be replayed exactly`] : []),
    ...(halted === null ? [] : [`STOPPED          ${halted}`]),
  ].join('\n');
}
