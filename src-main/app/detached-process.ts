import { spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface DetachedOptions<T> {
  /** What Node is to run. */
  readonly args: readonly string[];
  /** Takes what it says on stderr, after what is there. */
  readonly log: string;
  /** Takes what it says on stdout, and nothing else; the log does when absent. */
  readonly out?: string;
  /** Asked again and again: what makes it ready; undefined as long as it is not. */
  readonly ready: () => Promise<T | undefined>;
  /** How long it may take. */
  readonly startMs: number;
  readonly pollMs: number;
  /** Makes the error of a start that failed. `failure` ends in what it last said. */
  readonly failed: (failure: string) => Error;
}

const TAIL_CHARS = 2_000;

/**
 * Starts a process in a session of its own: neither the end of this process nor the signals of its terminal reach it.
 * @returns what made it ready, and what ends it. @throws what `failed` makes when it ends or stays silent.
 */
export async function startDetached<T>(options: DetachedOptions<T>): Promise<{ readonly ready: T; end(): void }> {
  const { args, log, out, ready, startMs, pollMs, failed } = options;
  const logFile = openSync(log, 'a');
  const outFile = out === undefined ? logFile : openSync(out, 'w');
  const from = fstatSync(logFile).size;
  const child = spawn(process.execPath, args, { detached: true, stdio: ['ignore', outFile, logFile] });
  for (const file of new Set([outFile, logFile])) closeSync(file);
  child.unref();
  let failure: string | undefined;
  child.once('error', (error) => {
    failure = `could not be started: ${error.message}`;
  });
  child.once('exit', (code, signal) => {
    failure ??= `ended with ${signal ?? `code ${code}`}`;
  });
  const deadlineMs = performance.now() + startMs;
  for (;;) {
    const isReady = await ready();
    if (isReady !== undefined) return { ready: isReady, end: () => void child.kill() };
    if (failure === undefined && performance.now() > deadlineMs) {
      child.kill('SIGKILL');
      failure = `did not answer within ${startMs / 1_000} s`;
    }
    if (failure !== undefined) {
      const words = readFileSync(log).subarray(from).toString('utf8').trim().slice(-TAIL_CHARS);
      throw failed(`${failure}; ${log} says:\n${words}`);
    }
    await sleep(pollMs);
  }
}
