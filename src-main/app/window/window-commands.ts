import type { Command, CommandEnvelope, CommandResult, Scope } from '../../../src-shared/contract/commands.ts';
import { DeskError } from '../../../src-shared/contract/errors.ts';
import type { InstrumentId } from '../../../src-shared/domain/instrument.ts';
import { CONTROL_MODES, type ControlMode, isTighter } from '../../../src-shared/domain/mode.ts';
import type { RolePermissions } from '../../../src-shared/domain/operator.ts';
import { afterMs, MICROS_PER_MS } from '../../../src-shared/domain/time.ts';
import type { Fact } from '../../core/engine/fact.ts';
import type { OperatorCommand, OperatorInput } from '../../core/engine/input.ts';
import type { DeskWindow, Urgency } from '../../edge/window/desk-server.ts';
import { type DeskAccess, listedInstrument } from './desk-access.ts';
import { unauthorised, type WindowSessions } from './window-sessions.ts';

/** Longest life that a command may claim, and how far its issuer's clock may be ahead. */
const MAX_LIFE_MS = 60_000;
const MAX_AHEAD_MS = 5_000;
const MS_PER_MINUTE = 60_000;

const PERMISSIONS: Readonly<Record<Exclude<Command['type'], 'set-mode'>, keyof RolePermissions>> = {
  'cancel-all': 'exit',
  flatten: 'exit',
  'disable-strategy': 'strategies',
  'enable-strategy': 'strategies',
  reconcile: 'compare',
  'reset-switch': 'killSwitch',
  'drill-switch': 'killSwitch',
  'press-emulated-switch': 'killSwitch',
  'acknowledge-alert': 'alerts',
  'shelve-alert': 'alerts',
};

/** Carries out what a window commands: checked at the door, decided by the core, answered with the facts that it made. */
export class WindowCommands {
  private readonly desk: DeskAccess;
  private readonly sessions: WindowSessions;
  /** The facts of the input that is being accepted; null while none is. */
  private facts: Fact[] | null = null;

  constructor(desk: DeskAccess, sessions: WindowSessions) {
    this.desk = desk;
    this.sessions = sessions;
    desk.listen((fact) => this.facts?.push(fact));
  }

  /** @throws DeskError: nothing has changed then, but what its fact says. */
  carryOut(envelope: CommandEnvelope, window: DeskWindow): CommandResult {
    const { commandId, reason, command } = envelope;
    this.checkTimes(envelope);
    const operator = this.authorised(envelope, window);
    const { core } = this.desk;
    if (core.hasCommand(commandId)) return this.result('repeated', []);
    const facts = this.accept({
      ...{ kind: 'operator', seq: 0, at: this.desk.now() },
      ...{ commandId, operator, reason, command: this.operatorCommand(command) },
    });
    throwRefusal(facts);
    return this.result(facts.length === 0 ? 'nothing-to-do' : 'done', facts);
  }

  /** Looks at parameters that nobody has checked yet. */
  urgency(params: unknown): Urgency {
    const { command } = (params ?? {}) as { command?: { type?: unknown; mode?: unknown } };
    if (command?.type === 'cancel-all') return 'exit';
    if (command?.type !== 'set-mode' || !isMode(command.mode)) return 'none';
    return isTighter(command.mode, this.desk.core.modes.mode) ? 'tightening' : 'none';
  }

  private checkTimes({ issuedAt, expiresAt }: CommandEnvelope): void {
    const now = this.desk.now();
    const { speed } = this.desk;
    const lateMs = (now - expiresAt) / MICROS_PER_MS;
    if (lateMs > 0) throw expired(`it arrived ${Math.round(lateMs)} ms after it expired: give it again`);
    if ((issuedAt - now) / MICROS_PER_MS > MAX_AHEAD_MS * speed)
      throw expired('it was issued in the future: look at the clocks');
    if ((expiresAt - issuedAt) / MICROS_PER_MS > MAX_LIFE_MS * speed)
      throw expired(`a command may live for ${MAX_LIFE_MS} ms at most`);
  }

  /** @returns in whose name it is done. */
  private authorised({ command, operator }: CommandEnvelope, window: DeskWindow): string {
    const name = this.sessions.nameOf(window);
    // Whoever sees that the machine must stop may stop it. Who it was is written down, not asked.
    if (command.type === 'set-mode' && !isTighter(this.desk.core.modes.mode, command.mode)) return name;
    const { mode } = this.desk.core.modes;
    if (command.type === 'set-mode' && command.from !== undefined && command.from !== mode) {
      const detail = `the mode is ${mode} by now, and was ${command.from} when this was asked: look again`;
      throw new DeskError({ code: 'refused', detail, blockedBy: [detail] });
    }
    const needed = command.type === 'set-mode' ? 'loosen' : PERMISSIONS[command.type];
    this.sessions.require(window, needed);
    if (operator === name) return name;
    throw unauthorised(`it is given in the name of ${operator}, and ${name} is signed in here`);
  }

  private operatorCommand(command: Command): OperatorCommand {
    switch (command.type) {
      case 'set-mode':
        return { type: 'set-mode', mode: command.mode };
      case 'cancel-all':
      case 'flatten':
        return { type: command.type, instruments: this.inScope(command.scope) };
      case 'disable-strategy':
        return { type: 'stop-strategy', origin: command.origin, instrument: this.idOf(command.instrument) };
      case 'enable-strategy':
        return { type: 're-enable', origin: command.origin, instrument: this.idOf(command.instrument) };
      case 'reconcile':
      case 'reset-switch':
      case 'drill-switch':
        return { type: command.type };
      case 'press-emulated-switch':
        return { type: command.type, act: command.act };
      case 'acknowledge-alert':
        return { type: 'acknowledge-alert', alert: command.alert };
      case 'shelve-alert':
        return {
          type: 'shelve-alert',
          alert: command.alert,
          untilAt: afterMs(this.desk.now(), command.forMinutes * MS_PER_MINUTE * this.desk.speed),
        };
    }
  }

  /** Null stands for all of them. */
  private inScope(scope: Scope): readonly InstrumentId[] | null {
    switch (scope.kind) {
      case 'all':
        return null;
      case 'instrument':
        return [this.idOf(scope.instrument)];
      case 'venue': {
        const listed = this.desk.instruments.filter(({ venue }) => venue === scope.venue);
        if (listed.length === 0) throw notFound(`there is no venue '${scope.venue}' at this desk`);
        return listed.map(({ id }) => id);
      }
    }
  }

  private idOf(key: string): InstrumentId {
    return listedInstrument(this.desk, key).id;
  }

  private accept(input: OperatorInput): readonly Fact[] {
    const facts: Fact[] = [];
    this.facts = facts;
    try {
      this.desk.accept(input);
    } finally {
      this.facts = null;
    }
    if (input.seq === 0) {
      throw new DeskError({ code: 'unavailable', detail: 'the desk is stopping, and takes no commands any more' });
    }
    return facts.filter(({ cause }) => cause === input.seq);
  }

  private result(outcome: CommandResult['outcome'], facts: readonly Fact[]): CommandResult {
    return { outcome, mode: this.desk.core.modes.mode, at: this.desk.now(), facts: facts.map(({ kind }) => kind) };
  }
}

function throwRefusal(facts: readonly Fact[]): void {
  for (const fact of facts) {
    const blockedBy =
      fact.kind === 'mode-refused' ? [...fact.blockedBy] : fact.kind === 'command-refused' ? [fact.reason] : null;
    if (blockedBy !== null) throw new DeskError({ code: 'refused', detail: blockedBy.join('; '), blockedBy });
  }
}

function isMode(value: unknown): value is ControlMode {
  return CONTROL_MODES.some((mode) => mode === value);
}

function expired(detail: string): DeskError {
  return new DeskError({ code: 'expired', detail });
}

function notFound(detail: string): DeskError {
  return new DeskError({ code: 'not-found', detail });
}
