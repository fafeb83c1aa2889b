import { mkdirSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { startDetached } from '../detached-process.ts';
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

/**
 * Returns once the exchange of the folder answers. If none does, one is started, in a session of its own: neither the end of this
 * process nor the signals of its terminal reach it.
 * @throws ExchangeStartError when it ends or stays silent.
 */
export async function ensureExchange(options: EnsureExchangeOptions): Promise<void> {
  const path = localSocket(options.directory, 'exchange');
  if (await greets(path)) return;
  const folder = exchangeFolder(options.directory);
  mkdirSync(folder, { recursive: true });
  await startDetached({
    args: [ENTRY, 'exchange', ...argumentsOf(options)],
    log: join(folder, 'exchange.out'),
    ready: async () => (await greets(path)) || undefined,
    startMs: options.startMs ?? START_MS,
    pollMs: POLL_MS,
    failed: (failure) => new ExchangeStartError(`the exchange ${failure}`),
  });
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
