import { describe, expect, it } from 'vitest';
import { siphash } from './siphash.ts';

/** Of the reference implementation: key 00..0f, message 00, 01, … of each length from 0. */
const VECTORS = [
  '310e0edd47db6f72',
  'fd67dc93c539f874',
  '5a4fa9d909806c0d',
  '2d7efbd796666785',
  'b7877127e09427cf',
  '8da699cd64557618',
  'cee3fe586e46c9cb',
  '37d1018bf50002ab',
  '6224939a79f5f593',
];
/** Appendix A of the paper: the same key, fifteen bytes. */
const OF_THE_PAPER = 'e545be4961ca29a1';

const counting = (length: number) => Uint8Array.from({ length }, (_, index) => index);
const tag = (length: number) => Buffer.from(siphash(counting(16), counting(length))).toString('hex');

describe('SipHash-2-4', () => {
  it('gives the published tags', () => {
    expect(VECTORS.map((_, length) => tag(length))).toEqual(VECTORS);
    expect(tag(15)).toBe(OF_THE_PAPER);
  });

  it('refuses a key of another length', () => {
    expect(() => siphash(counting(15), counting(1))).toThrow('a key has 16 bytes, not 15');
  });
});
