import { spawn } from 'node:child_process';
import { resolve as absolute, join } from 'node:path';
import type { BrowserShell } from './choose-shell.ts';
import { LAUNCH_VARIABLE, type Launch, writeLaunch } from './launch.ts';

const ELECTRON_ENTRY = join(import.meta.dirname, '..', 'electron.ts');
/** A browser that is still there by then, or has ended well, is taken to have opened the window. */
const BROWSER_WAIT_MS = 1_500;

/** How a window in Electron ended. */
export interface ElectronRun {
  /** False: it could not show anything, and never had a desk. `fault` says why. */
  readonly hasOpened: boolean;
  readonly exitCode: number;
  readonly fault: string;
}

/**
 * Runs the desk and its window in Electron, until both have ended. An interrupt meanwhile is Electron's: this process waits for it.
 * @param entry for tests: what Electron runs.
 */
export function runElectron(binary: string, launch: Launch, entry: string = ELECTRON_ENTRY): Promise<ElectronRun> {
  // Set, it would make Electron a mere Node.
  const env = { ...process.env, [LAUNCH_VARIABLE]: writeLaunch(launch), ELECTRON_RUN_AS_NODE: undefined };
  const child = spawn(binary, [entry], { env, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  // A terminal sends its interrupt to both. Whoever ends us alone means the desk.
  const ignore = (): void => {};
  const pass = (signal: NodeJS.Signals): void => void child.kill(signal);
  process.on('SIGINT', ignore);
  process.on('SIGTERM', pass);
  process.on('SIGHUP', pass);
  return new Promise<ElectronRun>((resolve) => {
    let isOpen = false;
    child.once('message', () => {
      isOpen = true;
    });
    child.once('error', ({ message }) =>
      resolve({ hasOpened: false, exitCode: 1, fault: `it does not start: ${message}` }),
    );
    child.once('exit', (code, signal) => {
      const fault = `it ended with ${signal ?? `code ${code}`}`;
      resolve({ hasOpened: isOpen || code === 0, exitCode: code ?? 1, fault });
    });
  }).finally(() => {
    process.off('SIGINT', ignore);
    process.off('SIGTERM', pass);
    process.off('SIGHUP', pass);
  });
}

export interface OpenBrowserOptions {
  readonly shell: BrowserShell;
  /** Lets one browser in, once. */
  readonly address: string;
  /** Of the desk: a window of its own keeps its browser profile there. */
  readonly directory: string;
  readonly waitMs?: number;
}

/**
 * Opens the window as `shell` says; the browser outlives this process.
 * @returns null when it is open as far as anybody can tell, else in words why it is not: the address is then for the person to open.
 */
export async function openBrowser({
  shell,
  address,
  directory,
  waitMs = BROWSER_WAIT_MS,
}: OpenBrowserOptions): Promise<string | null> {
  if (shell.kind === 'address') return shell.why;
  const [program = '', ...args] =
    shell.kind === 'app-mode' ? [shell.browser, ...appModeArguments(address, directory)] : [...shell.command, address];
  const child = spawn(program, args, { detached: true, stdio: 'ignore' });
  child.unref();
  const { promise, resolve } = Promise.withResolvers<string | null>();
  const timer = setTimeout(() => resolve(null), waitMs);
  child.once('error', ({ message }) => resolve(`${program} does not start: ${message}`));
  child.once('exit', (code, signal) =>
    resolve(code === 0 ? null : `${program} ended with ${signal ?? `code ${code}`}`),
  );
  return promise.finally(() => clearTimeout(timer));
}

function appModeArguments(address: string, directory: string): string[] {
  const profile = join(absolute(directory), 'browser-profile');
  return [`--app=${address}`, `--user-data-dir=${profile}`, '--no-first-run', '--no-default-browser-check'];
}
