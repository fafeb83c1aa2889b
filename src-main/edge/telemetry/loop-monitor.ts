import { type ELDHistogram, type EventLoopUtilization, monitorEventLoopDelay, performance } from 'node:perf_hooks';

/**
 * How often a timer asks whether the loop is free. Node records the whole span between two of its firings, so this is subtracted.
 * A loop that is blocked right after a firing is asked this much later: what is reported may be this much short, and, since
 * the loop's timers count whole milliseconds, a free loop may be reported up to this late. A coarser timer hides what it should
 * find: at Node's usual 10 ms a block of 5 ms mostly passes unseen. 1,000 firings a second cost about 3 % of one core when idle.
 */
export const RESOLUTION_MS = 1;

const NANOS_PER_MS = 1_000_000;
const MS_PER_SECOND = 1_000;

/** How a loop did over some time. Quantiles are over the timer's firings: a long block is one of them. */
export interface LoopSpan {
  readonly seconds: number;
  /** By how much the loop was late, in ms. All 0 before the first firing. */
  readonly delayMs: { readonly p50: number; readonly p99: number; readonly p999: number; readonly max: number };
  /** The share of time in which the loop was not waiting for something to do, 0 to 1. */
  readonly utilisation: number;
}

export interface LoopReading {
  readonly sinceStart: LoopSpan;
  /** Whoever reads ends this span and begins the next, so two readers see half as much each. */
  readonly sinceLast: LoopSpan;
}

/** Watches the event loop of the thread that made it. Does not keep the process alive. */
export class LoopMonitor {
  private readonly start = new SpanMonitor();
  private readonly last = new SpanMonitor();

  read(): LoopReading {
    const reading = { sinceStart: this.start.read(), sinceLast: this.last.read() };
    this.last.restart();
    return reading;
  }

  close(): void {
    this.start.close();
    this.last.close();
  }
}

class SpanMonitor {
  private readonly histogram: ELDHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  private beganMs = 0;
  private began: EventLoopUtilization = performance.eventLoopUtilization();

  constructor() {
    this.histogram.enable();
    this.restart();
  }

  restart(): void {
    this.histogram.reset();
    this.beganMs = performance.now();
    this.began = performance.eventLoopUtilization();
  }

  read(): LoopSpan {
    const { histogram } = this;
    const lateMs = (intervalNanos: number): number =>
      histogram.count === 0 ? 0 : Math.max(0, intervalNanos / NANOS_PER_MS - RESOLUTION_MS);
    return {
      seconds: (performance.now() - this.beganMs) / MS_PER_SECOND,
      delayMs: {
        p50: lateMs(histogram.percentile(50)),
        p99: lateMs(histogram.percentile(99)),
        p999: lateMs(histogram.percentile(99.9)),
        max: lateMs(histogram.max),
      },
      utilisation: performance.eventLoopUtilization(this.began).utilization,
    };
  }

  close(): void {
    this.histogram.disable();
  }
}
