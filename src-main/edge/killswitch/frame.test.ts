import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../testing/runs.ts';
import { cobsDecode, cobsEncode } from './cobs.ts';
import { crc16 } from './crc16.ts';
import { encodeFrame, type Frame, FrameReader, isProven, tagged } from './frame.ts';

const bytes = (minLength: number, maxLength: number) => fc.uint8Array({ minLength, maxLength });
const frames: fc.Arbitrary<Frame> = fc.record({
  type: fc.integer({ min: 0, max: 255 }),
  sequence: fc.integer({ min: 0, max: 0xffff_ffff }),
  body: bytes(0, 24),
  tag: bytes(8, 8),
});
const proofs = fc.record({ key: bytes(16, 16), challenge: bytes(8, 8) });
const plain = ({ type, sequence, body, tag }: Frame) => ({ type, sequence, body: [...body], tag: [...tag] });

describe('COBS', () => {
  it('encodes the examples of its paper', () => {
    const encoded = (...raw: number[]) => [...cobsEncode(Uint8Array.from(raw))];
    expect(encoded()).toEqual([1]);
    expect(encoded(0)).toEqual([1, 1]);
    expect(encoded(0x11, 0x22, 0, 0x33)).toEqual([3, 0x11, 0x22, 2, 0x33]);
    expect(encoded(0x11, 0, 0, 0)).toEqual([2, 0x11, 1, 1, 1]);
  });

  it('has no zero in it, and gives back what went in', () => {
    fc.assert(
      fc.property(bytes(0, 253), (raw) => {
        const encoded = cobsEncode(raw);
        expect(encoded.includes(0)).toBe(false);
        expect([...(cobsDecode(encoded) ?? [])]).toEqual([...raw]);
      }),
      { seed: 42, numRuns: runs(300) },
    );
  });

  it('knows what it cannot have written', () => {
    expect(cobsDecode(Uint8Array.of())).toBe(null);
    expect(cobsDecode(Uint8Array.of(3, 1))).toBe(null);
    expect(cobsDecode(Uint8Array.of(3, 1, 0))).toBe(null);
    expect(() => cobsEncode(new Uint8Array(254))).toThrow('254 bytes');
  });
});

describe('CRC-16/CCITT-FALSE', () => {
  it('has the check value of its catalogue', () => {
    expect(crc16(Buffer.from('123456789'))).toBe(0x29b1);
  });
});

describe('frames', () => {
  it('come out as they went in, however the line cuts them', () => {
    fc.assert(
      fc.property(fc.array(frames, { maxLength: 5 }), fc.integer({ min: 1, max: 30 }), (sent, cut) => {
        const wire = Buffer.concat(sent.map(encodeFrame));
        const reader = new FrameReader();
        const read: Frame[] = [];
        for (let at = 0; at < wire.length; at += cut) read.push(...reader.take(wire.subarray(at, at + cut)));
        expect(read.map(plain)).toEqual(sent.map(plain));
        expect(reader.badFrames).toBe(0);
      }),
      { seed: 42, numRuns: runs(200) },
    );
  });

  it('do not survive a changed byte, and the next one is read again', () => {
    fc.assert(
      fc.property(frames, fc.nat(), fc.integer({ min: 1, max: 255 }), (frame, place, change) => {
        const wire = Uint8Array.from(encodeFrame(frame));
        const at = place % (wire.length - 1);
        wire[at] = (wire[at] ?? 0) ^ change;
        const reader = new FrameReader();
        expect(reader.take(wire)).toEqual([]);
        reader.take(Uint8Array.of(0));
        expect(reader.take(encodeFrame(frame)).map(plain)).toEqual([plain(frame)]);
      }),
      { seed: 42, numRuns: runs(300) },
    );
  });

  it('that are too long are dropped whole, in bounded memory', () => {
    const reader = new FrameReader();
    expect(reader.take(new Uint8Array(100_000).fill(7))).toEqual([]);
    expect(reader.take(Uint8Array.of(0))).toEqual([]);
    expect(reader.badFrames).toBe(1);
  });

  it('prove their key, challenge, direction and every byte', () => {
    fc.assert(
      fc.property(frames, proofs, fc.nat(7), (frame, proof, place) => {
        const proven = tagged(frame, 'to-host', proof);
        const other = (of: Uint8Array) => of.map((byte, index) => (index === place ? byte ^ 1 : byte));
        expect(isProven(proven, 'to-host', proof)).toBe(true);
        expect(isProven(proven, 'to-board', proof)).toBe(false);
        expect(isProven(proven, 'to-host', { ...proof, key: other(proof.key) })).toBe(false);
        expect(isProven(proven, 'to-host', { ...proof, challenge: other(proof.challenge) })).toBe(false);
        expect(isProven({ ...proven, tag: other(proven.tag) }, 'to-host', proof)).toBe(false);
        expect(isProven({ ...proven, type: frame.type ^ 1 }, 'to-host', proof)).toBe(false);
        expect(isProven({ ...proven, sequence: frame.sequence ^ 1 }, 'to-host', proof)).toBe(false);
        expect(isProven({ ...proven, body: Buffer.concat([frame.body, Uint8Array.of(0)]) }, 'to-host', proof)).toBe(
          false,
        );
      }),
      { seed: 42, numRuns: runs(100) },
    );
  });
});
