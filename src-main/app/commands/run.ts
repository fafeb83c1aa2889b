import { PaperRun, type PaperRunOptions } from '../desk/paper-run.ts';
import { UsageError } from '../usage-error.ts';
import { finish, LIVE_FLAGS, LIVE_USAGE, liveOptions, stopRequests, tradingWords } from './live-run.ts';
import { parsed } from './run-options.ts';
import { venueKeys } from './venue-keys.ts';

export const RUN_USAGE = `desk run --data DIR ${LIVE_USAGE}`;

/** Trades until it is stopped, and starts where it stopped: journal, ticks and exchange live in the folder. */
export async function run(args: readonly string[]): Promise<void> {
  const { values, positionals } = parsed(args, LIVE_FLAGS, RUN_USAGE);
  if (positionals.length > 0) throw new UsageError(`what is '${positionals[0]}'?\nusage: ${RUN_USAGE}`);
  const { data: directory, json } = values;
  if (directory === undefined) throw new UsageError(`in which folder? --data names it\nusage: ${RUN_USAGE}`);
  const options = liveOptions(values, directory);
  const keys = await venueKeys(options.config, values.venue, values.credentials);
  const stops = stopRequests(values);
  const desk = await PaperRun.start({ ...options, keys });
  if (!json) console.log(greeting(options));
  const reason = await Promise.race([...stops, desk.whenHalted.then(() => 'the desk stopped itself')]);
  finish(await desk.stop(reason), json);
}

function greeting(options: PaperRunOptions): string {
  const patience = ' The market maker first watches the market for about half a minute.';
  return `${tradingWords(options)} Ctrl-C cancels what is open and stops.${options.strategy === 'market-maker' ? patience : ''}`;
}
