import type { InstrumentId } from '../../../src-shared/domain/instrument.ts';
import type { Turn } from '../engine/engine.ts';
import type { StopCause } from '../engine/fact.ts';
import type { OperatorInput } from '../engine/input.ts';

/** A strategy that the desk runs, and where. */
export interface RunningStrategy {
  readonly name: string;
  readonly instruments: readonly InstrumentId[];
}

/** What an operator can do to orders and strategies. */
export interface CommandedDesk {
  readonly strategies: readonly RunningStrategy[];
  /** Cancels every open order of these instruments; null is all of them. */
  cancelAll(instruments: readonly InstrumentId[] | null, reason: string, turn: Turn): void;
  stop(origin: string, instrument: InstrumentId, cause: StopCause, detail: string, turn: Turn): void;
  stopCause(origin: string, instrument: InstrumentId): StopCause | undefined;
}

/** Carries out what concerns orders and strategies; what a command cannot do is refused, and nothing has changed. */
export function carryOut(
  { commandId, operator, reason, command }: OperatorInput,
  desk: CommandedDesk,
  turn: Turn,
): void {
  const refuse = (why: string): void =>
    turn.emit({ kind: 'command-refused', commandId, command: command.type, operator, reason: why });
  switch (command.type) {
    case 'cancel-all':
      desk.cancelAll(command.instruments, `cancel-all by ${operator}: ${reason}`, turn);
      return;
    case 'stop-strategy': {
      const { origin, instrument } = command;
      if (!runs(desk, origin, instrument)) refuse(`no strategy ${origin} trades instrument ${instrument}`);
      else if (desk.stopCause(origin, instrument) !== undefined)
        refuse(`${origin} is stopped in instrument ${instrument} already`);
      else desk.stop(origin, instrument, 'operator', stoppedBy(operator, reason), turn);
      return;
    }
    case 're-enable': {
      const { origin, instrument } = command;
      const isNamed = operator.trim() !== '' && reason.trim() !== '';
      if (!isNamed) refuse('needs an operator and a reason');
      else if (desk.stopCause(origin, instrument) === undefined)
        refuse(`${origin} is not stopped in instrument ${instrument}`);
      else turn.emit({ kind: 'strategy-re-enabled', origin, instrument, operator, reason });
      return;
    }
  }
}

/** The detail of a stop that a person wanted. */
export function stoppedBy(operator: string, reason: string): string {
  return `by ${operator}: ${reason}`;
}

function runs({ strategies }: CommandedDesk, origin: string, instrument: InstrumentId): boolean {
  return strategies.some(({ name, instruments }) => name === origin && instruments.includes(instrument));
}
