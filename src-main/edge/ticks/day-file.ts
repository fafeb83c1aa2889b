import {
  closeSync,
  constants,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { MICROS_PER_MS, type Micros } from '../../../src-shared/domain/time.ts';
import { readHeader } from './block.ts';
import { BlockScanner } from './block-scanner.ts';
import { codeOf, TickError, tickError } from './tick-error.ts';

const MAGIC = Buffer.from('ILTICKS\n');
/** 2 knows mark prices. */
export const FORMAT_VERSION = 2;
/** Magic and version. The first block begins here. */
export const FILE_HEADER_BYTES = MAGIC.length + 4;

const NAME = /^\d{4}-\d{2}-\d{2}\.ticks$/;

export function ticksFolder(directory: string): string {
  return join(directory, 'ticks');
}

/** The UTC day, e.g. `2026-11-22`. */
export function dayOf(at: Micros): string {
  return new Date(at / MICROS_PER_MS).toISOString().slice(0, 10);
}

export function dayFile(directory: string, day: string): string {
  return join(ticksFolder(directory), `${day}.ticks`);
}

/** Paths of all day files, oldest first; none when the folder does not exist. @throws TickError when it cannot be read. */
export function dayFiles(directory: string): string[] {
  const folder = ticksFolder(directory);
  try {
    return readdirSync(folder)
      .filter((name) => NAME.test(name))
      .sort()
      .map((name) => join(folder, name));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw tickError(error, folder);
  }
}

/**
 * Whether the file has its header; false when it ends within it, as a crash can leave it.
 * @throws TickError when it is another program's, or of a later version.
 */
export function hasFileHeader(descriptor: number, file: string): boolean {
  const header = Buffer.alloc(FILE_HEADER_BYTES);
  const length = readSync(descriptor, header, 0, header.length, 0);
  const begin = Math.min(length, MAGIC.length);
  if (!header.subarray(0, begin).equals(MAGIC.subarray(0, begin))) {
    throw new TickError({
      file,
      problem: 'it is not a file of ticks that Interlock wrote',
      remedy: 'Move it away, or choose another folder',
    });
  }
  if (length < FILE_HEADER_BYTES) return false;
  const version = header.readUInt32LE(MAGIC.length);
  if (version < 1 || version > FORMAT_VERSION) {
    throw new TickError({
      file,
      problem: `its format is ${version}, and this desk knows 1 to ${FORMAT_VERSION}`,
      remedy: 'Open it with the version of Interlock that wrote it',
    });
  }
  return true;
}

/** One day's file, open for appending. */
export class DayFile {
  readonly path: string;
  /** Segment of the last sound block that it held when it was opened; 0 when there was none. */
  readonly lastSegment: number;
  /** Bytes that were cut off its end when it was opened: what a crash left of a block. */
  readonly cutBytes: number;
  private readonly descriptor: number;
  private end: number;

  /**
   * Opens the file or makes it, looks at every block, and cuts off what follows the last sound one. A damaged block before that
   * stays: what lies behind it is still good.
   * @throws TickError when the file is not the desk's, or the file system's error.
   */
  static open(path: string): DayFile {
    const descriptor = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o644);
    try {
      return new DayFile(path, descriptor);
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
  }

  private constructor(path: string, descriptor: number) {
    this.path = path;
    this.descriptor = descriptor;
    const { size } = fstatSync(descriptor);
    let lastSegment = 0;
    if (hasFileHeader(descriptor, path)) {
      const scanner = new BlockScanner(descriptor, FILE_HEADER_BYTES, () => {});
      while (scanner.next()) lastSegment = readHeader(scanner.block).segment;
      this.end = scanner.soundEnd;
      this.cutBytes = size - this.end;
      if (this.cutBytes > 0) ftruncateSync(descriptor, this.end);
      // From here on it may hold what an earlier version does not know.
      writeSync(descriptor, fileHeader(), 0, FILE_HEADER_BYTES, 0);
    } else {
      this.end = 0;
      this.cutBytes = size;
      this.append(fileHeader());
      fsyncSync(descriptor);
    }
    this.lastSegment = lastSegment;
  }

  /** By one write. What fits only in part is taken back. @throws the file system's error. */
  append(bytes: Buffer): void {
    try {
      // A disk that fills up takes a part, and says why at the second attempt.
      for (let written = 0; written < bytes.length; ) {
        written += writeSync(this.descriptor, bytes, written, bytes.length - written, this.end + written);
      }
      this.end += bytes.length;
    } catch (error) {
      this.takeBack();
      throw error;
    }
  }

  sync(): void {
    fdatasyncSync(this.descriptor);
  }

  close(): void {
    closeSync(this.descriptor);
  }

  private takeBack(): void {
    try {
      ftruncateSync(this.descriptor, this.end);
    } catch {
      // Then whoever opens the file next cuts it.
    }
  }
}

function fileHeader(): Buffer {
  const header = Buffer.alloc(FILE_HEADER_BYTES);
  header.set(MAGIC);
  header.writeUInt32LE(FORMAT_VERSION, MAGIC.length);
  return header;
}
