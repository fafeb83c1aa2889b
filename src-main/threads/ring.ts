/**
 * A bounded queue of byte records between one producing and one consuming thread, in shared memory. The producer never blocks.
 *
 * Records come in turns: staged ones are invisible until their turn is published, and the last one of a turn is marked.
 * They lie one after another in 4-byte steps: a length, then the bytes. One that would pass the end starts at the front
 * instead, and a mark says so. Positions only grow (modulo 2^32), so a full ring and an empty one differ.
 */

/** Positions in the control words. */
const HEAD = 0;
const TAIL = 1;
const SLEEPING = 2;
/** Counts what a sleeping consumer is woken for. */
const WAKES = 3;
const CONTROL_WORDS = 4;

const CONTROL_BYTES = CONTROL_WORDS * Int32Array.BYTES_PER_ELEMENT;
const LENGTH_BYTES = 4;
/** In place of a length: the next record is at the front. */
const WRAP = -1;
/** Set in the length of the last record of a turn; above every length. */
const TURN_END = 2 ** 30;

/** Bytes that only records with `reserved` may use: what must be said when the ring is full. */
export const RESERVED_BYTES = 16 * 1024;
const MIN_CAPACITY = 64 * 1024;
const MAX_CAPACITY = 2 ** 30;

/** @param capacity bytes, a power of two from 64 KiB to 1 GiB. */
export function createRing(capacity: number): SharedArrayBuffer {
  const isPowerOfTwo = Number.isInteger(Math.log2(capacity));
  if (!isPowerOfTwo || capacity < MIN_CAPACITY || capacity > MAX_CAPACITY) {
    throw new RangeError(`a ring of ${capacity} bytes: its size must be a power of two from 64 KiB to 1 GiB`);
  }
  return new SharedArrayBuffer(CONTROL_BYTES + capacity);
}

/** Longest record that a ring of `capacity` takes: a quarter, so that with the bytes skipped at the end it always fits an empty one. */
export function maxRecordBytes(capacity: number): number {
  return capacity / 4 - LENGTH_BYTES;
}

/** Longest record that the reserved part is sure to take, whatever is skipped at the end. */
export const MAX_RESERVED_RECORD_BYTES = RESERVED_BYTES / 2 - LENGTH_BYTES;

function frameBytes(length: number): number {
  return LENGTH_BYTES + Math.ceil(length / 4) * 4;
}

export class RingProducer {
  /** Bytes of the whole ring, the reserved part included. */
  readonly capacity: number;
  private readonly control: Int32Array;
  private readonly words: Int32Array;
  private readonly bytes: Buffer;
  /** Where the consumer may read to. */
  private published: number;
  /** Where the next record goes: ahead of `published` while a turn is staged. */
  private head: number;
  /** Index of the length of the record that was staged last. */
  private lastLength = 0;

  constructor(memory: SharedArrayBuffer) {
    this.control = new Int32Array(memory, 0, CONTROL_WORDS);
    this.words = new Int32Array(memory, CONTROL_BYTES);
    this.bytes = Buffer.from(memory, CONTROL_BYTES);
    this.capacity = this.bytes.length;
    this.head = Atomics.load(this.control, HEAD);
    this.published = this.head;
  }

  /** Bytes that wait for the consumer, and those staged. */
  get usedBytes(): number {
    return (this.head - Atomics.load(this.control, TAIL)) | 0;
  }

  /**
   * Bytes that may still be staged without `reserved`; 0 once the reserved part is in use. A record takes its length, rounded up
   * to 4, and 4 more; and one that would pass the ring's end costs less than twice that.
   */
  get freeBytes(): number {
    return Math.max(0, this.capacity - RESERVED_BYTES - this.usedBytes);
  }

  /** Whether records are staged that were neither published nor discarded. */
  get isStaging(): boolean {
    return this.head !== this.published;
  }

  /**
   * Copies the first `length` bytes of `record` in, unseen by the consumer until {@link publish}.
   * @param reserved whether the part for last messages may be used. @returns false when there is no room: nothing has changed.
   * @throws RangeError for a record that no ring of this size takes.
   */
  stage(record: Buffer, length: number, reserved = false): boolean {
    if (length > maxRecordBytes(this.capacity)) {
      throw new RangeError(
        `a record of ${length} bytes: a ring of ${this.capacity} takes ${maxRecordBytes(this.capacity)}`,
      );
    }
    const needed = frameBytes(length);
    const offset = this.head & (this.capacity - 1);
    const skipped = offset + needed > this.capacity ? this.capacity - offset : 0;
    const limit = reserved ? this.capacity : this.capacity - RESERVED_BYTES;
    if (this.usedBytes + skipped + needed > limit) return false;
    if (skipped > 0) this.words[offset / 4] = WRAP;
    const start = skipped > 0 ? 0 : offset;
    this.words[start / 4] = length;
    this.lastLength = start / 4;
    record.copy(this.bytes, start + LENGTH_BYTES, 0, length);
    this.head = (this.head + skipped + needed) | 0;
    return true;
  }

  /** Ends the turn: hands over at once all that is staged, and wakes the consumer. Does nothing when nothing is staged. */
  publish(): void {
    if (!this.isStaging) return;
    this.words[this.lastLength] = (this.words[this.lastLength] ?? 0) | TURN_END;
    this.published = this.head;
    Atomics.store(this.control, HEAD, this.head);
    if (Atomics.load(this.control, SLEEPING) === 1) wake(this.control);
  }

  /** Forgets all that is staged. */
  discard(): void {
    this.head = this.published;
  }

  /** A turn of one record: {@link stage} and {@link publish}. @throws Error when a turn is staged already. */
  offer(record: Buffer, length: number, reserved = false): boolean {
    if (this.isStaging) throw new Error('a record of its own within a turn that is not published');
    if (!this.stage(record, length, reserved)) return false;
    this.publish();
    return true;
  }

  /** Blocks this thread until the consumer has taken something, or for `timeoutMs`. For virtual time only: a live desk never waits. */
  waitForRoom(timeoutMs: number): void {
    const tail = Atomics.load(this.control, TAIL);
    if (tail === this.published) return;
    // It may doze.
    wake(this.control);
    Atomics.wait(this.control, TAIL, tail, timeoutMs);
  }
}

/** `next` walks ahead through what is there; `release` gives all that was walked over back to the producer. */
export class RingConsumer {
  /** The memory that `offset` and `length` point into. */
  readonly bytes: Buffer;
  /** Where the record that `next` found begins, and its length. */
  offset = 0;
  length = 0;
  /** Whether it is the last one of its turn. */
  endsTurn = true;
  private readonly control: Int32Array;
  private readonly words: Int32Array;
  private readonly capacity: number;
  private position: number;

  constructor(memory: SharedArrayBuffer) {
    this.control = new Int32Array(memory, 0, CONTROL_WORDS);
    this.words = new Int32Array(memory, CONTROL_BYTES);
    this.bytes = Buffer.from(memory, CONTROL_BYTES);
    this.capacity = this.bytes.length;
    this.position = Atomics.load(this.control, TAIL);
  }

  /** Moves on to the next record. @returns false when there is none. */
  next(): boolean {
    if (Atomics.load(this.control, HEAD) === this.position) return false;
    let start = this.position & (this.capacity - 1);
    if (this.words[start / 4] === WRAP) {
      this.position = (this.position + this.capacity - start) | 0;
      start = 0;
    }
    this.offset = start + LENGTH_BYTES;
    const word = this.words[start / 4] ?? 0;
    this.length = word & ~TURN_END;
    this.endsTurn = (word & TURN_END) !== 0;
    this.position = (this.position + frameBytes(this.length)) | 0;
    return true;
  }

  release(): void {
    Atomics.store(this.control, TAIL, this.position);
    Atomics.notify(this.control, TAIL);
  }

  /** A number that {@link sleep} takes: read it, then look for work, then sleep. */
  wakes(): number {
    return Atomics.load(this.control, WAKES);
  }

  /** Blocks this thread until there is a record, or {@link wakeConsumer} was called after `seen` was read, or for `timeoutMs`. */
  sleep(seen: number, timeoutMs: number): void {
    Atomics.store(this.control, SLEEPING, 1);
    // A producer that saw no sleeper has stored its record by now.
    if (Atomics.load(this.control, HEAD) === this.position) Atomics.wait(this.control, WAKES, seen, timeoutMs);
    Atomics.store(this.control, SLEEPING, 0);
  }

  /**
   * Blocks this thread for `timeoutMs`, or until {@link wakeConsumer} is called after `seen` was read. A producer does not wake
   * it: that costs it ten microseconds a time, too much for records that may wait a little.
   */
  doze(seen: number, timeoutMs: number): void {
    Atomics.wait(this.control, WAKES, seen, timeoutMs);
  }
}

/** Sees from a third thread how far a ring's consumer is. */
export class RingFollower {
  private readonly control: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    this.control = new Int32Array(memory, 0, CONTROL_WORDS);
  }

  /** Where everything published until now ends. Wakes the consumer if it is not there yet. */
  target(): number {
    const head = Atomics.load(this.control, HEAD);
    if (head !== this.position()) wake(this.control);
    return head;
  }

  /** Where everything ends that the consumer has released. */
  position(): number {
    return Atomics.load(this.control, TAIL);
  }

  /** Blocks this thread until the consumer has released everything before `target`, or for `timeoutMs`. @returns whether it has. */
  waitUntil(target: number, timeoutMs: number): boolean {
    const deadlineMs = performance.now() + timeoutMs;
    for (;;) {
      const tail = this.position();
      // Positions wrap: which one is ahead is told by their difference.
      if (((tail - target) | 0) >= 0) return true;
      const leftMs = deadlineMs - performance.now();
      if (leftMs <= 0) return false;
      Atomics.wait(this.control, TAIL, tail, leftMs);
    }
  }
}

/** Wakes a sleeping consumer though there is no record, so that it looks around. */
export function wakeConsumer(memory: SharedArrayBuffer): void {
  wake(new Int32Array(memory, 0, CONTROL_WORDS));
}

function wake(control: Int32Array): void {
  Atomics.add(control, WAKES, 1);
  Atomics.notify(control, WAKES);
}
