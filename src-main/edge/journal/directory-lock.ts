import { join } from 'node:path';
import Database from 'better-sqlite3';
import { errorCode, JournalError, journalError } from './journal-error.ts';

/** Holds a folder for one desk until `release`, or until the process ends in whatever way. */
export interface DirectoryLock {
  release(): void;
}

/**
 * SQLite's own exclusive lock on an empty database: the operating system drops it with the process, so nothing stale is left.
 * Nobody else may open this file: closing any descriptor of it would drop the lock on POSIX systems.
 * @throws JournalError when another desk, of this process or another one, holds the folder.
 */
export function lockDirectory(directory: string): DirectoryLock {
  const file = join(directory, 'desk.lock');
  let db: Database.Database | undefined;
  try {
    const holder = new Database(file, { timeout: 0 });
    db = holder;
    holder.exec('BEGIN EXCLUSIVE');
    return { release: () => holder.close() };
  } catch (error) {
    db?.close();
    if (!errorCode(error).startsWith('SQLITE_BUSY')) throw journalError(error, file);
    throw new JournalError({
      file,
      problem: 'another desk is running on this folder',
      remedy: 'Stop that desk first, or give this one a folder of its own (--data)',
    });
  }
}
