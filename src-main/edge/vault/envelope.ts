import '../../../src-shared/contract/jitless.ts';
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  randomBytes,
  type ScryptOptions,
  scrypt,
  timingSafeEqual,
} from 'node:crypto';
import { promisify } from 'node:util';
import { z } from 'zod';

/** RFC 7914 with N, r and p as OWASP's strongest setting has them: 128 MiB and some 0.4 s for each guess. */
const KDF = { name: 'scrypt', N: 2 ** 17, r: 8, p: 1 } as const;
const SALT_BYTES = 16;
const KEY_BYTES = 32;
/** NIST SP 800-38D, section 8.2.2: 96 random bits, and a key that is used once. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const MAX_MEMORY_BYTES = 256 * 1024 * 1024;

const CIPHER = 'aes-256-gcm';
const FORMAT = 'interlock-credentials';
const VERSION = 1;

const envelopeSchema = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  kdf: z.strictObject({
    name: z.literal(KDF.name),
    N: z.literal(KDF.N),
    r: z.literal(KDF.r),
    p: z.literal(KDF.p),
    salt: z.base64(),
  }),
  cipher: z.literal(CIPHER),
  nonce: z.base64(),
  data: z.base64(),
  tag: z.base64(),
  /** SHA-256 of all of the above, hex: tells damage from a wrong passphrase, which the tag cannot. */
  checksum: z.hex(),
});
type Envelope = z.infer<typeof envelopeSchema>;
type Head = Pick<Envelope, 'format' | 'version' | 'kdf'>;

/** Why a sealed text cannot be opened. */
export class EnvelopeError extends Error {
  override readonly name = 'EnvelopeError';
  readonly fault: 'cut' | 'damaged' | 'newer' | 'passphrase';

  constructor(fault: EnvelopeError['fault']) {
    super(fault);
    this.fault = fault;
  }
}

type Scrypt = (passphrase: string, salt: Buffer, keyLength: number, options: ScryptOptions) => Promise<Buffer>;
// Its own overloads hide the one with options.
const derive = promisify(scrypt) as unknown as Scrypt;

/** `plain`, to be opened with `passphrase` only: one JSON object and a line's end. Salt and nonce are new each time. */
export async function seal(plain: string, passphrase: string): Promise<string> {
  const kdf = { ...KDF, salt: randomBytes(SALT_BYTES).toString('base64') };
  const head: Head = { format: FORMAT, version: VERSION, kdf };
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, await keyOf(passphrase, head), nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(associatedData(head));
  const data = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
  const sealed = {
    ...head,
    cipher: CIPHER,
    nonce: nonce.toString('base64'),
    data: data.toString('base64'),
    tag: cipher.getAuthTag().toString('base64'),
  } as const;
  return `${JSON.stringify({ ...sealed, checksum: checksumOf(sealed) }, null, 2)}\n`;
}

/** The text that was sealed. @throws EnvelopeError. */
export async function unseal(text: string, passphrase: string): Promise<string> {
  const envelope = read(text);
  const { nonce, data, tag } = envelope;
  const bytes = (encoded: string): Buffer => Buffer.from(encoded, 'base64');
  const decipher = createDecipheriv(CIPHER, await keyOf(passphrase, envelope), bytes(nonce), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(associatedData(envelope));
  decipher.setAuthTag(bytes(tag));
  try {
    return Buffer.concat([decipher.update(bytes(data)), decipher.final()]).toString('utf8');
  } catch {
    throw new EnvelopeError('passphrase');
  }
}

function read(text: string): Envelope {
  // What a crash or a full disk leaves behind ends before the last brace.
  if (!text.trimEnd().endsWith('}')) throw new EnvelopeError('cut');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new EnvelopeError('damaged');
  }
  const { version } = Object(value) as { readonly version?: unknown };
  if (typeof version === 'number' && version > VERSION) throw new EnvelopeError('newer');
  const { success, data } = envelopeSchema.safeParse(value);
  if (!success) throw new EnvelopeError('damaged');
  const { checksum, ...sealed } = data;
  const [said, found] = [Buffer.from(checksum, 'hex'), Buffer.from(checksumOf(sealed), 'hex')];
  if (said.length !== found.length || !timingSafeEqual(said, found)) throw new EnvelopeError('damaged');
  return data;
}

function keyOf(passphrase: string, { kdf: { N, r, p, salt } }: Head): Promise<Buffer> {
  // One passphrase has one form, whatever keyboard it was typed on.
  const options = { N, r, p, maxmem: MAX_MEMORY_BYTES };
  return derive(passphrase.normalize('NFKC'), Buffer.from(salt, 'base64'), KEY_BYTES, options);
}

/** Bound to the data: nobody can pretend that it was sealed by other rules. */
function associatedData({ format, version, kdf: { name, N, r, p, salt } }: Head): Buffer {
  return Buffer.from(JSON.stringify([format, version, name, N, r, p, salt]), 'utf8');
}

function checksumOf(sealed: Omit<Envelope, 'checksum'>): string {
  const { cipher, nonce, data, tag } = sealed;
  return createHash('sha256')
    .update(associatedData(sealed))
    .update(JSON.stringify([cipher, nonce, data, tag]))
    .digest('hex');
}
