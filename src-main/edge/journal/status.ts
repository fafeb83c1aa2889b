/** What the writer says to the desk, in shared memory: the desk's loop reads it without a message. */
import { FAILURE_SLOT_BYTES, FailureSlot, type WorkerFailure } from '../../threads/failure-slot.ts';
import { StopFlag } from '../../threads/stop-flag.ts';

/** Low 32 bits of the last durable sequence number. */
const DURABLE = 0;
/** Counts every change, so that a waiter misses none. */
const CHANGES = 1;
const CLOSING = 2;
const COMMITS = 3;
/** How long the last group commit took, µs. */
const COMMIT_MICROS = 4;
const WORDS = 5;

const FAILURE_OFFSET = WORDS * Int32Array.BYTES_PER_ELEMENT;
const MAX_FAILURE_CHARS = 300;

/** 35 minutes: what a word holds. */
const MAX_COMMIT_MICROS = 2 ** 31 - 1;

export function createStatus(): SharedArrayBuffer {
  return new SharedArrayBuffer(FAILURE_OFFSET + FAILURE_SLOT_BYTES);
}

export class JournalStatus {
  private readonly words: Int32Array;
  private readonly slot: FailureSlot;
  private readonly stopFlag: StopFlag | undefined;

  /** @param stopFlag set with the first failure, by whichever thread finds it. */
  constructor(memory: SharedArrayBuffer, stopFlag?: SharedArrayBuffer) {
    this.stopFlag = stopFlag && new StopFlag(stopFlag);
    this.words = new Int32Array(memory, 0, WORDS);
    this.slot = new FailureSlot(memory, FAILURE_OFFSET);
  }

  /** @param seq what is durable when the journal is opened. */
  start(seq: number): void {
    Atomics.store(this.words, DURABLE, seq | 0);
  }

  /** Publishes the durable watermark after a commit that took `micros`. */
  publishDurable(seq: number, micros: number): void {
    Atomics.store(this.words, DURABLE, seq | 0);
    Atomics.store(this.words, COMMIT_MICROS, Math.min(micros, MAX_COMMIT_MICROS));
    Atomics.add(this.words, COMMITS, 1);
    this.changed();
  }

  /**
   * The durable watermark, given a sequence number at or after it.
   * @param lastSeq less than 2^32 after it: the ring's size sees to that.
   */
  durableSeq(lastSeq: number): number {
    return lastSeq - ((lastSeq - Atomics.load(this.words, DURABLE)) >>> 0);
  }

  /** Group commits since the journal was opened, modulo 2^32. */
  commits(): number {
    return Atomics.load(this.words, COMMITS) >>> 0;
  }

  /** How long the last group commit took, µs; 0 before the first. */
  lastCommitMicros(): number {
    return Atomics.load(this.words, COMMIT_MICROS);
  }

  /** Nothing after the durable watermark was acknowledged. Only the first failure counts. */
  fail({ code, text }: WorkerFailure): void {
    // Before anything else: the desk's own loop may be busy, and nothing that adds risk may leave any more.
    this.stopFlag?.set();
    if (this.slot.set({ code, text: text.slice(0, MAX_FAILURE_CHARS) })) this.changed();
  }

  get hasFailed(): boolean {
    return this.slot.isSet;
  }

  failure(): WorkerFailure | undefined {
    return this.slot.read();
  }

  askToClose(): void {
    Atomics.store(this.words, CLOSING, 1);
    Atomics.notify(this.words, CLOSING);
  }

  get isClosing(): boolean {
    return Atomics.load(this.words, CLOSING) === 1;
  }

  /** Blocks this thread until it is asked to close. */
  waitForClosing(): void {
    Atomics.wait(this.words, CLOSING, 0);
  }

  /** A number that {@link nextChange} takes: read it, then look at the watermark, then wait. */
  changes(): number {
    return Atomics.load(this.words, CHANGES);
  }

  /** Resolves once something was published after `seen`; at once when it was already. */
  async nextChange(seen: number): Promise<void> {
    await Atomics.waitAsync(this.words, CHANGES, seen).value;
  }

  /** Lets every waiter look around once more. */
  changed(): void {
    Atomics.add(this.words, CHANGES, 1);
    Atomics.notify(this.words, CHANGES);
  }
}
