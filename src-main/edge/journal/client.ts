import { isUtf8 } from 'node:buffer';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Micros } from '../../../src-shared/domain/time.ts';
import type { WorkerFailure } from '../../threads/failure-slot.ts';
import { createRing, RingProducer, wakeConsumer } from '../../threads/ring.ts';
import { JournalError } from './journal-error.ts';
import { appendLastWords, clearLastWords, readLastWords } from './last-words.ts';
import { HEADER_BYTES, kindCode, MAX_PAYLOAD_BYTES, type RecordKind, writeHeader } from './record.ts';
import { createStatus, JournalStatus } from './status.ts';
import type { JournalWorkerAnswer, JournalWorkerData, OpenedJournal } from './worker-loop.ts';

export interface JournalClientOptions {
  readonly directory: string;
  /** The module that calls `runJournalWorker`. */
  readonly workerEntry: URL;
  /** The host's clock, for host records. */
  readonly now: () => Micros;
  /** A power of two. */
  readonly ringBytes?: number;
  /** Pages that the database may have; for tests of a full disk. */
  readonly maxPages?: number;
  /** The ring between the desk and its ticks worker: what was put there before a turn was published is written before the turn is durable. */
  readonly ticksRing?: SharedArrayBuffer;
  /** How long one commit waits for the ticks worker at most. */
  readonly ticksWaitMs?: number;
  /** Set as soon as the journal fails, also while the desk's thread is busy. */
  readonly stopFlag?: SharedArrayBuffer;
}

const RING_BYTES = 8 * 1024 * 1024;
/** How often a record says when everything before it was durable, while there is something to say. */
const COMMIT_RECORD_EVERY_MS = 1_000;
const STOP_WAIT_MS = 10_000;
const TICKS_WAIT_MS = 2;
/** Of the last words, what a crash record repeats. */
const MAX_TOLD_LINES = 32;
const MAX_TOLD_CHARS = 1_000;

/** What the previous desk left. */
export interface PreviousRun {
  /** Whether it ended without its stop record. */
  readonly crashed: boolean;
  readonly lastWords: readonly string[];
}

/**
 * The desk's side of the journal: hands over turns without ever waiting, and sees the durable watermark in shared memory. A turn
 * is durable whole or not at all. One per folder; one thread uses it.
 */
export class JournalClient {
  readonly opened: OpenedJournal;
  readonly previous: PreviousRun;
  private readonly directory: string;
  private readonly now: () => Micros;
  private readonly memory: SharedArrayBuffer;
  private readonly ring: RingProducer;
  private readonly status: JournalStatus;
  private readonly scratch = Buffer.alloc(HEADER_BYTES + MAX_PAYLOAD_BYTES);
  private readonly commitTimer: NodeJS.Timeout;
  private readonly ended: Promise<void>;
  private readonly listeners: (() => void)[] = [];
  /** Of the last record that was published, and of the last one that was staged. */
  private lastSeq: number;
  private stagedSeq: number;
  private lastDeskAt: Micros;
  private stagedDeskAt: Micros;
  /** Whether the turn being staged did not fit: it can only be discarded. */
  private isRefused = false;
  private recordedSeq: number;
  private isClosed = false;
  private isEnded = false;

  /**
   * Starts the worker, which opens the journal or makes one, and records this start, and the crash before it if there was one.
   * @throws JournalError when the folder is refused; Error when Node or SQLite is too old.
   */
  static async start(options: JournalClientOptions): Promise<JournalClient> {
    const memory = createRing(options.ringBytes ?? RING_BYTES);
    const status = createStatus();
    const { directory, maxPages, ticksRing, stopFlag } = options;
    const workerData: JournalWorkerData = {
      directory,
      ring: memory,
      status,
      now: options.now(),
      ...(maxPages === undefined ? {} : { maxPages }),
      ...(ticksRing === undefined ? {} : { ticksRing }),
      ...(stopFlag === undefined ? {} : { stopFlag }),
      ticksWaitMs: options.ticksWaitMs ?? TICKS_WAIT_MS,
    };
    const worker = new Worker(options.workerEntry, { workerData, name: 'journal' });
    const [answer] = (await once(worker, 'message')) as [JournalWorkerAnswer];
    if (answer.type === 'opened') return new JournalClient(options, worker, memory, status, answer.opened);
    await worker.terminate();
    if (answer.type === 'refused') throw new JournalError(answer.fault);
    throw new Error(answer.message);
  }

  private constructor(
    { directory, now, stopFlag }: JournalClientOptions,
    worker: Worker,
    memory: SharedArrayBuffer,
    status: SharedArrayBuffer,
    opened: OpenedJournal,
  ) {
    this.directory = directory;
    this.now = now;
    this.memory = memory;
    this.opened = opened;
    this.ring = new RingProducer(memory);
    this.status = new JournalStatus(status, stopFlag);
    this.lastSeq = opened.lastSeq;
    this.stagedSeq = opened.lastSeq;
    this.lastDeskAt = opened.lastDeskAt;
    this.stagedDeskAt = opened.lastDeskAt;
    worker.on('error', (error) => this.workerEnded(error.message));
    this.ended = new Promise((resolve) => {
      worker.on('exit', () => {
        this.workerEnded('its thread ended');
        resolve();
      });
    });
    this.previous = { crashed: hasCrashed(opened), lastWords: readLastWords(directory) };
    this.recordStart();
    this.recordedSeq = this.lastSeq;
    this.commitTimer = setInterval(() => this.recordCommit(), COMMIT_RECORD_EVERY_MS).unref();
  }

  /**
   * Adds one record to the turn at hand, which nobody sees before {@link publish}. Never waits.
   * @param at µs; of inputs and facts never before the last one's. @param content canonical text, or its UTF-8; kept verbatim.
   * @param reserved whether it may use the part of the ring that is kept for saying that the rest is full: 8 KiB are sure to fit.
   * @returns false when there is no room: a live desk must stop trading, and the turn can only be discarded.
   * @throws RangeError for a time that goes back, and for content that is empty, too long or no UTF-8: the turn is as before.
   * JournalError once closed.
   */
  stage(kind: RecordKind, at: Micros, content: string | Uint8Array, reserved = false): boolean {
    if (this.isClosed) throw this.stopped({ code: 'CLOSED', text: 'the journal is closed' }, this.lastSeq + 1);
    this.assertNotRefused();
    if (!(Number.isSafeInteger(at) && at >= 0))
      throw new RangeError(`a ${kind} record of time ${at}: not microseconds`);
    if (kind !== 'host' && at < this.stagedDeskAt) {
      throw new RangeError(
        `a ${kind} record of time ${at} after one of ${this.stagedDeskAt}: the desk's time never goes back`,
      );
    }
    const length = HEADER_BYTES + this.encode(content);
    writeHeader(this.scratch, 0, this.stagedSeq + 1, at, kindCode(kind));
    if (!this.ring.stage(this.scratch, length, reserved)) {
      this.isRefused = true;
      return false;
    }
    this.stagedSeq += 1;
    if (kind !== 'host') this.stagedDeskAt = at;
    return true;
  }

  /**
   * Hands the turn to the worker; a turn without records changes nothing.
   * @returns the sequence number of its last record, which is then {@link appendedSeq}. @throws Error for a turn that did not fit.
   */
  publish(): number {
    this.assertNotRefused();
    this.lastSeq = this.stagedSeq;
    this.lastDeskAt = this.stagedDeskAt;
    this.ring.publish();
    return this.lastSeq;
  }

  /** Forgets the turn at hand: it has never been. */
  discard(): void {
    this.ring.discard();
    this.stagedSeq = this.lastSeq;
    this.stagedDeskAt = this.lastDeskAt;
    this.isRefused = false;
  }

  /**
   * A turn of one record.
   * @returns its sequence number, or 'full': nothing was recorded, and a live desk must stop trading.
   * @throws as {@link stage}; Error when a turn is staged already.
   */
  append(kind: RecordKind, at: Micros, content: string | Uint8Array): number | 'full' {
    return this.appendTurn(kind, at, content, false);
  }

  /** As `append`, but may use the part of the ring that is kept for saying that the rest is full: at most 8 KiB at a time. */
  appendReserved(kind: RecordKind, at: Micros, content: string | Uint8Array): number | 'full' {
    return this.appendTurn(kind, at, content, true);
  }

  /** Of the last record that was published. */
  get appendedSeq(): number {
    return this.lastSeq;
  }

  /** Everything up to this sequence number is on disk. Cheap: read it in every turn. */
  durableSeq(): number {
    return this.status.durableSeq(this.lastSeq);
  }

  /** Resolves once record `seq` is on disk. @throws JournalError when the journal fails before that. */
  async whenDurable(seq: number): Promise<void> {
    if (seq > this.lastSeq) throw new RangeError(`record ${seq} was never appended: the last one is ${this.lastSeq}`);
    for (;;) {
      const seen = this.status.changes();
      if (this.durableSeq() >= seq) return;
      const failure = this.status.failure();
      if (failure !== undefined) throw this.stopped(failure, seq);
      await this.status.nextChange(seen);
    }
  }

  /** Why the journal stopped; undefined while it works. Cheap: read it in every turn. */
  failure(): WorkerFailure | undefined {
    return this.status.failure();
  }

  /** Bytes that wait for the worker, and those of the turn at hand. */
  get queuedBytes(): number {
    return this.ring.usedBytes;
  }

  /** Bytes of the whole ring, the reserved part included. */
  get capacityBytes(): number {
    return this.ring.capacity;
  }

  /**
   * Bytes that may still be staged without `reserved`. A record takes its content and at most 24 bytes more; the one that would
   * pass the ring's end costs less than twice that.
   */
  get freeBytes(): number {
    return this.ring.freeBytes;
  }

  /** Group commits since the start. */
  get commits(): number {
    return this.status.commits();
  }

  /** How long the last group commit took, from its first record to the watermark, µs; 0 before the first. */
  get lastCommitMicros(): number {
    return this.status.lastCommitMicros();
  }

  /**
   * Calls `listener` on this thread after the watermark or the failure changed: once for many changes, until {@link close} is done.
   * It must not throw.
   */
  onChange(listener: () => void): void {
    this.listeners.push(listener);
    if (this.listeners.length === 1) void this.tellChanges();
  }

  /** Blocks this thread until the ring has more room, or for `timeoutMs`. For replays, whose time stands still meanwhile; never live. */
  waitForRoom(timeoutMs: number): void {
    this.ring.waitForRoom(timeoutMs);
  }

  /** Leaves a line beside the journal for the next start to tell, e.g. what a full ring did not take. @throws when the disk refuses. */
  leaveLastWords(words: string): void {
    appendLastWords(this.directory, words);
  }

  /** Discards the turn at hand, records the stop, waits until all is on disk, and gives the folder back. @throws JournalError when the journal failed. */
  async close(): Promise<void> {
    if (this.isClosed) return;
    clearInterval(this.commitTimer);
    this.discard();
    const stop = '{"event":"stop"}';
    const giveUpMs = performance.now() + STOP_WAIT_MS;
    while (!this.status.hasFailed && this.appendReserved('host', this.now(), stop) === 'full') {
      if (performance.now() > giveUpMs) break;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    this.isClosed = true;
    this.status.askToClose();
    wakeConsumer(this.memory);
    await this.ended;
    this.isEnded = true;
    this.status.changed();
    const failure = this.status.failure();
    if (failure !== undefined) throw this.stopped(failure, this.durableSeq() + 1);
  }

  private async tellChanges(): Promise<void> {
    let seen = this.status.changes();
    for (;;) {
      await this.status.nextChange(seen);
      if (this.isEnded) return;
      seen = this.status.changes();
      for (const listener of this.listeners) listener();
    }
  }

  private appendTurn(kind: RecordKind, at: Micros, content: string | Uint8Array, reserved: boolean): number | 'full' {
    if (this.isStaging) throw new Error('a record of its own within a turn that is neither published nor discarded');
    if (this.stage(kind, at, content, reserved)) return this.publish();
    this.discard();
    return 'full';
  }

  private get isStaging(): boolean {
    return this.isRefused || this.ring.isStaging;
  }

  private assertNotRefused(): void {
    if (this.isRefused) throw new Error('this turn did not fit into the ring: it can only be discarded');
  }

  /** @returns bytes written behind the header's place. */
  private encode(content: string | Uint8Array): number {
    if (content.length === 0) throw new RangeError('a record without content');
    const tooLong = content.length > MAX_PAYLOAD_BYTES || (typeof content === 'string' && isTooLong(content));
    if (tooLong) throw new RangeError(`a record's content is longer than ${MAX_PAYLOAD_BYTES} bytes`);
    if (typeof content === 'string') return this.scratch.write(content, HEADER_BYTES);
    if (!isUtf8(content)) throw new RangeError("a record's content is no UTF-8");
    this.scratch.set(content, HEADER_BYTES);
    return content.length;
  }

  private recordStart(): void {
    const { crashed, lastWords } = this.previous;
    if (crashed || lastWords.length > 0) {
      const words = lastWords
        .slice(-MAX_TOLD_LINES)
        .map((line) => JSON.stringify(line.slice(0, MAX_TOLD_CHARS)))
        .join(',');
      this.append('host', this.now(), `{"event":"crash","lastSeq":${this.opened.lastSeq},"lastWords":[${words}]}`);
    }
    const { node, v8 } = process.versions;
    // What a replay must know of the one who computed: another V8 may round another way.
    const start = { event: 'start', node, sqlite: this.opened.sqlite, v8 };
    const started = this.append('host', this.now(), JSON.stringify(start));
    if (lastWords.length === 0 || started === 'full') return;
    // Once they are in the journal the file has done its work; until then it stays, and so do words that came since.
    this.whenDurable(started).then(
      () => clearLastWords(this.directory, lastWords),
      () => {},
    );
  }

  /** Says by which time of the host everything up to a record was on disk. */
  private recordCommit(): void {
    const durable = this.durableSeq();
    if (this.status.hasFailed || this.isStaging || durable <= this.recordedSeq) return;
    const seq = this.append('host', this.now(), `{"durable":${durable},"event":"commit"}`);
    if (seq !== 'full') this.recordedSeq = seq;
  }

  private workerEnded(why: string): void {
    if (this.isClosed || this.status.hasFailed) return;
    const text = `the journal's worker stopped after record ${this.durableSeq()}: ${why}`;
    this.status.fail({ code: 'WORKER_ENDED', text });
    this.leaveLastWords(text);
  }

  private stopped({ text }: WorkerFailure, record: number): JournalError {
    return new JournalError({
      file: this.directory,
      record,
      problem: text.replace(/\.$/, ''),
      remedy: 'Nothing from this record on was acknowledged; start again once the cause is gone',
    });
  }
}

/** Whether `text` may be longer than a record; counts its bytes only when its length leaves doubt. */
function isTooLong(text: string): boolean {
  return text.length * 3 > MAX_PAYLOAD_BYTES && Buffer.byteLength(text) > MAX_PAYLOAD_BYTES;
}

function hasCrashed({ lastSeq, lastText }: OpenedJournal): boolean {
  return lastSeq > 1 && lastText !== '{"event":"stop"}';
}
