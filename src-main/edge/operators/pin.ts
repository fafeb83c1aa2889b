import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { z } from 'zod';

/** RFC 7914, with the memory cost that OWASP asks of scrypt: 64 MiB and some 0.15 s for each guess. */
const COST = { N: 2 ** 16, r: 8, p: 1 } as const;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
const MAX_MEMORY_BYTES = 256 * 1024 * 1024;

const base64 = z.base64();
export const pinHashSchema = z.strictObject({
  algorithm: z.literal('scrypt'),
  N: z
    .int()
    .min(2)
    .max(2 ** 20),
  r: z.int().min(1).max(32),
  p: z.int().min(1).max(16),
  salt: base64,
  hash: base64,
});
/** A PIN as the registry keeps it. */
export type PinHash = z.infer<typeof pinHashSchema>;

type Scrypt = (password: string, salt: Buffer, keyLength: number, options: ScryptOptions) => Promise<Buffer>;
// Its own overloads hide the one with options.
const derive = promisify(scrypt) as unknown as Scrypt;

/** Takes its time, on a thread of Node's pool. */
export async function hashPin(pin: string): Promise<PinHash> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(pin, salt, HASH_BYTES, { ...COST, maxmem: MAX_MEMORY_BYTES });
  return { algorithm: 'scrypt', ...COST, salt: salt.toString('base64'), hash: hash.toString('base64') };
}

export async function isPin(pin: string, { N, r, p, salt, hash }: PinHash): Promise<boolean> {
  const expected = Buffer.from(hash, 'base64');
  const found = await derive(pin, Buffer.from(salt, 'base64'), expected.length, { N, r, p, maxmem: MAX_MEMORY_BYTES });
  return timingSafeEqual(found, expected);
}
