import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SIPHASH_KEY_BYTES } from '../../edge/killswitch/siphash.ts';

/** No switch can be used; the message says why, and what to do. */
export class KillSwitchError extends Error {
  override readonly name = 'KillSwitchError';
}

const OWNER_ONLY = 0o600;

/** Where a data folder keeps what its switches share with it. */
export function switchFolder(directory: string): string {
  return join(directory, 'switch');
}

/** @returns null when the folder has none: nothing was paired. @throws KillSwitchError when it is no key. */
export function readSwitchKey(directory: string): Uint8Array | null {
  return readKey(keyFile(directory));
}

/** A new key, which was never there. @throws KillSwitchError when there is one: a key is written once. */
export function makeSwitchKey(directory: string): Uint8Array {
  const file = keyFile(directory);
  mkdirSync(switchFolder(directory), { recursive: true });
  const key = randomBytes(SIPHASH_KEY_BYTES);
  try {
    writeFileSync(file, key.toString('hex'), { mode: OWNER_ONLY, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new KillSwitchError(`${file} is there already: move it away before another switch is paired`);
  }
  return key;
}

/** Takes back a key that no switch has. */
export function removeSwitchKey(directory: string): void {
  rmSync(keyFile(directory), { force: true });
}

/** The key of the folder's emulated switch, made when there is none. */
export function emulatedKey(directory: string): Uint8Array {
  const file = join(switchFolder(directory), 'emulated-key');
  const known = readKey(file);
  if (known !== null) return known;
  mkdirSync(switchFolder(directory), { recursive: true });
  const key = randomBytes(SIPHASH_KEY_BYTES);
  writeFileSync(file, key.toString('hex'), { mode: OWNER_ONLY });
  return key;
}

function keyFile(directory: string): string {
  return join(switchFolder(directory), 'key');
}

function readKey(file: string): Uint8Array | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const key = Buffer.from(text, 'hex');
  if (key.length === SIPHASH_KEY_BYTES && key.toString('hex') === text) return key;
  throw new KillSwitchError(`${file} is no key of ${SIPHASH_KEY_BYTES} bytes in hexadecimal: restore it, or pair anew`);
}
