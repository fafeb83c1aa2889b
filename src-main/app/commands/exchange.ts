import { loadConfig } from '../config/load.ts';
import { hostExchange } from '../exchange/host-exchange.ts';
import { UsageError } from '../usage-error.ts';
import { PAPER_CONFIG, parsed, wholeNumber } from './run-options.ts';

export const EXCHANGE_USAGE = 'desk exchange --data DIR [--seed N] [--speed N] [--linger SECONDS] [--config FILE]';

const FLAGS = {
  data: { type: 'string' },
  seed: { type: 'string' },
  speed: { type: 'string', default: '1' },
  linger: { type: 'string', default: '600' },
  config: { type: 'string', default: PAPER_CONFIG },
} as const;

const MS_PER_SECOND = 1_000;
/** Node's timers take no longer delay. */
const MAX_LINGER_SECONDS = 2_000_000;

/** Runs the simulated exchange of a data folder until the desk ends it, nobody needs it any more, or a signal comes. */
export async function exchange(args: readonly string[]): Promise<void> {
  const { values, positionals } = parsed(args, FLAGS, EXCHANGE_USAGE);
  if (positionals.length > 0) throw new UsageError(`what is '${positionals[0]}'?\nusage: ${EXCHANGE_USAGE}`);
  if (values.data === undefined) throw new UsageError(`--data says whose exchange it is\nusage: ${EXCHANGE_USAGE}`);
  const lingerSeconds = wholeNumber('--linger', values.linger, 1);
  const server = await hostExchange({
    directory: values.data,
    config: loadConfig(values.config),
    // A market that starts anew is another one each time, unless somebody wants it again.
    seed: values.seed === undefined ? Date.now() : wholeNumber('--seed', values.seed, 0),
    speed: wholeNumber('--speed', values.speed, 1),
    lingerMs: Math.min(lingerSeconds, MAX_LINGER_SECONDS) * MS_PER_SECOND,
    log,
  });
  const end = (signal: NodeJS.Signals) => server.end(signal);
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  console.log('exchange ready');
  try {
    const reason = await server.ended;
    log(`ended: ${reason}`);
  } finally {
    process.off('SIGTERM', end);
    process.off('SIGINT', end);
  }
}

function log(line: string): void {
  console.error(`${new Date().toISOString()} ${line}`);
}
