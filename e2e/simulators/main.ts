/** The process behind `desk simulate-venue`: a simulated venue on real sockets of this machine. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { simulateVenueOptions } from '../../src-main/app/commands/simulate-venue.ts';
import { UsageError } from '../../src-main/app/usage-error.ts';
import { FaultError, readFaults } from './binance-usdm/fault-rules.ts';
import { HttpServer } from './binance-usdm/http-server.ts';
import { VenueLogError } from './binance-usdm/log.ts';
import type { ApiKeyPair } from './binance-usdm/security.ts';
import { Simulator } from './binance-usdm/simulator.ts';

z.config({ jitless: true });

/** Errors that a person can mend: told without a stack. */
const MENDABLE = [UsageError, FaultError, VenueLogError];
const KEY_BYTES = 32;
const keySchema = z.strictObject({ key: z.string().min(1), secret: z.string().min(1) });

function keysOf(file: string | null): ApiKeyPair {
  if (file === null) {
    const word = () => randomBytes(KEY_BYTES).toString('hex');
    return { key: word(), secret: word() };
  }
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`--key-file: ${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? error})`);
  }
  try {
    return keySchema.parse(JSON.parse(text));
  } catch {
    throw new UsageError(`--key-file: ${file} is to hold {"key": "…", "secret": "…"}`);
  }
}

async function main(args: readonly string[]): Promise<void> {
  const options = simulateVenueOptions(args);
  const keys = keysOf(options.keyFile);
  const faults = options.faultsFile === null ? [] : readFaults(options.faultsFile);
  const { seed, stateDirectory } = options;
  const simulator = new Simulator({ keys, seed, faults, stateDirectory, intensity: options.intensity });
  const server = await HttpServer.start(simulator, options.port, options.lingerMs);
  simulator.start();
  const { promise: signalled, resolve } = Promise.withResolvers<void>();
  process.once('SIGTERM', resolve);
  process.once('SIGINT', resolve);
  const host = `127.0.0.1:${server.port}`;
  const addresses = { rest: `http://${host}`, streams: `ws://${host}`, orders: `ws://${host}/ws-fapi/v1` };
  const secret = options.keyFile === null ? { secret: keys.secret } : {};
  console.log(JSON.stringify({ ...addresses, apiKey: keys.key, ...secret }));
  await Promise.race([signalled, server.abandoned]);
  simulator.stop();
  await server.close();
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const { code } = error as { code?: unknown };
  const isHost = typeof code === 'string' && /^E[A-Z]+$/.test(code);
  console.error(isHost || MENDABLE.some((kind) => error instanceof kind) ? (error as Error).message : error);
  process.exit(error instanceof UsageError ? 2 : 1);
});
