import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** Read and unpacked at a time: large enough that its overhead vanishes, small enough to stay in the cache. */
const CHUNK_BYTES = 256 * 1024;
/** A line that is longer is no frame of any venue. */
const MAX_LINE_BYTES = 16 * 1024 * 1024;
const NEWLINE = 0x0a;

/** Whole lines, each ended by a newline; `bytes` may be reused after the next read. */
export interface LineChunk {
  readonly bytes: Buffer;
  readonly length: number;
}

/** The file could not be read to its end. What came before was delivered. */
export class TruncatedFileError extends Error {
  override readonly name = 'TruncatedFileError';
}

/**
 * The lines of a file, gzipped or plain, in chunks and never whole in memory. A last line without a newline counts.
 * @throws TruncatedFileError after the last good line of a broken gzip, or when a line never ends;
 * the file system's own error when there is no such file.
 */
export async function* lineChunks(path: string): AsyncGenerator<LineChunk> {
  const source = await openBytes(path);
  let rest: Buffer = Buffer.alloc(0);
  try {
    for await (const part of source) {
      const bytes: Buffer = rest.length === 0 ? (part as Buffer) : Buffer.concat([rest, part as Buffer]);
      const length = bytes.lastIndexOf(NEWLINE) + 1;
      if (length > 0) yield { bytes, length };
      rest = bytes.subarray(length);
      if (rest.length > MAX_LINE_BYTES) throw new TruncatedFileError(`a line is longer than ${MAX_LINE_BYTES} bytes`);
    }
  } catch (error) {
    throw isGzipError(error) ? new TruncatedFileError(`the gzip data ends or breaks here (${error.message})`) : error;
  }
  if (rest.length > 0) yield { bytes: Buffer.concat([rest, Buffer.of(NEWLINE)]), length: rest.length + 1 };
}

async function openBytes(path: string): Promise<Readable> {
  const gzip = await isGzip(path);
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  if (!gzip) return file;
  const unpacked = createGunzip({ chunkSize: CHUNK_BYTES });
  file.on('error', (error) => unpacked.destroy(error));
  return file.pipe(unpacked);
}

async function isGzip(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await file.close();
  }
}

function isGzipError(error: unknown): error is Error & { code: string } {
  const code = (error as { code?: unknown }).code;
  return error instanceof Error && typeof code === 'string' && code.startsWith('Z_');
}
