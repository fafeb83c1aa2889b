import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Credentials, hasCredentials, readCredentials, writeCredentials } from './credentials-file.ts';
import { VaultError } from './vault-error.ts';
import { VenueKey } from './venue-key.ts';

const PASSPHRASE = 'correct horse battery';
const [KEY, SECRET] = ['pub-4711', 'sec-0815'];

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vault-'));
  file = join(folder, 'deep', 'credentials');
});
afterEach(() => rmSync(folder, { recursive: true }));

const one = (): Credentials => new Map([['binance-usdm', new VenueKey(KEY, SECRET)]]);

async function refusal(attempt: Promise<unknown>): Promise<string> {
  const error = await attempt.then(
    () => new Error('not refused'),
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(VaultError);
  const text = (error as Error).message;
  for (const secret of [KEY, SECRET, PASSPHRASE]) expect(inspect(error)).not.toContain(secret);
  expect(text.startsWith(file)).toBe(true);
  return text;
}

/** Rewrites the file with `change` made to its text. */
function alter(change: (text: string) => string): void {
  writeFileSync(file, change(readFileSync(file, 'utf8')));
}

describe('the credentials file', () => {
  it('gives back what was stored, to the passphrase alone, and holds nothing readable', async () => {
    expect(hasCredentials(file)).toBe(false);
    await writeCredentials(file, PASSPHRASE, one());
    expect(hasCredentials(file)).toBe(true);
    const read = await readCredentials(file, PASSPHRASE);
    expect([...read.keys()]).toEqual(['binance-usdm']);
    expect(read.get('binance-usdm')).toMatchObject({ key: KEY, secret: SECRET });
    const text = readFileSync(file, 'utf8');
    for (const secret of [KEY, SECRET, PASSPHRASE, 'binance']) expect(text).not.toContain(secret);
    expect(JSON.parse(text)).toMatchObject({ version: 1, kdf: { name: 'scrypt', N: 131_072, r: 8, p: 1 } });
    expect(await refusal(readCredentials(file, 'wrong'))).toMatch(/the passphrase is wrong/);
  });

  it('never seals twice with the same salt or nonce', async () => {
    const head = async () => {
      await writeCredentials(file, PASSPHRASE, one());
      return JSON.parse(readFileSync(file, 'utf8'));
    };
    const [first, second] = [await head(), await head()];
    for (const field of ['nonce', 'data', 'tag']) expect(first[field]).not.toBe(second[field]);
    expect(first.kdf.salt).not.toBe(second.kdf.salt);
  });

  it('takes the same passphrase however it was typed', async () => {
    await writeCredentials(file, 'caf\u00e9 au lait', one());
    expect((await readCredentials(file, 'cafe\u0301 au lait')).size).toBe(1);
  });

  it.skipIf(process.platform === 'win32')('is for its owner only, also after a crash left another one', async () => {
    await writeCredentials(file, PASSPHRASE, one());
    writeFileSync(`${file}.next`, 'half', { mode: 0o666 });
    await writeCredentials(file, PASSPHRASE, one());
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder, 'deep'))).toEqual(['credentials']);
    chmodSync(file, 0o640);
    expect(await refusal(readCredentials(file, PASSPHRASE))).toMatch(
      /others may read or change it \(mode 640\).*chmod 600/,
    );
  });

  it('says that there is none, that it was cut, and that it is damaged', async () => {
    expect(await refusal(readCredentials(file, PASSPHRASE))).toMatch(/there are no credentials here.*set VENUE/);
    await writeCredentials(file, PASSPHRASE, one());
    const whole = readFileSync(file, 'utf8');
    alter(() => whole.slice(0, 200));
    expect(await refusal(readCredentials(file, PASSPHRASE))).toMatch(/it ends too early/);
    alter(() => '');
    expect(await refusal(readCredentials(file, PASSPHRASE))).toMatch(/it ends too early/);
    alter(() => '{"hello": 1}');
    expect(await refusal(readCredentials(file, PASSPHRASE))).toMatch(/it is damaged/);
    alter(() => whole.replace('"version": 1', '"version": 2'));
    expect(await refusal(readCredentials(file, PASSPHRASE))).toMatch(/a newer version/);
  });

  it('opens nothing that was forged, with a checksum that fits', async () => {
    await writeCredentials(file, PASSPHRASE, one());
    alter(forged);
    expect(await refusal(readCredentials(file, PASSPHRASE))).toMatch(/somebody altered the file/);
  });

  it.each(['salt', 'nonce', 'data', 'tag', 'checksum', 'N'])(
    'notices a changed %s without asking the cipher',
    async (field) => {
      await writeCredentials(file, PASSPHRASE, one());
      alter((text) =>
        text.replace(new RegExp(`("${field}": "?)(.)`), (_, before, first) => before + (first === '2' ? '3' : '2')),
      );
      expect(await refusal(readCredentials(file, PASSPHRASE))).toMatch(/it is damaged/);
    },
  );
});

/** `text` with other data in it, and the checksum that fits. */
function forged(text: string): string {
  const { checksum: _, ...envelope } = JSON.parse(text);
  const { format, version, kdf, cipher, nonce, tag } = envelope;
  const data = Buffer.from('{}').toString('base64');
  const checksum = createHash('sha256')
    .update(JSON.stringify([format, version, kdf.name, kdf.N, kdf.r, kdf.p, kdf.salt]))
    .update(JSON.stringify([cipher, nonce, data, tag]))
    .digest('hex');
  return JSON.stringify({ ...envelope, data, checksum });
}

describe('a key in memory', () => {
  it('shows itself only to who asks by name', () => {
    const key = new VenueKey(KEY, SECRET);
    expect([key.key, key.secret]).toEqual([KEY, SECRET]);
    const shown = [
      `${key}`,
      inspect({ key }, { depth: 9, showHidden: true }),
      JSON.stringify({ key }),
      JSON.stringify({ ...key }),
    ];
    for (const text of shown) expect(text).not.toMatch(/4711|0815/);
    expect(() => JSON.stringify(structuredClone(key))).not.toThrow();
    expect(JSON.stringify(structuredClone(key))).toBe('{}');
  });
});
