import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Brand } from '../../../src-shared/domain/brand.ts';
import type { Micros } from '../../../src-shared/domain/time.ts';
import { type DirectoryLock, lockDirectory } from './directory-lock.ts';
import { type JournalEnd, verifyEnd } from './end.ts';
import { assertFitRuntime, databaseFile, FORMAT_VERSION, formatOf, migrate } from './format.ts';
import { headFile, readHead, sealHead, writeHead } from './head.ts';
import { errorCode, JournalError, journalError } from './journal-error.ts';
import { reserveLastWords } from './last-words.ts';
import { sealOf } from './pages.ts';
import { kindCode, NO_HASH, RecordHasher } from './record.ts';
import { WriteAheadLog } from './wal.ts';

interface OpenJournal {
  readonly directory: string;
  readonly file: string;
  readonly db: Database.Database;
  /** The temporary folder that is read in place of the journal's own. */
  readonly copy?: string | undefined;
}

/** May be read: nothing that takes it can change the journal. */
export type ReadableJournal = Brand<OpenJournal, 'readable' | 'writable'>;

/** The one handle that may append. It holds the folder's lock. */
export type WritableJournal = Brand<OpenJournal & JournalEnd & { readonly lock: DirectoryLock }, 'writable'>;

export interface OpenOptions {
  /** Time of the genesis record, if one is made. */
  readonly now: Micros;
  /** Pages that the database may have; for tests of a full disk. */
  readonly maxPages?: number;
}

export interface ReadOptions {
  /**
   * Where SQLite cannot read the file in place. Never in a process that writes it: closing any descriptor of a file gives up all
   * POSIX locks that the process holds on it, SQLite's among them.
   */
  readonly mayCopy?: boolean;
}

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
    const found = inspect(directory, file);
    db = new Database(file, { timeout: BUSY_TIMEOUT_MS });
    configure(db, file);
    if (found === undefined) create(db, directory, now);
    const end = found ?? verifyEnd(db, directory, file);
    if (end.lastSeq === 1) anchorGenesis(directory, end);
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

/** Closes the database, seals what leads to its records, and gives the folder back. */
export function closeWritable({ db, directory, file, lock }: WritableJournal): void {
  try {
    db.close();
    const seal = sealOf(file);
    if (seal !== undefined) sealHead(directory, seal);
  } finally {
    lock.release();
  }
}

/** @throws JournalError for a folder that nobody has written a journal in. */
export function assertJournalThere(directory: string): void {
  const file = databaseFile(directory);
  if (existsSync(file)) return;
  const remedy = 'Name the folder that a desk wrote in';
  throw new JournalError({ file, problem: 'there is no journal here', remedy });
}

/**
 * Opens a folder's journal for reading, beside a running desk if there is one, or as a crash left it. On a medium where SQLite
 * cannot lay its shared memory beside the file, a copy in the folder for temporary files is read.
 * @throws JournalError when it is not a journal.
 */
export function openReadable(directory: string, { mayCopy = true }: ReadOptions = {}): ReadableJournal {
  assertFitRuntime();
  assertJournalThere(directory);
  const file = databaseFile(directory);
  try {
    const { db, format, copy } = mayCopy ? openOrCopy(file) : { ...openReadOnly(file, file), copy: undefined };
    const journal = { directory, file, db, copy } as ReadableJournal;
    if (format > 0) return journal;
    closeJournal(journal);
    throw new JournalError({ file, problem: 'it is empty', remedy: 'Name the folder that a desk wrote in' });
  } catch (error) {
    throw journalError(error, file);
  }
}

export function closeJournal({ db, copy }: ReadableJournal): void {
  db.close();
  if (copy !== undefined) rmSync(copy, { recursive: true, force: true });
}

function openOrCopy(file: string): ReturnType<typeof openReadOnly> & Pick<OpenJournal, 'copy'> {
  try {
    return openReadOnly(file, file);
  } catch (error) {
    if (errorCode(error) !== 'SQLITE_CANTOPEN') throw error;
  }
  const copy = mkdtempSync(join(tmpdir(), 'interlock-journal-'));
  try {
    const copied = databaseFile(copy);
    copyFileSync(file, copied);
    if (existsSync(`${file}-wal`)) copyFileSync(`${file}-wal`, `${copied}-wal`);
    return { ...openReadOnly(copied, file), copy };
  } catch (error) {
    rmSync(copy, { recursive: true, force: true });
    throw error;
  }
}

/** @param file where it is from, for messages. @returns format 0 for an empty one. */
function openReadOnly(path: string, file: string): { readonly db: Database.Database; readonly format: number } {
  const db = new Database(path, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
  try {
    // Lets SQLite read what is there of a file that lost its end, so that the first record lost can be named.
    db.unsafeMode(true);
    db.pragma('writable_schema = ON');
    return { db, format: formatOf(db, file) };
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * Verifies what is there before anything may change it: through a handle that only reads, a refused journal keeps its log.
 * @returns undefined where a journal is still to be made.
 */
function inspect(directory: string, file: string): JournalEnd | undefined {
  if (!existsSync(file)) return undefined;
  const log = new WriteAheadLog(file);
  log.close();
  const { db, format } = openReadOnly(file, file);
  try {
    // A crash at the very beginning leaves a file without a journal.
    if (format === 0) return undefined;
    const end = verifyEnd(db, directory, file);
    if (log.damage === undefined) return end;
    throw new JournalError({
      file,
      record: end.lastSeq + 1,
      problem: log.damage,
      remedy: 'Keep the folder as evidence, and put back the newest journal.db together with its journal.db-wal',
    });
  } finally {
    db.close();
  }
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

function create(db: Database.Database, directory: string, now: Micros): void {
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
    migrate(db, 0);
    db.prepare('INSERT INTO record VALUES (?, ?, ?, ?, ?)').run(1, now, kind, bytes, hash);
  }).immediate();
}

/** A journal that has only begun may have lost its anchor to a crash. */
function anchorGenesis(directory: string, { identity, lastSeq, lastHash }: JournalEnd): void {
  if (readHead(directory) !== undefined) return;
  writeHead(directory, { identity, seq: lastSeq, hash: Buffer.from(lastHash).toString('hex') });
}
