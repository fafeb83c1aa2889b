import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { type Micros, micros } from '../../../src-shared/domain/time.ts';
import { type Head, headFile, readHead } from './head.ts';
import { JournalError, journalError } from './journal-error.ts';
import { kindCode, NO_HASH, RecordHasher } from './record.ts';
import { checkRow, type Row, SELECT_FROM } from './rows.ts';

/** Where a journal stands. */
export interface JournalEnd {
  /** 32 hex characters, random, made with the journal. */
  readonly identity: string;
  readonly lastSeq: number;
  readonly lastHash: Uint8Array;
  /** Time of the last input or fact; 0 when there is none. */
  readonly lastDeskAt: Micros;
  /** Canonical text of the last record. */
  readonly lastText: string;
}

/** Records at the end that are verified when a journal is opened; `check.ts` verifies all. */
const TAIL_RECORDS = 1_000;

/**
 * Verifies the last records and holds them against the anchor.
 * @throws JournalError naming the first record that is bad, or cannot be read.
 */
export function verifyEnd(db: Database.Database, directory: string, file: string): JournalEnd {
  try {
    return endOf(db, directory, file);
  } catch (error) {
    if (error instanceof JournalError) throw error;
    throw journalError(error, file, firstBad(db));
  }
}

function endOf(db: Database.Database, directory: string, file: string): JournalEnd {
  const identity = identityOf(db, file);
  const lastSeq = Number(db.prepare('SELECT max(seq) FROM record').pluck().get());
  const first = Math.max(1, lastSeq - TAIL_RECORDS);
  const hasher = new RecordHasher();
  // The first one is taken at its word: it only gives the hash that the next is chained to.
  let previous: Uint8Array = first === 1 ? NO_HASH : hashOf(db, file, first);
  let due = first === 1 ? 1 : first + 1;
  let last: Row | undefined;
  for (const row of db.prepare(SELECT_FROM).raw().iterate(due) as Iterable<unknown[]>) {
    const checked = checkRow(row, due, previous, hasher);
    if (typeof checked === 'string') throw damaged(file, due, checked);
    previous = checked.hash;
    last = checked;
    due += 1;
  }
  if (last === undefined) throw damaged(file, due, 'it cannot be found');
  verifyAnchor(db, directory, file, { identity, seq: last.seq, hash: Buffer.from(previous).toString('hex') });
  const deskAt = db.prepare('SELECT at FROM record WHERE kind <> ? ORDER BY seq DESC LIMIT 1').pluck();
  return {
    identity,
    lastSeq: last.seq,
    lastHash: previous,
    lastDeskAt: micros(Number(deskAt.get(kindCode('host')) ?? 0)),
    lastText: Buffer.from(last.bytes).toString(),
  };
}

/** The first record that is bad or that the database cannot give; known only after verifying all before it. */
function firstBad(db: Database.Database): number {
  const hasher = new RecordHasher();
  let previous = NO_HASH;
  let due = 1;
  try {
    for (const row of db.prepare(SELECT_FROM).raw().iterate(due) as Iterable<unknown[]>) {
      const checked = checkRow(row, due, previous, hasher);
      if (typeof checked === 'string') return due;
      previous = checked.hash;
      due += 1;
    }
  } catch {
    // This is the one.
  }
  return due;
}

function verifyAnchor(db: Database.Database, directory: string, file: string, end: Head): void {
  const anchor = readHead(directory);
  if (anchor === undefined) {
    if (end.seq === 1) return;
    throw new JournalError({
      file: headFile(directory),
      problem: `it is missing, so nothing says whether the journal's last record was ${end.seq}`,
      remedy: 'Restore it from the backup that journal.db is from',
    });
  }
  if (anchor.identity !== end.identity) {
    throw new JournalError({
      file,
      record: 1,
      problem: `it is the journal ${end.identity}, and head.json belongs to ${anchor.identity}`,
      remedy: 'Restore journal.db and head.json from the same backup',
    });
  }
  if (anchor.seq > end.seq) throw cut(file, end.seq, anchor.seq);
  if (Buffer.from(hashOf(db, file, anchor.seq)).toString('hex') !== anchor.hash) {
    throw damaged(file, anchor.seq, 'its hash is not the one that head.json remembers');
  }
}

/** What is said of a journal that ends before its anchor. */
export function cut(file: string, lastSeq: number, anchorSeq: number): JournalError {
  return new JournalError({
    file,
    record: lastSeq + 1,
    problem: `it ends with record ${lastSeq}, but ${anchorSeq} was on disk already: it was cut, or an older copy was put over it`,
    remedy: 'Put back the newest journal.db together with its journal.db-wal',
  });
}

function identityOf(db: Database.Database, file: string): string {
  const bytes = db.prepare('SELECT bytes FROM record WHERE seq = 1').pluck().get();
  const text = Buffer.isBuffer(bytes) ? bytes.toString() : '';
  const identity = /^\{"event":"genesis","format":1,"identity":"([0-9a-f]{32})"\}$/.exec(text)?.[1];
  if (identity === undefined) throw damaged(file, 1, 'it does not say which journal this is');
  return identity;
}

function hashOf(db: Database.Database, file: string, seq: number): Uint8Array {
  const hash = db.prepare('SELECT hash FROM record WHERE seq = ?').pluck().get(seq);
  if (!(hash instanceof Uint8Array)) throw damaged(file, seq, 'it cannot be found');
  return hash;
}

function damaged(file: string, record: number, problem: string): JournalError {
  const remedy = `Run \`desk journal ${join(file, '..')} --check\`, keep the folder as evidence, and restore it from the newest backup`;
  return new JournalError({ file, record, problem, remedy });
}
