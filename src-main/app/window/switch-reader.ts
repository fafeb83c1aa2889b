import type { SwitchTopic } from '../../../src-shared/contract/switch.ts';
import { MICROS_PER_MS } from '../../../src-shared/domain/time.ts';
import type { Core } from '../../core/core.ts';
import type { Fact } from '../../core/engine/fact.ts';
import type { GuardView } from '../../edge/killswitch/guard.ts';
import { lampPatterns } from '../../edge/killswitch/lamp-patterns.ts';
import type { Lamp } from '../../edge/killswitch/messages.ts';
import type { GuardSighting } from '../guard/desk-guard.ts';
import type { DeskAccess } from './desk-access.ts';

const DRILLS_SHOWN = 10;
const COLOURS: readonly Lamp[] = ['red', 'yellow', 'green', 'blue'];

/** What is needed of a desk to say how its kill switch is. */
export interface SwitchSources extends Pick<DeskAccess, 'guardSighting' | 'now' | 'listen' | 'speed'> {
  readonly core: { readonly killSwitch: Pick<Core['killSwitch'], 'state' | 'switchKind' | 'waiver' | 'trips'> };
}

/** What the desk knows of its kill switch, for its windows: what the guard saw last, and what has happened since the desk started. */
export class SwitchReader {
  private readonly desk: SwitchSources;
  private readonly drills: SwitchTopic['drill']['past'] = [];

  constructor(desk: SwitchSources) {
    this.desk = desk;
    desk.listen((fact) => this.heard(fact));
  }

  /** `at` is as of when the guard was heard: without it nothing here is known any more. */
  read(): { readonly at: number; readonly value: SwitchTopic } {
    const { state, switchKind, waiver, trips } = this.desk.core.killSwitch;
    const seen = this.desk.guardSighting();
    const drill = seen?.view.drill ?? { phase: 'none', pressWithinMs: null };
    const value: SwitchTopic = {
      ...{ kind: switchKind ?? 'none', waiver, state, isShut: seen?.isShut ?? false },
      board: seen === null ? null : this.boardOf(seen),
      trips: [...trips],
      drill: { ...drill, past: [...this.drills] },
    };
    return { at: seen?.at ?? this.desk.now(), value };
  }

  private boardOf({ view, at }: GuardSighting): SwitchTopic['board'] {
    const { hello, status, link, why, port, result } = view;
    // The guard lives by the wall's clock, however fast its desk does.
    const sinceMs = (this.desk.now() - at) / MICROS_PER_MS / this.desk.speed;
    return {
      ...{ port, link, why },
      heartbeatAgeMs: view.heartbeatAgeMs === null ? null : Math.round(view.heartbeatAgeMs + sinceMs),
      lamps: lampsOf(view),
      latch: status?.latch ?? null,
      causes: [...(status?.causes ?? hello?.causes ?? [])],
      standing: [...(status?.standing ?? [])],
      firmware: hello === null ? null : { version: hello.version, hash: hello.firmwareHash },
      selfTest: hello === null ? null : { failed: [...hello.failedTests], resetCauses: [...hello.resetCauses] },
      counters: countersOf(view),
      answer: result === null ? null : `${result.command}: ${result.outcome}`,
    };
  }

  private heard(fact: Fact): void {
    if (fact.kind !== 'switch-drill') return;
    const { at, outcome, from, shutMs, cancelledMs, provenMs } = fact;
    this.drills.unshift({ at, outcome, from, shutMs, cancelledMs, provenMs });
    this.drills.length = Math.min(this.drills.length, DRILLS_SHOWN);
  }
}

/** None before the board has told what they depend on. */
function lampsOf({ hello, status, link }: GuardView): NonNullable<SwitchTopic['board']>['lamps'] {
  if (hello === null) return [];
  const patterns = lampPatterns({
    causes: status?.causes ?? hello.causes,
    latch: status?.latch ?? 'tripped',
    isLive: link === 'live',
    // It greets with the number of sessions since its start: another desk may have had them.
    wasLive: link === 'live' || link === 'lost' || hello.sessions > 0,
    isPaired: hello.isPaired,
    hostMode: status?.hostMode ?? 'pause',
  });
  return COLOURS.map((colour) => ({ colour, pattern: patterns[colour] }));
}

function countersOf(view: GuardView): { name: string; value: number }[] {
  const { framesSent, framesReceived, badFrames, badTags, unknownFrames, status, hello } = view;
  const ofBoard = { 'bad frames there': status?.badFrames, 'bad tags there': status?.badTags, starts: hello?.boots };
  const counters = {
    ...{ 'frames sent': framesSent, 'frames received': framesReceived, 'bad frames': badFrames },
    ...{ 'bad tags': badTags, 'unknown frames': unknownFrames, ...ofBoard },
  };
  return Object.entries(counters).flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));
}
