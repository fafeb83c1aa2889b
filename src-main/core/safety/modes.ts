import { CONTROL_MODES, type ControlMode, isTighter } from '../../../src-shared/domain/mode.ts';
import type { Room, Turn } from '../engine/engine.ts';
import type { Fact } from '../engine/fact.ts';
import type { Input, OperatorInput } from '../engine/input.ts';
import { shown } from '../engine/shown.ts';

export interface ModesParts {
  /** Every cause that stands against loosening now, in words for the operator; asked each time. */
  readonly blockers?: () => readonly string[];
  /** The mode before the first `mode-changed` fact. */
  readonly initial?: ControlMode;
}

export interface ModesSnapshot {
  readonly mode: ControlMode;
  readonly heldBy: string;
  readonly hasHalted: boolean;
}

/**
 * The control mode, folded from `mode-changed` facts. Tightening is one act and never refused: whoever asks, whatever the
 * reason. Loosening needs a named person, a reason, and nothing that stands against it.
 */
export class Modes implements Room {
  readonly name = 'modes';
  readonly hearsMarket = false;
  private current: ControlMode;
  /** Who changed it last, or asked for it again. */
  private heldBy = '';
  private readonly blockers: () => readonly string[];
  /** Until the desk is restarted. */
  private hasHalted = false;

  constructor({ blockers = () => [], initial = 'normal' }: ModesParts = {}) {
    this.current = initial;
    this.blockers = blockers;
  }

  get mode(): ControlMode {
    return this.current;
  }

  /** What would stand against loosening now, whoever asked for it. Empty where there is nothing to loosen. */
  blockedBy(): readonly string[] {
    if (this.current === 'normal') return [];
    const halted = this.hasHalted ? ['the desk has halted: it has to be started again first'] : [];
    return [...this.blockers(), ...halted];
  }

  accept(input: Input, turn: Turn): void {
    switch (input.kind) {
      case 'operator':
        this.command(input, turn);
        return;
      case 'halt':
        this.hasHalted = true;
        this.tighten('emergency', 'desk', shown(`${input.cause}: ${input.detail}`), turn);
        return;
      case 'restart':
        // A desk that could not even write down its end may have left anything behind.
        if (input.lastWords.length > 0) this.tighten('emergency', 'restart', shown(input.lastWords.join('; ')), turn);
        return;
    }
  }

  recall(input: Input): void {
    if (input.kind === 'halt') this.hasHalted = true;
    else if (input.kind === 'restart') this.hasHalted = false;
  }

  /** Makes the mode at least as tight as `to`; nothing when it is already. For operators and for every control of the desk. */
  tighten(to: ControlMode, by: string, reason: string, turn: Turn): void {
    if (isTighter(to, this.current)) this.change(to, by, reason, turn);
  }

  /** As {@link tighten}; where the mode is `to` already, `by` holds it from here on. */
  hold(to: ControlMode, by: string, reason: string, turn: Turn): void {
    if (to === this.current) this.confirm(by, reason, turn);
    else this.tighten(to, by, reason, turn);
  }

  fold(fact: Fact): void {
    if (fact.kind !== 'mode-changed') return;
    this.current = fact.to;
    this.heldBy = fact.operator;
  }

  snapshot(): ModesSnapshot {
    return { mode: this.current, heldBy: this.heldBy, hasHalted: this.hasHalted };
  }

  restore(snapshot: ModesSnapshot): void {
    this.current = snapshot.mode;
    this.heldBy = snapshot.heldBy;
    this.hasHalted = snapshot.hasHalted;
  }

  reset(): void {
    this.hasHalted = false;
  }

  private command({ operator, reason, command }: OperatorInput, turn: Turn): void {
    if (command.type !== 'set-mode') return;
    if (isTighter(this.current, command.mode)) this.loosen(command.mode, operator, reason, turn);
    else this.hold(command.mode, operator, reason, turn);
  }

  /** Whoever asks for a tight mode that somebody else brought about holds it from here on: what that one does no longer undoes it. */
  private confirm(operator: string, reason: string, turn: Turn): void {
    if (this.current !== 'normal' && operator !== this.heldBy) this.change(this.current, operator, reason, turn);
  }

  private loosen(to: ControlMode, operator: string, reason: string, turn: Turn): void {
    const blockedBy = [...this.blockedBy()];
    if (operator.trim() === '') blockedBy.push('no operator is named');
    if (reason.trim() === '') blockedBy.push('no reason is given');
    if (!CONTROL_MODES.includes(to)) blockedBy.push(`'${to}' is no mode`);
    if (blockedBy.length > 0) turn.emit({ kind: 'mode-refused', to, operator, blockedBy });
    else this.change(to, operator, reason, turn);
  }

  private change(to: ControlMode, operator: string, reason: string, turn: Turn): void {
    turn.emit({ kind: 'mode-changed', from: this.current, to, operator, reason });
  }
}
