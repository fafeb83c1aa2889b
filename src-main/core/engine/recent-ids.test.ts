import fc from 'fast-check';
import { expect, it } from 'vitest';
import { runs } from '../../testing/runs.ts';
import { RecentIds } from './recent-ids.ts';

it('remembers the latest ids up to its limit, as a list would, with snapshot and restore anywhere', () => {
  const ids = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { maxLength: 40 });
  fc.assert(
    fc.property(ids, fc.integer({ min: 1, max: 5 }), fc.nat(40), (added, limit, cut) => {
      let recent = new RecentIds(limit);
      let model: string[] = [];
      for (const [index, id] of added.entries()) {
        expect(recent.has(id)).toBe(model.includes(id));
        expect(recent.add(id)).toBe(!model.includes(id));
        if (!model.includes(id)) model = [...model, id].slice(-limit);
        expect(recent.snapshot()).toEqual(model);
        if (index !== cut) continue;
        const copy = new RecentIds(limit);
        copy.restore(structuredClone(recent.snapshot()));
        recent = copy;
      }
    }),
    { seed: 42, numRuns: runs(200) },
  );
});
