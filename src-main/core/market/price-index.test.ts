import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../testing/runs.ts';
import { Random } from '../engine/random.ts';
import { LevelLimitError, MAX_KEY, PriceIndex } from './price-index.ts';

/** Keys that share leaves, share no digit, and touch both ends. */
const key = fc.oneof(
  fc.integer({ min: 618_000, max: 618_200 }),
  fc.integer({ min: 0, max: MAX_KEY }),
  fc.constantFrom(0, 31, 32, 1_023, 1_024, 2 ** 25 - 1, 2 ** 25, MAX_KEY - 1, MAX_KEY),
);
const operation = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('set'), key, lots: fc.integer({ min: 1, max: 2 ** 52 }) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('remove'), key, lots: fc.constant(0) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('clear'), key, lots: fc.constant(0) }) },
);

const below = (model: ReadonlyMap<number, number>, of: number): number =>
  Math.max(-1, ...[...model.keys()].filter((other) => other < of));

describe('PriceIndex', () => {
  it('does what a Map and a search through all its keys do', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 120 }), fc.array(key, { maxLength: 20 }), (operations, probes) => {
        const index = new PriceIndex(1_000);
        const model = new Map<number, number>();
        for (const { kind, key, lots } of operations) {
          if (kind === 'clear' && key % 4 === 0) {
            index.clear();
            model.clear();
          } else if (kind === 'set') {
            index.set(key, lots);
            model.set(key, lots);
          } else {
            index.remove(key);
            model.delete(key);
          }
          expect(index.size).toBe(model.size);
          expect(index.highest()).toBe(Math.max(-1, ...model.keys()));
          expect(index.below(key)).toBe(below(model, key));
        }
        for (const probe of [...probes, ...model.keys()]) {
          expect(index.get(probe)).toBe(model.get(probe) ?? 0);
          expect(index.below(probe)).toBe(below(model, probe));
        }
      }),
      { seed: 42, numRuns: runs(150) },
    );
  });

  it('holds 20,000 scattered levels and lists them in order', () => {
    const random = new Random(7);
    const index = new PriceIndex(20_000);
    const keys = new Set<number>();
    while (keys.size < 20_000) keys.add(random.below(MAX_KEY + 1));
    for (const one of keys) index.set(one, one + 1);
    const listed: number[] = [];
    for (let next = index.highest(); next >= 0; next = index.below(next)) {
      listed.push(next);
      expect(index.get(next)).toBe(next + 1);
    }
    expect(listed).toEqual([...keys].sort((a, b) => b - a));
  });

  it('refuses one level more than its limit, and takes it once another has gone', () => {
    const index = new PriceIndex(2);
    index.set(5, 1);
    index.set(1_000_000, 2);
    expect(() => index.set(6, 3)).toThrow(LevelLimitError);
    expect(() => index.set(900, 3)).toThrow(/2 levels on one side.*maxLevelsPerSide/);
    expect([index.size, index.get(6), index.get(900), index.below(1_000_000)]).toEqual([2, 0, 0, 5]);
    index.set(5, 9);
    index.remove(1_000_000);
    index.set(6, 3);
    expect([index.get(5), index.get(6), index.highest()]).toEqual([9, 3, 6]);
  });

  it('uses emptied nodes again: prices that wander for ever need no more room', () => {
    const index = new PriceIndex(100);
    const warmUp = 2_000;
    const widths: number[] = [];
    for (let i = 0; i < 20_000; i++) {
      index.set((i * 40_009) % MAX_KEY, 1);
      if (i >= 50) index.remove(((i - 50) * 40_009) % MAX_KEY);
      if (i === warmUp || i === 19_999) widths.push(structuredSize(index));
    }
    expect(widths[1]).toBe(widths[0]);
    expect(index.size).toBe(50);
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses a limit of %s levels', (limit) => {
    expect(() => new PriceIndex(limit)).toThrow(/positive limit/);
  });
});

/** Bytes in all typed arrays of an object. */
function structuredSize(of: object): number {
  return Object.values(of)
    .filter((value) => ArrayBuffer.isView(value))
    .reduce((bytes, view) => bytes + view.byteLength, 0);
}
