import type { KillSwitchReport } from '../../core/engine/input.ts';
import { createGuardState, GuardState } from '../../threads/guard-state.ts';
import { encodeFrame, type Frame, FrameReader, tagged } from './frame.ts';
import { Guard } from './guard.ts';
import { DEFAULT_GUARD_POLICY } from './guard-policy.ts';
import type { KillProof, KillRoute } from './guard-venue.ts';
import {
  BOARD_TYPES,
  CAUSES,
  type Cause,
  HEARTBEAT_MS,
  HOST_MODES,
  HOST_TYPES,
  type HostMode,
  PROTOCOL_VERSION,
} from './messages.ts';
import { FIRMWARE_HASH, KEY } from './scripted-board.ts';
import type { SwitchPort, SwitchPortHandlers } from './switch-port.ts';

const TICK_MS = 5;
const HELLO_EVERY_MS = 200;
const SILENCE_MS = 500;

/** A venue whose answers the test decides; each attempt takes `latencyMs`. */
export class ScriptedVenue implements KillRoute {
  readonly venue: string;
  readonly attempts: { readonly startedMs: number; readonly proven: boolean }[] = [];
  survivors: readonly string[] = [];
  latencyMs = 40;
  /** It throws instead of answering. */
  isBroken = false;
  isClosed = false;
  private readonly nowMs: () => number;
  private readonly waiting: { readonly atMs: number; readonly settle: () => void }[] = [];

  constructor(venue: string, nowMs: () => number) {
    this.venue = venue;
    this.nowMs = nowMs;
  }

  cancelAll(): Promise<KillProof> {
    const startedMs = this.nowMs();
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        const { survivors, isBroken } = this;
        const proven = survivors.length === 0 && !isBroken;
        this.attempts.push({ startedMs, proven });
        if (isBroken) reject(new Error('the venue is broken'));
        else resolve({ proven, survivors, faults: [], lastCancelMs: 1 });
      };
      this.waiting.push({ atMs: startedMs + this.latencyMs, settle });
    });
  }

  close(): void {
    this.isClosed = true;
  }

  tick(): void {
    while (this.waiting[0] !== undefined && this.waiting[0].atMs <= this.nowMs()) this.waiting.shift()?.settle();
  }
}

/** A board that keeps the protocol, and does what hands do to it, in the test's time. */
export class ScriptedSwitch {
  handlers: SwitchPortHandlers | null = null;
  causes: readonly Cause[] = [];
  standing: readonly Cause[] = [];
  hash = FIRMWARE_HASH;
  protocol = PROTOCOL_VERSION;
  isMute = false;
  isPlugged = true;
  boots = 1;
  lastFrame: Frame | null = null;
  /** As the desk last told. */
  hostMode: HostMode | null = null;
  /** What the desk had it remember. */
  readonly anchors: Uint8Array[] = [];
  private sessions = 0;
  private challenge: Uint8Array | null = null;
  private sequence = 0;
  private heardMs = 0;
  private dueMs = 0;
  private readonly reader = new FrameReader();
  private readonly nowMs: () => number;

  constructor(nowMs: () => number) {
    this.nowMs = nowMs;
  }

  get isLive(): boolean {
    return this.challenge !== null;
  }

  open(handlers: SwitchPortHandlers): SwitchPort {
    if (!this.isPlugged) throw new Error('there is no such port');
    this.handlers = handlers;
    return { name: 'scripted', write: (bytes) => this.take(bytes), close: async () => {} };
  }

  unplug(): void {
    const { handlers } = this;
    this.isPlugged = false;
    this.handlers = null;
    this.challenge = null;
    handlers?.onClosed('unplugged');
  }

  replug(): void {
    if (this.isPlugged) return;
    this.isPlugged = true;
    this.boots += 1;
    this.sessions = 0;
  }

  reboot(): void {
    this.boots += 1;
    this.sessions = 0;
    this.challenge = null;
    this.dueMs = 0;
  }

  trip(cause: Cause): void {
    this.causes = [...new Set([...this.causes, cause])];
    this.say(BOARD_TYPES.stop, Uint8Array.of(bitsOf(this.causes)));
  }

  clear(): void {
    this.causes = [];
    this.standing = [];
  }

  sendRaw(bytes: Uint8Array): void {
    if (!this.isMute) this.handlers?.onBytes(bytes);
  }

  tick(): void {
    if (this.isLive && this.nowMs() - this.heardMs >= SILENCE_MS) this.endSession();
    if (this.nowMs() < this.dueMs) return;
    this.dueMs = this.nowMs() + (this.isLive ? HEARTBEAT_MS : HELLO_EVERY_MS);
    if (this.isLive) this.status();
    else this.hello();
  }

  private endSession(): void {
    this.challenge = null;
    this.sessions += 1;
    this.dueMs = 0;
  }

  private hello(): void {
    const body = new Uint8Array(22);
    const view = new DataView(body.buffer);
    body.set([this.protocol, 1, 0, 0, ...Buffer.from(this.hash, 'hex'), 1, 0, 1, bitsOf(this.causes)]);
    view.setUint32(16, this.boots, true);
    view.setUint16(20, this.sessions, true);
    this.sequence = 0;
    this.say(BOARD_TYPES.hello, body);
  }

  private status(): void {
    const body = new Uint8Array(20);
    body.set([this.causes.length === 0 ? 0 : 1, bitsOf(this.causes), bitsOf(this.standing)]);
    this.say(BOARD_TYPES.status, body);
  }

  private say(type: number, body: Uint8Array): void {
    if (this.isMute || !this.isPlugged) return;
    this.sequence += 1;
    const proof = this.challenge === null ? null : { key: KEY, challenge: this.challenge };
    this.lastFrame = tagged({ type, sequence: this.sequence, body }, 'to-host', proof);
    this.handlers?.onBytes(encodeFrame(this.lastFrame));
  }

  private take(bytes: Uint8Array): void {
    for (const { type, body } of this.reader.take(bytes)) {
      this.heardMs = this.nowMs();
      if (type === HOST_TYPES['anchor-write']) this.anchors.push(body.slice());
      if (type === HOST_TYPES.heartbeat) this.hostMode = HOST_MODES[body[0] ?? 0] ?? null;
      if (type !== HOST_TYPES.challenge || this.isLive) continue;
      this.challenge = body.slice(0, 8);
      this.dueMs = 0;
    }
  }
}

/** A guard in the test's time, with everything around it scripted. */
export class ScriptedGuard {
  nowMs = 10_000;
  readonly state = new GuardState(createGuardState());
  readonly reports: KillSwitchReport[] = [];
  readonly board = new ScriptedSwitch(() => this.nowMs);
  readonly venues = [new ScriptedVenue('one', () => this.nowMs), new ScriptedVenue('two', () => this.nowMs)] as const;
  readonly guard: Guard;
  /** Whether the desk's loop runs: then it answers a trip at once. */
  isDeskAlive = true;
  private challenges = 0;

  constructor() {
    this.guard = new Guard({
      policy: DEFAULT_GUARD_POLICY,
      key: KEY,
      firmwareHashes: [FIRMWARE_HASH],
      state: this.state,
      nowMs: () => this.nowMs,
      randomChallenge: () => {
        this.challenges += 1;
        return new Uint8Array(8).fill(this.challenges);
      },
      openPort: async (handlers) => this.board.open(handlers),
      report: (report) => this.reports.push(report),
    });
  }

  /** One whose switch is armed, with a desk that trades. */
  static async armed(): Promise<ScriptedGuard> {
    const scripted = new ScriptedGuard();
    await scripted.guard.open();
    scripted.guard.setRoutes(scripted.venues);
    await scripted.wait(1_000);
    return scripted;
  }

  async wait(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += TICK_MS) {
      this.nowMs += TICK_MS;
      this.board.tick();
      for (const venue of this.venues) venue.tick();
      this.guard.tick();
      if (this.isDeskAlive && this.state.answered < this.state.trips) this.state.answer(this.state.trips);
      // Attempts that were settled go on in microtasks.
      for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    }
  }

  of<E extends KillSwitchReport['event']>(event: E): Extract<KillSwitchReport, { readonly event: E }>[] {
    return this.reports.filter(
      (report): report is Extract<KillSwitchReport, { readonly event: E }> => report.event === event,
    );
  }
}

function bitsOf(causes: readonly Cause[]): number {
  return causes.reduce((bits, cause) => bits | (1 << CAUSES.indexOf(cause)), 0);
}
