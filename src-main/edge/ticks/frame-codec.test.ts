import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InstrumentId } from '../../../src-shared/domain/instrument.ts';
import type { Micros } from '../../../src-shared/domain/time.ts';
import type { Levels, MarketInput } from '../../core/engine/input.ts';
import { runs } from '../../testing/runs.ts';
import { copyOf, depthOf, frameOf, range } from './fixtures.ts';
import { atOf, FrameDecoder, FrameEncoder, MAX_FRAME_BYTES, seqOf } from './frame-codec.ts';

const encoder = new FrameEncoder();
const decoder = new FrameDecoder();

function encoded(frame: MarketInput): Buffer {
  return Buffer.from(encoder.bytes.subarray(0, encoder.encode(frame)));
}

function roundTrip(frames: readonly MarketInput[]): MarketInput[] {
  decoder.load(Buffer.concat(frames.map(encoded)));
  const found: MarketInput[] = [];
  for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) found.push(copyOf(frame));
  return found;
}

/** Whatever a number can be: NaN, −0, infinities, fractions. */
const anyNumber = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(Number.NaN, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.MIN_VALUE),
);
const stamps = {
  seq: anyNumber,
  at: anyNumber.map((value) => value as Micros),
  instrument: anyNumber.map((value) => value as InstrumentId),
  exchangeAt: anyNumber,
};
const levels: fc.Arbitrary<Levels> = fc
  .tuple(fc.array(fc.tuple(anyNumber, anyNumber), { maxLength: 60 }), fc.nat(60))
  .map(([all, bids]) => ({
    bidCount: Math.min(bids, all.length),
    askCount: Math.max(0, all.length - bids),
    priceTicks: Float64Array.from(all, ([price]) => price),
    lots: Float64Array.from(all, ([, lots]) => lots),
  }));
const anyFrame: fc.Arbitrary<MarketInput> = fc.oneof(
  fc
    .record({ ...stamps, firstId: anyNumber, lastId: anyNumber, previousId: anyNumber, levels })
    .map(({ levels: of, ...rest }) => ({ kind: 'depth' as const, ...rest, ...of })),
  fc
    .record({ ...stamps, lastId: anyNumber, levels })
    .map(({ levels: of, ...rest }) => ({ kind: 'depth-snapshot' as const, ...rest, ...of })),
  fc.record({
    kind: fc.constant('book-ticker' as const),
    ...stamps,
    updateId: anyNumber,
    bidTicks: anyNumber,
    bidLots: anyNumber,
    askTicks: anyNumber,
    askLots: anyNumber,
  }),
  fc.record({
    kind: fc.constant('trade' as const),
    ...stamps,
    tradeId: anyNumber,
    priceTicks: anyNumber,
    lots: anyNumber,
    aggressor: fc.constantFrom('buy' as const, 'sell' as const),
  }),
  fc.record({
    kind: fc.constant('mark-price' as const),
    ...stamps,
    markPrice: anyNumber,
    indexPrice: anyNumber,
    fundingRate: anyNumber,
    nextFundingAt: anyNumber,
  }),
);

describe('a frame as bytes', () => {
  it('comes back exactly, whatever its numbers are, with others before and behind it', () => {
    fc.assert(
      fc.property(fc.array(anyFrame, { maxLength: 12 }), (frames) => {
        const found = roundTrip(frames);
        // `toEqual` tells −0 from 0, and takes NaN for NaN.
        expect(found).toEqual(frames);
      }),
      { seed: 42, numRuns: runs(300) },
    );
  });

  it('leaves out levels beyond those that count', () => {
    const frame = { ...depthOf(5, 40), bidCount: 2, askCount: 1 };
    expect(encoder.encode(frame)).toBe((10 + 2 * 3) * 8);
    expect(roundTrip([frame])).toEqual([copyOf(frame)]);
  });

  it.each([
    [Number.NaN, 2],
    [-1, 3],
    [1.5, 1.5],
    [Number.POSITIVE_INFINITY, 0],
    [41, 0],
    [20, 21],
  ])(
    'keeps counts that are not those of its arrays (%s and %s), and gives no levels that would make them so',
    (bidCount, askCount) => {
      const [, frame] = roundTrip([depthOf(4, 50), { ...depthOf(5, 40), bidCount, askCount }]);
      expect(frame).toMatchObject({ kind: 'depth', bidCount, askCount, priceTicks: new Float64Array(0) });
    },
  );

  it('tells sequence number and time without being decoded', () => {
    const bytes = Buffer.concat([encoded(frameOf(3)), encoded(frameOf(77))]);
    const offset = bytes.length - encoded(frameOf(77)).length;
    expect([seqOf(bytes, 0), seqOf(bytes, offset), atOf(bytes, offset)]).toEqual([3, 77, frameOf(77).at]);
  });

  it('is refused when it is longer than a frame may be', () => {
    const most = (MAX_FRAME_BYTES / 8 - 10) / 2;
    const levelArrays = { priceTicks: new Float64Array(most + 1), lots: new Float64Array(most + 1) };
    expect(encoder.encode({ ...depthOf(1, 0), ...levelArrays, bidCount: most })).toBe(MAX_FRAME_BYTES);
    expect(encoder.encode({ ...depthOf(1, 0), ...levelArrays, bidCount: most + 1 })).toBe(0);
  });

  it('is none when it is cut short or of an unknown kind', () => {
    const whole = encoded(frameOf(5));
    for (const length of range(0, whole.length - 1)) {
      decoder.load(whole.subarray(0, length));
      expect(decoder.next()).toBeUndefined();
    }
    for (const kind of [0, 7, 255]) {
      decoder.load(Buffer.concat([Buffer.from([kind]), whole.subarray(1)]));
      expect(decoder.next()).toBeUndefined();
    }
  });
});
