/** What the journal's tests share. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Micros, micros } from '../../../src-shared/domain/time.ts';
import { hostClock } from '../../threads/host-clock.ts';
import { createRing, RingConsumer, RingProducer } from '../../threads/ring.ts';
import type { JournalClientOptions } from './client.ts';
import { closeWritable, openWritable, type WritableJournal } from './open.ts';
import { HEADER_BYTES, kindCode, type RecordKind, writeHeader } from './record.ts';
import { createStatus, JournalStatus } from './status.ts';
import { type Store, sqliteStore } from './store.ts';
import { TicksHandshake } from './ticks-handshake.ts';
import { JournalWriter } from './writer.ts';

export const WORKER_ENTRY = new URL('../../app/journal-worker.ts', import.meta.url);
export const T0 = micros(1_700_000_000_000_000);

/** An empty folder, and the way to be rid of it. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'interlock-journal-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Whether this user may make a small disk of its own. */
export function mayMount(): boolean {
  const probe = temporaryFolder();
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', probe.path]).status === 0;
  if (mounted) spawnSync('umount', [probe.path]);
  probe.remove();
  return mounted;
}

export function clientOptions(directory: string): JournalClientOptions {
  return { directory, workerEntry: WORKER_ENTRY, now: hostClock };
}

/** A fact of about 350 bytes. */
export function factText(index: number): string {
  return `{"at":${T0 + index},"cause":${index},"filler":"${'x'.repeat(270)}","kind":"order-sent","seq":${index}}`;
}

/** The fact at `index` of a turn of `of` facts, about 300 bytes. */
export function turnText(turn: number, index: number, of: number): string {
  return `{"filler":"${'x'.repeat(250)}","index":${index},"of":${of},"turn":${turn}}`;
}

/** Producer, ring and writer on one thread: what happens when is the test's to say. */
export class InlineDesk {
  readonly status = new JournalStatus(createStatus());
  readonly writer: JournalWriter;
  readonly journal: WritableJournal;
  lastSeq: number;
  private readonly ring: RingProducer;

  /** @param disk wraps the store, to make it fail. */
  constructor(directory: string, disk: (store: Store) => Store = (store) => store, ticksRing?: SharedArrayBuffer) {
    const memory = createRing(2 * 1024 * 1024);
    this.ring = new RingProducer(memory);
    this.journal = openWritable(directory, { now: T0 });
    this.lastSeq = this.journal.lastSeq;
    const store = disk(sqliteStore(this.journal.db, this.journal.file));
    this.writer = new JournalWriter(
      this.journal,
      store,
      new RingConsumer(memory),
      this.status,
      new TicksHandshake(ticksRing, 2),
    );
  }

  append(kind: RecordKind, at: Micros, text: string): void {
    this.stage(kind, at, text);
    this.publish();
  }

  stage(kind: RecordKind, at: Micros, text: string): void {
    const record = Buffer.alloc(HEADER_BYTES + Buffer.byteLength(text));
    writeHeader(record, 0, this.lastSeq + 1, at, kindCode(kind));
    record.write(text, HEADER_BYTES);
    if (!this.ring.stage(record, record.length)) throw new Error('the ring is full');
    this.lastSeq += 1;
  }

  publish(): void {
    this.ring.publish();
  }

  get durableSeq(): number {
    return this.status.durableSeq(this.lastSeq);
  }

  /** Ends without moving the log into the database's anchor. */
  abandon(): void {
    this.journal.db.close();
    this.journal.lock.release();
  }

  close(): void {
    this.writer.finish();
    closeWritable(this.journal);
  }
}

/** A closed journal of `records` records besides its genesis: mostly facts, some inputs, a host record now and then, some long. */
export function writeJournal(directory: string, records: number): void {
  const desk = new InlineDesk(directory);
  for (let index = 1; index <= records; index += 1) {
    const kind: RecordKind = index % 50 === 0 ? 'host' : index % 5 === 0 ? 'input' : 'fact';
    const text =
      index % 60 === 7 ? 'y'.repeat(4_000 + index * 20) : factText(index).slice(0, 60 + ((index * 37) % 300));
    desk.append(kind, micros(T0 + index), text);
    if (index % 16 === 0) desk.writer.drain();
  }
  while (desk.writer.drain() > 0);
  desk.close();
}
