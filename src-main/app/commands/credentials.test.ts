import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readCredentials } from '../../edge/vault/credentials-file.ts';
import { credentials } from './credentials.ts';
import type { SecretInput } from './hidden-lines.ts';

const PASSPHRASE = 'correct horse battery';
const [KEY, SECRET] = ['pub-4711', 'sec-0815'];

let folder: string;
let file: string;
let printed: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'credentials-'));
  file = join(folder, 'credentials');
  printed = [];
  vi.spyOn(console, 'log').mockImplementation((line) => printed.push(String(line)));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

/** What a person types, or a program pipes in. */
function typed(lines: readonly string[], isTerminal = false): SecretInput {
  const stream = new PassThrough();
  stream.end(lines.map((line) => `${line}\n`).join(''));
  return { stream, isTerminal, say: (text) => printed.push(text) };
}

function run(args: readonly string[], lines: readonly string[], isTerminal = false): Promise<void> {
  return credentials([...args, '--file', file], typed(lines, isTerminal));
}

async function complaint(attempt: Promise<void>): Promise<string> {
  const error = await attempt.then(
    () => new Error('not refused'),
    (caught: unknown) => caught,
  );
  return (error as Error).message;
}

describe('desk credentials', () => {
  it('stores, lists, replaces and removes what it is piped, and prints nothing of it', async () => {
    await run(['set', 'binance-usdm'], [PASSPHRASE, KEY, SECRET]);
    await run(['set', 'kraken'], [PASSPHRASE, 'k2', 's2']);
    await run(['list'], [PASSPHRASE]);
    expect(printed.pop()).toBe('binance-usdm\nkraken');
    await run(['set', 'kraken'], [PASSPHRASE, 'k3', 's3']);
    expect(printed.pop()).toBe(`kraken: replaced in ${file}`);
    const stored = await readCredentials(file, PASSPHRASE);
    expect(stored.get('kraken')).toMatchObject({ key: 'k3', secret: 's3' });
    expect(stored.get('binance-usdm')).toMatchObject({ key: KEY, secret: SECRET });
    await run(['remove', 'kraken'], [PASSPHRASE]);
    expect([...(await readCredentials(file, PASSPHRASE)).keys()]).toEqual(['binance-usdm']);
    for (const text of printed) expect(text).not.toMatch(/4711|0815|horse/);
  });

  it('asks in a terminal, twice for a new passphrase, and shows nothing of what is typed', async () => {
    await run(['set', 'binance-usdm'], [PASSPHRASE, PASSPHRASE, KEY, SECRET], true);
    const shown = printed.join('');
    expect(shown).toContain('new passphrase: \nthe same again: \nkey: \nsecret: \n');
    expect(shown).not.toMatch(/4711|0815|horse/);
    expect((await readCredentials(file, PASSPHRASE)).get('binance-usdm')?.key).toBe(KEY);
  });

  it('stores nothing when the second passphrase is another one, or the input ends', async () => {
    expect(await complaint(run(['set', 'x'], [PASSPHRASE, `${PASSPHRASE}!`, KEY], true))).toMatch(/another passphrase/);
    expect(await complaint(run(['set', 'x'], [PASSPHRASE, KEY]))).toBe('the input ended before the secret');
    expect(await complaint(run(['set', 'x'], [PASSPHRASE, '', SECRET]))).toBe('the key is empty');
    expect(await complaint(run(['set', 'x'], ['short']))).toMatch(/needs 8 characters/);
    expect(await complaint(run(['set', 'x'], [PASSPHRASE, 'a key', SECRET]))).toMatch(/the key has spaces/);
    expect(existsSync(file)).toBe(false);
  });

  it.each([['list'], ['remove', 'kraken']])(
    'asks for no passphrase of a file that is not there: %s',
    async (...args) => {
      expect(await complaint(run(args, [PASSPHRASE], true))).toMatch(/there are no credentials here\. Store them with/);
      expect(printed).toEqual([]);
    },
  );

  it('asks for no passphrase of a file that others may read', async () => {
    await run(['set', 'binance-usdm'], [PASSPHRASE, KEY, SECRET]);
    chmodSync(file, 0o644);
    printed = [];
    for (const args of [['set', 'kraken'], ['list'], ['remove', 'kraken']]) {
      expect(await complaint(run(args, [PASSPHRASE], true))).toMatch(/mode 644.*chmod 600/);
    }
    expect(printed).toEqual([]);
  });

  it('asks for no key before the passphrase is right, and changes nothing then', async () => {
    await run(['set', 'binance-usdm'], [PASSPHRASE, KEY, SECRET]);
    const before = readFileSync(file, 'utf8');
    expect(await complaint(run(['set', 'kraken'], ['wrong one', 'k2', 's2']))).toMatch(/the passphrase is wrong/);
    expect(await complaint(run(['remove', 'kraken'], [PASSPHRASE]))).toMatch(/no credentials of kraken/);
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it.each([
    [[], /set, list or remove/],
    [['show', 'x'], /set, list or remove/],
    [['set'], /of which venue/],
    [['set', 'Binance USDM'], /is called like binance-usdm/],
    [['list', 'x'], /set, list or remove/],
    [['set', 'x', '--key', 'k'], /Unknown option '--key'/],
  ])('%j is refused with a remedy', async (args, problem) => {
    expect(await complaint(run(args, []))).toMatch(problem);
  });

  it('does not repeat a key that was given as an argument', async () => {
    const said = await complaint(run(['set', 'x', KEY, SECRET], []));
    expect(said).toMatch(/never an argument/);
    expect(said).not.toMatch(/4711|0815/);
  });
});
