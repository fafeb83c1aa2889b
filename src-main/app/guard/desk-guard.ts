import type { ControlMode } from '../../../src-shared/domain/mode.ts';
import type { Micros } from '../../../src-shared/domain/time.ts';
import type { Fact } from '../../core/engine/fact.ts';
import type { KillSwitchInput, KillSwitchReport } from '../../core/engine/input.ts';
import type { GuardView } from '../../edge/killswitch/guard.ts';
import type { GuardPolicy } from '../../edge/killswitch/guard-policy.ts';
import { createGuardState, GuardState } from '../../threads/guard-state.ts';
import type { StopFlag } from '../../threads/stop-flag.ts';
import { GuardThread, type HeardOfGuard } from './guard-thread.ts';
import { journalAnchor } from './journal-anchor.ts';
import type { RouteData } from './kill-routes.ts';
import type { SwitchChoice } from './switch-choice.ts';
import { describeSwitchFact } from './switch-words.ts';

export interface DeskGuardParts {
  /** The module that runs the guard's thread. */
  readonly entry: URL;
  /** The desk's data folder. */
  readonly directory: string;
  readonly choice: SwitchChoice;
  readonly policy: GuardPolicy;
  /** Who started the desk: who starts it without a switch accepts that. */
  readonly operator: string;
  readonly now: () => Micros;
  /** Puts an input in; its number is 0 afterwards where it has to wait. */
  readonly accept: (input: KillSwitchInput) => void;
  /** Hears, in words for a person, what happens to the switch. */
  readonly told: (news: string) => void;
}

/** The guard as it was last heard of. */
export interface GuardSighting {
  /** Whether its door is shut now. */
  readonly isShut: boolean;
  readonly view: GuardView;
  readonly at: Micros;
}

/** So many looks in a row at a guard whose loop did not come round in between, and it counts as gone. */
const STILL_LOOKS = 2;
/** The board keeps one in five minutes, and at a trip the newest. */
const LOOKS_PER_ANCHOR = 30;

/**
 * The desk's side of its guard. What the guard tells becomes inputs; that the desk is cancelling is proven in shared memory; and the
 * guard's door is opened by one thing only: a mode that a person has loosened after every trip that the core knows of.
 */
export class DeskGuard {
  private readonly parts: DeskGuardParts;
  private readonly memory = createGuardState();
  private readonly state = new GuardState(this.memory);
  private thread: GuardThread | null = null;
  private current: Omit<GuardSighting, 'isShut'> | null = null;
  /** What was said before the desk took inputs; null since then. */
  private unsaid: KillSwitchReport[] | null = [];
  private heardTrip = 0;
  private seenBeats = 0;
  private stillLooks = 0;
  private hasFailed = false;
  private looks = 0;

  constructor(parts: DeskGuardParts) {
    this.parts = parts;
  }

  /** Whether the guard's door is shut. Cheap: read it in the turn of every socket write. */
  get isShut(): boolean {
    return this.state.isShut;
  }

  /** The last door of a desk: shut for good by `stopFlag`, and by this guard until a person resumes. */
  door(stopFlag: Pick<StopFlag, 'isSet'>): Pick<StopFlag, 'isSet'> {
    const { state } = this;
    return {
      get isSet() {
        return stopFlag.isSet || state.isShut;
      },
    };
  }

  /** Null without a switch. */
  get sighting(): GuardSighting | null {
    return this.current === null ? null : { ...this.current, isShut: this.isShut };
  }

  /** @throws KillSwitchError when the switch that was asked for cannot watch over a desk. */
  async start(): Promise<void> {
    const { entry, choice, directory, policy, operator } = this.parts;
    if (choice.kind === 'waived') this.say({ event: 'waived', operator, reason: choice.reason });
    if (choice.kind === 'none' || choice.kind === 'waived') return;
    const data = { directory, guarded: choice, policy, state: this.memory };
    this.thread = await GuardThread.start(entry, data, (said) => this.heardOf(said));
  }

  /** The venues are connected. */
  setRoutes(routes: readonly RouteData[]): void {
    this.thread?.send({ kind: 'routes', routes });
  }

  /** The desk takes inputs from here on. */
  begin(mode: ControlMode): void {
    this.state.setMode(mode);
    const unsaid = this.unsaid ?? [];
    this.unsaid = null;
    for (const report of unsaid) this.say(report);
  }

  /** The desk has taken what waited while it began: its cancels have been handed over, if late. */
  begun(): void {
    this.state.answer(this.heardTrip);
  }

  /** To be called every second or so: a guard whose loop stands still watches over nothing. */
  look(): void {
    if (this.thread === null) return;
    const { beats } = this.state;
    this.stillLooks = beats === this.seenBeats ? this.stillLooks + 1 : 0;
    this.seenBeats = beats;
    if (this.stillLooks === STILL_LOOKS) this.guardFailed('its loop stands still');
    if (this.looks % LOOKS_PER_ANCHOR === 0) this.anchorJournal();
    this.looks += 1;
  }

  /** Every fact of the desk, in the turn that made it. */
  heard(fact: Fact): void {
    if (fact.kind === 'mode-changed') this.modeChanged(fact.from, fact.to);
    else if (fact.kind === 'switch-tripped') this.heardTrip = fact.trip;
    else if (fact.kind === 'switch-commanded') this.thread?.send({ kind: 'order', order: fact.order });
    const words = describeSwitchFact(fact);
    if (words !== null) this.parts.told(words);
  }

  async close(): Promise<void> {
    this.unsaid = [];
    await this.thread?.close();
  }

  private anchorJournal(): void {
    const anchor = journalAnchor(this.parts.directory);
    if (anchor !== null) this.thread?.send({ kind: 'anchor', anchor });
  }

  private modeChanged(from: ControlMode, to: ControlMode): void {
    this.state.setMode(to);
    if (from === 'emergency' && to !== 'emergency') this.state.open(this.heardTrip);
  }

  private heardOf(said: HeardOfGuard): void {
    switch (said.kind) {
      case 'ready':
        // Before whatever it has reported meanwhile.
        this.unsaid?.unshift({ event: 'guarded', switchKind: said.switchKind, detail: said.detail });
        return;
      case 'report':
        this.say(said.report);
        return;
      case 'view':
        this.current = { view: said.view, at: this.parts.now() };
        return;
      case 'failed':
        this.guardFailed(said.detail);
    }
  }

  /** Nobody watches any more: the desk does to itself what its guard would have done. */
  private guardFailed(detail: string): void {
    if (this.hasFailed) return;
    this.hasFailed = true;
    const mode = this.parts.policy.modes['guard-failed'];
    if (mode !== 'emergency') this.say({ event: 'fault', fault: 'guard-failed', mode, detail });
    else this.say({ event: 'tripped', trip: this.state.trip(), cause: 'guard-failed', detail, isDrill: false });
  }

  private say(report: KillSwitchReport): void {
    if (this.unsaid !== null) {
      this.unsaid.push(report);
      return;
    }
    const input: KillSwitchInput = { kind: 'kill-switch', seq: 0, at: this.parts.now(), ...report };
    this.parts.accept(input);
    // Its turn has handed the cancels over, if it had its turn.
    if (report.event === 'tripped' && input.seq !== 0) this.state.answer(report.trip);
  }
}
