import type { SwitchFault } from '../../core/engine/input.ts';
import type { GuardPolicy } from './guard-policy.ts';
import { type Cause, MAX_BAD_TAGS, PROTOCOL_VERSION } from './messages.ts';
import type { SwitchEvent, SwitchView } from './switch-session.ts';

export interface WatchParts {
  readonly policy: Pick<GuardPolicy, 'silentMs' | 'stuckButtonMs'>;
  readonly firmwareHashes: readonly string[];
  /** Milliseconds of a clock that never goes back. */
  readonly nowMs: () => number;
  /** Told once until the switch is armed again. */
  readonly onFault: (fault: SwitchFault, detail: string) => void;
  /** The board is tripped, or says so; told again for another cause. */
  readonly onStop: (causes: readonly Cause[]) => void;
  /** It has proven for a while that it works. */
  readonly onArmed: () => void;
}

/** A switch that was fine for less counts as armed by chance. */
const FINE_FOR_MS = 300;
/** A line may be disturbed now and then; so many bad frames in a second are garbage. */
const MAX_BAD_FRAMES = 10;
const BAD_FRAMES_WINDOW_MS = 1_000;
/** A stop that gives no cause. */
const UNNAMED = 'unnamed';

/** Judges what the session with the switch shows: what is wrong with it, and whether it may be called armed. */
export class SwitchWatch {
  private readonly parts: WatchParts;
  /** Those that were told since it was last armed. */
  private readonly told = new Set<SwitchFault>();
  private readonly toldCauses = new Set<string>();
  private isToldArmed = false;
  private fineSinceMs: number | null = null;
  /** The last sign of life; null before the first. */
  private heardMs: number | null = null;
  private pressedSinceMs: number | null = null;
  private windowMs = 0;
  private badFrames = 0;

  constructor(parts: WatchParts) {
    this.parts = parts;
  }

  get isArmed(): boolean {
    return this.isToldArmed;
  }

  /** The line is gone. */
  closed(why: string): void {
    this.fault('unplugged', why);
  }

  /** A new session: it counts its frames anew. */
  renewed(): void {
    this.badFrames = 0;
  }

  event(event: SwitchEvent, view: SwitchView): void {
    switch (event.type) {
      case 'stop':
        this.stop(event.causes);
        return;
      case 'restarted':
        this.fault('rebooted', `it has started anew (${event.hello.resetCauses.join(', ')})`);
        return;
      case 'bad-tag':
        this.fault('replayed', 'a frame was there before, or somebody else has made it');
        return;
      case 'link':
        // One that has started anew is told as such.
        if (event.link === 'lost' && !this.told.has('rebooted')) this.fault('heartbeat-lost', event.why);
        else if (event.link === 'refused') this.fault(this.refusal(view), event.why);
    }
  }

  /** To be called every few milliseconds. @param isFine whether the session says so. */
  tick(view: SwitchView, isFine: boolean): void {
    const nowMs = this.parts.nowMs();
    if (view.heartbeatAgeMs !== null) this.heardMs = nowMs - view.heartbeatAgeMs;
    const quietMs = this.heardMs === null ? 0 : nowMs - this.heardMs;
    if (quietMs >= this.parts.policy.silentMs) this.fault('silent', `no sign of life for ${Math.round(quietMs)} ms`);
    this.countGarbage(view.badFrames, nowMs);
    if (view.link === 'live') this.lookAtStatus(view, nowMs);
    if (!isFine) {
      this.fineSinceMs = null;
      return;
    }
    this.fineSinceMs ??= nowMs;
    if (this.isToldArmed || nowMs - this.fineSinceMs < FINE_FOR_MS) return;
    this.isToldArmed = true;
    this.told.clear();
    this.toldCauses.clear();
    this.parts.onArmed();
  }

  private lookAtStatus({ status }: SwitchView, nowMs: number): void {
    if (status === null) return;
    if (status.failedTests.length > 0) this.fault('self-test', `it failed: ${status.failedTests.join(', ')}`);
    if (!status.standing.includes('button')) {
      this.pressedSinceMs = null;
      return;
    }
    this.pressedSinceMs ??= nowMs;
    const pressedMs = nowMs - this.pressedSinceMs;
    if (pressedMs < this.parts.policy.stuckButtonMs) return;
    this.fault('stuck-button', `its button has been down for ${Math.round(pressedMs / 1_000)} s`);
  }

  private countGarbage(badFrames: number, nowMs: number): void {
    if (badFrames - this.badFrames > MAX_BAD_FRAMES) {
      this.fault('garbage', `${badFrames - this.badFrames} frames that make no sense`);
    } else if (nowMs - this.windowMs < BAD_FRAMES_WINDOW_MS) {
      return;
    }
    this.windowMs = nowMs;
    this.badFrames = badFrames;
  }

  private refusal({ hello, badTags }: SwitchView): SwitchFault {
    if (hello === null || hello.protocol !== PROTOCOL_VERSION) return 'wrong-device';
    if (!this.parts.firmwareHashes.includes(hello.firmwareHash)) return 'wrong-firmware';
    return badTags > MAX_BAD_TAGS ? 'intruder' : 'wrong-device';
  }

  private stop(causes: readonly Cause[]): void {
    this.doubt();
    const all = causes.length === 0 ? [UNNAMED] : causes;
    if (all.every((cause) => this.toldCauses.has(cause))) return;
    for (const cause of all) this.toldCauses.add(cause);
    this.parts.onStop(causes);
  }

  private fault(fault: SwitchFault, detail: string): void {
    this.doubt();
    if (this.told.has(fault)) return;
    this.told.add(fault);
    this.parts.onFault(fault, detail);
  }

  private doubt(): void {
    this.isToldArmed = false;
    this.fineSinceMs = null;
  }
}
