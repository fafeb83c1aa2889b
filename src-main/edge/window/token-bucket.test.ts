import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../testing/runs.ts';
import { TokenBucket } from './token-bucket.ts';

describe('a token bucket', () => {
  it('lets pass its burst and its rate over any span, and no more', () => {
    const pauses = fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 400 });
    fc.assert(
      fc.property(pauses, (pausesMs) => {
        let nowMs = 1_000;
        const bucket = new TokenBucket(5, 20, () => nowMs);
        const passedMs: number[] = [];
        for (const pauseMs of pausesMs) {
          nowMs += pauseMs;
          if (bucket.take()) passedMs.push(nowMs);
        }
        for (const [i, from] of passedMs.entries()) {
          for (const [j, to] of passedMs.entries()) {
            if (j >= i) expect(j - i + 1).toBeLessThanOrEqual(5 + Math.ceil(((to - from) * 20) / 1_000));
          }
        }
      }),
      { seed: 42, numRuns: runs(50) },
    );
  });

  it('says how long to wait, and keeps its word', () => {
    let nowMs = 0;
    const bucket = new TokenBucket(1, 4, () => nowMs);
    expect(bucket.take()).toBe(true);
    expect(bucket.take()).toBe(false);
    expect(bucket.waitMs).toBe(250);
    nowMs = 249;
    expect(bucket.take()).toBe(false);
    nowMs = 250;
    expect(bucket.take()).toBe(true);
  });
});
