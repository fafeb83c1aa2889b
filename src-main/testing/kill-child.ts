import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Kills `node` with `args` once it has printed `lines` lines, and `delayMs` later. @returns the number on the last line that it printed. */
export async function killAfter(args: readonly string[], lines: number, delayMs: number): Promise<number> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  const exit = once(child, 'exit');
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (text: string) => {
    out += text;
    if (out.split('\n').length > lines) setTimeout(() => child.kill('SIGKILL'), delayMs);
  });
  await exit;
  // The pipe may still hold what was written before the end.
  if (!child.stdout.readableEnded) await once(child.stdout, 'end');
  return Number(out.trim().split('\n').at(-1));
}
