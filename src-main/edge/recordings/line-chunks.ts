import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { GzipError, gunzipped } from './gunzip.ts';

/** Read at a time from a plain file: large enough that its overhead vanishes, small enough to stay in the cache. */
const CHUNK_BYTES = 256 * 1024;
/** A line that is longer is no frame of any venue. */
export const MAX_LINE_BYTES = 16 * 1024 * 1024;
/** Kept of a line that is longer than that: enough to recognise it by. */
const KEPT_BYTES = 60;
const NEWLINE = 0x0a;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** Whole lines, each ended by a newline; `bytes` may be reused after the next read. */
export interface LineChunk {
  readonly bytes: Buffer;
  readonly length: number;
  /** These are but the first bytes of one line that is longer than {@link MAX_LINE_BYTES}. */
  readonly isCut: boolean;
}

/** The file could not be read to its end. What came before was delivered. */
export class TruncatedFileError extends Error {
  override readonly name = 'TruncatedFileError';
}

/**
 * The lines of a file, gzipped or plain, in chunks and never whole in memory. A last line without a newline counts, a byte
 * order mark does not.
 * @throws TruncatedFileError after the last whole line of a broken gzip; the file system's own error when it cannot be read.
 */
export async function* lineChunks(path: string): AsyncGenerator<LineChunk> {
  const file = await open(path);
  /** The line that has not ended yet, and its length; beyond the limit only its beginning is held. */
  let held: Buffer[] = [];
  let heldBytes = 0;
  try {
    let isStart = true;
    for await (const read of await unpackedBytes(path, file)) {
      const part = isStart ? withoutMark(read) : read;
      isStart = false;
      const length = part.lastIndexOf(NEWLINE) + 1;
      if (length === 0) {
        heldBytes += part.length;
        if (heldBytes <= MAX_LINE_BYTES || held.length === 0) held.push(part);
        continue;
      }
      const firstEnd = held.length === 0 ? 0 : part.indexOf(NEWLINE);
      if (heldBytes + firstEnd > MAX_LINE_BYTES) {
        yield cut(held[0]);
        if (firstEnd + 1 < length) yield whole([part.subarray(firstEnd + 1, length)]);
      } else yield whole([...held, part.subarray(0, length)]);
      held = length < part.length ? [part.subarray(length)] : [];
      heldBytes = part.length - length;
    }
  } catch (error) {
    if (!(error instanceof GzipError)) throw error;
    if (heldBytes > MAX_LINE_BYTES) yield cut(held[0]);
    throw new TruncatedFileError(`the gzip data ends or breaks here (${error.message})`);
  } finally {
    await file.close();
  }
  if (heldBytes > MAX_LINE_BYTES) yield cut(held[0]);
  else if (heldBytes > 0) yield whole([...held, Buffer.of(NEWLINE)]);
}

function whole(parts: readonly Buffer[]): LineChunk {
  const bytes = parts.length === 1 ? parts[0] : Buffer.concat(parts);
  return { bytes, length: bytes.length, isCut: false };
}

function cut(beginning: Buffer): LineChunk {
  return { ...whole([beginning.subarray(0, KEPT_BYTES), Buffer.of(NEWLINE)]), isCut: true };
}

function withoutMark(bytes: Buffer): Buffer {
  const { length } = BYTE_ORDER_MARK;
  return bytes.subarray(0, length).equals(BYTE_ORDER_MARK) ? bytes.subarray(length) : bytes;
}

async function unpackedBytes(path: string, file: FileHandle): Promise<AsyncIterable<Buffer>> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
  if (bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b) return gunzipped(file);
  return createReadStream(path, { highWaterMark: CHUNK_BYTES });
}
