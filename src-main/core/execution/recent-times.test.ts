import fc from 'fast-check';
import { expect, it } from 'vitest';
import { micros } from '../../../src-shared/domain/time.ts';
import { runs } from '../../testing/runs.ts';
import { RecentTimes } from './recent-times.ts';

it('knows a full window as a list of all times would, with snapshot and restore anywhere, under another limit too', () => {
  const pauses = fc.array(fc.nat(50), { maxLength: 40, size: 'max' });
  fc.assert(
    fc.property(
      pauses,
      fc.nat(6),
      fc.nat(6),
      fc.integer({ min: 1, max: 100 }),
      fc.nat(40),
      (steps, first, then, window, cut) => {
        let limit = first;
        let recent = new RecentTimes(limit);
        let all: number[] = [];
        let at = 0;
        for (const [index, pause] of steps.entries()) {
          at += pause;
          const within = all.filter((time) => time > at - window).length;
          expect(recent.isFull(micros(at), window)).toBe(within >= limit);
          expect(recent.countWithin(micros(at), window)).toBe(Math.min(limit, within));
          recent.add(micros(at));
          all.push(at);
          if (index !== cut) continue;
          // What the smaller ring did not keep is gone.
          all = all.slice(Math.max(0, all.length - limit));
          limit = then;
          const copy = new RecentTimes(limit);
          copy.restore(structuredClone(recent.snapshot()));
          recent = copy;
        }
        expect(recent.snapshot().times.length).toBeLessThanOrEqual(limit);
      },
    ),
    { seed: 42, numRuns: runs(300) },
  );
});
