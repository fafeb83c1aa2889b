import { type Instrument, type InstrumentId, instrumentKey } from '../../../../src-shared/domain/instrument.ts';
import { afterMs, MICROS_PER_MS, type Micros } from '../../../../src-shared/domain/time.ts';
import type { VenueStatus } from '../venue.ts';
import { fieldsOf } from './fields.ts';
import { failureOf, type Outcome, type RestCall, type RestCalls } from './outcome.ts';

export interface DeadManOptions {
  readonly calls: RestCalls;
  readonly instruments: readonly Instrument[];
  /** The desk's clock. */
  readonly now: () => Micros;
  /** When the engine last finished a turn, by the same clock. */
  readonly engineAliveAt: () => Micros;
  /** The countdown may have run out at the venue, which then has cancelled everything. Told once, until it is armed anew. */
  readonly onFired: (detail: string) => void;
  readonly told: (news: string) => void;
  /** After which the venue cancels what rests, unless it hears from the desk. */
  readonly countdownMs?: number;
  readonly refreshMs?: number;
  /** How old the engine's last sign of life may be for a refresh. */
  readonly aliveWithinMs?: number;
  /** How soon a refresh that failed is tried again, each further time after twice as long; also how often is looked at what is due. */
  readonly retryMs?: number;
}

export const DEAD_MAN_DEFAULTS = { countdownMs: 60_000, refreshMs: 15_000, aliveWithinMs: 5_000, retryMs: 1_000 };

const CALL_TIMEOUT_MS = 5_000;
const CALL_WEIGHT = 10;

/** One symbol's countdown at the venue. */
interface Countdown {
  readonly instrument: Instrument;
  /** When it runs out at the earliest, as far as is proven; null before it was armed. */
  firesAt: Micros | null;
  /** From when on it should be set anew. */
  dueAt: Micros;
  isAsking: boolean;
  /** In a row. */
  failures: number;
  /** What stands against the refresh, as it was told; empty when nothing does. */
  trouble: string;
}

/**
 * The venue's own dead man's switch: a countdown for each symbol, after which the venue cancels what rests there. It is set
 * again and again as long as the engine proves that it lives. Once it may have fired nothing is placed until a person, by
 * resuming, has it armed anew: what the desk believes to rest may be gone.
 */
export class DeadMan {
  private readonly options: DeadManOptions & typeof DEAD_MAN_DEFAULTS;
  private readonly countdowns = new Map<InstrumentId, Countdown>();
  private isArmed = false;
  private hasFired = false;
  /** Counts armings: an answer to one that is over says nothing of the present one. */
  private arming = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(options: DeadManOptions) {
    this.options = { ...DEAD_MAN_DEFAULTS, ...options };
  }

  /** Sets every countdown, and keeps at it. {@link mayPlace} says when the venue has confirmed. */
  arm(): void {
    const { instruments, now, retryMs } = this.options;
    this.arming += 1;
    this.isArmed = true;
    this.hasFired = false;
    for (const instrument of instruments) {
      this.countdowns.set(instrument.id, {
        instrument,
        firesAt: null,
        dueAt: now(),
        isAsking: false,
        failures: 0,
        trouble: '',
      });
    }
    clearInterval(this.timer);
    this.timer = setInterval(() => this.look(), retryMs);
    this.look();
  }

  /** A person has let the desk trade again. Does nothing unless it has fired. */
  rearm(): void {
    this.checkFired();
    if (this.hasFired) this.arm();
  }

  /** Why nothing may be placed in `instrument`; null when everything is armed. */
  mayPlace(instrument: InstrumentId): string | null {
    this.checkFired();
    if (this.hasFired) return "the venue's dead man's switch may have fired: resume, and it is armed anew";
    const countdown = this.countdowns.get(instrument);
    if (countdown === undefined) return "the venue's dead man's switch is not armed";
    const unproven = this.unproven();
    if (unproven.length === 0) return null;
    return `the venue has not confirmed its dead man's switch for ${unproven.map(nameOf).join(', ')}`;
  }

  status(): VenueStatus['deadMan'] {
    this.checkFired();
    if (this.hasFired) return { state: 'fired', firesInMs: null };
    const first = this.first();
    if (first === null || this.unproven().length > 0) return { state: 'disarmed', firesInMs: null };
    return { state: 'armed', firesInMs: Math.max(0, (first.firesAt - this.options.now()) / MICROS_PER_MS) };
  }

  /** Gives the countdowns up: to be called when nothing rests any more. What is not confirmed runs out, and finds nothing. */
  async end(): Promise<void> {
    this.close();
    const symbols = [...this.countdowns.values()].map(({ instrument }) => instrument);
    this.countdowns.clear();
    const outcomes = await Promise.all(symbols.map(({ symbol }) => this.options.calls.call(countdownCall(symbol, 0))));
    for (const [place, outcome] of outcomes.entries()) {
      const fault = faultOf(outcome, 0);
      if (fault !== null) this.options.told(`dead man's switch of ${symbols[place]?.symbol} was left armed: ${fault}`);
    }
  }

  /** Leaves the countdowns to run out at the venue. */
  close(): void {
    clearInterval(this.timer);
    this.arming += 1;
    this.isArmed = false;
  }

  private look(): void {
    this.checkFired();
    if (this.hasFired || !this.isArmed) return;
    const at = this.options.now();
    for (const countdown of this.countdowns.values()) {
      if (countdown.isAsking || at < countdown.dueAt) continue;
      // Arming protects, whoever is alive. Only what prolongs the life of resting orders needs an engine that watches them.
      if (countdown.firesAt !== null && !this.isEngineAlive(at)) {
        this.complain(countdown, 'not refreshed: the engine gives no sign of life');
      } else {
        void this.set(countdown);
      }
    }
  }

  private isEngineAlive(at: Micros): boolean {
    const { engineAliveAt, aliveWithinMs } = this.options;
    return at <= afterMs(engineAliveAt(), aliveWithinMs);
  }

  private async set(countdown: Countdown): Promise<void> {
    const { calls, now, countdownMs, refreshMs, retryMs } = this.options;
    const { arming } = this;
    const sentAt = now();
    countdown.isAsking = true;
    const outcome = await calls.call(countdownCall(countdown.instrument.symbol, countdownMs));
    if (arming !== this.arming) return;
    countdown.isAsking = false;
    this.checkFired();
    if (this.hasFired) return;
    const fault = faultOf(outcome, countdownMs);
    if (fault !== null) {
      countdown.dueAt = afterMs(now(), Math.min(retryMs * 2 ** countdown.failures, refreshMs));
      countdown.failures += 1;
      this.complain(countdown, fault);
      return;
    }
    countdown.failures = 0;
    // The venue began to count when it got the request, and that was no earlier than this.
    countdown.firesAt = afterMs(sentAt, countdownMs);
    countdown.dueAt = afterMs(sentAt, refreshMs);
    countdown.trouble = '';
  }

  private checkFired(): void {
    const first = this.first();
    if (!this.isArmed || this.hasFired || first === null || this.options.now() < first.firesAt) return;
    this.hasFired = true;
    clearInterval(this.timer);
    const { instrument, trouble } = first.countdown;
    const why = trouble === '' ? 'no refresh was confirmed in time' : trouble;
    this.options.onFired(
      `the countdown of ${this.options.countdownMs / 1_000} s for ${instrument.symbol} may have run out: ${why}`,
    );
  }

  private unproven(): readonly Countdown[] {
    return [...this.countdowns.values()].filter(({ firesAt }) => firesAt === null);
  }

  /** The confirmed countdown that runs out first; null when there is none. */
  private first(): { readonly countdown: Countdown; readonly firesAt: Micros } | null {
    let first: { readonly countdown: Countdown; readonly firesAt: Micros } | null = null;
    for (const countdown of this.countdowns.values()) {
      const { firesAt } = countdown;
      if (firesAt !== null && (first === null || firesAt < first.firesAt)) first = { countdown, firesAt };
    }
    return first;
  }

  private complain(countdown: Countdown, trouble: string): void {
    if (trouble === countdown.trouble) return;
    countdown.trouble = trouble;
    this.options.told(`dead man's switch of ${countdown.instrument.symbol}: ${trouble}`);
  }
}

function nameOf({ instrument }: Countdown): string {
  return instrumentKey(instrument);
}

function countdownCall(symbol: string, countdownTime: number): RestCall {
  return {
    method: 'POST',
    path: '/fapi/v1/countdownCancelAll',
    params: { symbol, countdownTime },
    security: 'signed',
    weight: CALL_WEIGHT,
    // What protects resting orders goes before everything that makes new ones.
    use: 'cancel',
    timeoutMs: CALL_TIMEOUT_MS,
  };
}

/** Why `outcome` does not prove that the countdown was set; null when it does. */
function faultOf(outcome: Outcome, countdownMs: number): string | null {
  if (outcome.kind !== 'answered') return failureOf(outcome);
  try {
    const { countdownTime } = fieldsOf(outcome.json, 'the answer');
    return Number(countdownTime) === countdownMs ? null : `the venue set it to ${String(countdownTime)} ms`;
  } catch (error) {
    return (error as Error).message;
  }
}
