import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { killAfter } from '../../testing/kill-child.ts';
import { runs } from '../../testing/runs.ts';
import { frameOf, range, readAll, temporaryFolder, wholeRun } from './fixtures.ts';
import type { TickSegment } from './read.ts';

const CHILD = fileURLToPath(new URL('./crash-child.ts', import.meta.url));
let folder: ReturnType<typeof temporaryFolder>;

beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

describe('kill -9 of a desk that records', () => {
  it(
    'keeps all that had left the ring, without a gap or damage, and the next run appends to it, time after time',
    async () => {
      const segments: TickSegment[] = [];
      const kept: number[] = [];
      let segment = 1;
      for (let round = 0; round < runs(5); round += 1) {
        const written = await killAfter(
          [CHILD, folder.path, String(segment)],
          1 + ((round * 13) % 40),
          (round * 7) % 11,
        );
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
