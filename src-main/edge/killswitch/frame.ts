import { timingSafeEqual } from 'node:crypto';
import { cobsDecode, cobsEncode } from './cobs.ts';
import { crc16 } from './crc16.ts';
import { SIPHASH_TAG_BYTES, siphash } from './siphash.ts';

/** One frame between the desk and its switch. On the wire: COBS of type, sequence, body, tag, CRC-16; then a zero. */
export interface Frame {
  readonly type: number;
  /** 32 bits; rises with every frame of a session, in each direction. */
  readonly sequence: number;
  /** At most {@link MAX_BODY_BYTES}. */
  readonly body: Uint8Array;
  /** {@link SIPHASH_TAG_BYTES}; zeros where there is nothing to prove. */
  readonly tag: Uint8Array;
}

/** What a tag is made with besides its frame. */
export interface Proof {
  /** Shared by the switch and its desk, 16 bytes. */
  readonly key: Uint8Array;
  /** The desk's, of this session. */
  readonly challenge: Uint8Array;
}

export type Direction = 'to-board' | 'to-host';

export const CHALLENGE_NONCE_BYTES = 8;
export const MAX_BODY_BYTES = 24;
const HEAD_BYTES = 5;
const CRC_BYTES = 2;
const OVERHEAD_BYTES = HEAD_BYTES + SIPHASH_TAG_BYTES + CRC_BYTES;
/** With COBS's code byte, without the zero. */
const MAX_ENCODED_BYTES = OVERHEAD_BYTES + MAX_BODY_BYTES + 1;
const DIRECTION_BYTE = { 'to-board': 0x48, 'to-host': 0x42 } as const;
const NO_TAG = new Uint8Array(SIPHASH_TAG_BYTES);

function headOf(type: number, sequence: number): Uint8Array {
  const head = new Uint8Array(HEAD_BYTES);
  head[0] = type;
  new DataView(head.buffer).setUint32(1, sequence, true);
  return head;
}

function tagOf(frame: Omit<Frame, 'tag'>, direction: Direction, { key, challenge }: Proof): Uint8Array {
  const head = headOf(frame.type, frame.sequence);
  return siphash(key, Buffer.concat([Uint8Array.of(DIRECTION_BYTE[direction]), head, challenge, frame.body]));
}

/** @param proof null for a frame that proves nothing. */
export function tagged(frame: Omit<Frame, 'tag'>, direction: Direction, proof: Proof | null): Frame {
  return { ...frame, tag: proof === null ? NO_TAG : tagOf(frame, direction, proof) };
}

export function isProven(frame: Frame, direction: Direction, proof: Proof): boolean {
  return timingSafeEqual(tagOf(frame, direction, proof), frame.tag);
}

/** @returns the frame's bytes on the wire, with the zero at the end. */
export function encodeFrame({ type, sequence, body, tag }: Frame): Uint8Array {
  const checked = Buffer.concat([headOf(type, sequence), body, tag]);
  const crc = crc16(checked);
  const encoded = cobsEncode(Buffer.concat([checked, Uint8Array.of(crc & 0xff, crc >> 8)]));
  return Buffer.concat([encoded, Uint8Array.of(0)]);
}

function decodeFrame(encoded: Uint8Array): Frame | null {
  const raw = cobsDecode(encoded);
  if (raw === null || raw.length < OVERHEAD_BYTES || raw.length > OVERHEAD_BYTES + MAX_BODY_BYTES) return null;
  const view = new DataView(raw.buffer);
  const bodyEnd = raw.length - CRC_BYTES - SIPHASH_TAG_BYTES;
  if (crc16(raw.subarray(0, -CRC_BYTES)) !== view.getUint16(raw.length - CRC_BYTES, true)) return null;
  return {
    type: view.getUint8(0),
    sequence: view.getUint32(1, true),
    body: raw.slice(HEAD_BYTES, bodyEnd),
    tag: raw.slice(bodyEnd, -CRC_BYTES),
  };
}

/** Cuts a stream of bytes into frames, and holds at most one. */
export class FrameReader {
  private readonly held = new Uint8Array(MAX_ENCODED_BYTES);
  private length = 0;
  private isTooLong = false;
  private badCount = 0;

  /** Frames that were not right in form or checksum. */
  get badFrames(): number {
    return this.badCount;
  }

  /** @returns the frames that `bytes` complete, right in form and checksum; their tags are not looked at. */
  take(bytes: Uint8Array): readonly Frame[] {
    const frames: Frame[] = [];
    for (const byte of bytes) {
      if (byte !== 0) this.hold(byte);
      else if (this.length > 0) {
        const frame = this.isTooLong ? null : decodeFrame(this.held.subarray(0, this.length));
        if (frame === null) this.badCount += 1;
        else frames.push(frame);
        this.length = 0;
        this.isTooLong = false;
      }
    }
    return frames;
  }

  private hold(byte: number): void {
    if (this.length === MAX_ENCODED_BYTES) this.isTooLong = true;
    else {
      this.held[this.length] = byte;
      this.length += 1;
    }
  }
}
