import { homedir } from 'node:os';
import { join } from 'node:path';
import {
  assertOwnCredentials,
  hasCredentials,
  readCredentials,
  writeCredentials,
} from '../../edge/vault/credentials-file.ts';
import { VaultError } from '../../edge/vault/vault-error.ts';
import { VenueKey } from '../../edge/vault/venue-key.ts';
import { UsageError } from '../usage-error.ts';
import { HiddenLines, type SecretInput, standardInput } from './hidden-lines.ts';
import { parsed } from './run-options.ts';

export const CREDENTIALS_USAGE = 'desk credentials set VENUE|list|remove VENUE [--file FILE]';

const VENUE_NAME = /^[a-z0-9][a-z0-9-]{0,39}$/;
/** Printable ASCII: what belongs in a header and in a query. */
const PLAIN_TEXT = /^[\x21-\x7e]+$/;
const MIN_PASSPHRASE_CHARS = 8;

export function defaultCredentialsFile(): string {
  return join(homedir(), '.interlock', 'credentials');
}

/**
 * Keeps the keys of venues in an encrypted file. Passphrase, key and secret are typed without echo or, where nobody sits at a
 * terminal, are the lines of the standard input in this order: an argument could be read in the list of processes.
 */
export async function credentials(args: readonly string[], input: SecretInput = standardInput()): Promise<void> {
  const { values, positionals } = parsed(args, { file: { type: 'string' } } as const, CREDENTIALS_USAGE);
  const { action, venue } = checkedAct(positionals);
  const file = values.file ?? defaultCredentialsFile();
  const lines = new HiddenLines(input);
  try {
    if (action === 'set') await set(file, venue, lines);
    else if (action === 'remove') await remove(file, venue, lines);
    else await list(file, lines);
  } finally {
    lines.close();
  }
}

function checkedAct([action, venue, ...more]: readonly string[]): { readonly action: string; readonly venue: string } {
  const fail = (what: string): never => {
    throw new UsageError(`${what}\nusage: ${CREDENTIALS_USAGE}`);
  };
  if (action === 'list' && venue === undefined) return { action, venue: '' };
  if (action !== 'set' && action !== 'remove') return fail('set, list or remove?');
  if (venue === undefined) return fail('the credentials of which venue?');
  if (!VENUE_NAME.test(venue)) return fail('a venue is called like binance-usdm');
  // Not quoted: it may well be the key.
  if (more.length > 0) return fail('the key and its secret are asked for, and never an argument');
  return { action, venue };
}

async function set(file: string, venue: string, lines: HiddenLines): Promise<void> {
  const isNew = !hasCredentials(file);
  if (!isNew) assertOwnCredentials(file);
  const passphrase = isNew ? await newPassphrase(lines) : await lines.next('passphrase');
  // Opened before anything else is asked: a wrong passphrase must not cost a typed secret.
  const stored = isNew ? new Map<string, VenueKey>() : await readCredentials(file, passphrase);
  const key = plainText('key', await lines.next('key'));
  const secret = plainText('secret', await lines.next('secret'));
  await writeCredentials(file, passphrase, new Map([...stored, [venue, new VenueKey(key, secret)]]));
  console.log(`${venue}: ${stored.has(venue) ? 'replaced' : 'stored'} in ${file}`);
}

async function newPassphrase(lines: HiddenLines): Promise<string> {
  const passphrase = await lines.next('new passphrase');
  if (passphrase.length < MIN_PASSPHRASE_CHARS) {
    throw new UsageError(`the passphrase needs ${MIN_PASSPHRASE_CHARS} characters, better several words`);
  }
  if (lines.isTerminal && (await lines.next('the same again')) !== passphrase) {
    throw new UsageError('that was another passphrase: nothing was stored');
  }
  return passphrase;
}

async function remove(file: string, venue: string, lines: HiddenLines): Promise<void> {
  assertOwnCredentials(file);
  const passphrase = await lines.next('passphrase');
  const left = new Map(await readCredentials(file, passphrase));
  if (!left.delete(venue))
    throw new VaultError(`${file}: there are no credentials of ${venue}. See: desk credentials list`);
  await writeCredentials(file, passphrase, left);
  console.log(`${venue}: removed from ${file}`);
}

async function list(file: string, lines: HiddenLines): Promise<void> {
  assertOwnCredentials(file);
  const stored = await readCredentials(file, await lines.next('passphrase'));
  console.log(stored.size === 0 ? 'no credentials' : [...stored.keys()].sort().join('\n'));
}

function plainText(what: string, text: string): string {
  if (!PLAIN_TEXT.test(text))
    throw new UsageError(`the ${what} has spaces or characters that no venue uses: copy it again`);
  return text;
}
