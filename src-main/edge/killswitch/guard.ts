import type { KillSwitchReport, SwitchFault } from '../../core/engine/input.ts';
import type { GuardState } from '../../threads/guard-state.ts';
import { Drill, type DrillPhase } from './guard-drill.ts';
import { Kill } from './guard-kill.ts';
import type { GuardPolicy } from './guard-policy.ts';
import type { KillRoute } from './guard-venue.ts';
import { SwitchWatch } from './guard-watch.ts';
import type { Anchor, Cause, Result } from './messages.ts';
import type { SwitchPort, SwitchPortHandlers } from './switch-port.ts';
import { type SwitchEvent, SwitchSession, type SwitchView } from './switch-session.ts';

export interface GuardParts {
  readonly policy: GuardPolicy;
  readonly key: Uint8Array | null;
  readonly firmwareHashes: readonly string[];
  readonly state: GuardState;
  /** Milliseconds of a clock that never goes back. */
  readonly nowMs: () => number;
  readonly randomChallenge: () => Uint8Array;
  /** @throws SwitchPortError when the line cannot be opened. */
  readonly openPort: (handlers: SwitchPortHandlers) => Promise<SwitchPort>;
  readonly report: (report: KillSwitchReport) => void;
  /** When the button's contact last moved, by `nowMs`; null where only its frame tells. */
  readonly edgeMs?: () => number | null;
}

/** What a person sees of the switch. */
export interface GuardView extends SwitchView {
  readonly port: string;
  readonly isArmed: boolean;
  readonly drill: { readonly phase: DrillPhase; readonly pressWithinMs: number | null };
  /** What the board last answered to a command. */
  readonly result: Result | null;
}

/** A line takes a new process each time. */
const REOPEN_MS = 1_000;

/**
 * Stands between the switch and everything that trades. It owns the line and its session, and ways to cancel that need nobody else:
 * whatever the desk's loop does, a trip shuts the last door and empties the venues. It never opens the door again.
 */
export class Guard {
  private readonly parts: GuardParts;
  private readonly watch: SwitchWatch;
  private readonly kill: Kill;
  private readonly drill: Drill;
  private session: SwitchSession;
  private port: SwitchPort | null = null;
  private portName = '';
  private reopenAtMs = Number.POSITIVE_INFINITY;
  private result: Result | null = null;
  private isClosed = false;

  constructor(parts: GuardParts) {
    this.parts = parts;
    const { policy, state, nowMs, report, firmwareHashes } = parts;
    this.kill = new Kill({ policy, state, nowMs, report });
    this.drill = new Drill(nowMs, (figures) => report({ event: 'drilled', ...figures }));
    this.watch = new SwitchWatch({
      ...{ policy, firmwareHashes, nowMs },
      onFault: (fault, detail) => this.fault(fault, detail),
      onStop: (causes) => this.stopped(causes),
      onArmed: () => report({ event: 'armed' }),
    });
    this.session = this.newSession();
  }

  get view(): GuardView {
    const drill = { phase: this.drill.phase, pressWithinMs: this.drill.pressWithinMs };
    return { ...this.session.view, port: this.portName, isArmed: this.watch.isArmed, drill, result: this.result };
  }

  /** @throws SwitchPortError when the line cannot be opened. */
  async open(): Promise<void> {
    const port = await this.parts.openPort({
      onBytes: (bytes) => this.session.receive(bytes),
      onClosed: (why) => this.lost(why),
    });
    if (this.isClosed) {
      await port.close();
      return;
    }
    this.port = port;
    this.portName = port.name;
  }

  /** Where orders can be. What was tripped before is cancelled there as well. */
  setRoutes(routes: readonly KillRoute[]): void {
    this.kill.setRoutes(routes);
  }

  /** To be called every few milliseconds, whatever else happens. */
  tick(): void {
    const { state, nowMs } = this.parts;
    // First: whatever is wrong with the switch, a kill that is under way goes on.
    this.kill.tick();
    this.drill.tick(this.kill.times);
    this.session.setMode(state.isShut ? 'emergency' : state.mode);
    this.session.tick();
    this.watch.tick(this.session.view, this.session.isFine);
    if (nowMs() >= this.reopenAtMs) this.reopen();
  }

  /** Asks the board to wait for its reset button. @returns whether it could be asked. */
  requestReset(): boolean {
    return this.session.requestReset() !== null;
  }

  /** Has the board remember it. Without a session it is let go: another one comes. */
  storeAnchor(anchor: Anchor): void {
    this.session.storeAnchor(anchor);
  }

  /** The next press within half a minute is a drill. */
  beginDrill(): void {
    this.drill.begin();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.reopenAtMs = Number.POSITIVE_INFINITY;
    this.kill.close();
    await this.port?.close();
  }

  private newSession(): SwitchSession {
    const { key, firmwareHashes, nowMs, randomChallenge } = this.parts;
    const session: SwitchSession = new SwitchSession({
      ...{ key, firmwareHashes, nowMs, randomChallenge },
      write: (bytes) => this.port?.write(bytes),
      onEvent: (event) => this.event(event, session),
    });
    return session;
  }

  private event(event: SwitchEvent, session: SwitchSession): void {
    if (session !== this.session) return;
    if (event.type === 'result') this.result = event.result;
    this.watch.event(event, session.view);
  }

  private stopped(causes: readonly Cause[]): void {
    const { nowMs, edgeMs } = this.parts;
    const isButton = causes.includes('button');
    const isDrill = isButton && this.drill.pressed(nowMs(), edgeMs?.() ?? null);
    const cause = causes.length === 0 ? 'unnamed' : causes.join(', ');
    this.kill.trip(cause, `the switch says that it is tripped: ${cause}`, isDrill);
  }

  private fault(fault: SwitchFault, detail: string): void {
    const mode = this.parts.policy.modes[fault];
    if (mode === 'emergency') this.kill.trip(fault, detail);
    else this.parts.report({ event: 'fault', fault, mode, detail });
  }

  private lost(why: string): void {
    this.port = null;
    this.session = this.newSession();
    this.watch.renewed();
    this.reopenAtMs = this.parts.nowMs() + REOPEN_MS;
    this.watch.closed(why);
  }

  /** A switch that is plugged in again proves itself anew; what it tripped stays tripped. */
  private reopen(): void {
    this.reopenAtMs = Number.POSITIVE_INFINITY;
    this.open().catch(() => {
      if (!this.isClosed) this.reopenAtMs = this.parts.nowMs() + REOPEN_MS;
    });
  }
}
