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

export interface KillSwitchSnapshot {
  readonly state: SwitchState;
  readonly switchKind: SwitchKind | null;
  readonly why: string;
}

/** As whom the switch changes the mode: no person can have such a name. */
const CONTROL = 'desk: kill switch';
const MAX_SURVIVORS = 20;
const MS_DIGITS = 1_000;

/**
 * What the kill switch's guard tells, as facts and as a mode. Nothing here loosens: a switch that is armed again only stops standing
 * against a person who wants to resume.
 */
export class KillSwitch implements Room {
  readonly name = 'kill-switch';
  readonly hearsMarket = false;
  private readonly modes: Pick<Modes, 'hold'>;
  private current: KillSwitchSnapshot = NOBODY;

  constructor(modes: Pick<Modes, 'hold'>) {
    this.modes = modes;
  }

  get state(): SwitchState {
    return this.current.state;
  }

  /** Null without a switch. */
  get switchKind(): SwitchKind | null {
    return this.current.switchKind;
  }

  /** What it says against loosening the mode, in words for the operator. */
  blockers(): readonly string[] {
    const { state, why } = this.current;
    if (state === 'tripped') return [`the kill switch is tripped (${why}): release it, then reset it`];
    return state === 'fault' ? [`the kill switch is not armed: ${why}`] : [];
  }

  accept(input: Input, turn: Turn): void {
    if (input.kind === 'operator') this.command(input, turn);
    else if (input.kind === 'kill-switch') this.report(input, turn);
  }

  fold(fact: Fact): void {
    const { switchKind } = this.current;
    switch (fact.kind) {
      case 'switch-guarded':
        this.current = { state: 'fault', switchKind: fact.switchKind, why: 'it has not proven itself yet' };
        return;
      case 'switch-armed':
        this.current = { state: 'armed', switchKind, why: '' };
        return;
      case 'switch-fault':
        // A tripped switch stays tripped, whatever else is wrong with it.
        if (this.current.state !== 'tripped') this.current = { state: 'fault', switchKind, why: fact.detail };
        return;
      case 'switch-tripped':
        this.current = { state: 'tripped', switchKind, why: fact.tripCause };
        return;
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
    const { switchKind } = this.current;
    if (switchKind === null) return 'this desk has no kill switch';
    if (command.type === 'press-emulated-switch') {
      return switchKind === 'emulated' ? null : 'its kill switch is real: use the one on the table';
    }
    if (operator.trim() === '' || reason.trim() === '') return 'needs an operator and a reason';
    return null;
  }
}

const NOBODY: KillSwitchSnapshot = { state: 'none', switchKind: null, why: '' };

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
