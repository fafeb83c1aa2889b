import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';

/** What another process of the bench said first, and how it is ended. */
export interface Started {
  readonly line: string;
  end(): void;
}

/**
 * Starts a file of the bench that serves until its standard input ends. It plays a machine of its own: where cores are few it must not
 * push aside the one that is measured, so it gets the lowest priority. @throws Error when it ends before it has said its first line.
 */
export async function startServing(file: string): Promise<Started> {
  const child: ChildProcess = spawn(process.execPath, [join(import.meta.dirname, file)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
  const { promise: failed, reject } = Promise.withResolvers<never>();
  child.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)));
  const [line] = await Promise.race([once(child.stdout ?? child, 'data'), failed]);
  failed.catch(() => {});
  return { line: String(line), end: () => void child.stdin?.end() };
}
