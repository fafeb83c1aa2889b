import { hash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** A Unix socket's address holds about a hundred bytes. */
const MAX_PATH_BYTES = 100;
const NAME_HEX_DIGITS = 16;

/** Where the processes of one data folder meet: a Unix socket in it or, where its path is too long, beside it; a pipe on Windows. */
export function localSocket(directory: string, name: 'desk' | 'exchange'): string {
  const path = join(resolve(directory), `${name}.sock`);
  if (process.platform !== 'win32' && Buffer.byteLength(path) <= MAX_PATH_BYTES) return path;
  const short = `interlock-${hash('sha256', path).slice(0, NAME_HEX_DIGITS)}`;
  return process.platform === 'win32' ? `\\\\.\\pipe\\${short}` : join(tmpdir(), `${short}.sock`);
}
