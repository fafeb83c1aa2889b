import { mkdirSync, rmSync } from 'node:fs';
import { type DirectoryLock, lockDirectory } from '../../edge/journal/directory-lock.ts';
import { JournalError } from '../../edge/journal/journal-error.ts';
import type { ConfigFile } from '../config/schema.ts';
import { MAX_ENDED_ORDERS, simulatedInstruments } from '../config/simulated-exchange.ts';
import { DeskClock } from '../desk-clock.ts';
import { localSocket } from '../local-socket.ts';
import { ExchangeServer } from './exchange-server.ts';
import { HostedExchange } from './hosted-exchange.ts';
import { exchangeFolder, OrderLog } from './order-log.ts';

export interface HostExchangeOptions {
  /** The desk's data folder. */
  readonly directory: string;
  readonly config: ConfigFile;
  readonly seed: number;
  readonly speed: number;
  readonly lingerMs: number;
  log(line: string): void;
}

/**
 * The exchange of a data folder, listening. Whatever way it ends, the folder is free afterwards.
 * @throws JournalError when another exchange runs on the folder, OrderLogError, ConfigError.
 */
export async function hostExchange(options: HostExchangeOptions): Promise<ExchangeServer> {
  const { directory, config, seed, lingerMs, log } = options;
  const instruments = simulatedInstruments(config);
  const clock = new DeskClock({ speed: options.speed });
  const lock = lockExchange(directory);
  let orders: OrderLog | undefined;
  try {
    orders = OrderLog.open(directory, MAX_ENDED_ORDERS);
    clock.notBefore(orders.lastAt);
    const exchange = new HostedExchange({ config, instruments, seed, startAt: clock.now(), log: orders });
    const path = localSocket(directory, 'exchange');
    // Whoever listened there is dead: this process holds the folder. (A pipe of Windows leaves no file.)
    if (process.platform !== 'win32') rmSync(path, { force: true });
    const server = await ExchangeServer.listen({ path, exchange, instruments, clock, lingerMs, log });
    const free = () => {
      orders?.close();
      lock.release();
    };
    server.ended.then(free, free);
    return server;
  } catch (error) {
    orders?.close();
    lock.release();
    throw error;
  }
}

function lockExchange(directory: string): DirectoryLock {
  const folder = exchangeFolder(directory);
  mkdirSync(folder, { recursive: true });
  try {
    return lockDirectory(folder);
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    throw new JournalError({
      ...error.fault,
      problem: 'another exchange is running on this folder',
      remedy: 'End that one first, or use a folder of its own (--data)',
    });
  }
}
