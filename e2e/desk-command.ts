import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** Runs `desk` with these arguments, in a process of its own, to its end. */
export function desk(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['src-main/app/cli.ts', ...args], {
    cwd: join(import.meta.dirname, '..'),
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}
