import * as hdr from 'hdr-histogram-js';
import type { Stage } from '../../core/engine/probe.ts';

/**
 * What is timed on an order's way, in its order: the core's stages; `durable` from the intent until the journal has it on disk;
 * `released` from there until it left the outbox. `commit` is one group commit of the journal.
 */
export type LatencyStage = Stage | 'durable' | 'released' | 'commit';

/** Latency of one stage since the start, in µs. */
export interface StageLatency {
  readonly samples: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

export type LatencySummary = Partial<Record<LatencyStage, StageLatency>>;

/** What took longer counts as this long. */
export const HIGHEST_MS = 60_000;

const NANOS_PER_MS = 1_000_000;
const NANOS_PER_MICRO = 1_000;
const SIGNIFICANT_DIGITS = 3;
/** Settling so many takes a few microseconds. */
const WAITING_VALUES = 128;

/**
 * One stage: the histogram's buckets for quantiles, and the exact sum, which buckets cannot give. Values wait for each other before
 * they go into the histogram: one by one, each would find its code and memory displaced from the processor's caches.
 */
export class StageDurations {
  private readonly histogram = hdr.build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: HIGHEST_MS * NANOS_PER_MS,
    numberOfSignificantValueDigits: SIGNIFICANT_DIGITS,
    bitBucketSize: 64,
    useWebAssembly: false,
  });
  private readonly waitingMs = new Float64Array(WAITING_VALUES);
  private waiting = 0;
  private recordedNanos = 0;

  /** @param ms what is no positive number counts as 1 ns: a measurement never stops a desk. */
  record(ms: number): void {
    this.waitingMs[this.waiting] = ms;
    this.waiting += 1;
    if (this.waiting === WAITING_VALUES) this.settle();
  }

  /** Undefined before the first value. */
  summary(): StageLatency | undefined {
    this.settle();
    const { histogram } = this;
    if (histogram.totalCount === 0) return undefined;
    // A histogram answers with the upper end of a bucket, which may lie beyond the largest value.
    const micros = (percentile: number): number =>
      Math.min(histogram.getValueAtPercentile(percentile), histogram.maxValue) / NANOS_PER_MICRO;
    return {
      samples: histogram.totalCount,
      p50: micros(50),
      p99: micros(99),
      p999: micros(99.9),
      max: histogram.maxValue / NANOS_PER_MICRO,
    };
  }

  sumMicros(): number {
    this.settle();
    return this.recordedNanos / NANOS_PER_MICRO;
  }

  private settle(): void {
    for (let index = 0; index < this.waiting; index += 1) {
      const ms = this.waitingMs[index] ?? 0;
      const nanos = ms > 0 ? Math.max(1, Math.round(Math.min(ms, HIGHEST_MS) * NANOS_PER_MS)) : 1;
      this.histogram.recordValue(nanos);
      this.recordedNanos += nanos;
    }
    this.waiting = 0;
  }
}

/** One HDR histogram per stage: constant memory, three significant digits, from 1 ns to {@link HIGHEST_MS}. */
export class Latencies {
  private readonly stages: Readonly<Record<LatencyStage, StageDurations>> = {
    book: new StageDurations(),
    intent: new StageDurations(),
    gate: new StageDurations(),
    durable: new StageDurations(),
    released: new StageDurations(),
    commit: new StageDurations(),
  };

  record(stage: LatencyStage, ms: number): void {
    this.stages[stage].record(ms);
  }

  /** For whoever records so often that looking the stage up each time would show. */
  of(stage: LatencyStage): StageDurations {
    return this.stages[stage];
  }

  /** Of the stages that were recorded at least once. */
  summary(): LatencySummary {
    const summary: LatencySummary = {};
    for (const [stage, durations] of Object.entries(this.stages) as [LatencyStage, StageDurations][]) {
      const latency = durations.summary();
      if (latency !== undefined) summary[stage] = latency;
    }
    return summary;
  }

  /** The sum of everything recorded of a stage, in µs; with the count of samples, a mean over any two readings. */
  sumMicros(stage: LatencyStage): number {
    return this.stages[stage].sumMicros();
  }
}
