export const SIPHASH_KEY_BYTES = 16;
export const SIPHASH_TAG_BYTES = 8;

const BLOCK_BYTES = 8;
/** "somepseudorandomlygeneratedbytes", of which the algorithm starts. */
const START = [0x736f6d6570736575n, 0x646f72616e646f6dn, 0x6c7967656e657261n, 0x7465646279746573n] as const;
const FINISH = 0xffn;
const COMPRESSION_ROUNDS = 2;
const FINISHING_ROUNDS = 4;

const word = (value: bigint): bigint => BigInt.asUintN(64, value);
const left = (value: bigint, bits: bigint): bigint => word((value << bits) | (value >> (64n - bits)));

/**
 * SipHash-2-4 (Aumasson and Bernstein, 2012). @returns the tag, {@link SIPHASH_TAG_BYTES} bytes, little-endian.
 * @throws RangeError when the key has not {@link SIPHASH_KEY_BYTES} bytes.
 */
export function siphash(key: Uint8Array, message: Uint8Array): Uint8Array {
  if (key.length !== SIPHASH_KEY_BYTES) throw new RangeError(`a key has ${SIPHASH_KEY_BYTES} bytes, not ${key.length}`);
  const keyView = new DataView(key.buffer, key.byteOffset, key.length);
  const [k0, k1] = [keyView.getBigUint64(0, true), keyView.getBigUint64(BLOCK_BYTES, true)];
  let [v0, v1, v2, v3] = [START[0] ^ k0, START[1] ^ k1, START[2] ^ k0, START[3] ^ k1];
  const rounds = (count: number) => {
    for (let round = 0; round < count; round += 1) {
      v0 = word(v0 + v1);
      v1 = left(v1, 13n) ^ v0;
      v0 = left(v0, 32n);
      v2 = word(v2 + v3);
      v3 = left(v3, 16n) ^ v2;
      v0 = word(v0 + v3);
      v3 = left(v3, 21n) ^ v0;
      v2 = word(v2 + v1);
      v1 = left(v1, 17n) ^ v2;
      v2 = left(v2, 32n);
    }
  };
  // The last block ends with the message's length, so that there is one even for no message.
  const blocks = new DataView(new ArrayBuffer(message.length + BLOCK_BYTES - (message.length % BLOCK_BYTES)));
  for (const [index, byte] of message.entries()) blocks.setUint8(index, byte);
  blocks.setUint8(blocks.byteLength - 1, message.length & 0xff);
  for (let at = 0; at < blocks.byteLength; at += BLOCK_BYTES) {
    const block = blocks.getBigUint64(at, true);
    v3 ^= block;
    rounds(COMPRESSION_ROUNDS);
    v0 ^= block;
  }
  v2 ^= FINISH;
  rounds(FINISHING_ROUNDS);
  const tag = new Uint8Array(SIPHASH_TAG_BYTES);
  new DataView(tag.buffer).setBigUint64(0, v0 ^ v1 ^ v2 ^ v3, true);
  return tag;
}
