import type { TurnClient } from '../../src-main/app/desk/desk-journal.ts';
import type { JournalRecord, RecordKind } from '../../src-main/edge/journal/record.ts';
import { type Micros, micros } from '../../src-shared/domain/time.ts';

/** More than a history writes. */
const CAPACITY_BYTES = 1 << 30;

interface Waiter {
  readonly seq: number;
  readonly resolve: () => void;
}

/**
 * One desk's side of a journal without a disk. What a turn published is durable once a commit that began after it has ended, whole
 * turns at a time; a crash loses the rest.
 */
export class MemoryJournal implements TurnClient {
  /** What desks had to say that no journal took. */
  readonly lastWords: string[] = [];
  private readonly durable: JournalRecord[];
  private readonly commitMs: () => number;
  /** Published, and not durable. */
  private pending: JournalRecord[] = [];
  private staged: JournalRecord[] = [];
  /** How many of the pending ones the commit at hand covers. */
  private committing = 0;
  private commit: NodeJS.Timeout | undefined;
  private changed: () => void = () => {};
  private waiters: Waiter[] = [];
  private isLost = false;

  /**
   * @param durable what a disk would hold; grows with every commit.
   * @param commitMs how long the next commit takes.
   */
  constructor(durable: JournalRecord[], commitMs: () => number) {
    this.durable = durable;
    this.commitMs = commitMs;
  }

  get freeBytes(): number {
    return CAPACITY_BYTES;
  }

  get queuedBytes(): number {
    return 0;
  }

  get appendedSeq(): number {
    return this.durable.length + this.pending.length;
  }

  durableSeq(): number {
    return this.durable.length;
  }

  failure(): undefined {
    return undefined;
  }

  /** @param changed called whenever the watermark has moved. */
  onChange(changed: () => void): void {
    this.changed = changed;
  }

  /** Resolves once record `seq` is durable; never when a crash takes it. */
  whenDurable(seq: number): Promise<void> {
    if (this.durable.length >= seq) return Promise.resolve();
    return new Promise((resolve) => this.waiters.push({ seq, resolve }));
  }

  stage(kind: RecordKind, at: Micros, content: string | Uint8Array): boolean {
    const seq = this.appendedSeq + this.staged.length + 1;
    this.staged.push({ seq, at, kind, bytes: Buffer.from(content) });
    return true;
  }

  publish(): number {
    if (!this.isLost) this.pending.push(...this.staged);
    this.staged = [];
    this.beginCommit();
    return this.appendedSeq;
  }

  discard(): void {
    this.staged = [];
  }

  /** A turn of one record about the host. */
  host(text: string): void {
    this.stage('host', micros(Date.now() * 1_000), text);
    this.publish();
  }

  leaveLastWords(words: string): void {
    if (!this.isLost) this.lastWords.push(words);
  }

  /**
   * The desk is gone, in the middle of whatever it did.
   * @param commitArrived whether the commit under way reached the disk, with nobody left to be told.
   */
  crash(commitArrived: boolean): void {
    clearTimeout(this.commit);
    if (commitArrived) this.durable.push(...this.pending.slice(0, this.committing));
    this.isLost = true;
    this.pending = [];
    this.staged = [];
    this.waiters = [];
    this.changed = () => {};
  }

  private beginCommit(): void {
    if (this.commit !== undefined || this.pending.length === 0) return;
    this.committing = this.pending.length;
    this.commit = setTimeout(() => this.committed(), this.commitMs());
  }

  private committed(): void {
    this.commit = undefined;
    this.durable.push(...this.pending.splice(0, this.committing));
    // Whoever is told below may be the end of the desk.
    this.committing = 0;
    const isDue = ({ seq }: Waiter): boolean => seq <= this.durable.length;
    const due = this.waiters.filter(isDue);
    this.waiters = this.waiters.filter((waiter) => !isDue(waiter));
    for (const { resolve } of due) resolve();
    this.changed();
    this.beginCommit();
  }
}
