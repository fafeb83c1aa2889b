import { Worker } from 'node:worker_threads';
import { SNAPSHOT_WORKER } from '../workers.ts';

/** Records after which a snapshot is due: a restart folds at most a few times as many. */
const RECORDS_PER_SNAPSHOT = 20_000;

/** What the snapshot worker is given. */
export interface SnapshotTask {
  readonly directory: string;
  /** A durable record that ends a turn. */
  readonly lastSeq: number;
  /** The text of the run record in force. */
  readonly run: string;
}

/**
 * Sees to it that a restart is short: every so many records a worker folds the journal's tail and writes the next snapshot. The
 * desk's own loop does nothing for it.
 */
export class SnapshotKeeper {
  private readonly task: Omit<SnapshotTask, 'lastSeq'>;
  private readonly told: (problem: string) => void;
  private readonly recordsPerSnapshot: number;
  /** Of the last snapshot that was asked for: the first is due at once where the journal is long, so that the next start is short. */
  private keptSeq = 0;
  private worker: Worker | null = null;

  /** @param told hears why a snapshot was not made. */
  constructor(
    task: Omit<SnapshotTask, 'lastSeq'>,
    told: (problem: string) => void,
    recordsPerSnapshot: number = RECORDS_PER_SNAPSHOT,
  ) {
    this.task = task;
    this.told = told;
    this.recordsPerSnapshot = recordsPerSnapshot;
  }

  /** Whether a snapshot is being made. */
  get isBusy(): boolean {
    return this.worker !== null;
  }

  /** Call now and then. @param durableSeq everything up to it is on disk. */
  keep(durableSeq: number): void {
    if (this.worker !== null || durableSeq - this.keptSeq < this.recordsPerSnapshot) return;
    // Whether it succeeds or not: a disk that takes no snapshot is not asked again at once.
    this.keptSeq = durableSeq;
    const worker = new Worker(SNAPSHOT_WORKER, { workerData: { ...this.task, lastSeq: durableSeq }, name: 'snapshot' });
    this.worker = worker;
    worker.on('error', (error) => this.told(`no snapshot at record ${durableSeq}: ${error.message}`));
    worker.on('exit', () => {
      this.worker = null;
    });
  }

  /** Ends one that is under way: a snapshot is written in one act, or not at all. */
  async close(): Promise<void> {
    await this.worker?.terminate();
  }
}
