import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ElectronFound } from './choose-shell.ts';

const FETCH_MS = 90_000;
const OVERRIDE = 'ELECTRON_OVERRIDE_DIST_PATH';

export interface FindElectronOptions {
  /** The folder `node_modules`. */
  readonly modules: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Hears that Electron is being fetched. */
  readonly told: (news: string) => void;
  readonly fetchMs?: number;
}

/**
 * Electron's program where it is installed. Its package comes without it: where it is missing it is fetched, once, and where
 * that fails, that is remembered and not tried again.
 */
export async function findElectron(options: FindElectronOptions): Promise<ElectronFound> {
  const { modules, env, told, fetchMs = FETCH_MS } = options;
  const version = versionOf(modules);
  if (version === null) return { absent: 'the package electron is not installed' };
  const installed = installedBinary(options);
  if (installed !== null) return { binary: installed };
  if (env[OVERRIDE]) return { absent: `${OVERRIDE} leads to no Electron` };
  const marker = join(modules, '.interlock-no-electron');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === version) {
    return { absent: `Electron could not be fetched before (delete ${marker} to try again)` };
  }
  told(`Fetching Electron ${version}, once, for at most ${fetchMs / 1_000} s ...`);
  const fault = await fetchElectron(modules, fetchMs);
  const binary = fault === null ? installedBinary(options) : null;
  if (binary !== null) return { binary };
  try {
    writeFileSync(marker, version);
  } catch {
    // Where nothing can be remembered, the next start tries again.
  }
  return { absent: `Electron could not be fetched (${fault ?? 'its installer left no program'})` };
}

function versionOf(modules: string): string | null {
  const manifest = join(modules, 'electron', 'package.json');
  return existsSync(manifest) ? (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version : null;
}

/** As the package itself finds it, which only Electron or its installer may import. */
function installedBinary({ modules, env }: Pick<FindElectronOptions, 'modules' | 'env'>): string | null {
  const folder = join(modules, 'electron');
  const pathFile = join(folder, 'path.txt');
  const name = existsSync(pathFile) ? readFileSync(pathFile, 'utf8') : null;
  const override = env[OVERRIDE];
  if (name === null && !override) return null;
  const binary = join(override || join(folder, 'dist'), name ?? 'electron');
  return existsSync(binary) ? binary : null;
}

/** @returns why it failed, in one line; null where it did not. */
async function fetchElectron(modules: string, limitMs: number): Promise<string | null> {
  const installer = join(modules, 'electron', 'install.js');
  try {
    await promisify(execFile)(process.execPath, [installer], { timeout: limitMs, killSignal: 'SIGKILL' });
    return null;
  } catch (error) {
    const { killed, stderr, message } = error as Error & { readonly killed?: boolean; readonly stderr?: string };
    if (killed) return `it took longer than ${limitMs / 1_000} s`;
    const [said = ''] = (stderr || message).trim().split('\n');
    return said;
  }
}
