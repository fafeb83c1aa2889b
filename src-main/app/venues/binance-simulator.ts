import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { ApiKey, Endpoints } from '../../edge/venues/binance-usdm/endpoints.ts';
import { VenueError } from '../../edge/venues/venue.ts';
import { startDetached } from '../detached-process.ts';

export interface BinanceSimulatorOptions {
  /** The desk's data folder: the simulator keeps its account in it. */
  readonly directory: string;
  readonly seed: number;
  /** How long it stays without anyone connected. */
  readonly lingerSeconds?: number;
  /** A file of faults to make. */
  readonly faults?: string;
  readonly startMs?: number;
}

export interface BinanceSimulator {
  readonly endpoints: Endpoints;
  readonly apiKey: ApiKey;
  /** Ends it, if this process has started it. */
  end(): void;
}

const ENTRY = join(import.meta.dirname, '..', '..', '..', 'e2e', 'simulators', 'main.ts');
const LINGER_SECONDS = 600;
const START_MS = 15_000;
const PING_MS = 1_000;
const POLL_MS = 50;
const KEY_BYTES = 32;

const addressSchema = z.object({ rest: z.string(), streams: z.string(), orders: z.string() });
const keySchema = z.object({ key: z.string(), secret: z.string() });

/** Where a simulated venue's process keeps what belongs to it. */
export function simulatorFolder(directory: string): string {
  return join(directory, 'binance-usdm-sim');
}

/**
 * Returns once the simulated venue of the folder answers. If none does, one is started, in a session of its own: it outlives this
 * desk as a real venue would.
 * @throws VenueError when it ends or stays silent.
 */
export async function ensureBinanceSimulator(options: BinanceSimulatorOptions): Promise<BinanceSimulator> {
  const folder = simulatorFolder(options.directory);
  mkdirSync(folder, { recursive: true });
  const apiKey = simulatedKey(folder);
  const there = await running(folder);
  return there === undefined ? { apiKey, ...(await started(folder, options)) } : { apiKey, endpoints: there, end() {} };
}

/** The key of an account that holds no money; it outlives the desk with that account. */
function simulatedKey(folder: string): ApiKey {
  const file = keyFile(folder);
  const known = readJson(file, keySchema);
  if (known !== undefined) return known;
  const made = { key: randomBytes(KEY_BYTES).toString('hex'), secret: randomBytes(KEY_BYTES).toString('hex') };
  writeFileSync(file, JSON.stringify(made), { mode: 0o600 });
  return made;
}

async function running(folder: string): Promise<Endpoints | undefined> {
  const endpoints = readJson(addressFile(folder), addressSchema);
  return endpoints !== undefined && (await answers(endpoints)) ? endpoints : undefined;
}

async function started(folder: string, options: BinanceSimulatorOptions): Promise<Omit<BinanceSimulator, 'apiKey'>> {
  rmSync(addressFile(folder), { force: true });
  const out = join(folder, 'simulator.out');
  const { ready: endpoints, end } = await startDetached({
    ...{ args: [ENTRY, ...argumentsOf(folder, options)], log: join(folder, 'simulator.err'), out },
    ready: async () => {
      const said = readJson(out, addressSchema);
      return said !== undefined && (await answers(said)) ? said : undefined;
    },
    startMs: options.startMs ?? START_MS,
    pollMs: POLL_MS,
    failed: (failure) => new VenueError(`the simulated Binance ${failure}`),
  });
  const unfinished = `${addressFile(folder)}.next`;
  writeFileSync(unfinished, JSON.stringify(endpoints));
  renameSync(unfinished, addressFile(folder));
  return { endpoints, end };
}

function argumentsOf(
  folder: string,
  { seed, lingerSeconds = LINGER_SECONDS, faults }: BinanceSimulatorOptions,
): string[] {
  const flags = { state: folder, 'key-file': keyFile(folder), seed, linger: lingerSeconds, faults };
  const given = Object.entries(flags).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, `${value}`],
  );
  return ['binance-usdm', ...given];
}

async function answers({ rest }: Endpoints): Promise<boolean> {
  try {
    const response = await fetch(`${rest}/fapi/v1/ping`, { signal: AbortSignal.timeout(PING_MS) });
    return response.ok;
  } catch {
    return false;
  }
}

/** The first line of a file, where it is there and says what is expected. */
function readJson<T>(file: string, schema: z.ZodType<T>): T | undefined {
  try {
    const [line = ''] = readFileSync(file, 'utf8').split('\n');
    return schema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}

function keyFile(folder: string): string {
  return join(folder, 'key.json');
}

function addressFile(folder: string): string {
  return join(folder, 'address.json');
}
