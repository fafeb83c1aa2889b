import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../testing/runs.ts';
import { MAX_FOLLOWED, NumberedLog } from './numbered-log.ts';

interface Item {
  readonly id: string;
  readonly n: number;
}

const texts = (log: NumberedLog<Item>): Item[] => log.snapshot().items.map((text) => JSON.parse(text()));

describe('a numbered log', () => {
  it('tells a follower every item once and in order, however it falls behind, or that it must begin anew', () => {
    const steps = fc.array(fc.nat({ max: 40 }), { maxLength: 60 });
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 20 }), (added, capacity) => {
        const log = new NumberedLog<Item>(capacity);
        let told = 0;
        let made = 0;
        for (const count of added) {
          for (let i = 0; i < count; i += 1) {
            made += 1;
            log.add({ id: 'x', n: made });
          }
          if (!log.canFollow(told)) {
            const { first, items } = log.snapshot();
            expect(first + items.length - 1).toBe(log.last);
            expect(items.length).toBeLessThanOrEqual(capacity);
            told = log.last;
            continue;
          }
          while (told < log.last) {
            const batch = log.after(told, 7);
            expect(batch.first).toBe(told + 1);
            expect(batch.texts.map((text) => JSON.parse(text).n)).toEqual(
              Array.from({ length: batch.texts.length }, (_, i) => told + 1 + i),
            );
            told += batch.texts.length;
          }
        }
        expect(log.last).toBe(made);
        expect(log.canFollow(log.last)).toBe(true);
        expect(log.canFollow(log.last + 1)).toBe(false);
      }),
      { seed: 42, numRuns: runs(200) },
    );
  });

  it('shows a new window the latest item of each id, in the order the ids appeared, as a map would', () => {
    const item = fc.record({ id: fc.constantFrom(...'abcdefgh'), n: fc.nat() });
    fc.assert(
      fc.property(fc.array(item, { maxLength: 200 }), fc.integer({ min: 1, max: 8 }), (added, capacity) => {
        const log = new NumberedLog<Item>(capacity, ({ id }) => id);
        const model = new Map<string, Item>();
        for (const one of added) {
          log.add(one);
          model.set(one.id, one);
          const [oldest] = model.keys();
          if (model.size > capacity && oldest !== undefined) model.delete(oldest);
        }
        expect(texts(log)).toEqual([...model.values()]);
        expect(log.snapshot().first + model.size - 1).toBe(added.length);
      }),
      { seed: 42, numRuns: runs(200) },
    );
  });

  it('keeps no more than its bounds', () => {
    const log = new NumberedLog<Item>(100_000, ({ id }) => id);
    for (let n = 1; n <= 5 * MAX_FOLLOWED; n += 1) log.add({ id: String(n % 10), n });
    expect(texts(log)).toHaveLength(10);
    expect(log.canFollow(log.last - MAX_FOLLOWED)).toBe(true);
    expect(log.canFollow(log.last - MAX_FOLLOWED - 1)).toBe(false);
  });
});
