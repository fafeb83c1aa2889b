import { hash } from 'node:crypto';
import type { Micros } from '../../../src-shared/domain/time.ts';

/** Non-market inputs, facts, and what happened to the host: start, stop, crash, commit. */
export type RecordKind = 'input' | 'fact' | 'host';

/** One record, as it is kept. */
export interface JournalRecord {
  /** 1 for the genesis record, then one more each. */
  readonly seq: number;
  readonly at: Micros;
  readonly kind: RecordKind;
  /** UTF-8 of the canonical text, as it was given. */
  readonly bytes: Uint8Array;
}

const KINDS: readonly RecordKind[] = ['input', 'fact', 'host'];

/** Bytes of one record's payload, at most. */
export const MAX_PAYLOAD_BYTES = 256 * 1024;
const HASH_BYTES = 32;
/** Sequence, time and kind, before the payload. */
export const HEADER_BYTES = 17;
/** What the first record is chained to. */
export const NO_HASH: Uint8Array = new Uint8Array(HASH_BYTES);

const SEQ = 0;
const AT = 8;
const KIND = 16;
const TWO_TO_32 = 2 ** 32;

/** The number that stands for a kind, in the header and in the database: 1, 2, 3. */
export function kindCode(kind: RecordKind): number {
  return KINDS.indexOf(kind) + 1;
}

export function kindOf(code: unknown): RecordKind | undefined {
  return typeof code === 'number' ? KINDS[code - 1] : undefined;
}

/**
 * Writes sequence (8 bytes), time (8) and kind (1), big-endian, at `offset`. With the predecessor's hash (32) in front and the
 * payload behind it is what a record's SHA-256 is taken over: all parts but the last have a fixed length, so no two records
 * share an encoding.
 */
export function writeHeader(to: Buffer, offset: number, seq: number, at: number, code: number): void {
  writeUint64(to, offset + SEQ, seq);
  writeUint64(to, offset + AT, at);
  to.writeUInt8(code, offset + KIND);
}

export function seqIn(from: Buffer, offset: number): number {
  return readUint64(from, offset + SEQ);
}

export function atIn(from: Buffer, offset: number): number {
  return readUint64(from, offset + AT);
}

export function kindCodeIn(from: Buffer, offset: number): number {
  return from.readUInt8(offset + KIND);
}

function writeUint64(to: Buffer, offset: number, value: number): void {
  to.writeUInt32BE(Math.floor(value / TWO_TO_32), offset);
  to.writeUInt32BE(value % TWO_TO_32, offset + 4);
}

function readUint64(from: Buffer, offset: number): number {
  return from.readUInt32BE(offset) * TWO_TO_32 + from.readUInt32BE(offset + 4);
}

/** Hashes records one after another in one buffer of its own. */
export class RecordHasher {
  /** Predecessor's hash, header, payload. */
  private readonly scratch = Buffer.alloc(HASH_BYTES + HEADER_BYTES + MAX_PAYLOAD_BYTES);
  /** Valid until the next call. */
  payload: Buffer = this.scratch.subarray(0, 0);

  /** Of a record whose header and payload lie in `frame` from `offset` on. */
  ofFrame(previous: Uint8Array, frame: Buffer, offset: number, length: number): Buffer {
    this.scratch.set(previous, 0);
    frame.copy(this.scratch, HASH_BYTES, offset, offset + length);
    return this.digest(HASH_BYTES + length);
  }

  /** @param bytes at most MAX_PAYLOAD_BYTES. */
  of(previous: Uint8Array, seq: number, at: number, code: number, bytes: Uint8Array): Buffer {
    this.scratch.set(previous, 0);
    writeHeader(this.scratch, HASH_BYTES, seq, at, code);
    this.scratch.set(bytes, HASH_BYTES + HEADER_BYTES);
    return this.digest(HASH_BYTES + HEADER_BYTES + bytes.length);
  }

  private digest(length: number): Buffer {
    this.payload = this.scratch.subarray(HASH_BYTES + HEADER_BYTES, length);
    // Half the time of asking for a buffer.
    return Buffer.from(hash('sha256', this.scratch.subarray(0, length), 'hex'), 'hex');
  }
}
