import { cos, log, TAU } from './math.ts';

export type RandomState = readonly [number, number, number, number];

/**
 * xoshiro128** (Blackman and Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 47, 2021), seeded by
 * SplitMix32. Small, fast, and the same on every machine.
 */
export class Random {
  private a = 0;
  private b = 0;
  private c = 0;
  private d = 0;

  /** @param seed any safe integer; its 53 bits all count. */
  constructor(seed: number) {
    const high = Math.floor(seed / 4_294_967_296);
    let state = (seed ^ Math.imul(high, 0x9e3779b1)) >>> 0;
    const next = (): number => {
      state = (state + 0x9e3779b9) >>> 0;
      let z = state;
      z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
      z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
      return (z ^ (z >>> 16)) >>> 0;
    };
    const [a, b] = [next(), next()];
    // The first two words fix the mixed 32 bits; the upper ones enter again here, so that no two seeds share a state.
    state ^= high;
    this.restore([a, b, next(), next()]);
  }

  /** A uniform 32-bit unsigned integer. */
  uint32(): number {
    const times5 = Math.imul(this.b, 5);
    const result = Math.imul((times5 << 7) | (times5 >>> 25), 9) >>> 0;
    const t = this.b << 9;
    this.c ^= this.a;
    this.d ^= this.b;
    this.b ^= this.c;
    this.a ^= this.d;
    this.c ^= t;
    this.d = (this.d << 11) | (this.d >>> 21);
    return result;
  }

  /** Uniform in [0, 1), 53 bits. */
  uniform(): number {
    return ((this.uint32() >>> 5) * 67_108_864 + (this.uint32() >>> 6)) / 9_007_199_254_740_992;
  }

  /**
   * A uniform integer in [0, `bound`), without modulo bias.
   * @throws RangeError unless `bound` is an integer from 1 to 2^32.
   */
  below(bound: number): number {
    if (!Number.isInteger(bound) || bound < 1 || bound > 4_294_967_296) {
      throw new RangeError(`a bound is an integer from 1 to 2^32, not ${bound}`);
    }
    const limit = 4_294_967_296 - (4_294_967_296 % bound);
    let draw = this.uint32();
    while (draw >= limit) draw = this.uint32();
    return draw % bound;
  }

  /** Exponential with mean 1. */
  exponential(): number {
    return -log(1 - this.uniform());
  }

  /** Standard normal (Box and Muller 1958; one of the pair, so that the state is the generator's alone). */
  normal(): number {
    return Math.sqrt(-2 * log(1 - this.uniform())) * cos(TAU * this.uniform());
  }

  /** An independent generator, seeded by the next draws of this one. */
  fork(): Random {
    return new Random(this.uint32() * 2_097_152 + (this.uint32() >>> 11));
  }

  snapshot(): RandomState {
    return [this.a >>> 0, this.b >>> 0, this.c >>> 0, this.d >>> 0];
  }

  restore([a, b, c, d]: RandomState): void {
    if ((a | b | c | d) === 0) throw new RangeError('the all-zero state is the one that this generator never leaves');
    this.a = a | 0;
    this.b = b | 0;
    this.c = c | 0;
    this.d = d | 0;
  }
}
