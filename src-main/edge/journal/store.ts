import { statSync } from 'node:fs';
import type Database from 'better-sqlite3';

/** Where the writer puts records: the seam at which tests make a disk fail. */
export interface Store {
  begin(): void;
  insert(seq: number, at: number, kind: number, bytes: Uint8Array, hash: Uint8Array): void;
  /** Returns once everything inserted since `begin` is on disk. */
  commit(): void;
  /** Moves the log into the database as far as readers permit. */
  checkpoint(): void;
  /** Bytes of the write-ahead log's file. */
  logBytes(): number;
}

export function sqliteStore(db: Database.Database, file: string): Store {
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');
  const insert = db.prepare('INSERT INTO record VALUES (?, ?, ?, ?, ?)');
  return {
    begin: () => {
      begin.run();
    },
    insert: (seq, at, kind, bytes, hash) => {
      insert.run(seq, at, kind, bytes, hash);
    },
    commit: () => {
      commit.run();
    },
    checkpoint: () => {
      db.pragma('wal_checkpoint(PASSIVE)');
    },
    logBytes: () => statSync(`${file}-wal`).size,
  };
}
