/** A tick file that is refused. The message names file, problem and remedy. */
export class TickError extends Error {
  override readonly name = 'TickError';
  readonly fault: TickFault;

  constructor(fault: TickFault, cause?: unknown) {
    super(`${fault.file}: ${fault.problem}. ${fault.remedy}.`, { cause });
    this.fault = fault;
  }
}

export interface TickFault {
  readonly file: string;
  readonly problem: string;
  /** What a person can do about it. */
  readonly remedy: string;
}

const REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: 'Free space on the disk of this folder, then start again',
  EDQUOT: 'Free space on the disk of this folder, then start again',
  EIO: 'Check the disk and its cables, copy the folder to a sound disk, then start again',
  EACCES: 'Give the desk the right to write in this folder, or choose another one',
  EPERM: 'Give the desk the right to write in this folder, or choose another one',
  EROFS: 'This disk is read-only: choose a folder on another one',
  EEXIST: 'A file is where the folder should be: move it away, or choose another folder',
  ENOTDIR: 'A file is where the folder should be: move it away, or choose another folder',
  EISDIR: 'A folder is where the file should be: move it away',
};

/** Node's code of something thrown, or of its cause, e.g. `ENOSPC`; empty when it has none. */
export function codeOf(error: unknown): string {
  if (error instanceof TickError) return codeOf(error.cause);
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** `error` as a {@link TickError} of `file`; one that is a TickError already stays as it is. */
export function tickError(error: unknown, file: string): TickError {
  if (error instanceof TickError) return error;
  const problem = error instanceof Error ? error.message : String(error);
  const remedy = REMEDIES[codeOf(error)] ?? 'Keep the file as it is, and report this';
  return new TickError({ file, problem, remedy }, error);
}
