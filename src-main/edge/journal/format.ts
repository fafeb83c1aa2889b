import { join } from 'node:path';
import Database from 'better-sqlite3';
import { JournalError } from './journal-error.ts';

/** Format of the records and of the database; genesis records it, and `user_version` of the file. */
export const FORMAT_VERSION = 1;
/** `ILJ1` in the file's header: tells a journal from any other SQLite file. */
const APPLICATION_ID = 0x494c4a31;

const MIN_NODE_API = 10;
/** The first with the repair of a race between a checkpoint and a writer in WAL mode that could lose a commit. */
const MIN_SQLITE = '3.51.3';

export function databaseFile(directory: string): string {
  return join(directory, 'journal.db');
}

const TABLE = `CREATE TABLE record (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  hash BLOB NOT NULL
) STRICT`;

/** What brings a file from version i to i + 1. Never edited once released: a change is a new entry. */
const MIGRATIONS: readonly string[] = [TABLE];

/** Why this Node or this SQLite must not keep a journal; undefined when they may. */
export function unfitRuntime(nodeApi: string | undefined, sqlite: string): string | undefined {
  if (!(Number(nodeApi) >= MIN_NODE_API)) {
    return `This Node offers Node-API ${nodeApi ?? 'of no version'}, and the journal's database needs ${MIN_NODE_API}: start the desk through \`npm start\` or \`npm run desk\`, which bring the right Node.`;
  }
  if (sqlite.localeCompare(MIN_SQLITE, 'en', { numeric: true }) < 0) {
    return `SQLite ${sqlite} can lose what it said was written; the journal needs ${MIN_SQLITE} or newer: delete node_modules and run \`npm start\`.`;
  }
  return undefined;
}

/** @throws Error that a person understands when Node or SQLite is too old. */
export function assertFitRuntime(): void {
  // Node-API first: without it the database cannot even be asked for its version.
  const problem =
    unfitRuntime(process.versions.napi, MIN_SQLITE) ?? unfitRuntime(process.versions.napi, sqliteVersion());
  if (problem !== undefined) throw new Error(problem);
}

/** Of the SQLite that keeps the journal; Node has another one of its own. */
export function sqliteVersion(): string {
  const memory = new Database(':memory:');
  try {
    return String(memory.prepare('SELECT sqlite_version()').pluck().get());
  } finally {
    memory.close();
  }
}

/**
 * What kind of file this is. Writes nothing.
 * @returns its format version, 0 for an empty one. @throws JournalError for a foreign file or a format from the future.
 */
export function formatOf(db: Database.Database, file: string): number {
  const id = Number(db.pragma('application_id', { simple: true }));
  const version = Number(db.pragma('user_version', { simple: true }));
  const tables = Number(db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get());
  if (id === 0 && version === 0 && tables === 0) return 0;
  if (id !== APPLICATION_ID) {
    throw new JournalError({
      file,
      problem: `it is an SQLite file of another program (application id ${id})`,
      remedy: 'Choose another folder, or move the file away',
    });
  }
  if (version < 1 || version > FORMAT_VERSION) {
    throw new JournalError({
      file,
      problem: `its format is ${version}, and this desk knows 1 to ${FORMAT_VERSION}`,
      remedy: 'Open it with the version of Interlock that wrote it',
    });
  }
  return version;
}

/** Runs the migrations that are missing. To be called within a transaction. */
export function migrate(db: Database.Database, from: number): void {
  for (const step of MIGRATIONS.slice(from)) db.exec(step);
  db.pragma(`application_id = ${APPLICATION_ID}`);
  db.pragma(`user_version = ${FORMAT_VERSION}`);
}

/** Whether the database describes its one table exactly as the migrations made it. */
export function hasOwnSchema(db: Database.Database): boolean {
  const schema = db.prepare('SELECT type, name, tbl_name, rootpage, sql FROM sqlite_schema').raw().all();
  return JSON.stringify(schema) === JSON.stringify([['table', 'record', 'record', 2, TABLE]]);
}
