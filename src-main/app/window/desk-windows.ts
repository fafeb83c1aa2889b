import { randomUUID } from 'node:crypto';
import type { Fact } from '../../core/engine/fact.ts';
import type { OperatorRegistry } from '../../edge/operators/registry.ts';
import { Denials } from '../../edge/window/denials.ts';
import { DeskServer, type DeskWindow } from '../../edge/window/desk-server.ts';
import { LatestReader } from '../../edge/window/latest-reader.ts';
import type { Accept, TurnedAway } from '../../edge/window/server-channel.ts';
import { equityOf, reportingCurrency } from './account-readers.ts';
import type { DeskAccess } from './desk-access.ts';
import { DeskLogs } from './desk-logs.ts';
import { DeskReaders } from './desk-readers.ts';
import { EquityCurve } from './equity-curve.ts';
import { WindowCalls } from './window-calls.ts';
import { WindowCommands } from './window-commands.ts';
import { type RecordAccess, WindowSessions } from './window-sessions.ts';

const EVERY_SECOND_MS = 1_000;
/** Facts that do not wait for the next frame. */
const URGENT: ReadonlySet<Fact['kind']> = new Set(['mode-changed', 'mode-refused', 'alert-raised']);

export interface DeskWindowsParts {
  readonly desk: DeskAccess;
  readonly registry: OperatorRegistry;
  /** Hears, in words for a person, what went wrong with a window. */
  readonly told: (news: string) => void;
  /** The first window has drawn its first profit and loss. */
  readonly painted: () => void;
}

/** All windows of a desk: the contract's methods and topics, who sits where, and what is written down of it. */
export class DeskWindows {
  /** Takes a window's pipe. */
  readonly accept: Accept;
  /** Writes down who was turned away before there was a pipe. */
  readonly turnedAway: TurnedAway;
  private readonly server: DeskServer;
  private readonly denials: Denials;
  private readonly timer: NodeJS.Timeout;

  constructor({ desk, registry, told, painted }: DeskWindowsParts) {
    const record = recordIn(desk);
    const denials = new Denials(({ who, detail, count }) => record('turned-away', who, detail, count));
    this.denials = denials;
    const curve = new EquityCurve();
    const sessions = new WindowSessions(registry, record);
    const commands = new WindowCommands(desk, sessions);
    const readers = new DeskReaders(desk, curve, () => this.server.windowCount);
    const calls = new WindowCalls({
      ...{ desk, curve, sessions, commands, registry, record },
      painted: once(painted),
      since: desk.now(),
    });
    const logs = new DeskLogs(desk);
    this.server = new DeskServer({
      epoch: randomUUID(),
      speed: desk.speed,
      now: () => desk.now(),
      nowMs: () => performance.now(),
      reader: (topic, params, window) =>
        topic === 'session' ? sessionReader(sessions, window, desk) : readers.reader(topic, params),
      log: (topic) => logs.of(topic),
      call: (method, params, window) => calls.call(method, params, window),
      urgency: (params) => commands.urgency(params),
      arrived: (window) => sessions.arrived(window),
      left: (window) => sessions.left(window),
      denied: (window, code, detail) => denials.add(sessions.nameOf(window), code, `${code}: ${detail}`),
      failed: told,
    });
    this.accept = this.server.accept;
    desk.listen((fact) => {
      // When the turn is over: a mode is shown with what it made of the orders.
      if (URGENT.has(fact.kind)) setImmediate(() => this.server.showNow());
    });
    this.turnedAway = (reason, detail) => denials.add('stranger', reason, `${reason}: ${detail}`);
    const reporting = reportingCurrency(desk.instruments);
    this.timer = setInterval(() => {
      curve.add(desk.now(), equityOf(desk.core, reporting));
      denials.flush();
    }, EVERY_SECOND_MS).unref();
  }

  /** Writes down what is only counted so far. To be called while the desk still takes inputs. */
  writeDown(): void {
    this.denials.flush();
  }

  close(reason: string): void {
    clearInterval(this.timer);
    this.server.close(reason);
  }
}

function once(act: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) act();
    isDone = true;
  };
}

/** What happens at the desk's door is an input: it is journaled, and the core makes a fact of it. */
function recordIn(desk: DeskAccess): RecordAccess {
  return (event, operator, detail, count = 1) =>
    desk.accept({ ...{ kind: 'access', seq: 0, at: desk.now() }, event, operator, detail, count });
}

function sessionReader(sessions: WindowSessions, window: DeskWindow, desk: DeskAccess): LatestReader {
  return new LatestReader(() => {
    const { operator, hasControl } = sessions.of(window);
    const value = { hasControl, operator: operator?.name ?? null, controlledBy: sessions.controlledBy };
    return { at: desk.now(), value };
  }, 0);
}
