import { MICROS_PER_MS } from '../../../../src-shared/domain/time.ts';
import { hostClock } from '../../../threads/host-clock.ts';
import type { VenueClock } from './endpoints.ts';
import { failureOf, type RestCalls } from './outcome.ts';

export interface ClockOffsetOptions {
  readonly calls: RestCalls;
  /** This machine's clock, ms since the Unix epoch, with fractions. The host's, which never steps by itself, unless given. */
  readonly machineMs?: () => number;
  readonly told: (news: string) => void;
}

/** The venue's clock minus this machine's lies within `offsetMs` ± `uncertaintyMs`. */
export interface ClockEstimate {
  readonly offsetMs: number;
  readonly uncertaintyMs: number;
}

const FIRST_SAMPLES = 3;
const PERIOD_MS = 30_000;
/** After a measurement that failed. */
const RETRY_MS = 2_000;
const TIMEOUT_MS = 2_000;
/** By how much two clocks may drift apart: 100 ppm, twice what quartz is allowed. */
const DRIFT = 1e-4;
/** The venue tells whole milliseconds, cut off. */
const RESOLUTION_MS = 1;

/**
 * Estimates the venue's clock from round trips (F. Cristian, "Probabilistic clock synchronization", Distributed Computing 3, 1989): when it
 * says `s` between our `t0` and `t1`, its offset lies in [s − t1, s − t0]. Intervals are intersected, the older ones widened by the drift that
 * is possible since; one that shares nothing with the others means that a clock was set, and everything before it is forgotten.
 */
export class ClockOffset implements VenueClock {
  private readonly options: ClockOffsetOptions;
  private readonly machineMs: () => number;
  /** Where the offset lies, as of `asOfMs` by the machine's clock; null before the first measurement. */
  private interval: { readonly low: number; readonly high: number; readonly asOfMs: number } | null = null;
  private underWay: Promise<boolean> | null = null;
  private timer: NodeJS.Timeout | undefined;
  private isClosed = false;
  /** Told once, until it can be read again. */
  private isUnread = false;

  constructor(options: ClockOffsetOptions) {
    this.options = options;
    this.machineMs = options.machineMs ?? (() => hostClock() / MICROS_PER_MS);
  }

  /** Whole ms since the Unix epoch; the machine's own before the first measurement. */
  nowMs(): number {
    const { interval } = this;
    return Math.floor(this.machineMs() + (interval === null ? 0 : (interval.low + interval.high) / 2));
  }

  /** Null before the first measurement. */
  get estimate(): ClockEstimate | null {
    const widened = this.intervalAt(this.machineMs());
    if (widened === null) return null;
    return { offsetMs: (widened.low + widened.high) / 2, uncertaintyMs: (widened.high - widened.low) / 2 };
  }

  /** Measures a few times, and from then on by itself. @returns whether the venue has told its time at all. */
  async start(): Promise<boolean> {
    for (let sample = 1; sample < FIRST_SAMPLES; sample += 1) await this.measure();
    await this.measureNow();
    return this.interval !== null;
  }

  /** At once: the venue found a time wrong. Never throws; a failure is told, and tried again. */
  async measureNow(): Promise<void> {
    clearTimeout(this.timer);
    const isMeasured = await this.measure();
    if (this.isClosed) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.measureNow(), isMeasured ? PERIOD_MS : RETRY_MS);
  }

  close(): void {
    this.isClosed = true;
    clearTimeout(this.timer);
  }

  /** One round trip; who asks while one is under way gets its result. */
  private measure(): Promise<boolean> {
    if (this.isClosed) return Promise.resolve(false);
    this.underWay ??= this.roundTrip().finally(() => {
      this.underWay = null;
    });
    return this.underWay;
  }

  private async roundTrip(): Promise<boolean> {
    const askedAtMs = this.machineMs();
    const outcome = await this.options.calls.call({
      method: 'GET',
      path: '/fapi/v1/time',
      params: {},
      security: 'none',
      weight: 1,
      use: 'data',
      timeoutMs: TIMEOUT_MS,
    });
    const answeredAtMs = this.machineMs();
    const serverTime = outcome.kind === 'answered' ? serverTimeOf(outcome.json) : null;
    if (serverTime === null) {
      const why = outcome.kind === 'answered' ? 'its answer has no time' : failureOf(outcome);
      if (!this.isUnread) this.options.told(`the venue's clock could not be read: ${why}`);
      this.isUnread = true;
      return false;
    }
    this.isUnread = false;
    this.narrow(serverTime - answeredAtMs, serverTime + RESOLUTION_MS - askedAtMs, answeredAtMs);
    return true;
  }

  private narrow(low: number, high: number, asOfMs: number): void {
    const known = this.intervalAt(asOfMs);
    // The machine's clock went back under the round trip: no offset fits it.
    if (low > high) return;
    if (known === null || known.low > high || known.high < low) {
      if (known !== null) this.options.told(`the venue's clock or this machine's was set: its offset is measured anew`);
      this.interval = { low, high, asOfMs };
      return;
    }
    this.interval = { low: Math.max(low, known.low), high: Math.min(high, known.high), asOfMs };
  }

  private intervalAt(machineMs: number): { readonly low: number; readonly high: number } | null {
    if (this.interval === null) return null;
    const { low, high, asOfMs } = this.interval;
    const drift = Math.abs(machineMs - asOfMs) * DRIFT;
    return { low: low - drift, high: high + drift };
  }
}

function serverTimeOf(json: unknown): number | null {
  if (typeof json !== 'object' || json === null || !('serverTime' in json)) return null;
  return Number.isSafeInteger(json.serverTime) ? (json.serverTime as number) : null;
}
