import type { MessagePort } from 'node:worker_threads';
import { type Micros, micros } from '../../../src-shared/domain/time.ts';
import { RingConsumer } from '../../threads/ring.ts';
import { sqliteVersion } from './format.ts';
import { JournalError, type JournalFault } from './journal-error.ts';
import { closeWritable, openWritable } from './open.ts';
import { JournalStatus } from './status.ts';
import { sqliteStore } from './store.ts';
import { TicksHandshake } from './ticks-handshake.ts';
import { JournalWriter } from './writer.ts';

/** What the desk's thread gives the journal's worker. */
export interface JournalWorkerData {
  readonly directory: string;
  readonly ring: SharedArrayBuffer;
  readonly status: SharedArrayBuffer;
  readonly now: number;
  readonly maxPages?: number;
  readonly ticksRing?: SharedArrayBuffer;
  readonly ticksWaitMs: number;
  readonly stopFlag?: SharedArrayBuffer;
}

/** What the worker answers, once. Everything later goes through shared memory. */
export type JournalWorkerAnswer =
  | { readonly type: 'opened'; readonly opened: OpenedJournal }
  | { readonly type: 'refused'; readonly fault: JournalFault }
  | { readonly type: 'unfit'; readonly message: string };

/** Where a journal stood when it was opened. */
export interface OpenedJournal {
  readonly identity: string;
  readonly lastSeq: number;
  readonly lastHash: Uint8Array;
  /** Time of the last input or fact; 0 when there is none. */
  readonly lastDeskAt: Micros;
  /** Canonical text of the last record. */
  readonly lastText: string;
  /** Version of the SQLite that writes. */
  readonly sqlite: string;
}

/** The journal worker's whole life: opens, writes until it is asked to close, closes. Returns only then. */
export function runJournalWorker(data: JournalWorkerData, port: Pick<MessagePort, 'postMessage'>): void {
  const answer = (message: JournalWorkerAnswer): void => port.postMessage(message);
  const options = { now: micros(data.now), ...(data.maxPages === undefined ? {} : { maxPages: data.maxPages }) };
  const journal = attemptOpen(() => openWritable(data.directory, options), answer);
  if (journal === undefined) return;
  const { identity, lastSeq, lastHash, lastDeskAt, lastText } = journal;
  const status = new JournalStatus(data.status, data.stopFlag);
  const store = sqliteStore(journal.db, journal.file);
  const ticks = new TicksHandshake(data.ticksRing, data.ticksWaitMs);
  const writer = new JournalWriter(journal, store, new RingConsumer(data.ring), status, ticks);
  const sqlite = sqliteVersion();
  answer({ type: 'opened', opened: { identity, lastSeq, lastHash, lastDeskAt, lastText, sqlite } });
  writer.run();
  writer.finish();
  // After a failure the folder stays ours for as long as the desk lives: its orders may still rest.
  status.waitForClosing();
  closeWritable(journal);
}

function attemptOpen<T>(open: () => T, answer: (message: JournalWorkerAnswer) => void): T | undefined {
  try {
    return open();
  } catch (error) {
    if (error instanceof JournalError) answer({ type: 'refused', fault: error.fault });
    else answer({ type: 'unfit', message: error instanceof Error ? error.message : String(error) });
    return undefined;
  }
}
