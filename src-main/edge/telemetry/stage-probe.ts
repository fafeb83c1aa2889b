import * as hdr from 'hdr-histogram-js';
import type { Probe, Stage } from '../../core/engine/probe.ts';

/** One market frame in this many is measured by default; other inputs are rare, and all are. */
export const SAMPLE_EVERY = 16;

const HIGHEST_NANOS = 60_000_000_000;
const SIGNIFICANT_DIGITS = 3;

/** Latency of one stage, in µs. */
export interface StageLatency {
  readonly samples: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** Measures the core's stages on a sample of market frames and on every other input, into one HDR histogram each. The core cannot read any of it. */
export class StageProbe implements Probe {
  private readonly histograms: Readonly<Record<Stage, hdr.Histogram>>;
  private readonly sampleEvery: number;
  private frames = 0;
  private sampled = false;
  private beganMs = 0;
  private intentMs = 0;

  constructor(sampleEvery: number = SAMPLE_EVERY) {
    this.sampleEvery = sampleEvery;
    const histogram = (): hdr.Histogram =>
      hdr.build({
        lowestDiscernibleValue: 1,
        highestTrackableValue: HIGHEST_NANOS,
        numberOfSignificantValueDigits: SIGNIFICANT_DIGITS,
        bitBucketSize: 64,
        useWebAssembly: false,
      });
    this.histograms = { book: histogram(), intent: histogram(), gate: histogram() };
  }

  begin(isMarket: boolean): void {
    if (isMarket) this.frames += 1;
    this.sampled = !isMarket || this.frames >= this.sampleEvery;
    if (isMarket && this.sampled) this.frames = 0;
    if (this.sampled) this.beganMs = performance.now();
  }

  reached(stage: Stage): void {
    if (!this.sampled) return;
    const nowMs = performance.now();
    if (stage === 'intent') this.intentMs = nowMs;
    const sinceMs = stage === 'gate' ? this.intentMs : this.beganMs;
    const nanos = Math.round((nowMs - sinceMs) * 1_000_000);
    this.histograms[stage].recordValue(Math.min(Math.max(nanos, 1), HIGHEST_NANOS));
  }

  /** Of the stages that were reached at least once in a sampled input. */
  latencies(): Partial<Record<Stage, StageLatency>> {
    const measured: Partial<Record<Stage, StageLatency>> = {};
    for (const [stage, histogram] of Object.entries(this.histograms) as [Stage, hdr.Histogram][]) {
      if (histogram.totalCount === 0) continue;
      // A histogram answers with the upper end of a bucket, which may lie beyond the largest value.
      const micros = (percentile: number): number =>
        Math.min(histogram.getValueAtPercentile(percentile), histogram.maxValue) / 1_000;
      measured[stage] = {
        samples: histogram.totalCount,
        p50: micros(50),
        p99: micros(99),
        p999: micros(99.9),
        max: histogram.maxValue / 1_000,
      };
    }
    return measured;
  }
}
