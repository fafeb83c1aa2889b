import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Micros, micros } from '../../../src-shared/domain/time.ts';
import { runs } from '../../testing/runs.ts';
import { Random } from '../engine/random.ts';
import { Volatility } from './volatility.ts';

const CONFIG = { halfLifeSeconds: 30, sampleMs: 500 };

/** Feeds a Brownian mid of σ = `sigma` ticks/√s, observed every `stepMs`, for `seconds`. */
function feedBrownian(volatility: Volatility, sigma: number, stepMs: number, seconds: number, random: Random): void {
  let mid = 600_000;
  for (let ms = 0; ms <= seconds * 1_000; ms += stepMs) {
    volatility.observe(mid, micros(ms * 1_000));
    mid += sigma * Math.sqrt(stepMs / 1_000) * random.normal();
  }
}

describe('the volatility estimate', () => {
  it('is unbiased on a Brownian mid, with the standard error that its weights imply', () => {
    const decay = 0.5 ** (1 / 60);
    for (const [seconds, samples] of [
      [31, 62],
      [300, 600],
    ] as const) {
      const worlds = runs(200);
      const random = new Random(7);
      const ratios = Array.from({ length: worlds }, () => {
        const volatility = new Volatility(CONFIG);
        feedBrownian(volatility, 85, 50, seconds, random.fork());
        return (volatility.ticksPerRootSecond() / 85) ** 2;
      });
      const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / worlds;
      const std = Math.sqrt(ratios.reduce((sum, ratio) => sum + (ratio - mean) ** 2, 0) / (worlds - 1));
      const tail = decay ** samples;
      const expected = Math.sqrt((2 * (1 - decay) * (1 + tail)) / ((1 + decay) * (1 - tail)));
      expect(Math.abs(mean - 1)).toBeLessThan((4 * expected) / Math.sqrt(worlds));
      expect(std / expected).toBeGreaterThan(0.75);
      expect(std / expected).toBeLessThan(1.25);
    }
  });

  it('does not depend on how often the mid is looked at between samples', () => {
    const path = Array.from({ length: 200 }, (_, i) => 600_000 + ((i * 37) % 91));
    const rare = new Volatility(CONFIG);
    const often = new Volatility(CONFIG);
    for (let i = 0; i < path.length; i += 1) {
      rare.observe(path[i], micros(i * 500_000));
      for (let j = 0; j < 5; j += 1) often.observe(path[i], micros(i * 500_000 + j * 100_000));
    }
    expect(often.ticksPerRootSecond()).toBeGreaterThan(0);
    expect(often.ticksPerRootSecond()).toBe(rare.ticksPerRootSecond());
  });

  it('takes a silence for a mid that stood still, in one step', () => {
    const silent = new Volatility(CONFIG);
    const told = new Volatility(CONFIG);
    for (const volatility of [silent, told]) {
      volatility.observe(600_000, micros(0));
      volatility.observe(600_100, micros(400_000));
    }
    for (let i = 1; i <= 100; i += 1) told.observe(600_100, micros(i * 500_000));
    silent.observe(600_100, micros(50_000_000));
    expect(told.ticksPerRootSecond()).toBeGreaterThan(0);
    expect(silent.ticksPerRootSecond() / told.ticksPerRootSecond()).toBeCloseTo(1, 12);
  });

  it('says NaN through the first half-life, and again after a reset', () => {
    const volatility = new Volatility(CONFIG);
    const feed = (fromMs: number, toMs: number): void => {
      for (let ms = fromMs; ms <= toMs; ms += 100) volatility.observe(600_000 + (ms % 700), micros(ms * 1_000));
    };
    expect(volatility.ticksPerRootSecond()).toBeNaN();
    feed(0, 29_900);
    expect(volatility.ticksPerRootSecond()).toBeNaN();
    feed(30_000, 30_000);
    expect(volatility.ticksPerRootSecond()).toBeGreaterThan(0);
    volatility.reset();
    feed(90_000, 119_900);
    expect(volatility.ticksPerRootSecond()).toBeNaN();
    feed(120_000, 120_000);
    expect(volatility.ticksPerRootSecond()).toBeGreaterThan(0);
  });

  it('passes over a mid that is not there', () => {
    const volatility = new Volatility({ halfLifeSeconds: 1, sampleMs: 500 });
    volatility.observe(Number.NaN, micros(0));
    volatility.observe(100, micros(1_000_000));
    volatility.observe(Number.NaN, micros(1_700_000));
    volatility.observe(100, micros(2_000_000));
    expect(volatility.ticksPerRootSecond()).toBe(0);
  });

  it('continues after a restore as if nothing had been', () => {
    const step = fc.record({ waitMs: fc.integer({ min: 0, max: 5_000 }), mid: fc.integer({ min: 1, max: 1_000 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.nat({ max: 60 }), (steps, cut) => {
        let whole = new Volatility({ halfLifeSeconds: 3, sampleMs: 250 });
        const apart = new Volatility({ halfLifeSeconds: 3, sampleMs: 250 });
        let at = 0;
        steps.forEach(({ waitMs, mid }, i) => {
          at += waitMs * 1_000;
          if (i === cut) {
            const restored = new Volatility({ halfLifeSeconds: 3, sampleMs: 250 });
            restored.restore(structuredClone(whole.snapshot()));
            whole = restored;
          }
          whole.observe(mid, at as Micros);
          apart.observe(mid, at as Micros);
          expect(whole.ticksPerRootSecond()).toBe(apart.ticksPerRootSecond());
        });
        expect(whole.snapshot()).toEqual(apart.snapshot());
      }),
      { seed: 42, numRuns: runs(100) },
    );
  });

  it('refuses a configuration that samples never, always, or less than once in a half-life', () => {
    expect(() => new Volatility({ halfLifeSeconds: 30, sampleMs: 0 })).toThrow('sampleMs');
    expect(() => new Volatility({ halfLifeSeconds: 30, sampleMs: 0.5 })).toThrow('sampleMs');
    expect(() => new Volatility({ halfLifeSeconds: 0.4, sampleMs: 500 })).toThrow('halfLifeSeconds');
    expect(() => new Volatility({ halfLifeSeconds: Number.NaN, sampleMs: 500 })).toThrow('halfLifeSeconds');
  });
});
