import type { RingConsumer } from '../../threads/ring.ts';
import { writeHead } from './head.ts';
import { errorCode, errorText, remedyFor } from './journal-error.ts';
import { appendLastWords } from './last-words.ts';
import type { WritableJournal } from './open.ts';
import { atIn, HEADER_BYTES, kindCodeIn, RecordHasher, seqIn } from './record.ts';
import type { JournalStatus } from './status.ts';
import type { Store } from './store.ts';
import type { TicksHandshake } from './ticks-handshake.ts';

/** Records after which a transaction ends, as soon as the turn does. */
export const MAX_BATCH_RECORDS = 1_024;
/** Bytes written to the log after which it is moved into the database: while the desk is silent, and in any case. */
const IDLE_CHECKPOINT_BYTES = 4 * 1024 * 1024;
const FORCED_CHECKPOINT_BYTES = 32 * 1024 * 1024;
/** Estimate of what a commit adds to the log besides its records. */
const COMMIT_BYTES = 2 * 4_120;
const RECORD_OVERHEAD_BYTES = 64;
/** How often the anchor follows the watermark, at most. */
const HEAD_EVERY_MS = 1_000;

/**
 * Takes records out of the ring, chains them and commits them in groups of whole turns. Whatever goes wrong ends it: the watermark then stays
 * where it was, the failure is published, and the last words go to a file of their own.
 */
export class JournalWriter {
  private readonly journal: WritableJournal;
  private readonly store: Store;
  private readonly ring: RingConsumer;
  private readonly status: JournalStatus;
  private readonly ticks: TicksHandshake;
  private readonly hasher = new RecordHasher();
  private lastSeq: number;
  private lastHash: Uint8Array;
  private headSeq: number;
  private headWrittenMs = 0;
  private uncheckpointedBytes = 0;

  constructor(
    journal: WritableJournal,
    store: Store,
    ring: RingConsumer,
    status: JournalStatus,
    ticks: TicksHandshake,
  ) {
    this.journal = journal;
    this.store = store;
    this.ring = ring;
    this.status = status;
    this.ticks = ticks;
    this.lastSeq = journal.lastSeq;
    this.lastHash = journal.lastHash;
    this.headSeq = journal.lastSeq;
    status.start(this.lastSeq);
  }

  /** Works until it is asked to close or fails. Blocks this thread while there is nothing to do. */
  run(): void {
    while (!this.status.hasFailed) {
      const seen = this.ring.wakes();
      // What was published before the request to close is in the ring by now.
      const { isClosing } = this.status;
      if (this.drain() > 0) continue;
      if (isClosing) return;
      this.attempt(() => this.keepHouse());
      this.ring.sleep(seen, this.headSeq === this.lastSeq ? Number.POSITIVE_INFINITY : HEAD_EVERY_MS);
    }
  }

  /** One group commit of what the ring holds. @returns how many records it made durable. */
  drain(): number {
    let records = 0;
    this.attempt(() => {
      records = this.commitGroup();
      if (this.uncheckpointedBytes > FORCED_CHECKPOINT_BYTES) this.checkpoint();
    });
    return records;
  }

  /** Leaves everything in the database and its anchor. */
  finish(): void {
    this.attempt(() => {
      this.checkpoint();
      this.anchor();
    });
  }

  private commitGroup(): number {
    if (!this.ring.next()) return 0;
    const beganMs = performance.now();
    let { lastSeq, lastHash } = this;
    let bytes = COMMIT_BYTES;
    let records = 0;
    this.ticks.begin();
    this.store.begin();
    do {
      const { bytes: memory, offset, length } = this.ring;
      const seq = seqIn(memory, offset);
      if (seq !== lastSeq + 1) throw new Error(`record ${seq} came where ${lastSeq + 1} was due`);
      lastHash = this.hasher.ofFrame(lastHash, memory, offset, length);
      this.store.insert(seq, atIn(memory, offset), kindCodeIn(memory, offset), this.hasher.payload, lastHash);
      lastSeq = seq;
      bytes += length - HEADER_BYTES + RECORD_OVERHEAD_BYTES;
      records += 1;
    } while (!(this.ring.endsTurn && records >= MAX_BATCH_RECORDS) && this.ring.next());
    // The ring shows whole turns only; half of one must never become durable.
    if (!this.ring.endsTurn) throw new Error(`the turn of record ${lastSeq} has no end`);
    this.ticks.await();
    this.store.commit();
    this.lastSeq = lastSeq;
    this.lastHash = lastHash;
    this.uncheckpointedBytes += bytes;
    this.status.publishDurable(lastSeq, Math.round((performance.now() - beganMs) * 1_000));
    this.ring.release();
    return records;
  }

  private keepHouse(): void {
    if (this.uncheckpointedBytes > IDLE_CHECKPOINT_BYTES) this.checkpoint();
    if (this.headSeq !== this.lastSeq && performance.now() - this.headWrittenMs >= HEAD_EVERY_MS) this.anchor();
  }

  private checkpoint(): void {
    this.store.checkpoint();
    this.uncheckpointedBytes = 0;
  }

  private anchor(): void {
    const { directory, identity } = this.journal;
    writeHead(directory, { identity, seq: this.lastSeq, hash: Buffer.from(this.lastHash).toString('hex') });
    this.headSeq = this.lastSeq;
    this.headWrittenMs = performance.now();
  }

  private attempt(work: () => void): void {
    if (this.status.hasFailed) return;
    try {
      work();
    } catch (error) {
      this.fail(error);
    }
  }

  private fail(error: unknown): void {
    const text = `the journal stopped after record ${this.lastSeq}: ${errorText(error)}. ${remedyFor(error)}.`;
    // The desk must stop at once; the words come after.
    this.status.fail({ code: errorCode(error) || 'ERROR', text });
    try {
      appendLastWords(this.journal.directory, text);
    } catch {
      // The disk takes nothing at all; the failure stands in shared memory.
    }
  }
}
