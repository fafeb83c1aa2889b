/**
 * Where recorded market data lies: too large for the repository, so in a folder beside the checkout, or where
 * INTERLOCK_RECORDINGS says. Tests use `recordings.ts`; benchmarks, which run without a test runner, use this file.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

const repository = join(import.meta.dirname, '..', '..');

export const recordingsFolder = resolve(repository, process.env.INTERLOCK_RECORDINGS ?? '../shared/data');

export const hasRecordings =
  existsSync(recordingsFolder) && readdirSync(recordingsFolder).some((name) => name.endsWith('.gz'));

/** The path of a recording, such as `binance-spot-btcusdt-20240808.gz`. */
export function recording(name: string): string {
  return join(recordingsFolder, name);
}
