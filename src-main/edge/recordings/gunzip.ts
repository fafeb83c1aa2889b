import type { FileHandle } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';

/** Compressed bytes unpacked at a time. Deflate packs at most 1032 : 1, so no step unpacks to more than about 17 MB. */
const PACKED_BYTES = 16 * 1024;
/** Read at a time. A step that need not wait for the disk starts at once, and so runs while the consumer works. */
const BLOCK_BYTES = 32 * PACKED_BYTES;
/** Room for several steps of market data, so that a step is hardly ever interrupted by a full buffer. */
const UNPACKED_BYTES = 1024 * 1024;

/** The gzip data ends too early, or is no gzip data from some byte on. */
export class GzipError extends Error {
  override readonly name = 'GzipError';
}

interface Step {
  readonly bytes: readonly Buffer[];
  readonly error: Error | null;
  readonly ended: boolean;
}

/** zlib, a step at a time. A Node stream drops what it has buffered when it breaks; here a step keeps its output beside its error. */
class Unpacker {
  private readonly gunzip = createGunzip({ chunkSize: UNPACKED_BYTES });
  private bytes: Buffer[] = [];
  private error: Error | null = null;
  private ended = false;
  private settle: () => void = () => {};

  constructor() {
    // Never paused, so that nothing waits in the stream's own buffer: the next step is what holds it back.
    this.gunzip.on('data', (part: Buffer) => this.bytes.push(part));
    this.gunzip.on('error', (error) => {
      this.error = error;
      this.settle();
    });
    this.gunzip.on('end', () => {
      this.ended = true;
      this.settle();
    });
  }

  /** Unpacks these bytes in the thread pool. Never rejects. */
  write(packed: Uint8Array): Promise<Step> {
    return this.step((done) => this.gunzip.write(packed, done));
  }

  /** There are no more bytes: an error when there should be. */
  end(): Promise<Step> {
    return this.step(() => this.gunzip.end());
  }

  close(): void {
    this.gunzip.destroy();
  }

  private async step(start: (done: () => void) => void): Promise<Step> {
    await new Promise<void>((resolve) => {
      this.settle = resolve;
      start(resolve);
    });
    const { bytes, error, ended } = this;
    this.bytes = [];
    return { bytes, error, ended };
  }
}

/**
 * What a gzip file unpacks to. While the consumer works on one part, the next is read and unpacked in the thread pool.
 * @throws GzipError after the last byte that comes before a break; the file system's own error.
 */
export async function* gunzipped(file: FileHandle): AsyncGenerator<Buffer> {
  const unpacker = new Unpacker();
  let block: Buffer = Buffer.alloc(0);
  let position = 0;
  let delivered = 0;
  const nextStep = async (): Promise<Step> => {
    try {
      if (block.length === 0) {
        const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(BLOCK_BYTES), 0, BLOCK_BYTES, position);
        if (bytesRead === 0) return await unpacker.end();
        block = buffer.subarray(0, bytesRead);
      }
      const packed = block.subarray(0, PACKED_BYTES);
      block = block.subarray(packed.length);
      const step = await unpacker.write(packed);
      if (step.error === null) position += packed.length;
      return step;
    } catch (error) {
      return { bytes: [], error: error as Error, ended: false };
    }
  };
  try {
    let underWay = nextStep();
    for (;;) {
      const { bytes, error, ended } = await underWay;
      if (error === null && !ended) underWay = nextStep();
      for (const part of bytes) {
        delivered += part.length;
        yield part;
      }
      if (error !== null) {
        if (!isZlibError(error)) throw error;
        yield* upToBreak(file, position, delivered);
        throw new GzipError(error.message);
      }
      if (ended) return;
    }
  } finally {
    unpacker.close();
  }
}

/**
 * What is still to be had from a broken file. zlib gives nothing of a step in which it fails, so the file is unpacked once more
 * and from `position` on, where the broken step began, a byte at a time. The first `delivered` bytes are left out.
 */
async function* upToBreak(file: FileHandle, position: number, delivered: number): AsyncGenerator<Buffer> {
  const unpacker = new Unpacker();
  const packed = Buffer.allocUnsafe(PACKED_BYTES);
  let skip = delivered;
  const fresh = (parts: readonly Buffer[]): Buffer => {
    const bytes = Buffer.concat(parts);
    const skipped = Math.min(skip, bytes.length);
    skip -= skipped;
    return bytes.subarray(skipped);
  };
  try {
    for (let at = 0; at < position; ) {
      const { bytesRead } = await file.read(packed, 0, Math.min(PACKED_BYTES, position - at), at);
      if (bytesRead === 0) return;
      const { bytes } = await unpacker.write(packed.subarray(0, bytesRead));
      fresh(bytes);
      at += bytesRead;
    }
    const { bytesRead } = await file.read(packed, 0, PACKED_BYTES, position);
    const parts: Buffer[] = [];
    for (let index = 0; index < bytesRead; index += 1) {
      const { bytes, error } = await unpacker.write(packed.subarray(index, index + 1));
      parts.push(...bytes);
      if (error !== null) break;
    }
    const rest = fresh(parts);
    if (rest.length > 0) yield rest;
  } finally {
    unpacker.close();
  }
}

function isZlibError(error: Error): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && code.startsWith('Z_');
}
