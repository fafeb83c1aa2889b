import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Backoff } from './backoff.ts';

describe('the waits between attempts', () => {
  it('lie anywhere below a ceiling that doubles up to a cap', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 1 }),
        (draws) => {
          let draw = 0;
          const backoff = new Backoff(() => draws[draw++], 50, 1_000);
          draws.forEach((share, attempt) => {
            expect(backoff.nextMs()).toBe(share * Math.min(50 * 2 ** attempt, 1_000));
          });
        },
      ),
      { seed: 42 },
    );
  });

  it('begin anew once it went well', () => {
    const backoff = new Backoff(() => 0.5, 50, 1_000);
    expect([backoff.nextMs(), backoff.nextMs(), backoff.nextMs()]).toEqual([25, 50, 100]);
    backoff.reset();
    expect(backoff.nextMs()).toBe(25);
  });
});
