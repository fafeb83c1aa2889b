import type { CommandEnvelope } from '../../../src-shared/contract/commands.ts';
import { DeskError } from '../../../src-shared/contract/errors.ts';
import type { Method, Params, Result } from '../../../src-shared/contract/methods.ts';
import { type Instrument, instrumentKey } from '../../../src-shared/domain/instrument.ts';
import type { Micros } from '../../../src-shared/domain/time.ts';
import type { OperatorRegistry } from '../../edge/operators/registry.ts';
import type { DeskWindow } from '../../edge/window/desk-server.ts';
import { PROGRAM_VERSION } from '../program-version.ts';
import { reportingCurrency } from './account-readers.ts';
import { type DeskAccess, listedInstrument } from './desk-access.ts';
import type { EquityCurve } from './equity-curve.ts';
import { barsOf } from './market-readers.ts';
import type { WindowCommands } from './window-commands.ts';
import { type RecordAccess, unauthorised, type WindowSessions } from './window-sessions.ts';

export interface CallParts {
  readonly desk: DeskAccess;
  readonly curve: EquityCurve;
  readonly since: Micros;
  readonly sessions: WindowSessions;
  readonly commands: WindowCommands;
  readonly registry: OperatorRegistry;
  readonly record: RecordAccess;
  /** A window has drawn its first profit and loss. */
  readonly painted: () => void;
}

type Handlers = {
  readonly [M in Method]: (params: Params<M>, window: DeskWindow) => Result<M> | Promise<Result<M>>;
};

/** The methods of the contract, each in a line or two. Their parameters are checked; what they throw is the answer. */
export class WindowCalls {
  private readonly parts: CallParts;
  private readonly handlers: Handlers;

  constructor(parts: CallParts) {
    const { desk, curve, since, sessions, commands } = parts;
    this.parts = parts;
    this.handlers = {
      describe: (_, window) => this.describe(window),
      command: (envelope: CommandEnvelope, window) => commands.carryOut(envelope, window),
      bars: ({ instrument, interval, limit }) => ({
        bars: barsOf(desk.core, listedInstrument(desk, instrument), interval, limit),
      }),
      equity: ({ limit }) => ({ since, points: curve.thinned(limit) }),
      'sign-in': ({ operator, pin }, window) => sessions.signIn(window, operator, pin),
      'sign-out': (_, window) => sessions.signOut(window),
      'take-control': (_, window) => sessions.takeControl(window),
      operators: () => this.operators(),
      'add-operator': (params, window) => this.addOperator(params, window),
      'set-pin': (params, window) => this.setPin(params, window),
      painted: () => {
        parts.painted();
        return {};
      },
    };
  }

  /** @param params as the contract checked them. */
  call(method: Method, params: unknown, window: DeskWindow): unknown {
    const handler = this.handlers[method] as (params: unknown, window: DeskWindow) => unknown;
    return handler(params, window);
  }

  private describe(window: DeskWindow): Result<'describe'> {
    const { desk, sessions } = this.parts;
    const { instruments, core, speed } = desk;
    const keyOf = (id: number): string => {
      const of = instruments[id];
      return of === undefined ? String(id) : instrumentKey(of);
    };
    return {
      build: { version: PROGRAM_VERSION, node: process.versions.node },
      kind: 'paper',
      speed,
      reportingCurrency: reportingCurrency(instruments),
      instruments: instruments.map(described),
      strategies: core.strategyList().map(({ name, instruments: ids }) => ({ name, instruments: ids.map(keyOf) })),
      session: sessions.of(window),
    };
  }

  private operators(): Result<'operators'> {
    return { operators: this.parts.registry.list() };
  }

  private async addOperator(
    { name, role, pin }: Params<'add-operator'>,
    window: DeskWindow,
  ): Promise<Result<'operators'>> {
    const { registry, sessions, record } = this.parts;
    const { operator, mayAddOperators } = sessions.of(window);
    if (operator === null || !mayAddOperators) throw unauthorised('only risk may add operators');
    if (!registry.hasPin(operator.name)) {
      const detail = `set a PIN for ${operator.name} first: without one anybody could go on acting in that name`;
      throw new DeskError({ code: 'refused', detail, blockedBy: [detail] });
    }
    await registry.add(name, role, pin);
    record('operator-added', operator.name, `${name} as ${role}`);
    return this.operators();
  }

  private async setPin({ current, next }: Params<'set-pin'>, window: DeskWindow): Promise<Result<'operators'>> {
    const { registry, sessions, record } = this.parts;
    const { operator } = sessions.of(window);
    if (operator === null) throw unauthorised('nobody is signed in at this window');
    await registry.setPin(operator.name, current, next);
    // Whoever has just proved to be that operator stays signed in.
    await sessions.signIn(window, operator.name, next);
    record('pin-changed', operator.name, window.peer.address);
    return this.operators();
  }
}

function described(of: Instrument): Result<'describe'>['instruments'][number] {
  const { venue, symbol, kind, base, quote, settle, tick, lot } = of;
  return {
    ...{ key: instrumentKey(of), venue, symbol, kind, base, quote, settle },
    ...{ priceDecimals: tick.decimals, quantityDecimals: lot.decimals },
  };
}
