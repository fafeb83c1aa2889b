import { spawn } from 'node:child_process';
import { closeSync, fstatSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { localSocket } from '../local-socket.ts';
import { exchangeFolder } from './order-log.ts';

export interface EnsureExchangeOptions {
  /** The desk's data folder. */
  readonly directory: string;
  /** The configuration file; the one that comes with the desk when absent. */
  readonly configPath?: string;
  readonly seed?: number;
  readonly speed?: number;
  readonly lingerSeconds?: number;
  /** How long a new exchange may take until it answers. */
  readonly startMs?: number;
}

/** The exchange did not start; the message ends with its last words. */
export class ExchangeStartError extends Error {
  override readonly name = 'ExchangeStartError';
}

const ENTRY = join(import.meta.dirname, '..', 'cli.ts');
const START_MS = 10_000;
const GREETING_MS = 2_000;
const POLL_MS = 25;
const TAIL_CHARS = 2_000;

/**
 * Returns once the exchange of the folder answers. If none does, one is started, in a session of its own: neither the end of this
 * process nor the signals of its terminal reach it.
 * @throws ExchangeStartError when it ends or stays silent.
 */
export async function ensureExchange(options: EnsureExchangeOptions): Promise<void> {
  const path = localSocket(options.directory, 'exchange');
  if (await greets(path)) return;
  mkdirSync(exchangeFolder(options.directory), { recursive: true });
  const outFile = join(exchangeFolder(options.directory), 'exchange.out');
  const out = openSync(outFile, 'a');
  const from = fstatSync(out).size;
  const child = spawn(process.execPath, [ENTRY, 'exchange', ...argumentsOf(options)], {
    detached: true,
    stdio: ['ignore', out, out],
  });
  closeSync(out);
  child.unref();
  let failure: string | undefined;
  child.once('error', (error) => {
    failure = `could not be started: ${error.message}`;
  });
  child.once('exit', (code, signal) => {
    failure ??= `ended with ${signal ?? `code ${code}`}`;
  });
  const startMs = options.startMs ?? START_MS;
  const deadlineMs = performance.now() + startMs;
  while (!(await greets(path))) {
    if (failure === undefined && performance.now() > deadlineMs) {
      child.kill('SIGKILL');
      failure = `did not answer within ${startMs / 1_000} s`;
    }
    if (failure !== undefined) {
      const words = readFileSync(outFile).subarray(from).toString('utf8').trim().slice(-TAIL_CHARS);
      throw new ExchangeStartError(`the exchange ${failure}; ${outFile} says:\n${words}`);
    }
    await sleep(POLL_MS);
  }
}

function argumentsOf({ directory, configPath, seed, speed, lingerSeconds }: EnsureExchangeOptions): string[] {
  const flags = { data: directory, config: configPath, seed, speed, linger: lingerSeconds };
  return Object.entries(flags).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, String(value)]));
}

/** Whether an exchange greets at `path`. It does not attach: the desk that is there stays. */
async function greets(path: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = createConnection(path);
  socket.once('data', () => resolve(true));
  socket.once('error', () => resolve(false));
  socket.once('close', () => resolve(false));
  socket.setTimeout(GREETING_MS, () => resolve(false));
  try {
    return await promise;
  } finally {
    socket.destroy();
  }
}
