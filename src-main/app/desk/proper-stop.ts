import { type ControlMode, isTighter } from '../../../src-shared/domain/mode.ts';
import type { Core } from '../../core/core.ts';
import type { Fact } from '../../core/engine/fact.ts';
import type { ModeChange } from './recovery.ts';

export interface ProperStopParts {
  readonly core: () => Pick<Core, 'modes' | 'blockedBy'>;
  readonly setMode: (mode: ControlMode, operator: string, reason: string) => void;
  /** Hears, in words for a person, why the desk does not trade. */
  readonly told: (news: string) => void;
}

interface Opening {
  readonly mode: ControlMode;
  readonly operator: string;
  readonly reason: string;
}

/** Who shuts the doors of a desk that is stopped properly; the person who starts it again opens exactly those. */
const STOPPER = 'desk: stopped';

/** A proper stop shuts both doors, and the next start opens what that shut. Whatever else stopped the desk needs a reason. */
export class ProperStop {
  private readonly parts: ProperStopParts;
  private lastChange: ModeChange | null;
  /** A mode to go to as soon as nothing stands against it any more. */
  private opening: Opening | null = null;

  constructor(lastChange: ModeChange | null, parts: ProperStopParts) {
    this.lastChange = lastChange;
    this.parts = parts;
  }

  /** Whoever changes the mode knows better than a start that waits. */
  heard(change: Extract<Fact, { readonly kind: 'mode-changed' }>): void {
    const { from, to, operator, reason } = change;
    this.lastChange = change;
    this.opening = null;
    if (isTighter(to, from) && operator !== STOPPER)
      this.parts.told(`the desk is in ${to} now, by ${operator}: ${reason}`);
  }

  /** Nothing but cancels leaves from here on: a strategy that may still reduce would go on quoting. */
  shut(reason: string): void {
    // Whoever brought an emergency about holds it, across the stop.
    if (this.parts.core().modes.mode !== 'emergency') this.parts.setMode('emergency', STOPPER, reason);
  }

  /**
   * @param resume why trading may go on whatever stopped it; null where nobody says.
   * @param hasLastWords whether the run before left word: then it did not stop as it should have.
   */
  open(operator: string, resume: string | null, hasLastWords: boolean): void {
    const { lastChange } = this;
    const { mode } = this.parts.core().modes;
    if (mode === 'normal') return;
    if (resume !== null) this.loosen({ mode: 'normal', operator, reason: resume });
    else if (lastChange?.operator !== STOPPER || hasLastWords) this.parts.told(stayingIn(mode, lastChange));
    else this.loosen({ mode: lastChange.from, operator, reason: 'started again after a proper stop' });
  }

  /** To be called now and then: what stood against opening may be gone. */
  retry(): void {
    const { opening } = this;
    if (opening === null) return;
    this.opening = null;
    this.loosen(opening);
  }

  /** The one in which the next start trades. */
  nextMode(hasHalted: boolean): ControlMode {
    const { lastChange } = this;
    return !hasHalted && lastChange?.operator === STOPPER ? lastChange.from : this.parts.core().modes.mode;
  }

  /** What stands against it may be gone in a moment: the exchange has not been asked for the open orders yet. */
  private loosen(opening: Opening): void {
    if (this.parts.core().blockedBy().length > 0) this.opening = opening;
    else this.parts.setMode(opening.mode, opening.operator, opening.reason);
  }
}

function stayingIn(mode: ControlMode, change: ModeChange | null): string {
  const who = change === null ? '' : ` (by ${change.operator})`;
  return `the desk stays in ${mode}${who}: to trade again, stop it and start it with --resume 'the reason'`;
}
