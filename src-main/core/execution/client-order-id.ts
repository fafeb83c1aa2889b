import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import type { ClientOrderId } from '../../../src-shared/domain/order.ts';

const IDENTITY_BYTES = 16;
const ID_BYTES = 16;

/**
 * The client order id of a journal's `intentSeq`-th order: the first 128 bits, in lowercase hex, of SHA-256 over 24 bytes:
 *
 *     0..15   the journal's identity
 *     16..23  the intent's sequence number, unsigned, big-endian
 *
 * The same journal makes the same id on every replay, so a repeated submission is recognised by the venue; another journal
 * never makes it.
 * @param identity 32 lowercase hex characters.
 * @param intentSeq 1 for the journal's first order, then one more each.
 * @throws RangeError when either is anything else.
 */
export function clientOrderId(identity: string, intentSeq: number): ClientOrderId {
  if (!/^[0-9a-f]{32}$/.test(identity)) {
    throw new RangeError(
      `a journal's identity is 32 lowercase hex characters, not '${identity}': was the first input 'start'?`,
    );
  }
  if (!Number.isSafeInteger(intentSeq) || intentSeq < 1) {
    throw new RangeError(`an intent's sequence number is a whole number from 1, not ${intentSeq}`);
  }
  const message = new Uint8Array(IDENTITY_BYTES + 8);
  message.set(hexToBytes(identity));
  new DataView(message.buffer).setBigUint64(IDENTITY_BYTES, BigInt(intentSeq));
  return bytesToHex(sha256(message).subarray(0, ID_BYTES)) as ClientOrderId;
}
