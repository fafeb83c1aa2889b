import { DecimalError } from '../../src-shared/domain/decimal.ts';
import { InstrumentError } from '../../src-shared/domain/instrument.ts';
import { LimitsError } from '../core/execution/limits.ts';
import { JournalError } from '../edge/journal/journal-error.ts';
import { SwitchPortError } from '../edge/killswitch/switch-port.ts';
import { OperatorsError } from '../edge/operators/registry.ts';
import { NotARecordingError } from '../edge/recordings/recording.ts';
import { MetricsServerError } from '../edge/telemetry/metrics-server.ts';
import { TickError } from '../edge/ticks/tick-error.ts';
import { VaultError } from '../edge/vault/vault-error.ts';
import { LinkError } from '../edge/venues/simulated-exchange-link.ts';
import { VenueError } from '../edge/venues/venue.ts';
import { StaticFilesError } from '../edge/window/static-files.ts';
import { WebServerError } from '../edge/window/web-server.ts';
import { CREDENTIALS_USAGE, credentials } from './commands/credentials.ts';
import { EXCHANGE_USAGE, exchange } from './commands/exchange.ts';
import { JOURNAL_USAGE, journal } from './commands/journal.ts';
import { METRICS_USAGE, MetricsUnavailableError, metrics } from './commands/metrics.ts';
import { REPLAY_USAGE, replay } from './commands/replay.ts';
import { RUN_USAGE, run } from './commands/run.ts';
import { SIMULATE_USAGE, simulate } from './commands/simulate.ts';
import { SIMULATE_VENUE_USAGE, simulateVenue } from './commands/simulate-venue.ts';
import { START_USAGE, start } from './commands/start.ts';
import { killSwitch, SWITCH_COMMAND_USAGE } from './commands/switch.ts';
import { VENUES_USAGE, venues } from './commands/venues.ts';
import { ConfigError } from './config/load.ts';
import { OrderLogError } from './exchange/order-log.ts';
import { ExchangeStartError } from './exchange/spawn-exchange.ts';
import { KillSwitchError } from './guard/switch-files.ts';
import { WindowBuildError } from './shell/build-window.ts';
import { UsageError } from './usage-error.ts';

const USAGE = `usage:
  npm run --silent desk -- COMMAND

commands:
  ${REPLAY_USAGE.replace('desk ', '')}
      runs recorded markets through the whole desk
  ${SIMULATE_USAGE.replace('desk ', '')}
      runs the desk in a closed market with generated order flow
  ${RUN_USAGE.replace('desk ', '')}
      trades on paper until it is stopped, and goes on where it stopped
  ${METRICS_USAGE.replace('desk ', '')}
      prints what a running desk measures
  ${JOURNAL_USAGE.replace('desk ', '')}
      --check verifies the chain, the ledger and the positions; --replay makes every fact once more and compares
  ${EXCHANGE_USAGE.replace('desk ', '')}
      the simulated exchange that 'run' starts for itself
  ${VENUES_USAGE.replace('desk ', '')}
      checks that every venue's adapter does what a venue has to do
  ${SIMULATE_VENUE_USAGE.replace('desk ', '')}
      a venue as it is on the wire, with a generated market behind, and faults on demand
  ${CREDENTIALS_USAGE.replace('desk ', '')}
      keeps the keys of venues in an encrypted file
  ${SWITCH_COMMAND_USAGE.replace('desk ', '')}
      pairs the hardware kill switch, shows it, tries it with your hands, prints its trips from the journal
  ${START_USAGE.replace('desk ', '')}
      the same with a window, as npm start does; --headless prints the window's address and opens nothing
  help
      this text`;

const COMMANDS: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  replay,
  run,
  metrics,
  journal,
  exchange,
  simulate,
  'simulate-venue': simulateVenue,
  venues,
  credentials,
  switch: killSwitch,
  start,
  help,
};

async function help(): Promise<void> {
  console.log(USAGE);
}

/** Errors that a person can mend: told without a stack. */
const MENDABLE = [
  ConfigError,
  NotARecordingError,
  InstrumentError,
  LimitsError,
  DecimalError,
  JournalError,
  TickError,
  LinkError,
  ExchangeStartError,
  OrderLogError,
  MetricsServerError,
  MetricsUnavailableError,
  OperatorsError,
  StaticFilesError,
  WebServerError,
  WindowBuildError,
  VaultError,
  VenueError,
  KillSwitchError,
  SwitchPortError,
];

async function main([name = 'help', ...args]: readonly string[]): Promise<void> {
  if ([name, ...args].some((arg) => arg === '--help' || arg === '-h')) return help();
  if (name.startsWith('-')) throw new UsageError(`the command comes first, before '${name}'\n${USAGE}`);
  const command = COMMANDS[name];
  if (!command) throw new UsageError(`there is no command '${name}'\n${USAGE}`);
  await command(args);
}

function exitCodeOf(error: unknown): number {
  const { code } = error as { code?: unknown };
  if (error instanceof UsageError) {
    console.error(error.message);
    return 2;
  }
  const isHost = typeof code === 'string' && /^E[A-Z]+$/.test(code);
  if (isHost || MENDABLE.some((kind) => error instanceof kind)) console.error((error as Error).message);
  else console.error(error);
  return 1;
}

/** Runs one command; what goes wrong is told, and becomes the process's exit code. */
export async function commandLine(args: readonly string[]): Promise<void> {
  try {
    await main(args);
  } catch (error) {
    process.exitCode = exitCodeOf(error);
  }
}
