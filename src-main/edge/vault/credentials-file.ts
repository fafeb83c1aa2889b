import '../../../src-shared/contract/jitless.ts';
import {
  closeSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { EnvelopeError, seal, unseal } from './envelope.ts';
import { VaultError } from './vault-error.ts';
import { VenueKey } from './venue-key.ts';

/** By the venue's name at this desk. */
export type Credentials = ReadonlyMap<string, VenueKey>;

const OWNER_ONLY = 0o600;
const OWNER_ONLY_FOLDER = 0o700;
const OTHERS = 0o077;

const contentsSchema = z.record(z.string(), z.strictObject({ key: z.string(), secret: z.string() }));

const EXPLAINED: Readonly<Record<EnvelopeError['fault'], string>> = {
  cut: 'it ends too early, as after a full disk. Put back a copy of it, or remove it and set the credentials anew',
  damaged: 'it is damaged. Put back a copy of it, or remove it and set the credentials anew',
  newer: 'a newer version of this program wrote it. Use that one',
  passphrase: 'the passphrase is wrong (or somebody altered the file on purpose). Try again',
};

/** Whether there is a file to open. */
export function hasCredentials(file: string): boolean {
  const descriptor = openIfThere(file);
  if (descriptor !== null) closeSync(descriptor);
  return descriptor !== null;
}

/** To be known before anybody types a passphrase. @throws VaultError when it is not there, or others may read or change it. */
export function assertOwnCredentials(file: string): void {
  readOwn(file);
}

/** @throws VaultError when it is not there, others may read it, it is cut or damaged, or `passphrase` does not open it. */
export async function readCredentials(file: string, passphrase: string): Promise<Credentials> {
  const text = readOwn(file);
  try {
    const contents = contentsSchema.parse(JSON.parse(await unseal(text, passphrase)));
    return new Map(Object.entries(contents).map(([venue, { key, secret }]) => [venue, new VenueKey(key, secret)]));
  } catch (error) {
    // Whatever else went wrong could quote what was read.
    const fault = error instanceof EnvelopeError ? error.fault : 'damaged';
    throw new VaultError(`${file}: ${EXPLAINED[fault]}`);
  }
}

/** Replaces the file in one act: a crash leaves the old one or the new one. Only its owner may read it. */
export async function writeCredentials(file: string, passphrase: string, credentials: Credentials): Promise<void> {
  const contents = [...credentials].map(([venue, { key, secret }]) => [venue, { key, secret }]);
  const text = await seal(JSON.stringify(Object.fromEntries(contents)), passphrase);
  mkdirSync(dirname(file), { recursive: true, mode: OWNER_ONLY_FOLDER });
  const next = `${file}.next`;
  // One that a crash left behind may belong to others: it must not lend its rights to the new one.
  rmSync(next, { force: true });
  const descriptor = openSync(next, 'wx', OWNER_ONLY);
  try {
    writeSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(next, file);
}

function readOwn(file: string): string {
  const descriptor = openIfThere(file);
  if (descriptor === null) {
    throw new VaultError(`${file}: there are no credentials here. Store them with: desk credentials set VENUE`);
  }
  try {
    const mode = fstatSync(descriptor).mode & 0o777;
    if (process.platform !== 'win32' && (mode & OTHERS) !== 0) {
      throw new VaultError(
        `${file}: others may read or change it (mode ${mode.toString(8)}). If that is a mistake: chmod 600 '${file}'. If others had it, give the venue's key back and make a new one`,
      );
    }
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}

function openIfThere(file: string): number | null {
  try {
    return openSync(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new VaultError(
      `${file}: it cannot be opened (${(error as NodeJS.ErrnoException).code}). Check its owner and rights`,
    );
  }
}
