import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode, JournalError } from './journal-error.ts';

/** How far the journal was known to reach: an anchor outside the database, which an older copy of the database contradicts. */
export interface Head {
  readonly identity: string;
  readonly seq: number;
  /** Hash of record `seq`, hex. */
  readonly hash: string;
  /** After an orderly stop: hash of the pages that lead to the records, hex. */
  readonly seal?: string;
}

const FILE = 'head.json';

export function headFile(directory: string): string {
  return join(directory, FILE);
}

/** Replaces the file in one act: a crash leaves the old one or the new one. To be called only with what is durable. */
export function writeHead(directory: string, head: Head): void {
  const file = headFile(directory);
  const next = `${file}.next`;
  const descriptor = openSync(next, 'w');
  try {
    writeSync(descriptor, `${JSON.stringify(head)}\n`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(next, file);
}

/** Adds the seal to the anchor of a database that was closed and whose folder is still held. */
export function sealHead(directory: string, seal: string): void {
  const head = readHead(directory);
  if (head !== undefined) writeHead(directory, { ...head, seal });
}

/** @returns undefined when there is none. @throws JournalError when it cannot be understood. */
export function readHead(directory: string): Head | undefined {
  const file = headFile(directory);
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw unreadable(file);
  }
  if (!isHead(value)) throw unreadable(file);
  return value;
}

function isHead(value: unknown): value is Head {
  if (typeof value !== 'object' || value === null) return false;
  const { identity, seq, hash, seal } = value as Readonly<Record<string, unknown>>;
  return (
    typeof identity === 'string' &&
    Number.isSafeInteger(seq) &&
    typeof hash === 'string' &&
    /^[0-9a-f]{32}$/.test(identity) &&
    /^[0-9a-f]{64}$/.test(hash) &&
    (seal === undefined || (typeof seal === 'string' && /^[0-9a-f]{64}$/.test(seal)))
  );
}

function unreadable(file: string): JournalError {
  return new JournalError({
    file,
    problem: 'it does not say how far the journal reaches',
    remedy: 'Restore it from the backup that the journal is from',
  });
}
