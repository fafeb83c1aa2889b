import type { KillSwitchReport } from '../../core/engine/input.ts';
import type { GuardState } from '../../threads/guard-state.ts';
import type { GuardPolicy } from './guard-policy.ts';
import { type KillProof, type KillRoute, VenueKill } from './guard-venue.ts';

export interface KillParts {
  readonly policy: Pick<GuardPolicy, 'engineAnswerMs' | 'proofMs'>;
  readonly state: GuardState;
  readonly nowMs: () => number;
  readonly report: (report: KillSwitchReport) => void;
}

/** When what happened, by the guard's clock in ms; null: not yet. */
export interface KillTimes {
  readonly shutMs: number;
  readonly cancelledMs: number | null;
  readonly provenMs: number | null;
}

interface Trip {
  readonly trip: number;
  readonly shutMs: number;
  engine: 'awaited' | 'answered' | 'silent';
  /** When the venues are to be asked for their proof. */
  proveAtMs: number;
  cancelledMs: number | null;
  /** Of the venues that have proven zero to the guard, the last of its own cancels. */
  ownCancelMs: number;
  provenMs: number | null;
}

/** The engine's own cancels go first where it is alive: both at once would only spend the venue's budget. */
const AFTER_ENGINE_MS = 100;
const ASKED = Number.POSITIVE_INFINITY;

/**
 * The kill, in this order: the last door is shut; the engine is told; an engine that does not prove in time that it is cancelling
 * is done without; and until every venue has proven that nothing is open, it goes on. An engine that answers late may have done
 * anything meanwhile: zero is proven once more.
 */
export class Kill {
  private readonly parts: KillParts;
  private venues: readonly VenueKill[] = [];
  private current: Trip | null = null;

  constructor(parts: KillParts) {
    this.parts = parts;
  }

  get times(): KillTimes | null {
    return this.current;
  }

  /** Whose orders it has to see gone. Those of before are let go. */
  setRoutes(routes: readonly KillRoute[]): void {
    for (const venue of this.venues) venue.close();
    const { nowMs, policy } = this.parts;
    this.venues = routes.map(
      (route) =>
        new VenueKill({
          ...{ route, nowMs, proofMs: policy.proofMs },
          onProof: (proof, startedMs) => this.heard(route.venue, proof, startedMs),
        }),
    );
    if (this.current === null) return;
    this.current.provenMs = null;
    this.proveAll();
  }

  trip(cause: string, detail: string, isDrill = false): void {
    const { state, nowMs, report, policy } = this.parts;
    const trip = state.trip();
    const shutMs = nowMs();
    report({ event: 'tripped', trip, cause, detail, isDrill });
    const proveAtMs = shutMs + policy.engineAnswerMs;
    this.current = { trip, shutMs, engine: 'awaited', proveAtMs, cancelledMs: null, ownCancelMs: 0, provenMs: null };
  }

  /** To be called every few milliseconds. */
  tick(): void {
    const { current } = this;
    if (current !== null) this.lookAtEngine(current);
    for (const venue of this.venues) venue.tick();
  }

  close(): void {
    for (const venue of this.venues) venue.close();
    this.venues = [];
  }

  private lookAtEngine(current: Trip): void {
    const nowMs = this.parts.nowMs();
    const hasAnswered = this.parts.state.answered >= current.trip;
    if (hasAnswered && current.engine !== 'answered') {
      const isLate = current.engine === 'silent';
      current.engine = 'answered';
      current.cancelledMs ??= nowMs;
      current.proveAtMs = isLate ? nowMs : nowMs + AFTER_ENGINE_MS;
    } else if (current.engine === 'awaited' && nowMs >= current.proveAtMs) {
      current.engine = 'silent';
    }
    if (current.engine === 'awaited' || nowMs < current.proveAtMs) return;
    current.proveAtMs = ASKED;
    current.provenMs = null;
    this.proveAll();
  }

  private proveAll(): void {
    for (const venue of this.venues) venue.prove();
    this.noteProven();
  }

  private heard(venue: string, proof: KillProof, startedMs: number): void {
    const { current } = this;
    if (current === null) return;
    const { proven: isProven, survivors, faults, lastCancelMs } = proof;
    if (isProven) current.ownCancelMs = Math.max(current.ownCancelMs, startedMs + lastCancelMs);
    this.noteProven();
    const detail = faults.at(-1) ?? '';
    this.parts.report({ event: 'cancelled', trip: current.trip, venue, isProven, survivors, detail });
  }

  private noteProven(): void {
    const { current } = this;
    if (current === null || current.proveAtMs !== ASKED) return;
    if (current.provenMs !== null || !this.venues.every(({ isProven }) => isProven)) return;
    current.provenMs = this.parts.nowMs();
    // Whoever came later cancelled what was gone.
    const ownCancelMs = current.ownCancelMs === 0 ? current.provenMs : current.ownCancelMs;
    current.cancelledMs = Math.min(current.cancelledMs ?? ownCancelMs, ownCancelMs);
  }
}
