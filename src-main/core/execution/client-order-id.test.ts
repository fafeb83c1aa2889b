import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../testing/runs.ts';
import { clientOrderId } from './client-order-id.ts';

const IDENTITY = '000102030405060708090a0b0c0d0e0f';

describe('client order id', () => {
  it('is the first half of the SHA-256 of identity and sequence number, as another implementation computes it', () => {
    const identities = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(identities, fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (identity, intentSeq) => {
        const sequence = intentSeq.toString(16).padStart(16, '0');
        const digest = createHash('sha256')
          .update(Buffer.from(identity + sequence, 'hex'))
          .digest('hex');
        expect(clientOrderId(identity, intentSeq)).toBe(digest.slice(0, 32));
      }),
      { seed: 42, numRuns: runs(100) },
    );
  });

  it('differs for each intent and each journal', () => {
    const ids = [1, 2, 3].flatMap((seq) => [clientOrderId(IDENTITY, seq), clientOrderId('f'.repeat(32), seq)]);
    expect(new Set(ids).size).toBe(6);
  });

  it.each(['', 'x'.repeat(32), IDENTITY.toUpperCase(), `${IDENTITY}00`])('refuses identity %j', (identity) => {
    expect(() => clientOrderId(identity, 1)).toThrow(RangeError);
  });

  it.each([0, -1, 1.5, Number.NaN, 2 ** 53])('refuses sequence number %d', (intentSeq) => {
    expect(() => clientOrderId(IDENTITY, intentSeq)).toThrow(RangeError);
  });
});
