import type { Probe, Stage } from '../../core/engine/probe.ts';
import { Latencies, type LatencySummary, type StageDurations } from './latencies.ts';

/**
 * One market frame in this many is measured by default; other inputs are rare, and all are. Reading the clock is most of what a
 * measurement costs: twice as many would take 5 % of the engine's throughput.
 */
export const SAMPLE_EVERY = 32;

/** Measures the core's stages on a sample of market frames and on every other input. The core cannot read any of it. */
export class StageProbe implements Probe {
  private readonly recorded: Latencies;
  private readonly book: StageDurations;
  private readonly intent: StageDurations;
  private readonly gate: StageDurations;
  private readonly sampleEvery: number;
  private framesToSample: number;
  private isSampled = false;
  private beganMs = 0;
  private intentMs = 0;

  /** @param recorded where the measurements go: the desk's own, which also holds the stages behind the core. */
  constructor(sampleEvery: number = SAMPLE_EVERY, recorded: Latencies = new Latencies()) {
    this.sampleEvery = sampleEvery;
    this.framesToSample = sampleEvery;
    this.recorded = recorded;
    this.book = recorded.of('book');
    this.intent = recorded.of('intent');
    this.gate = recorded.of('gate');
  }

  begin(isMarket: boolean): void {
    if (isMarket) {
      this.framesToSample -= 1;
      this.isSampled = this.framesToSample <= 0;
      if (!this.isSampled) return;
      this.framesToSample = this.sampleEvery;
    }
    this.isSampled = true;
    this.beganMs = performance.now();
  }

  // Short, so that it is compiled into the engine: most inputs only pass.
  reached(stage: Stage): void {
    if (this.isSampled) this.record(stage);
  }

  /** Of the stages that were reached at least once in a sampled input. */
  latencies(): LatencySummary {
    return this.recorded.summary();
  }

  private record(stage: Stage): void {
    const nowMs = performance.now();
    switch (stage) {
      case 'book':
        this.book.record(nowMs - this.beganMs);
        break;
      case 'intent':
        this.intentMs = nowMs;
        this.intent.record(nowMs - this.beganMs);
        break;
      case 'gate':
        this.gate.record(nowMs - this.intentMs);
        break;
    }
  }
}
