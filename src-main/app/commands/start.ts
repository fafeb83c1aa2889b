import { homedir } from 'node:os';
import { join } from 'node:path';
import { SIMULATED } from '../config/traded-instruments.ts';
import type { PaperRunOptions } from '../desk/paper-run.ts';
import { HeadlessDesk } from '../headless.ts';
import { buildWindow } from '../shell/build-window.ts';
import { type BrowserShell, chooseBrowser, chooseShell, describeShell } from '../shell/choose-shell.ts';
import { openBrowser, runElectron } from '../shell/open-window.ts';
import { thisMachine } from '../shell/this-machine.ts';
import { UsageError } from '../usage-error.ts';
import { finish, LIVE_FLAGS, LIVE_USAGE, liveOptions, MAX_PORT, stopRequests, told, tradingWords } from './live-run.ts';
import { parsed, wholeNumber } from './run-options.ts';
import { venueKeys } from './venue-keys.ts';

export const START_USAGE = `desk start [--headless] [--port N] [--data DIR] ${LIVE_USAGE}`;

const MS_PER_SECOND = 1_000;

/** A desk in this process, for browsers. */
interface Serving {
  readonly options: PaperRunOptions;
  readonly renderer: string;
  readonly port: number;
  readonly stops: readonly Promise<string>[];
  readonly json: boolean;
  /** What the window is opened in; null where nothing is opened. */
  readonly shell: BrowserShell | null;
}

/** Trades, with a window on it: in Electron, in a browser, or at the address that is printed. */
export async function start(args: readonly string[]): Promise<void> {
  const flags = {
    ...LIVE_FLAGS,
    headless: { type: 'boolean', default: false },
    port: { type: 'string', default: '0' },
  } as const;
  const { values, positionals } = parsed(args, flags, START_USAGE);
  if (positionals.length > 0) throw new UsageError(`what is '${positionals[0]}'?\nusage: ${START_USAGE}`);
  const { headless, json } = values;
  const port = wholeNumber('--port', values.port, 0, MAX_PORT);
  const options = liveOptions(values, values.data ?? defaultFolder(values.venue));
  const keys = await venueKeys(options.config, values.venue, values.credentials);
  const stops = stopRequests(values);
  const built = await buildWindow(told);
  const serving = { ...{ options: { ...options, keys }, port, stops, json }, renderer: built.renderer };
  if (headless) return serve({ ...serving, shell: null });

  const machine = thisMachine(told);
  // What ends by itself, is read by a program, or holds keys, is done in this process.
  const isHere = json || values.seconds !== undefined || keys.size > 0;
  const shell = isHere
    ? chooseBrowser(machine, '--json, --seconds and keys of venues are not for Electron')
    : await chooseShell(machine);
  console.log(describeShell(shell));
  if (shell.kind !== 'electron') return serve({ ...serving, shell });
  const { told: _, ...desk } = options;
  const run = await runElectron(shell.binary, { desk, ...built, startedAtMs: performance.timeOrigin });
  if (run.hasOpened) {
    process.exitCode = run.exitCode;
    return;
  }
  const browser = chooseBrowser(machine, `Electron showed nothing (${run.fault})`);
  console.log(describeShell(browser));
  return serve({ ...serving, shell: browser });
}

async function serve({ options, renderer, port, stops, json, shell }: Serving): Promise<void> {
  const { directory } = options;
  const painted = (): void => {
    const seconds = (performance.now() / MS_PER_SECOND).toFixed(1);
    told(`The window showed its first profit and loss after ${seconds} s.`);
  };
  const desk = await HeadlessDesk.start({ desk: { ...options, painted }, port, renderer });
  void desk.whenHalted.then(() => told('The desk stopped trading by itself. Ctrl-C ends it.'));
  const address = desk.newAddress();
  // Without a window to open this is the first line: whoever started us reads it.
  console.log(address);
  if (shell !== null) {
    const fault = await openBrowser({ shell, address, directory });
    if (fault !== null && shell.kind !== 'address') console.log(`Open the address above in a browser: ${fault}.`);
    console.log(
      `${tradingWords(options)} Closing the window stops nothing. Enter prints another address, Ctrl-C cancels what is open and stops.`,
    );
  }
  const stopOffering = offerAddresses(desk);
  const reason = await Promise.race(stops);
  stopOffering();
  finish(await desk.stop(reason), json);
}

/**
 * Prints another address for each Enter in a terminal, and for each SIGUSR2: a browser that was closed has lost the way in.
 * @returns what ends it.
 */
function offerAddresses(desk: HeadlessDesk): () => void {
  const print = (): void => console.log(desk.newAddress());
  if (process.platform !== 'win32') process.on('SIGUSR2', print);
  if (process.stdin.isTTY) process.stdin.on('data', print);
  return () => {
    process.off('SIGUSR2', print);
    process.stdin.off('data', print).pause();
  };
}

function defaultFolder(venue: string): string {
  return join(homedir(), '.interlock', venue === SIMULATED ? 'paper' : venue);
}
