import { closeSync, mkdirSync, openSync } from 'node:fs';
import type { RingConsumer } from '../../threads/ring.ts';
import { BlockBuilder } from './block.ts';
import { DayFile, dayFile, dayFiles, dayOf, hasFileHeader, ticksFolder } from './day-file.ts';
import { atOf } from './frame-codec.ts';
import type { TickStatus } from './status.ts';
import { codeOf, TickError, tickError } from './tick-error.ts';

/** How much a loss of power may take, besides the last block. */
/** How long frames may wait for company: a larger block costs less, and the desk pays for no wake-up. */
const DOZE_MS = 5;
const SYNC_EVERY_MS = 1_000;

/**
 * Takes frames out of the ring and appends them to the file of their day, block by block. It gives the ring's room back only when
 * a block is written. Whatever goes wrong ends the writing, not the desk: the failure is published, and what comes then is dropped.
 */
export class TickWriter {
  private readonly directory: string;
  private readonly ring: RingConsumer;
  private readonly status: TickStatus;
  private readonly block: BlockBuilder;
  private file: DayFile | undefined;
  private isSynced = true;
  private syncedMs = performance.now();

  /**
   * Makes the folder if there is none, looks at all its files' headers, and cuts what a crash left at the newest one's end.
   * @param segment sequence number of this run's start or restart input.
   * @throws TickError when a file or the folder is refused.
   */
  constructor(directory: string, segment: number, ring: RingConsumer, status: TickStatus) {
    this.directory = directory;
    this.ring = ring;
    this.status = status;
    this.block = new BlockBuilder(segment);
    makeFolder(directory);
    const files = dayFiles(directory);
    for (const path of files) checkHeader(path);
    const newest = files.at(-1);
    if (newest !== undefined) this.file = this.open(newest);
    const { lastSegment = 0 } = this.file ?? {};
    if (newest !== undefined && lastSegment >= segment) {
      this.close();
      throw new TickError({
        file: newest,
        problem: `it holds ticks of a run that began with input ${lastSegment}, and this one begins with ${segment}: they belong to another journal`,
        remedy: 'Put back the journal that it belongs to, or move the folder of ticks away',
      });
    }
  }

  /** Works until it is asked to close. Blocks this thread while there is nothing to do. */
  run(): void {
    for (;;) {
      const seen = this.ring.wakes();
      // What was offered before the request to close is in the ring by now.
      const { isClosing } = this.status;
      const wrote = this.drain();
      if (isClosing && !wrote) break;
      if (!this.isSynced && performance.now() - this.syncedMs >= SYNC_EVERY_MS) this.attempt(() => this.sync());
      if (!wrote) this.ring.doze(seen, DOZE_MS);
    }
    this.finish();
  }

  /** Writes one block of what the ring holds. @returns false when it held nothing. */
  drain(): boolean {
    const { ring, block } = this;
    block.clear();
    while (!block.isFull && ring.next()) block.add(ring.bytes, ring.offset, ring.length);
    if (block.count === 0) return false;
    this.attempt(() => this.write());
    // After a failure the room is given back too: the journal waits for it before each of its commits.
    ring.release();
    return true;
  }

  /** Leaves everything on disk. */
  finish(): void {
    this.attempt(() => this.sync());
    this.close();
  }

  private write(): void {
    const { block, status } = this;
    const file = this.fileOf(dayFile(this.directory, dayOf(atOf(block.frames, 0))));
    const bytes = block.seal();
    file.append(bytes);
    this.isSynced = false;
    status.wrote(block.count, block.lastSeq, bytes.length, block.rawLength);
  }

  private fileOf(path: string): DayFile {
    if (this.file?.path === path) return this.file;
    this.sync();
    this.close();
    this.file = this.open(path);
    return this.file;
  }

  private open(path: string): DayFile {
    try {
      const file = DayFile.open(path);
      this.status.cut(file.cutBytes);
      return file;
    } catch (error) {
      throw tickError(error, path);
    }
  }

  private sync(): void {
    if (!this.isSynced) this.file?.sync();
    this.isSynced = true;
    this.syncedMs = performance.now();
  }

  private close(): void {
    this.file?.close();
    this.file = undefined;
  }

  private attempt(work: () => void): void {
    if (this.status.hasFailed) return;
    try {
      work();
    } catch (error) {
      const { message } = tickError(error, this.file?.path ?? ticksFolder(this.directory));
      this.status.fail(codeOf(error) || 'ERROR', `no more ticks are written: ${message}`);
      // Nothing is left to sync.
      this.isSynced = true;
    }
  }
}

function makeFolder(directory: string): void {
  const folder = ticksFolder(directory);
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw tickError(error, folder);
  }
}

function checkHeader(path: string): void {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, 'r');
    hasFileHeader(descriptor, path);
  } catch (error) {
    throw tickError(error, path);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
