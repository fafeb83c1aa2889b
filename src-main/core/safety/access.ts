import type { Room, Turn } from '../engine/engine.ts';
import type { Input } from '../engine/input.ts';
import { shown } from '../engine/shown.ts';

/** Who came to the desk's windows, or tried to, becomes a fact. */
export class Access implements Room {
  readonly name = 'access';
  readonly hearsMarket = false;

  accept(input: Input, turn: Turn): void {
    if (input.kind !== 'access') return;
    const { event, operator, detail, count } = input;
    turn.emit({ kind: 'access-recorded', event, operator: shown(operator), detail: shown(detail), count });
  }
}
