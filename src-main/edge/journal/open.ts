import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Brand } from '../../../src-shared/domain/brand.ts';
import { type Micros, micros } from '../../../src-shared/domain/time.ts';
import { type DirectoryLock, lockDirectory } from './directory-lock.ts';
import { assertFitRuntime, databaseFile, FORMAT_VERSION, formatOf, migrate } from './format.ts';
import { type Head, headFile, readHead, writeHead } from './head.ts';
import { JournalError, journalError } from './journal-error.ts';
import { reserveLastWords } from './last-words.ts';
import { kindCode, NO_HASH, RecordHasher } from './record.ts';
import { checkRow, type Row, SELECT_FROM } from './rows.ts';

interface OpenJournal {
  readonly directory: string;
  readonly file: string;
  readonly db: Database.Database;
}

/** May be read: nothing that takes it can change the journal. */
export type ReadableJournal = Brand<OpenJournal, 'readable' | 'writable'>;

/** The one handle that may append. It holds the folder's lock. */
export type WritableJournal = Brand<
  OpenJournal & {
    /** 32 hex characters, random, made with the journal. */
    readonly identity: string;
    readonly lastSeq: number;
    readonly lastHash: Uint8Array;
    /** Time of the last input or fact; 0 when there is none. */
    readonly lastDeskAt: Micros;
    /** Canonical text of the last record. */
    readonly lastText: string;
    readonly lock: DirectoryLock;
  },
  'writable'
>;

export interface OpenOptions {
  /** Time of the genesis record, if one is made. */
  readonly now: Micros;
  /** Pages that the database may have; for tests of a full disk. */
  readonly maxPages?: number;
}

/** Records at the end that are verified when a journal is opened; `check.ts` verifies all. */
const TAIL_RECORDS = 1_000;
/** The writer moves a log of 4 MiB into the database as soon as the desk is silent. */
const LOG_BYTES = 6 * 1024 * 1024;
const BUSY_TIMEOUT_MS = 2_000;

/**
 * Opens the journal of a folder for appending, or makes one.
 * @throws JournalError naming file, record and remedy when the folder is in use, not ours, damaged, cut or older than it was.
 */
export function openWritable(directory: string, { now, maxPages }: OpenOptions): WritableJournal {
  assertFitRuntime();
  const file = databaseFile(directory);
  makeDirectory(directory);
  const lock = lockDirectory(directory);
  let db: Database.Database | undefined;
  try {
    db = new Database(file, { timeout: BUSY_TIMEOUT_MS });
    const format = formatOf(db, file);
    configure(db, file);
    if (format < FORMAT_VERSION) create(db, directory, now, format);
    const end = verifyEnd(db, directory, file);
    layOutLog(db);
    if (maxPages !== undefined) db.pragma(`max_page_count = ${maxPages}`);
    const journal = { directory, file, db, lock, ...end };
    reserveLastWords(directory);
    return journal as WritableJournal;
  } catch (error) {
    db?.close();
    lock.release();
    throw journalError(error, file);
  }
}

/** Opens a folder's journal for reading, beside a running desk if there is one. @throws JournalError when it is not a journal. */
export function openReadable(directory: string): ReadableJournal {
  assertFitRuntime();
  const file = databaseFile(directory);
  if (!existsSync(file)) {
    throw new JournalError({
      file,
      problem: 'there is no journal here',
      remedy: 'Name the folder that a desk wrote in',
    });
  }
  let db: Database.Database | undefined;
  try {
    db = new Database(file, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
    if (formatOf(db, file) === 0) {
      throw new JournalError({ file, problem: 'it is empty', remedy: 'Name the folder that a desk wrote in' });
    }
    return { directory, file, db } as ReadableJournal;
  } catch (error) {
    db?.close();
    throw journalError(error, file);
  }
}

export function closeJournal(journal: ReadableJournal): void {
  journal.db.close();
}

function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true });
  } catch (error) {
    throw journalError(error, directory);
  }
}

function configure(db: Database.Database, file: string): void {
  const mode = db.pragma('journal_mode = WAL', { simple: true });
  if (mode !== 'wal') {
    throw new JournalError({
      file,
      problem: 'the disk of this folder takes no write-ahead log',
      remedy: 'Choose a folder on a local disk',
    });
  }
  db.pragma('synchronous = FULL');
  // The writer checkpoints itself, when the desk has nothing to say.
  db.pragma('wal_autocheckpoint = 0');
  // What is not a record is zeros, so that a flipped bit shows there too.
  db.pragma('secure_delete = ON');
}

/**
 * Lets the log's file reach its working size at once, by a transaction that outgrows its cache and is rolled back: commits then
 * overwrite what the disk has laid out already, which takes a quarter less time than growing a file.
 */
function layOutLog(db: Database.Database): void {
  const cacheSize = Number(db.pragma('cache_size', { simple: true }));
  db.pragma('cache_size = 16');
  db.exec(`BEGIN; CREATE TABLE filler (bytes BLOB); INSERT INTO filler VALUES (zeroblob(${LOG_BYTES})); ROLLBACK`);
  db.pragma(`cache_size = ${cacheSize}`);
}

function create(db: Database.Database, directory: string, now: Micros, format: number): void {
  if (existsSync(headFile(directory))) {
    throw new JournalError({
      file: databaseFile(directory),
      problem: `it is empty, but ${headFile(directory)} says that there was a journal`,
      remedy: 'Restore journal.db from a backup, or move head.json away to begin a new journal',
    });
  }
  const identity = randomBytes(16).toString('hex');
  const bytes = Buffer.from(`{"event":"genesis","format":${FORMAT_VERSION},"identity":"${identity}"}`);
  const kind = kindCode('host');
  const hash = new RecordHasher().of(NO_HASH, 1, now, kind, bytes);
  db.transaction(() => {
    migrate(db, format);
    db.prepare('INSERT INTO record VALUES (?, ?, ?, ?, ?)').run(1, now, kind, bytes, hash);
  }).immediate();
}

/** Verifies the last records and holds them against the anchor. */
function verifyEnd(db: Database.Database, directory: string, file: string) {
  const identity = identityOf(db, file);
  const lastSeq = Number(db.prepare('SELECT max(seq) FROM record').pluck().get());
  const first = Math.max(1, lastSeq - TAIL_RECORDS);
  const hasher = new RecordHasher();
  // The first one is taken at its word: it only gives the hash that the next is chained to.
  let previous: Uint8Array = first === 1 ? NO_HASH : hashOf(db, file, first);
  let due = first === 1 ? 1 : first + 1;
  let last: Row | undefined;
  try {
    for (const row of db.prepare(SELECT_FROM).raw().iterate(due) as Iterable<unknown[]>) {
      const checked = checkRow(row, due, previous, hasher);
      if (typeof checked === 'string') throw damaged(file, due, checked);
      previous = checked.hash;
      last = checked;
      due += 1;
    }
  } catch (error) {
    throw journalError(error, file, due);
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

function verifyAnchor(db: Database.Database, directory: string, file: string, end: Head): void {
  const anchor = readHead(directory);
  if (anchor === undefined) {
    if (end.seq > 1) {
      throw new JournalError({
        file: headFile(directory),
        problem: `it is missing, so nothing says whether the journal's last record was ${end.seq}`,
        remedy: 'Restore it from the backup that journal.db is from',
      });
    }
    writeHead(directory, end);
    return;
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
