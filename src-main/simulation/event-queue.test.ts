import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../testing/runs.ts';
import { EventQueue } from './event-queue.ts';

describe('EventQueue', () => {
  it('has nothing at first', () => {
    const queue = new EventQueue<string>();
    expect(queue.nextAt()).toBe(Number.POSITIVE_INFINITY);
    expect(() => queue.pop()).toThrow(/no event/);
    expect(() => queue.push(Number.NaN, 'a')).toThrow(/needs a time/);
  });

  it('behaves like a list sorted by time, then by the order of pushing, across snapshots', () => {
    const action = fc.oneof(
      { weight: 3, arbitrary: fc.record({ push: fc.integer({ min: 0, max: 8 }) }) },
      { weight: 2, arbitrary: fc.constant('pop' as const) },
      { weight: 1, arbitrary: fc.constant('restore' as const) },
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 120 }), (actions) => {
        let queue = new EventQueue<number>();
        const model: { at: number; item: number }[] = [];
        actions.forEach((act, item) => {
          if (act === 'pop') {
            if (model.length > 0) expect(queue.pop()).toMatchObject(model.shift() as object);
          } else if (act === 'restore') {
            const copy = new EventQueue<number>();
            copy.restore(structuredClone(queue.snapshot()));
            queue.push(0, -1);
            queue = copy;
          } else {
            queue.push(act.push, item);
            model.push({ at: act.push, item });
            model.sort((a, b) => a.at - b.at || a.item - b.item);
          }
          expect(queue.size).toBe(model.length);
          expect(queue.nextAt()).toBe(model[0]?.at ?? Number.POSITIVE_INFINITY);
        });
      }),
      { seed: 42, numRuns: runs(100) },
    );
  });
});
