import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { JOURNAL_WORKER } from '../src-main/app/workers.ts';
import { canonical } from '../src-main/core/engine/canonical.ts';
import { JournalClient } from '../src-main/edge/journal/client.ts';
import { hostClock } from '../src-main/threads/host-clock.ts';
import { micros } from '../src-shared/domain/time.ts';
import type { BenchRow } from './rows.ts';
import { median, quantile, rowOf } from './rows.ts';

const row = rowOf('journal');

const PASSES = 3;
const FACTS = 200_000;
const DISTINCT_FACTS = 10_000;
const IDLE_FACTS = 1_000;
const IDLE_PAUSE_MS = 2;
/** What a commit of one fact adds to the log: a page with its frame header. */
const COMMIT_BYTES = 4_120;
const LOG_BYTES = 8 * 1024 * 1024;
const T0 = micros(1_700_000_000_000_000);

const PEER = 'better-sqlite3: same bytes, batches and sync; no chain, no thread';
const FLOOR = 'write and fsync of one page, as a commit does, same run';

/** The journal under full load, against plain inserts; and on an idle desk, against what the disk alone takes. */
export async function measure(): Promise<BenchRow[]> {
  const texts = Array.from({ length: DISTINCT_FACTS }, (_, index) => factText(index));
  const ours: Sustained[] = [];
  const peers: number[] = [];
  for (let pass = 0; pass < PASSES; pass += 1) {
    const measured = await inFolder((folder) => sustained(folder, texts));
    ours.push(measured);
    peers.push(await inFolder((folder) => plainInserts(folder, texts, measured.batch)));
  }
  const idle = await inFolder((folder) => idleLatency(folder, texts));
  const factsPerSecond = median(ours.map((pass) => pass.factsPerSecond));
  const bytes = Math.round(texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / texts.length);
  return [
    row(`group commit, facts of ${bytes} bytes`, factsPerSecond, 'facts/s', { atLeast: 50_000 }),
    row('group commit against plain inserts', factsPerSecond / median(peers), 'x', { atLeast: 0.5 }, PEER),
    row('plain inserts', median(peers), 'facts/s', {}, PEER),
    row('facts in a commit', median(ours.map((pass) => pass.batch)), 'facts'),
    row('intent to durable, idle, p50', quantile(idle.journal, 0.5), 'µs', { atMost: 250 }),
    row('intent to durable, idle, p99', quantile(idle.journal, 0.99), 'µs', { atMost: 1_000 }),
    row('the disk alone, p50', quantile(idle.disk, 0.5), 'µs', {}, FLOOR),
    row('the disk alone, p99', quantile(idle.disk, 0.99), 'µs', {}, FLOOR),
  ];
}

function factText(index: number): string {
  return canonical({
    seq: index,
    at: T0 + index,
    cause: index,
    kind: 'order-intended',
    origin: 'market-maker',
    replaces: null,
    order: {
      clientOrderId: (BigInt(index) * 0x9e3779b97f4a7c15n).toString(16).padStart(32, '0').slice(-32),
      instrument: 1,
      side: index % 2 === 0 ? 'buy' : 'sell',
      type: 'limit',
      lots: 10 + (index % 90),
      priceTicks: 610_000 + (index % 1_000),
      timeInForce: 'post-only',
      reduceOnly: false,
      reason: 'quote around the reservation price',
    },
  });
}

async function inFolder<T>(work: (folder: string) => T | Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'interlock-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function start(directory: string): Promise<JournalClient> {
  return JournalClient.start({ directory, workerEntry: JOURNAL_WORKER, now: hostClock });
}

interface Sustained {
  readonly factsPerSecond: number;
  /** Facts in one commit, on average. */
  readonly batch: number;
}

/** From the first append until the last fact is durable; the producer waits only where the ring is full. */
async function sustained(folder: string, texts: readonly string[]): Promise<Sustained> {
  const journal = await start(folder);
  await journal.whenDurable(journal.appendedSeq);
  const commitsBefore = journal.commits;
  const startMs = performance.now();
  for (let index = 0; index < FACTS; index += 1) {
    const text = texts[index % texts.length] ?? '';
    while (journal.append('fact', T0, text) === 'full') journal.waitForRoom(100);
  }
  await journal.whenDurable(journal.appendedSeq);
  const seconds = (performance.now() - startMs) / 1_000;
  const batch = Math.round(FACTS / (journal.commits - commitsBefore));
  await journal.close();
  return { factsPerSecond: FACTS / seconds, batch };
}

function plainInserts(folder: string, texts: readonly string[], batch: number): number {
  const db = new Database(join(folder, 'plain.db'));
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec('CREATE TABLE record (seq INTEGER PRIMARY KEY, at INTEGER, kind INTEGER, bytes BLOB)');
  const insert = db.prepare('INSERT INTO record VALUES (?, ?, ?, ?)');
  const contents = texts.map((text) => Buffer.from(text));
  const insertBatch = db.transaction((from: number, to: number) => {
    for (let index = from; index < to; index += 1) insert.run(index + 1, T0, 2, contents[index % contents.length]);
  });
  const startMs = performance.now();
  for (let index = 0; index < FACTS; index += batch) insertBatch(index, Math.min(index + batch, FACTS));
  const seconds = (performance.now() - startMs) / 1_000;
  db.close();
  return FACTS / seconds;
}

/** One fact at a time, with pauses, as the producing thread's event loop sees it; in turn with the bare disk. All in µs. */
async function idleLatency(folder: string, texts: readonly string[]): Promise<{ journal: number[]; disk: number[] }> {
  const journal = await start(folder);
  const file = openSync(join(folder, 'floor.bin'), 'w');
  writeSync(file, Buffer.alloc(LOG_BYTES));
  fsyncSync(file);
  const pages = Buffer.alloc(COMMIT_BYTES, 1);
  const micros = { journal: [] as number[], disk: [] as number[] };
  const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, IDLE_PAUSE_MS));
  for (let index = 0; index < IDLE_FACTS; index += 1) {
    await pause();
    const appendedMs = performance.now();
    const seq = journal.append('fact', T0, texts[index % texts.length] ?? '');
    if (seq === 'full') throw new Error('the ring of an idle journal is full');
    await journal.whenDurable(seq);
    micros.journal.push((performance.now() - appendedMs) * 1_000);
    await pause();
    const writtenMs = performance.now();
    writeSync(file, pages, 0, pages.length, (index * COMMIT_BYTES) % (LOG_BYTES - COMMIT_BYTES));
    fsyncSync(file);
    micros.disk.push((performance.now() - writtenMs) * 1_000);
  }
  closeSync(file);
  await journal.close();
  return micros;
}
