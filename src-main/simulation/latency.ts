import { type Micros, micros } from '../../src-shared/domain/time.ts';

/** How long a message that left at `at` was under way. */
export interface LatencyRow {
  readonly at: number;
  readonly latencyMicros: number;
}

export type LatencySpec =
  | { readonly kind: 'constant'; readonly latencyMicros: number }
  /** A recorded table, in order of time. */
  | { readonly kind: 'interpolated'; readonly rows: readonly LatencyRow[] };

/** The three ways between desk and exchange. Each has its own model. */
export interface LatencyConfig {
  /** Market data, exchange to desk. In a recording it has happened already: there the driver adds this on top. */
  readonly feed: LatencySpec;
  /** Orders, cancels and questions, desk to exchange. */
  readonly entry: LatencySpec;
  /** Reports, exchange to desk. */
  readonly response: LatencySpec;
}

/** Microseconds that a message leaving at `at` is under way: a whole number, never negative. */
export type LatencyModel = (at: Micros) => number;

/**
 * @param what the way it belongs to, for messages.
 * @throws RangeError naming the row that is negative, fractional or out of order.
 */
export function createLatency(spec: LatencySpec, what: string): LatencyModel {
  if (spec.kind === 'constant') {
    const latency = checked(spec.latencyMicros, `${what} latency`);
    return () => latency;
  }
  if (spec.rows.length === 0) throw new RangeError(`${what} latency: the table has no rows`);
  const times = new Float64Array(spec.rows.length);
  const latencies = new Float64Array(spec.rows.length);
  spec.rows.forEach((row, index) => {
    times[index] = micros(row.at);
    latencies[index] = checked(row.latencyMicros, `${what} latency, row ${index}`);
    if (index > 0 && !(times[index] > times[index - 1])) {
      throw new RangeError(`${what} latency, row ${index}: its time ${row.at} is not after the row before`);
    }
  });
  return (at) => interpolate(times, latencies, at);
}

/**
 * Linear between the two rows around `at`, cut to whole microseconds; before the table its first latency, after it its
 * last. The idea is `IntpOrderLatency` of hftbacktest (`backtest/models/latency.rs`).
 */
function interpolate(times: Float64Array, latencies: Float64Array, at: number): number {
  const last = times.length - 1;
  if (at <= times[0]) return latencies[0];
  if (at >= times[last]) return latencies[last];
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (times[middle] <= at) low = middle;
    else high = middle;
  }
  const slope = (latencies[high] - latencies[low]) / (times[high] - times[low]);
  return latencies[low] + Math.trunc(slope * (at - times[low]));
}

function checked(latencyMicros: number, what: string): number {
  if (!Number.isSafeInteger(latencyMicros) || latencyMicros < 0) {
    throw new RangeError(`${what}: ${latencyMicros} is not a whole number of microseconds from 0`);
  }
  return latencyMicros;
}

/**
 * One ordered connection. Messages never overtake each other, as on a TCP socket: one that would be faster than the one
 * before it arrives together with it.
 */
export class Connection {
  private lastArrivalAt = Number.NEGATIVE_INFINITY;
  private readonly latency: LatencyModel;

  constructor(latency: LatencyModel) {
    this.latency = latency;
  }

  /** When a message that leaves at `at` arrives. */
  arrivalOf(at: Micros): Micros {
    this.lastArrivalAt = Math.max(this.lastArrivalAt, micros(at + this.latency(at)));
    return this.lastArrivalAt as Micros;
  }

  /** When the last message arrives; −Infinity before the first. */
  snapshot(): number {
    return this.lastArrivalAt;
  }

  restore(lastArrivalAt: number): void {
    this.lastArrivalAt = lastArrivalAt;
  }
}
