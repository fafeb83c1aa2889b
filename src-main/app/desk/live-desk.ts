import type { Micros } from '../../../src-shared/domain/time.ts';
import type { Core } from '../../core/core.ts';
import { canonical } from '../../core/engine/canonical.ts';
import type { Effect } from '../../core/engine/effect.ts';
import type { Fact } from '../../core/engine/fact.ts';
import {
  type Input,
  isMarketInput,
  isVenueInput,
  type MarketInput,
  type RestartInput,
  type StartInput,
} from '../../core/engine/input.ts';
import type { Outbox } from '../../edge/outbox/outbox.ts';
import type { StopFlag } from '../../threads/stop-flag.ts';
import { Alarm } from './alarm.ts';
import type { DeskJournal, JournalFault } from './desk-journal.ts';

export interface LiveDeskParts {
  readonly core: Core;
  readonly outbox: Outbox;
  readonly journal: DeskJournal;
  readonly ticks: { offer(frame: MarketInput): boolean };
  readonly stopFlag: StopFlag;
  readonly clock: { now(): Micros; msUntil(at: number): number };
}

/** Hears what passes through the desk; nothing it does changes the run. */
export interface DeskListener {
  fact(fact: Fact, text: string): void;
  input(input: Input): void;
  halted(fault: JournalFault): void;
}

/**
 * The desk in real time: each input is stamped, journaled, passed through the core, and what the core asks for goes to the
 * outbox; one at a time, in the order they came. Whatever ends the journal stops trading in the same turn.
 */
export class LiveDesk {
  readonly core: Core;
  readonly outbox: Outbox;
  private readonly parts: LiveDeskParts;
  private readonly listener: DeskListener;
  private readonly alarm: Alarm;
  private readonly inbox: Input[] = [];
  private effects: Effect[] = [];
  /** Until it is open, too: what arrives waits. */
  private isBusy = true;
  private hasHalted = false;
  private hasEnded = false;
  private provenAliveAt = 0 as Micros;

  /** @param makeParts called once, with the sink that the core has to write to. */
  constructor(makeParts: (desk: LiveDesk) => LiveDeskParts, listener: DeskListener) {
    this.listener = listener;
    this.parts = makeParts(this);
    this.core = this.parts.core;
    this.outbox = this.parts.outbox;
    this.alarm = new Alarm(
      (at) => this.parts.clock.msUntil(at),
      () => this.ring(),
    );
  }

  /** When the engine was last seen to keep up: it had finished a turn, or had nothing to do. */
  get aliveAt(): Micros {
    return this.provenAliveAt;
  }

  get isHalted(): boolean {
    return this.hasHalted;
  }

  /**
   * The first input of this run. Whatever arrives from here on waits until {@link open}: before this input is durable nothing may
   * be numbered after it.
   */
  begin(input: StartInput | RestartInput): void {
    this.isBusy = true;
    this.turn(input);
  }

  /** Takes what has waited since {@link begin}, and goes on from there. */
  open(): void {
    this.isBusy = false;
    this.watermarkMoved();
  }

  /** Takes one input. While another one is on its way it waits its turn: whoever is called from within a turn may call this. */
  accept(input: Input): void {
    if (this.hasEnded) return;
    this.inbox.push(input);
    this.drain();
  }

  /** The durable watermark moved, or the journal failed. */
  watermarkMoved(): void {
    if (this.hasEnded) return;
    this.drain();
    this.parts.outbox.release();
    this.rearm();
  }

  /** Stops trading for good. Cancels still leave, and reports are still heard. */
  halt(fault: JournalFault): void {
    // The flag first: whatever else fails below, nothing that adds risk leaves.
    this.parts.stopFlag.set();
    if (this.hasHalted || this.hasEnded) return;
    this.hasHalted = true;
    // Before whatever waits: the journal has room for this one turn only.
    this.inbox.unshift({ kind: 'halt', seq: 0, at: this.parts.clock.now(), ...fault });
    this.drain();
  }

  /** To be called now and then: an engine that nobody asks anything is alive as long as nothing waits for it. */
  proveLife(): void {
    const { core, clock } = this.parts;
    const now = clock.now();
    const isIdle = !this.isBusy && this.inbox.length === 0 && core.nextTimerAt() > now;
    if (isIdle && !this.hasEnded) this.provenAliveAt = now;
  }

  /** Takes no input any more. */
  end(): void {
    this.hasEnded = true;
    this.alarm.set(Number.POSITIVE_INFINITY);
  }

  /** The core's. */
  fact(fact: Fact): void {
    // Before anything that was intended under the old mode can leave.
    if (fact.kind === 'mode-changed') this.parts.outbox.modeChanged(fact.to);
    const text = canonical(fact);
    this.parts.journal.fact(fact, text);
    this.listener.fact(fact, text);
  }

  /** The core's. */
  effect(effect: Effect): void {
    this.effects.push(effect);
  }

  private drain(): void {
    if (this.isBusy) return;
    this.isBusy = true;
    try {
      this.stopOnFault();
      for (let input = this.inbox.shift(); input; input = this.inbox.shift()) {
        this.turn(input);
        this.stopOnFault();
      }
    } catch (error) {
      this.fail(error);
    } finally {
      this.isBusy = false;
    }
  }

  private stopOnFault(): void {
    const fault = this.hasHalted ? null : this.parts.journal.fault();
    if (fault !== null) this.halt(fault);
  }

  private turn(input: Input): void {
    const { core, outbox, journal, ticks, clock } = this.parts;
    input.seq = core.lastSeq + 1;
    input.at = clock.now();
    if (input.kind === 'halt') journal.beginLastTurn();
    if (isVenueInput(input)) outbox.observe(input);
    if (isMarketInput(input)) ticks.offer(input);
    else journal.input(input);
    core.accept(input);
    const recordSeq = journal.endTurn();
    if (recordSeq === null) this.parts.stopFlag.set();
    this.listener.input(input);
    const isHalt = input.kind === 'halt';
    if (this.effects.length > 0 || isHalt) this.submit(recordSeq ?? Number.POSITIVE_INFINITY);
    // Both wait for a disk, perhaps the one that fails: nothing that takes risk away may wait behind them.
    journal.tellUnrecorded();
    if (isHalt) this.listener.halted(input);
    this.provenAliveAt = input.at;
    this.rearm();
  }

  private submit(recordSeq: number): void {
    const { outbox } = this.parts;
    const { effects } = this;
    this.effects = [];
    for (const effect of effects) outbox.submit(effect, recordSeq);
    outbox.release();
  }

  private ring(): void {
    // Whatever is due before it is open is still due then.
    if (this.isBusy) return;
    const { core, outbox, clock } = this.parts;
    const now = clock.now();
    outbox.release();
    if (core.nextTimerAt() <= now) this.accept({ kind: 'timer', seq: 0, at: now });
    this.rearm();
  }

  private rearm(): void {
    const { core, outbox } = this.parts;
    if (!this.hasEnded) this.alarm.set(Math.min(core.nextTimerAt(), outbox.nextExpiryAt()));
  }

  /** The core threw: it is not to be used again. What it knew to be open is cancelled; the next start asks what became of it. */
  private fail(error: unknown): never {
    const { stopFlag, journal } = this.parts;
    stopFlag.set();
    this.end();
    this.cancelOpen();
    journal.abandonTurn();
    journal.leaveLastWords(`the desk stopped itself: ${error instanceof Error ? error.message : String(error)}`);
    throw error;
  }

  private cancelOpen(): void {
    try {
      for (const { order } of this.core.orders.allOpen()) {
        const { clientOrderId, instrument } = order;
        this.outbox.submit({ kind: 'cancel-order', clientOrderId, instrument }, Number.POSITIVE_INFINITY);
      }
    } catch {
      // The fault that is told is the first one.
    }
  }
}
