/** Where a journal is bad, and what a person can do about it. */
export interface JournalFault {
  readonly file: string;
  /** Sequence number of the first record concerned, where one can be named. */
  readonly record?: number | undefined;
  readonly problem: string;
  readonly remedy: string;
}

/** A journal that is refused, or has stopped. The message names file, record and remedy. */
export class JournalError extends Error {
  override readonly name = 'JournalError';
  readonly fault: JournalFault;

  constructor(fault: JournalFault) {
    const record = fault.record === undefined ? '' : `, record ${fault.record}`;
    super(`${fault.file}${record}: ${fault.problem}. ${fault.remedy}.`);
    this.fault = fault;
  }
}

/** SQLite's own code (`SQLITE_FULL`, `SQLITE_IOERR_FSYNC`) or Node's (`ENOSPC`) of something thrown; empty when it has none. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

export function errorText(error: unknown): string {
  const code = errorCode(error);
  const message = error instanceof Error ? error.message : String(error);
  return code === '' || message.includes(code) ? message : `${message} (${code})`;
}

const REMEDIES: readonly (readonly [codePrefix: string, remedy: string])[] = [
  ['SQLITE_FULL', 'Free space on the disk of this folder, then start again'],
  ['ENOSPC', 'Free space on the disk of this folder, then start again'],
  ['SQLITE_IOERR', 'Check the disk and its cables, copy the folder to a sound disk, then start again'],
  ['SQLITE_NOTADB', 'This is no journal: choose another folder, or move the file away'],
  ['SQLITE_CORRUPT', 'Keep the file as evidence, and restore the folder from the newest backup'],
  ['SQLITE_READONLY', 'Give the desk the right to write in this folder, or choose another one'],
  ['SQLITE_CANTOPEN', 'Give the desk a folder that exists and that it may write in'],
  ['EACCES', 'Give the desk the right to write in this folder, or choose another one'],
  ['EPERM', 'Give the desk the right to write in this folder, or choose another one'],
  ['EROFS', 'This disk is read-only: choose a folder on another one'],
  ['EEXIST', 'A file is where the folder should be: move it away, or choose another folder'],
  ['ENOTDIR', 'A file is where the folder should be: move it away, or choose another folder'],
  ['SQLITE_BUSY', 'Another program holds the file: end it, then start again'],
];

export function remedyFor(error: unknown): string {
  const code = errorCode(error);
  const known = REMEDIES.find(([prefix]) => code.startsWith(prefix));
  return known?.[1] ?? 'Keep the folder as it is, and report this';
}

/** `error` as a {@link JournalError} of `file`; one that is a JournalError already stays as it is. */
export function journalError(error: unknown, file: string, record?: number): JournalError {
  if (error instanceof JournalError) return error;
  return new JournalError({ file, record, problem: errorText(error), remedy: remedyFor(error) });
}
