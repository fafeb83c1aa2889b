import { fstatSync, readSync } from 'node:fs';
import { BLOCK_HEADER_BYTES, blockLength, isSound, MARKER, MAX_BLOCK_BYTES } from './block.ts';

const WINDOW_BYTES = 2 * MAX_BLOCK_BYTES;

interface BlockDamage {
  /** Where in the file the next block was due. */
  readonly offset: number;
  readonly problem: string;
}

/** Walks through the blocks of a file, as long as it is when the walk begins, with one window of it in memory. */
export class BlockScanner {
  private readonly descriptor: number;
  private readonly size: number;
  private readonly onDamage: (damage: BlockDamage) => void;
  private readonly window: Buffer;
  private windowAt = 0;
  private windowLength = 0;
  private position: number;
  /** The block that `next` found. Valid until it is called again. */
  block: Buffer;
  offset = 0;
  /** Where the last sound block ends. */
  soundEnd: number;

  /** @param start offset of the first block. */
  constructor(descriptor: number, start: number, onDamage: (damage: BlockDamage) => void) {
    this.descriptor = descriptor;
    this.size = fstatSync(descriptor).size;
    this.window = Buffer.alloc(Math.min(WINDOW_BYTES, this.size));
    this.block = this.window.subarray(0, 0);
    this.onDamage = onDamage;
    this.position = start;
    this.soundEnd = start;
  }

  /** Moves on to the next sound block; what lies before it is told as damage. @returns false when there is none. */
  next(): boolean {
    if (this.position >= this.size) return false;
    const due = this.position;
    const problem = this.problemAt(due);
    if (problem === undefined) return true;
    let candidate = this.find(due + 1);
    while (candidate !== undefined && this.problemAt(candidate) !== undefined) candidate = this.find(candidate + 1);
    if (candidate === undefined) this.position = this.size;
    this.onDamage({ offset: due, problem });
    return candidate !== undefined;
  }

  /** Why no sound block begins at `offset`; undefined when one does: then it is the current one. */
  private problemAt(offset: number): string | undefined {
    const header = this.view(offset, BLOCK_HEADER_BYTES);
    if (header === undefined) return 'the file ends within a block';
    const length = blockLength(header);
    if (length === undefined) return 'no block begins where one should';
    const block = this.view(offset, length);
    if (block === undefined) return 'the file ends within a block';
    if (!isSound(block)) return "a block's checksum does not match";
    this.block = block;
    this.offset = offset;
    this.soundEnd = offset + length;
    this.position = this.soundEnd;
    return undefined;
  }

  /** Where the next marker is, from `offset` on. */
  private find(offset: number): number | undefined {
    for (let from = offset; this.view(from, MARKER.length) !== undefined; ) {
      const found = this.window.subarray(0, this.windowLength).indexOf(MARKER, from - this.windowAt);
      if (found >= 0) return this.windowAt + found;
      // A marker may lie across the window's end.
      from = this.windowAt + this.windowLength - MARKER.length + 1;
    }
    return undefined;
  }

  /** These bytes of the file; undefined when it ends before. */
  private view(offset: number, length: number): Buffer | undefined {
    if (offset + length > this.size) return undefined;
    if (offset < this.windowAt || offset + length > this.windowAt + this.windowLength) this.fill(offset);
    const from = offset - this.windowAt;
    return from + length > this.windowLength ? undefined : this.window.subarray(from, from + length);
  }

  private fill(offset: number): void {
    this.windowAt = offset;
    this.windowLength = 0;
    const wanted = Math.min(this.window.length, this.size - offset);
    while (this.windowLength < wanted) {
      const { windowLength: at } = this;
      const read = readSync(this.descriptor, this.window, at, wanted - at, offset + at);
      if (read === 0) return;
      this.windowLength += read;
    }
  }
}
