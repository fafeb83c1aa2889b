import type { ControlMode } from '../../../src-shared/domain/mode.ts';
import type { ClientOrderId, Order } from '../../../src-shared/domain/order.ts';
import { MICROS_PER_MS } from '../../../src-shared/domain/time.ts';
import type { Effect } from '../../core/engine/effect.ts';
import type { OrderReport, VenueInput } from '../../core/engine/input.ts';
import type { StopFlag } from '../../threads/stop-flag.ts';
import type { SecondCheck } from './second-check.ts';

/** What handing an effect to a venue's link came to. Not ok: nothing was written. */
export type SendResult = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** Hears how long each released order took: from intent to durable, and from there to the wire. */
export interface ReleaseProbe {
  nowMs(): number;
  durable(ms: number): void;
  released(ms: number): void;
}

export interface OutboxParts {
  readonly secondCheck: Pick<SecondCheck, 'check' | 'observe' | 'knows' | 'modeChanged'>;
  readonly stopFlag: Pick<StopFlag, 'isSet'>;
  /** Number of the last record that is on disk. */
  readonly durableSeq: () => number;
  /** Whether an order may leave before its record is on disk; without it none may. */
  readonly mayLeaveEarly?: (id: ClientOrderId) => boolean;
  /**
   * Writes to the venue's link, and calls nobody back before it returns.
   * @throws when it cannot say whether anything was written.
   */
  readonly send: (effect: Effect) => SendResult;
  /** The desk's clock in µs. Never goes back. */
  readonly now: () => number;
  /**
   * What became of an order: `released`, `blocked` (it never left) or `unanswered` (it may have). The desk makes an input of it,
   * and shows that to `observe` like any other. Called from `release` only; may call anything here.
   */
  readonly heard: (id: ClientOrderId, report: OrderReport) => void;
  /** Hears of a cancel or a question that did not leave. The core repeats both until the venue has answered. */
  readonly unsent?: (effect: Effect, reason: string) => void;
  /** An order that waits for so long is withdrawn. */
  readonly maxWaitMs?: number;
  /** Orders that may wait at once. */
  readonly maxWaiting?: number;
  readonly probe?: ReleaseProbe;
}

const MAX_WAIT_MS = 1_000;
const MAX_WAITING = 1_000;
const STOPPED = 'stopped';

/** An order on its way out. */
interface Waiting {
  readonly id: ClientOrderId;
  readonly effect: Effect;
  /** The order that it is to take the place of. */
  readonly target: ClientOrderId | null;
  /** The last record of the turn that made it. */
  readonly recordSeq: number;
  /** By the desk's clock, in µs. */
  readonly since: number;
  /** The same by the probe's clock; 0 without one. */
  readonly sinceMs: number;
  /** When its turn was first seen to be durable, by the probe's clock. */
  durableMs: number | null;
}

interface Outcome {
  readonly id: ClientOrderId;
  readonly report: OrderReport;
}

/**
 * The last door. Orders wait here in line until the journal holds the turn that made them, or at least their ids, and pass the
 * second check and the stop flag in the turn of their send. Whatever takes risk away, or only asks, leaves at once, past everything.
 *
 * Each order that is submitted gets one outcome; none is sent twice. One that is blocked takes the replacements with it that wait
 * to take its place. Nothing here has to survive: what waited when a desk died never left, and its successor finds that out from
 * the venue, as it does of an order that left early.
 */
export class Outbox {
  /** Orders that may wait at once. */
  readonly capacity: number;
  private readonly parts: OutboxParts;
  private readonly maxWaitMs: number;
  private waiting: Waiting[] = [];
  /** Decided, and not yet told. */
  private readonly outcomes: Outcome[] = [];
  private isReleasing = false;

  constructor(parts: OutboxParts) {
    this.parts = parts;
    this.maxWaitMs = parts.maxWaitMs ?? MAX_WAIT_MS;
    this.capacity = parts.maxWaiting ?? MAX_WAITING;
  }

  /** Orders that wait for the journal, or for those before them. */
  get waitingCount(): number {
    return this.waiting.length;
  }

  /**
   * Takes what the core asks for. Orders leave, and are told of, at the next `release`; everything else leaves now, except:
   * - A cancel of an order that still waits: the order is withdrawn instead. The venue never saw it and has nothing to cancel.
   * - A question about one: the venue would not find it, and that proves nothing. Its fate is told within `maxWaitMs`.
   *
   * A cancel also withdraws the replacements that wait for its order. A venue that is late with the cancel would put them in its
   * place, and what was to go would be back.
   * @param recordSeq last record of the turn that made the effect.
   */
  submit(effect: Effect, recordSeq: number): void {
    switch (effect.kind) {
      case 'place-order':
        this.queue(effect, effect.order, null, recordSeq);
        break;
      case 'replace-order':
        this.queue(effect, effect.order, effect.target, recordSeq);
        break;
      case 'cancel-order':
        this.cancel(effect, effect.clientOrderId);
        break;
      case 'query-order':
        if (!this.isOnlyHere(effect.clientOrderId)) this.sendNow(effect);
        break;
      case 'request-snapshot':
      case 'request-account':
        this.sendNow(effect);
        break;
      default:
        this.blockUnknown(effect);
    }
  }

  /**
   * Lets out every order whose turn is durable, and tells what became of them and of those that were withdrawn. To be called after
   * each turn's effects, when the watermark moved, when the stop flag was set, and at `nextExpiryAt`. While one call is on its way
   * another one returns at once: the first does its work, so that one order follows the other however `heard` is answered.
   */
  release(): void {
    this.noteDurable();
    if (this.isReleasing) return;
    this.isReleasing = true;
    try {
      while (this.step());
    } finally {
      this.isReleasing = false;
    }
  }

  /** When the first order will have waited too long, in the clock's µs; infinity while none waits. */
  nextExpiryAt(): number {
    const [first] = this.waiting;
    return first === undefined ? Number.POSITIVE_INFINITY : this.expiryOf(first);
  }

  /** Shuts the second check to what the mode forbids, orders that wait here among them. To be called in the turn of the change. */
  modeChanged(mode: ControlMode): void {
    this.parts.secondCheck.modeChanged(mode);
  }

  /** Shows the second check what a venue said, and what was said here. */
  observe(input: VenueInput): void {
    this.parts.secondCheck.observe(input);
  }

  private queue(effect: Effect, { clientOrderId: id }: Order, target: ClientOrderId | null, recordSeq: number): void {
    if (this.waiting.length >= this.capacity) {
      this.block(id, `too many orders wait: ${this.waiting.length}`);
      return;
    }
    const sinceMs = this.parts.probe?.nowMs() ?? 0;
    this.waiting.push({ id, effect, target, recordSeq, since: this.parts.now(), sinceMs, durableMs: null });
  }

  private cancel(effect: Effect, id: ClientOrderId): void {
    if (!this.isOnlyHere(id)) this.sendNow(effect);
    this.withdraw((order) => {
      if (order.id === id) return 'cancelled before it left';
      return order.target === id ? 'its target is being cancelled' : null;
    });
  }

  /** Fails closed: it may be anything. */
  private blockUnknown(effect: never): void {
    const { kind, order } = effect as { readonly kind: unknown; readonly order?: Order };
    this.block(order?.clientOrderId ?? ('' as ClientOrderId), `an effect of an unknown kind: ${String(kind)}`);
  }

  private sendNow(effect: Effect): void {
    const { send, unsent } = this.parts;
    let reason: string;
    try {
      const result = send(effect);
      if (result.ok) return;
      reason = result.reason;
    } catch (error) {
      reason = messageOf(error);
    }
    unsent?.(effect, reason);
  }

  /** Whether no venue can have seen the order. Never true of one that was ever let out, whatever else waits under its id. */
  private isOnlyHere(id: ClientOrderId): boolean {
    if (this.parts.secondCheck.knows(id)) return false;
    return this.waiting.some((order) => order.id === id) || this.outcomes.some((outcome) => outcome.id === id);
  }

  /** One outcome. False when there is none for now. */
  private step(): boolean {
    this.withdrawStale();
    if (this.outcomes.length === 0) this.decideFirst();
    const outcome = this.outcomes.shift();
    if (outcome === undefined) return false;
    this.parts.heard(outcome.id, outcome.report);
    return true;
  }

  private withdrawStale(): void {
    if (this.waiting.length === 0) return;
    if (this.parts.stopFlag.isSet) this.withdraw(() => STOPPED);
    const now = this.parts.now();
    // In this form a clock that says nothing withdraws.
    if (now < this.nextExpiryAt()) return;
    this.withdraw((order) => {
      if (now < this.expiryOf(order)) return null;
      return `waited ${Math.round((now - order.since) / MICROS_PER_MS)} ms for the journal: its price is old`;
    });
  }

  /** Sends or blocks the first in line, if its turn is durable. */
  private decideFirst(): void {
    const [order] = this.waiting;
    if (order === undefined || !this.mayLeave(order)) return;
    this.waiting.shift();
    const report = this.attempt(order);
    if (report.type === 'blocked') {
      this.block(order.id, report.reason);
      return;
    }
    this.outcomes.push({ id: order.id, report });
    if (report.type === 'released') this.measure(order);
  }

  private mayLeave({ id, recordSeq }: Waiting): boolean {
    const { durableSeq, mayLeaveEarly } = this.parts;
    return durableSeq() >= recordSeq || mayLeaveEarly?.(id) === true;
  }

  private attempt(order: Waiting): OrderReport {
    const { secondCheck, stopFlag, send } = this.parts;
    try {
      const verdict = secondCheck.check(order.effect);
      if (!verdict.ok) return { type: 'blocked', reason: verdict.reason };
    } catch (error) {
      return { type: 'blocked', reason: `the second check failed: ${messageOf(error)}` };
    }
    if (stopFlag.isSet) return { type: 'blocked', reason: STOPPED };
    try {
      const result = send(order.effect);
      if (!result.ok) return { type: 'blocked', reason: result.reason };
    } catch (error) {
      return { type: 'unanswered', reason: `broken off while it was sent: ${messageOf(error)}` };
    }
    return { type: 'released' };
  }

  private expiryOf({ since }: Waiting): number {
    return since + this.maxWaitMs * MICROS_PER_MS;
  }

  /** @param reasonFor null for an order that stays. */
  private withdraw(reasonFor: (order: Waiting) => string | null): void {
    const withdrawn: { readonly id: ClientOrderId; readonly reason: string }[] = [];
    this.waiting = this.waiting.filter((order) => {
      const reason = reasonFor(order);
      if (reason !== null) withdrawn.push({ id: order.id, reason });
      return reason === null;
    });
    for (const { id, reason } of withdrawn) this.block(id, reason);
  }

  private block(id: ClientOrderId, reason: string): void {
    this.outcomes.push({ id, report: { type: 'blocked', reason } });
    if (this.waiting.some((order) => order.target === id)) {
      this.withdraw((order) => (order.target === id ? 'its target never left' : null));
    }
  }

  private noteDurable(): void {
    const { probe, durableSeq } = this.parts;
    if (probe === undefined || this.waiting.length === 0) return;
    const [nowMs, seq] = [probe.nowMs(), durableSeq()];
    for (const order of this.waiting) {
      if (!(seq >= order.recordSeq)) break;
      order.durableMs ??= nowMs;
    }
  }

  private measure({ sinceMs, durableMs }: Waiting): void {
    const { probe } = this.parts;
    if (probe === undefined) return;
    const nowMs = probe.nowMs();
    probe.durable((durableMs ?? nowMs) - sinceMs);
    probe.released(nowMs - (durableMs ?? nowMs));
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
