import { closeSync, openSync } from 'node:fs';
import type { MarketInput } from '../../core/engine/input.ts';
import { framesIn, readHeader } from './block.ts';
import { BlockScanner } from './block-scanner.ts';
import { dayFiles, FILE_HEADER_BYTES, hasFileHeader } from './day-file.ts';
import { FrameDecoder } from './frame-codec.ts';
import { tickError } from './tick-error.ts';

/** One run of a desk, as the journal knows it. */
export interface TickSegment {
  /** Sequence number of the start or restart input that began it. */
  readonly firstSeq: number;
  /** What came from here on is void: the next restart's sequence number, or one after the last input. */
  readonly endSeq: number;
}

/** A place where ticks are missing. Replay meets the missing sequence numbers by itself. */
export interface TickDamage {
  readonly file: string;
  readonly offset: number;
  readonly problem: string;
}

/**
 * The frames of `segments` in the order of their sequence numbers, with one block in memory. A frame may be reused by the next
 * one: copy what is to be kept. What no segment claims is left out; what is damaged too, and is told. Beside a running desk it
 * reads what was written when it came to the file, and may tell a block that is just being written as damage.
 * @throws TickError when a file is not the desk's, of a later version, or cannot be read.
 */
export function* readTicks(
  directory: string,
  segments: readonly TickSegment[],
  onDamage: (damage: TickDamage) => void = () => {},
): Generator<MarketInput, void, undefined> {
  const reader = new SegmentReader(segments);
  for (const file of dayFiles(directory)) yield* reader.read(file, onDamage);
}

class SegmentReader {
  private readonly endSeqOf: ReadonlyMap<number, number>;
  private readonly decoder = new FrameDecoder();
  private lastSeq = 0;

  constructor(segments: readonly TickSegment[]) {
    this.endSeqOf = new Map(segments.map(({ firstSeq, endSeq }) => [firstSeq, endSeq]));
  }

  *read(file: string, onDamage: (damage: TickDamage) => void): Generator<MarketInput, void, undefined> {
    const descriptor = open(file);
    try {
      const scanner = new BlockScanner(descriptor, FILE_HEADER_BYTES, (damage) => onDamage({ file, ...damage }));
      while (scanner.next()) {
        const { segment, firstSeq } = readHeader(scanner.block);
        const endSeq = this.endSeqOf.get(segment) ?? 0;
        if (firstSeq >= endSeq) continue;
        const { offset } = scanner;
        const problem = yield* this.frames(scanner.block, endSeq);
        if (problem !== undefined) onDamage({ file, offset, problem });
      }
    } finally {
      closeSync(descriptor);
    }
  }

  /** @returns what is wrong with the block though its checksum is right. */
  private *frames(block: Buffer, endSeq: number): Generator<MarketInput, string | undefined, undefined> {
    const { count, firstSeq } = readHeader(block);
    if (firstSeq <= this.lastSeq) return `a block begins with frame ${firstSeq} after frame ${this.lastSeq}`;
    const frames = framesIn(block);
    if (frames === undefined) return 'a block cannot be decompressed';
    this.decoder.load(frames);
    for (let index = 0; index < count; index += 1) {
      const frame = this.decoder.next();
      if (frame === undefined) return 'a block holds fewer frames than it says';
      if (frame.seq >= endSeq) return undefined;
      this.lastSeq = frame.seq;
      yield frame;
    }
    return undefined;
  }
}

function open(file: string): number {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, 'r');
    hasFileHeader(descriptor, file);
    return descriptor;
  } catch (error) {
    if (descriptor !== undefined) closeSync(descriptor);
    throw tickError(error, file);
  }
}
