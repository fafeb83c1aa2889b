import { UsageError } from '../usage-error.ts';
import { BINANCE_UNDER_TEST } from '../venues/conformance/binance-usdm.ts';
import { checkVenue, type VenueVerdict } from '../venues/conformance/run-checks.ts';
import { SIMULATED_UNDER_TEST } from '../venues/conformance/simulated.ts';
import { parsed, wholeNumber } from './run-options.ts';

export const VENUES_USAGE = 'desk venues check [--venue NAME] [--seed N] [--json]';

const UNDER_TEST = [SIMULATED_UNDER_TEST, BINANCE_UNDER_TEST];
const FLAGS = {
  venue: { type: 'string' },
  seed: { type: 'string', default: '1' },
  json: { type: 'boolean', default: false },
} as const;

/** Checks that every adapter does what a venue has to do, against a simulated venue on the wire. Exit code 1 when one does not. */
export async function venues(args: readonly string[]): Promise<void> {
  const { values, positionals } = parsed(args, FLAGS, VENUES_USAGE);
  if (positionals.length !== 1 || positionals[0] !== 'check') throw new UsageError(`usage: ${VENUES_USAGE}`);
  const seed = wholeNumber('--seed', values.seed, 0);
  const chosen = UNDER_TEST.filter(({ name }) => values.venue === undefined || values.venue === name);
  if (chosen.length === 0) {
    throw new UsageError(`--venue is one of ${UNDER_TEST.map(({ name }) => name).join(', ')}, not '${values.venue}'`);
  }
  const verdicts: VenueVerdict[] = [];
  for (const venue of chosen) verdicts.push(await checkVenue(venue, seed));
  console.log(values.json ? JSON.stringify(verdicts) : verdicts.map(describe).join('\n\n'));
  if (!verdicts.every(({ ok }) => ok)) process.exitCode = 1;
}

function describe({ venue, ok, checks }: VenueVerdict): string {
  const lines = checks.map((check) => `  ${check.ok ? 'ok  ' : 'FAIL'} ${check.name}: ${check.detail}`);
  return [`${venue}: ${ok ? 'conforms' : 'DOES NOT CONFORM'}`, ...lines].join('\n');
}
