import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../testing/runs.ts';
import { Random, type RandomState } from './random.ts';

const MASK = (1n << 32n) - 1n;

/** xoshiro128** 1.1 from its published definition, in arbitrary precision. */
function reference(state: RandomState, count: number): number[] {
  const rotl = (x: bigint, k: bigint) => ((x << k) | (x >> (32n - k))) & MASK;
  const s = state.map(BigInt);
  return Array.from({ length: count }, () => {
    const output = (rotl((s[1] * 5n) & MASK, 7n) * 9n) & MASK;
    const t = (s[1] << 9n) & MASK;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 11n);
    return Number(output);
  });
}

function at(state: RandomState): Random {
  const random = new Random(0);
  random.restore(state);
  return random;
}

function draws(random: Random, count: number): number[] {
  return Array.from({ length: count }, () => random.uint32());
}

describe('the generator', () => {
  it.each<readonly [RandomState, readonly number[]]>([
    [
      [1, 2, 3, 4],
      [11_520, 0, 5_927_040, 70_819_200],
    ],
    // Outputs of the C reference implementation, as published with github.com/edorfaus/xoshiro-6502.
    [
      [0x964d4a0c, 0xd40ab895, 0xad7fdecb, 0x3006f0f0],
      [0xf1391922, 0x6fe53806, 0xa5be2840, 0xf510ee70],
    ],
  ])('gives the published outputs of xoshiro128** from state %s', (state, outputs) => {
    expect(draws(at(state), outputs.length)).toEqual(outputs);
    expect(reference(state, outputs.length)).toEqual(outputs);
  });

  it('follows its definition from any state', () => {
    const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });
    fc.assert(
      fc.property(
        fc.tuple(word, word, word, word).filter((state) => state.some((value) => value !== 0)),
        (state) => {
          expect(draws(at(state), 50)).toEqual(reference(state, 50));
        },
      ),
      { seed: 42, numRuns: runs(100) },
    );
  });

  it('refuses the all-zero state', () => {
    expect(() => at([0, 0, 0, 0])).toThrow(RangeError);
  });

  it('goes on from a snapshot, and forks without touching its parent afterwards', () => {
    const random = new Random(7);
    draws(random, 10);
    const copy = at(random.snapshot());
    const [fork, sameFork] = [random.fork(), copy.fork()];
    draws(fork, 5);
    expect(draws(random, 20)).toEqual(draws(copy, 20));
    expect(draws(sameFork, 25).slice(5)).toEqual(draws(fork, 20));
    expect(draws(new Random(7).fork(), 4)).not.toEqual(draws(new Random(7), 4));
  });
});

describe('seeding', () => {
  it('gives different states to different seeds, of all 53 bits and both signs', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.integer({ min: 0, max: 53 }), (seed, bit) => {
        const other = bit === 53 ? -seed : seed >= 0 ? seed - 2 ** bit : seed + 2 ** bit;
        fc.pre(seed !== other);
        expect(new Random(seed).snapshot()).not.toEqual(new Random(other).snapshot());
      }),
      { seed: 42, numRuns: runs(500) },
    );
  });

  it('tells apart seeds whose two halves mix to one 32-bit word', () => {
    expect(new Random(0x9e3779b1).snapshot()).not.toEqual(new Random(2 ** 32).snapshot());
  });

  it('repeats itself for the same seed', () => {
    expect(draws(new Random(2 ** 52 + 3), 20)).toEqual(draws(new Random(2 ** 52 + 3), 20));
  });
});

describe('below', () => {
  it('stays in its range, and reaches each end', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.integer({ min: 1, max: 20 }), (seed, bound) => {
        const random = new Random(seed);
        const seen = new Set(Array.from({ length: 40 * bound }, () => random.below(bound)));
        expect([Math.min(...seen), Math.max(...seen), seen.size]).toEqual([0, bound - 1, bound]);
      }),
      { seed: 42, numRuns: runs(50) },
    );
  });

  it('has no modulo bias: it skips draws of the last, incomplete round', () => {
    // Of 2^32 draws, 3·2^30 leaves a quarter over; with a modulo those would fall on the lowest third again.
    const bound = 3 * 2 ** 30;
    const random = new Random(11);
    const count = 60_000;
    let low = 0;
    for (let draw = 0; draw < count; draw++) if (random.below(bound) < 2 ** 30) low += 1;
    // Five standard deviations; biased, it would be at 1/2.
    expect(Math.abs(low / count - 1 / 3)).toBeLessThan(5 * Math.sqrt(2 / 9 / count));
  });

  it('takes the whole range of a draw', () => {
    expect(at([1, 2, 3, 4]).below(2 ** 32)).toBe(11_520);
    expect(new Random(1).below(1)).toBe(0);
  });

  it.each([0, -1, 0.5, Number.NaN, 2 ** 32 + 1, Number.POSITIVE_INFINITY])('refuses a bound of %s', (bound) => {
    expect(() => new Random(1).below(bound)).toThrow(RangeError);
  });
});

describe('distributions', () => {
  const COUNT = 200_000;

  /** The first four moments about zero of `COUNT` draws. */
  function moments(draw: () => number): [number, number, number, number] {
    const sums: [number, number, number, number] = [0, 0, 0, 0];
    for (let index = 0; index < COUNT; index++) {
      const x = draw();
      for (let power = 1; power <= 4; power++) sums[power - 1] += x ** power / COUNT;
    }
    return sums;
  }

  /** Each found moment within five standard errors: √(E[x^2k] − E[x^k]²) / √n. */
  function expectMoments(found: readonly number[], exact: readonly number[]): void {
    for (const [index, moment] of found.entries()) {
      const error = Math.sqrt((exact[2 * index + 1] - exact[index] ** 2) / COUNT);
      expect(Math.abs(moment - exact[index])).toBeLessThan(5 * error);
    }
  }

  it('uniform has the moments 1/(k+1), stays in [0, 1) and fills its bins evenly', () => {
    const random = new Random(3);
    const bins = new Array<number>(100).fill(0);
    const found = moments(() => {
      const x = random.uniform();
      bins[Math.floor(100 * x)] += 1;
      return x;
    });
    expectMoments(
      found,
      [1, 2, 3, 4, 5, 6, 7, 8].map((power) => 1 / (power + 1)),
    );
    expect(bins.length).toBe(100);
    const mean = COUNT / 100;
    const chiSquare = bins.reduce((sum, count) => sum + (count - mean) ** 2 / mean, 0);
    // 99 degrees of freedom: mean 99, standard deviation √198.
    expect(Math.abs(chiSquare - 99)).toBeLessThan(5 * Math.sqrt(198));
  });

  it('uniform uses 53 bits', () => {
    const random = new Random(5);
    const values = Array.from({ length: 100 }, () => random.uniform() * 2 ** 53);
    expect(values.every(Number.isInteger)).toBe(true);
    expect(values.some((value) => value % 2 === 1)).toBe(true);
  });

  it('normal has the moments 0, 1, 0, 3', () => {
    const random = new Random(4);
    expectMoments(
      moments(() => random.normal()),
      [0, 1, 0, 3, 0, 15, 0, 105],
    );
  });

  it('exponential has the moments k!', () => {
    const random = new Random(6);
    const found = moments(() => random.exponential());
    expectMoments(found.slice(0, 3), [1, 2, 6, 24, 120, 720]);
  });
});
