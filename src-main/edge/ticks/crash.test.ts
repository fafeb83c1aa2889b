import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runs } from '../../testing/runs.ts';
import { frameOf, range, readAll, temporaryFolder, wholeRun } from './fixtures.ts';
import type { TickSegment } from './read.ts';

const CHILD = fileURLToPath(new URL('./crash-child.ts', import.meta.url));
let folder: ReturnType<typeof temporaryFolder>;

beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

/** Kills the child once it has said `lines` times how far its frames are written, and a little later. @returns the furthest it said. */
async function killAfter(segment: number, lines: number, delayMs: number): Promise<number> {
  const child = spawn(process.execPath, [CHILD, folder.path, String(segment)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
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

describe('kill -9 of a desk that records', () => {
  it(
    'keeps all that had left the ring, without a gap or damage, and the next run appends to it, time after time',
    async () => {
      const segments: TickSegment[] = [];
      const kept: number[] = [];
      let segment = 1;
      for (let round = 0; round < runs(5); round += 1) {
        const written = await killAfter(segment, 1 + ((round * 13) % 40), (round * 7) % 11);
        const { seqs } = readAll(folder.path, wholeRun(segment));
        expect(seqs).toEqual(range(segment + 1, segment + seqs.length));
        expect(segment + seqs.length).toBeGreaterThanOrEqual(written);
        kept.push(...seqs);
        const endSeq = segment + seqs.length + 1;
        segments.push({ firstSeq: segment, endSeq });
        segment = endSeq;
      }
      const { frames, damages } = readAll(folder.path, segments);
      expect(frames).toEqual(kept.map((seq) => frameOf(seq)));
      // Only the last run's end may be torn: each start has cut the one before.
      expect(damages.length).toBeLessThanOrEqual(1);
      expect(kept.length).toBeGreaterThan(runs(5));
    },
    60_000 * runs(1),
  );
});
