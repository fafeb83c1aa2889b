import { constants, crc32, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { MAX_FRAME_BYTES, seqOf } from './frame-codec.ts';

/**
 * A block: what the ring held at one moment, written by one call. 48 bytes of header, then frames one after another.
 *
 *     0  marker     u32   where a reader that lost its way may find it again
 *     4  checksum   u32   CRC-32 of everything behind it
 *     8  length     u32   bytes of the payload
 *    12  rawLength  u32   bytes of the payload before compression
 *    16  count      u32   frames
 *    20  codec      u32   0 raw, 1 zstd
 *    24  segment    f64   sequence number of the start or restart input that began the run
 *    32  firstSeq   f64
 *    40  lastSeq    f64
 */
export interface BlockHeader {
  readonly rawLength: number;
  readonly count: number;
  readonly codec: number;
  readonly segment: number;
  readonly firstSeq: number;
}

export const BLOCK_HEADER_BYTES = 48;
/** A block takes no more frames once it has this many bytes. */
export const FULL_BLOCK_BYTES = 256 * 1024;
/** The last frame may reach beyond. */
const MAX_RAW_BYTES = FULL_BLOCK_BYTES + MAX_FRAME_BYTES;
export const MAX_BLOCK_BYTES = BLOCK_HEADER_BYTES + MAX_RAW_BYTES;
/** `ILTB` */
export const MARKER = Buffer.from([0x49, 0x4c, 0x54, 0x42]);

const CHECKSUM = 4;
const LENGTH = 8;
const RAW_LENGTH = 12;
const COUNT = 16;
const CODEC = 20;
const SEGMENT = 24;
const FIRST_SEQ = 32;
const LAST_SEQ = 40;

const RAW = 0;
const ZSTD = 1;
/** One level of zstd costs 30 µs however little there is; for less than this, not worth it. */
const MIN_COMPRESSED_BYTES = 256;
const FASTEST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** Gathers the frames of one block after another in one buffer. */
export class BlockBuilder {
  private readonly segment: number;
  private readonly raw = Buffer.alloc(MAX_BLOCK_BYTES);
  private readonly compressed = Buffer.alloc(MAX_BLOCK_BYTES);
  private firstSeq = 0;
  lastSeq = 0;
  count = 0;
  rawLength = 0;

  constructor(segment: number) {
    this.segment = segment;
  }

  clear(): void {
    this.count = 0;
    this.rawLength = 0;
  }

  get isFull(): boolean {
    return this.rawLength >= FULL_BLOCK_BYTES;
  }

  /** Takes the frame at `offset`. Not when {@link isFull}. */
  add(from: Buffer, offset: number, length: number): void {
    from.copy(this.raw, BLOCK_HEADER_BYTES + this.rawLength, offset, offset + length);
    this.lastSeq = seqOf(from, offset);
    if (this.count === 0) this.firstSeq = this.lastSeq;
    this.count += 1;
    this.rawLength += length;
  }

  /** The frames, one after another. Valid until `clear`. */
  get frames(): Buffer {
    return this.raw.subarray(BLOCK_HEADER_BYTES, BLOCK_HEADER_BYTES + this.rawLength);
  }

  /** The whole block, as it is to be written. Valid until the next one. */
  seal(): Buffer {
    const small = this.rawLength < MIN_COMPRESSED_BYTES ? undefined : zstdCompressSync(this.frames, FASTEST);
    if (small === undefined || small.length >= this.rawLength) return this.headed(this.raw, RAW, this.rawLength);
    this.compressed.set(small, BLOCK_HEADER_BYTES);
    return this.headed(this.compressed, ZSTD, small.length);
  }

  private headed(buffer: Buffer, codec: number, length: number): Buffer {
    const block = buffer.subarray(0, BLOCK_HEADER_BYTES + length);
    block.set(MARKER);
    block.writeUInt32LE(length, LENGTH);
    block.writeUInt32LE(this.rawLength, RAW_LENGTH);
    block.writeUInt32LE(this.count, COUNT);
    block.writeUInt32LE(codec, CODEC);
    block.writeDoubleLE(this.segment, SEGMENT);
    block.writeDoubleLE(this.firstSeq, FIRST_SEQ);
    block.writeDoubleLE(this.lastSeq, LAST_SEQ);
    block.writeUInt32LE(crc32(block.subarray(LENGTH)), CHECKSUM);
    return block;
  }
}

/** Bytes of the block that begins with `header`; undefined when no block begins so. */
export function blockLength(header: Buffer): number | undefined {
  const length = header.readUInt32LE(LENGTH);
  const isBlock = MARKER.equals(header.subarray(0, MARKER.length)) && length <= MAX_RAW_BYTES;
  return isBlock ? BLOCK_HEADER_BYTES + length : undefined;
}

/** Whether every bit is as it was written. */
export function isSound(block: Buffer): boolean {
  return crc32(block.subarray(LENGTH)) === block.readUInt32LE(CHECKSUM);
}

export function readHeader(block: Buffer): BlockHeader {
  return {
    rawLength: block.readUInt32LE(RAW_LENGTH),
    count: block.readUInt32LE(COUNT),
    codec: block.readUInt32LE(CODEC),
    segment: block.readDoubleLE(SEGMENT),
    firstSeq: block.readDoubleLE(FIRST_SEQ),
  };
}

/** The frames of a sound block, one after another; undefined when they are not what its header says. */
export function framesIn(block: Buffer): Uint8Array | undefined {
  const { codec, rawLength } = readHeader(block);
  const payload = block.subarray(BLOCK_HEADER_BYTES);
  if (codec !== RAW && codec !== ZSTD) return undefined;
  try {
    const frames = codec === RAW ? payload : zstdDecompressSync(payload, { maxOutputLength: MAX_RAW_BYTES });
    return frames.length === rawLength ? frames : undefined;
  } catch {
    return undefined;
  }
}
