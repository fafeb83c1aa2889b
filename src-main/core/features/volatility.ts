import { MICROS_PER_MS, MICROS_PER_SECOND, type Micros } from '../../../src-shared/domain/time.ts';
import { pow } from '../engine/math.ts';

export interface VolatilityConfig {
  /** After this time a price change counts half. */
  readonly halfLifeSeconds: number;
  /** The mid is looked at once in this time. Long enough that its bounce between two ticks does not count as volatility. */
  readonly sampleMs: number;
}

export interface VolatilitySnapshot {
  /** Null before the first mid. */
  readonly series: {
    readonly lastMidTicks: number;
    readonly sampledMidTicks: number;
    readonly nextSampleAt: Micros;
  } | null;
  readonly samples: number;
  readonly weightedSquares: number;
  readonly weight: number;
}

/**
 * Online volatility of the mid: the exponentially weighted mean of squared changes between samples on a fixed time grid
 * (J.P. Morgan and Reuters, "RiskMetrics Technical Document", 4th ed., 1996, section 5.2, with zero mean), divided by the
 * weights so far, so that it has no bias while it is young. Time-weighted: a grid point without a new mid repeats the last
 * one. O(1) per observation, however long the silence before.
 *
 * Warm-up: it says NaN for the first half-life. With λ the decay per sample and N samples seen, the relative standard error
 * of σ² on a driftless Brownian mid is √(2(1 − λ)(1 + λᴺ) / ((1 + λ)(1 − λᴺ))): 18 % at the end of a warm-up of 60 samples,
 * 11 % later; half of that for σ. A mid that stands still decays the estimate towards 0: whoever quotes on it needs a floor.
 */
export class Volatility {
  /** λ, the decay per sample. */
  private readonly decay: number;
  private readonly sampleMicros: number;
  private readonly warmUpSamples: number;
  private hasSeries = false;
  private lastMidTicks = 0;
  private sampledMidTicks = 0;
  private nextSampleAt = 0;
  private samples = 0;
  private weightedSquares = 0;
  private weight = 0;

  /** @throws RangeError unless the sample interval is a positive whole number of ms that the half-life is not below. */
  constructor({ halfLifeSeconds, sampleMs }: VolatilityConfig) {
    if (!Number.isSafeInteger(sampleMs) || sampleMs <= 0) {
      throw new RangeError(`volatility: sampleMs is a positive whole number of milliseconds, not ${sampleMs}`);
    }
    if (!(halfLifeSeconds * 1_000 >= sampleMs && halfLifeSeconds < Number.POSITIVE_INFINITY)) {
      throw new RangeError(
        `volatility: halfLifeSeconds is finite and at least one sample (${sampleMs} ms), not ${halfLifeSeconds}`,
      );
    }
    const samplesPerHalfLife = (halfLifeSeconds * 1_000) / sampleMs;
    this.decay = pow(0.5, 1 / samplesPerHalfLife);
    this.sampleMicros = sampleMs * MICROS_PER_MS;
    this.warmUpSamples = Math.ceil(samplesPerHalfLife);
  }

  /** The mid is `midTicks` from `at` on. NaN (a one-sided book) is no observation. */
  observe(midTicks: number, at: Micros): void {
    if (Number.isNaN(midTicks)) return;
    if (!this.hasSeries) this.begin(midTicks, at);
    else if (at >= this.nextSampleAt) this.sampleUntil(at);
    this.lastMidTicks = midTicks;
  }

  /** σ in ticks per square root of a second; NaN until a half-life has been seen. */
  ticksPerRootSecond(): number {
    if (this.samples < this.warmUpSamples) return Number.NaN;
    return Math.sqrt((this.weightedSquares / this.weight) * (MICROS_PER_SECOND / this.sampleMicros));
  }

  /** Forgets everything: what comes next is not the continuation of what was seen. */
  reset(): void {
    this.hasSeries = false;
    this.samples = 0;
    this.weightedSquares = 0;
    this.weight = 0;
  }

  snapshot(): VolatilitySnapshot {
    const { lastMidTicks, sampledMidTicks, nextSampleAt, samples, weightedSquares, weight } = this;
    const series = this.hasSeries ? { lastMidTicks, sampledMidTicks, nextSampleAt: nextSampleAt as Micros } : null;
    return { series, samples, weightedSquares, weight };
  }

  restore({ series, samples, weightedSquares, weight }: VolatilitySnapshot): void {
    this.hasSeries = series !== null;
    this.lastMidTicks = series?.lastMidTicks ?? 0;
    this.sampledMidTicks = series?.sampledMidTicks ?? 0;
    this.nextSampleAt = series?.nextSampleAt ?? 0;
    this.samples = samples;
    this.weightedSquares = weightedSquares;
    this.weight = weight;
  }

  private begin(midTicks: number, at: Micros): void {
    this.hasSeries = true;
    this.sampledMidTicks = midTicks;
    this.nextSampleAt = at + this.sampleMicros;
  }

  /** Takes the grid points up to `at`: the first sees the change since the last sample, the others see none. */
  private sampleUntil(at: Micros): void {
    const change = this.lastMidTicks - this.sampledMidTicks;
    const silent = Math.floor((at - this.nextSampleAt) / this.sampleMicros);
    const silentDecay = silent === 0 ? 1 : pow(this.decay, silent);
    const { decay } = this;
    this.weightedSquares = (decay * this.weightedSquares + (1 - decay) * change * change) * silentDecay;
    this.weight = 1 - (1 - this.weight) * decay * silentDecay;
    this.samples += 1 + silent;
    this.sampledMidTicks = this.lastMidTicks;
    this.nextSampleAt += (1 + silent) * this.sampleMicros;
  }
}
