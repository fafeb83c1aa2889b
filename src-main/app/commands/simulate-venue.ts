import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { UsageError } from '../usage-error.ts';
import { oneOf, parsed, wholeNumber } from './run-options.ts';

export const SIMULATE_VENUE_USAGE =
  'desk simulate-venue binance-usdm [--port N] [--faults FILE] [--seed N] [--state DIR] [--linger SECONDS] [--key-file FILE] [--intensity N]';

const FLAGS = {
  port: { type: 'string', default: '0' },
  faults: { type: 'string' },
  seed: { type: 'string', default: '1' },
  state: { type: 'string' },
  linger: { type: 'string' },
  'key-file': { type: 'string' },
  intensity: { type: 'string', default: '1' },
} as const;

const VENUES = ['binance-usdm'] as const;
const MAX_PORT = 65_535;
/** Node's timers take no longer delay. */
const MAX_LINGER_SECONDS = 2_000_000;
const MAX_INTENSITY = 1_000;
const MS_PER_SECOND = 1_000;

/** The simulator is for tests and trials, so it lies with them: no floor of the desk may import it. */
const ENTRY = join(import.meta.dirname, '..', '..', '..', 'e2e', 'simulators', 'main.ts');

export interface SimulateVenueOptions {
  /** 0: any free one. */
  readonly port: number;
  readonly faultsFile: string | null;
  readonly seed: number;
  readonly stateDirectory: string | null;
  /** How long it stays when nobody is connected; null: until it is ended. */
  readonly lingerMs: number | null;
  readonly keyFile: string | null;
  /** How many times busier than the recorded market. */
  readonly intensity: number;
}

/** @throws UsageError naming what makes no sense. */
export function simulateVenueOptions(args: readonly string[]): SimulateVenueOptions {
  const { values, positionals } = parsed(args, FLAGS, SIMULATE_VENUE_USAGE);
  const [venue, ...rest] = positionals;
  if (venue === undefined) throw new UsageError(`which venue?\nusage: ${SIMULATE_VENUE_USAGE}`);
  oneOf('the venue', VENUES, venue);
  if (rest.length > 0) throw new UsageError(`what is '${rest[0]}'?\nusage: ${SIMULATE_VENUE_USAGE}`);
  return {
    port: wholeNumber('--port', values.port, 0, MAX_PORT),
    faultsFile: values.faults ?? null,
    seed: wholeNumber('--seed', values.seed, 0),
    stateDirectory: values.state ?? null,
    lingerMs:
      values.linger === undefined
        ? null
        : wholeNumber('--linger', values.linger, 1, MAX_LINGER_SECONDS) * MS_PER_SECOND,
    keyFile: values['key-file'] ?? null,
    intensity: wholeNumber('--intensity', values.intensity, 1, MAX_INTENSITY),
  };
}

/**
 * Runs a simulated venue in a process of its own until it ends, or a signal comes. Its first line is JSON: where it listens, and the
 * key to sign with. @throws UsageError.
 */
export async function simulateVenue(args: readonly string[]): Promise<void> {
  simulateVenueOptions(args);
  const child = spawn(process.execPath, [ENTRY, ...args], { stdio: 'inherit' });
  const pass = (signal: NodeJS.Signals) => void child.kill(signal);
  process.on('SIGTERM', pass);
  process.on('SIGINT', pass);
  try {
    const [code]: (number | null)[] = await once(child, 'exit');
    process.exitCode = code ?? 1;
  } finally {
    process.off('SIGTERM', pass);
    process.off('SIGINT', pass);
  }
}
