import type { Micros } from '../../../src-shared/domain/time.ts';
import type { Room, Turn } from '../engine/engine.ts';
import type { Fact } from '../engine/fact.ts';
import type {
  Input,
  KillSwitchInput,
  OperatorCommand,
  OperatorInput,
  SwitchKind,
  SwitchOrder,
} from '../engine/input.ts';
import { shown } from '../engine/shown.ts';
import type { Modes } from './modes.ts';

/** `none`: nothing watches over the desk, or nobody has said so yet in this run. */
export type SwitchState = 'none' | 'armed' | 'tripped' | 'fault';

/** Who accepts that nothing watches over the desk. */
export interface SwitchWaiver {
  readonly operator: string;
  readonly reason: string;
}

export interface SwitchTrip {
  readonly at: Micros;
  readonly trip: number;
  readonly cause: string;
  readonly detail: string;
  readonly isDrill: boolean;
}

export interface KillSwitchSnapshot {
  readonly state: SwitchState;
  readonly switchKind: SwitchKind | null;
  readonly why: string;
  readonly waiver: SwitchWaiver | null;
  /** The last ones of this run, newest first. */
  readonly trips: readonly SwitchTrip[];
  /** Venues where the guard has not proven since the last trip that nothing is open. */
  readonly unproven: readonly string[];
}

/** As whom the switch changes the mode: no person can have such a name. */
const CONTROL = 'desk: kill switch';
const MAX_SURVIVORS = 20;
const TRIPS_KEPT = 10;
const MS_DIGITS = 1_000;

/**
 * What the kill switch's guard tells, as facts and as a mode. Nothing here loosens: a switch that is armed again only stops standing
 * against a person who wants to resume.
 */
export class KillSwitch implements Room {
  readonly name = 'kill-switch';
  readonly hearsMarket = false;
  private readonly modes: Pick<Modes, 'hold'>;
  private readonly venues: readonly string[];
  private current: KillSwitchSnapshot = NOBODY;

  /** @param venues where the guard cancels after a trip. */
  constructor(modes: Pick<Modes, 'hold'>, venues: readonly string[]) {
    this.modes = modes;
    this.venues = venues;
  }

  get state(): SwitchState {
    return this.current.state;
  }

  /** Null without a switch. */
  get switchKind(): SwitchKind | null {
    return this.current.switchKind;
  }

  /** Null where nobody had to accept anything. */
  get waiver(): SwitchWaiver | null {
    return this.current.waiver;
  }

  /** The last ones of this run, newest first. */
  get trips(): readonly SwitchTrip[] {
    return this.current.trips;
  }

  /** What it says against loosening the mode, in words for the operator. */
  blockers(): readonly string[] {
    const { state, why, unproven } = this.current;
    // A guard that still cancels would cancel what is placed after the mode was loosened.
    const proofs = unproven.map(
      (venue) => `the kill switch's guard has not proven yet that nothing is open at ${venue}`,
    );
    if (state === 'tripped') return [`the kill switch is tripped (${why}): release it, then reset it`, ...proofs];
    return state === 'fault' ? [`the kill switch is not armed: ${why}`, ...proofs] : proofs;
  }

  accept(input: Input, turn: Turn): void {
    if (input.kind === 'operator') this.command(input, turn);
    else if (input.kind === 'kill-switch') this.report(input, turn);
  }

  fold(fact: Fact): void {
    const { current } = this;
    switch (fact.kind) {
      case 'switch-guarded':
        this.current = { ...current, state: 'fault', switchKind: fact.switchKind, why: 'it has not proven itself yet' };
        return;
      case 'switch-waived':
        this.current = { ...current, waiver: { operator: fact.operator, reason: fact.reason } };
        return;
      case 'switch-armed':
        this.current = { ...current, state: 'armed', why: '' };
        return;
      case 'switch-fault':
        // A tripped switch stays tripped, whatever else is wrong with it.
        if (current.state !== 'tripped') this.current = { ...current, state: 'fault', why: fact.detail };
        return;
      case 'switch-tripped': {
        const { at, trip, tripCause: cause, detail, isDrill } = fact;
        const trips = [{ at, trip, cause, detail, isDrill }, ...current.trips].slice(0, TRIPS_KEPT);
        this.current = { ...current, state: 'tripped', why: cause, trips, unproven: this.venues };
        return;
      }
      case 'switch-cancelled': {
        const others = current.unproven.filter((venue) => venue !== fact.venue);
        this.current = { ...current, unproven: fact.isProven ? others : [...others, fact.venue] };
        return;
      }
    }
  }

  reset(): void {
    this.current = NOBODY;
  }

  snapshot(): KillSwitchSnapshot {
    return this.current;
  }

  restore(snapshot: KillSwitchSnapshot): void {
    this.current = { ...snapshot };
  }

  private report(input: KillSwitchInput, turn: Turn): void {
    switch (input.event) {
      case 'guarded':
        turn.emit({ kind: 'switch-guarded', switchKind: input.switchKind, detail: shown(input.detail) });
        return;
      case 'waived':
        turn.emit({ kind: 'switch-waived', operator: shown(input.operator), reason: shown(input.reason) });
        return;
      case 'armed':
        turn.emit({ kind: 'switch-armed' });
        return;
      case 'fault': {
        const { fault, mode } = input;
        const detail = shown(input.detail);
        turn.emit({ kind: 'switch-fault', fault, mode, detail });
        this.modes.hold(mode, CONTROL, `${fault}: ${detail}`, turn);
        return;
      }
      case 'tripped': {
        const { trip, isDrill } = input;
        const [tripCause, detail] = [shown(input.cause), shown(input.detail)];
        turn.emit({ kind: 'switch-tripped', trip, tripCause, detail, isDrill });
        this.modes.hold('emergency', CONTROL, isDrill ? `${tripCause}, in a drill` : tripCause, turn);
        return;
      }
      case 'cancelled': {
        const { trip, isProven } = input;
        const survivors = input.survivors.slice(0, MAX_SURVIVORS).map(shown);
        const [venue, detail] = [shown(input.venue), shown(input.detail)];
        turn.emit({ kind: 'switch-cancelled', trip, venue, isProven, survivors, detail });
        return;
      }
      case 'drilled': {
        const { outcome, from } = input;
        const [shutMs, cancelledMs, provenMs] = [input.shutMs, input.cancelledMs, input.provenMs].map(rounded);
        turn.emit({ kind: 'switch-drill', outcome, from, shutMs, cancelledMs, provenMs });
      }
    }
  }

  private command({ commandId, operator, reason, command }: OperatorInput, turn: Turn): void {
    const order = orderOf(command);
    if (order === null) return;
    const refusal = this.refusalOf(command, operator, reason);
    if (refusal === null) turn.emit({ kind: 'switch-commanded', order, operator, reason });
    else turn.emit({ kind: 'command-refused', commandId, command: command.type, operator, reason: refusal });
  }

  private refusalOf(command: OperatorCommand, operator: string, reason: string): string | null {
    const { switchKind, state, why } = this.current;
    if (switchKind === null) return 'this desk has no kill switch';
    if (command.type === 'press-emulated-switch') {
      return switchKind === 'emulated' ? null : 'its kill switch is real: use the one on the table';
    }
    if (operator.trim() === '' || reason.trim() === '') return 'needs an operator and a reason';
    // A latch that is set already has no press to measure.
    if (command.type === 'drill-switch' && state !== 'armed')
      return `only an armed kill switch can be drilled: ${state === 'tripped' ? `it is tripped (${why})` : why}`;
    return null;
  }
}

const NOBODY: KillSwitchSnapshot = {
  ...{ state: 'none', switchKind: null, why: '', waiver: null },
  ...{ trips: [], unproven: [] },
};

function orderOf(command: OperatorCommand): SwitchOrder | null {
  switch (command.type) {
    case 'reset-switch':
      return 'request-reset';
    case 'drill-switch':
      return 'drill';
    case 'press-emulated-switch':
      return command.act;
    default:
      return null;
  }
}

/** Measured by a clock that nothing is ordered by: three digits of a millisecond say all there is. */
function rounded(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms * MS_DIGITS) / MS_DIGITS;
}
