/** What the worker says to the desk, in shared memory: the desk's loop reads it without a message. */
import { FAILURE_SLOT_BYTES, FailureSlot, type WorkerFailure } from '../../threads/failure-slot.ts';

const CLOSING = 0;
/** A multiple of two: the counters behind them are 8 bytes each. */
const WORDS = 2;

const LAST_SEQ = 0;
const FRAMES = 1;
const BLOCKS = 2;
const BYTES = 3;
const RAW_BYTES = 4;
const CUT_BYTES = 5;
const COUNTERS = 6;

const COUNTERS_OFFSET = WORDS * Int32Array.BYTES_PER_ELEMENT;
const FAILURE_OFFSET = COUNTERS_OFFSET + COUNTERS * BigInt64Array.BYTES_PER_ELEMENT;

/** What was written since the start. */
export interface TickCounters {
  readonly frames: number;
  readonly blocks: number;
  /** As they are on disk. */
  readonly bytes: number;
  /** Of the frames, before compression. */
  readonly rawBytes: number;
  /** Cut off the ends of files: what a crash left of a block. */
  readonly cutBytes: number;
}

export function createStatus(): SharedArrayBuffer {
  return new SharedArrayBuffer(FAILURE_OFFSET + FAILURE_SLOT_BYTES);
}

export class TickStatus {
  private readonly words: Int32Array;
  private readonly counters: BigInt64Array;
  private readonly slot: FailureSlot;

  constructor(memory: SharedArrayBuffer) {
    this.words = new Int32Array(memory, 0, WORDS);
    this.counters = new BigInt64Array(memory, COUNTERS_OFFSET, COUNTERS);
    this.slot = new FailureSlot(memory, FAILURE_OFFSET);
  }

  /** Counts one block that was written. */
  wrote(frames: number, lastSeq: number, bytes: number, rawBytes: number): void {
    Atomics.store(this.counters, LAST_SEQ, BigInt(lastSeq));
    this.add(FRAMES, frames);
    this.add(BLOCKS, 1);
    this.add(BYTES, bytes);
    this.add(RAW_BYTES, rawBytes);
  }

  cut(bytes: number): void {
    this.add(CUT_BYTES, bytes);
  }

  written(): TickCounters {
    return {
      frames: this.read(FRAMES),
      blocks: this.read(BLOCKS),
      bytes: this.read(BYTES),
      rawBytes: this.read(RAW_BYTES),
      cutBytes: this.read(CUT_BYTES),
    };
  }

  /** Sequence number of the last frame that was written; 0 before the first. */
  lastSeq(): number {
    return this.read(LAST_SEQ);
  }

  /** Only the first failure counts. */
  fail(code: string, text: string): void {
    this.slot.set({ code, text });
  }

  get hasFailed(): boolean {
    return this.slot.isSet;
  }

  /** Why no more ticks are written. */
  failure(): WorkerFailure | undefined {
    return this.slot.read();
  }

  askToClose(): void {
    Atomics.store(this.words, CLOSING, 1);
  }

  get isClosing(): boolean {
    return Atomics.load(this.words, CLOSING) === 1;
  }

  private add(counter: number, amount: number): void {
    Atomics.add(this.counters, counter, BigInt(amount));
  }

  private read(counter: number): number {
    return Number(Atomics.load(this.counters, counter));
  }
}
