import type { Instrument } from '../../../src-shared/domain/instrument.ts';
import { afterMs } from '../../../src-shared/domain/time.ts';
import type { Room, Turn } from '../engine/engine.ts';
import type { DepthSnapshot, DepthUpdate } from '../engine/input.ts';
import { type BookSnapshot, L2Book } from './book.ts';
import type { MarketConfig } from './market-config.ts';
import { LevelLimitError } from './price-index.ts';
import type { Rejection } from './rejections.ts';
import type { BookState } from './ticker-check.ts';
import { UpdateBuffer, type UpdateBufferSnapshot } from './update-buffer.ts';

/**
 * - `buffering`: no snapshot that fits; updates are kept until one comes.
 * - `bridging`: the book is a snapshot's, and the update that reaches over its id has not come yet.
 * - `proven`: the book is complete, and every update since its snapshot was applied in sequence.
 */
export type SyncState = 'buffering' | 'bridging' | 'proven';

/** Why two updates are not neighbours. */
export type SequenceBreach = 'gap' | 'duplicate' | 'out-of-order';

/** Looks at the book after each applied frame, and says what makes it unbelievable, or null. */
export interface AppliedCheck {
  snapshotLoaded(): Rejection | null;
  updateApplied(): Rejection | null;
}

export interface SyncCounts {
  /** Updates that did not follow the one before, whether the book was proven then or not. */
  readonly gaps: number;
  /** Times that the book was proven. */
  readonly proofs: number;
  /** Times that a proven book stopped being one. */
  readonly quarantines: number;
  /** Updates older than the snapshot they waited for, or dropped with a broken or full buffer. */
  readonly discarded: number;
  readonly bufferOverflows: number;
  readonly snapshotRequests: number;
  /** Snapshots too old for the updates at hand. */
  readonly staleSnapshots: number;
  /** Snapshots that came while the book was proven, and agreed with it. */
  readonly redundantSnapshots: number;
}

export interface DepthSyncSnapshot {
  readonly state: SyncState;
  readonly updateId: number;
  readonly requested: boolean;
  readonly book: BookSnapshot;
  readonly buffer: UpdateBufferSnapshot;
  readonly counts: SyncCounts;
}

/** `previousId` where the venue gives none: ids are then contiguous, as on Binance spot. */
const NO_PREVIOUS = -1;

/**
 * Keeps one book in step with its venue: a snapshot plus every update since, or no proof.
 *
 * Binance documents two rules ("How to manage a local order book correctly", spot and futures). Spot: the first update
 * applied after a snapshot of id S has U ≤ S + 1 ≤ u, and each next U is the previous u + 1. Futures, whose updates name
 * their predecessor: U ≤ S ≤ u first, then pu is the previous u. A snapshot older than the first buffered update (S < U)
 * proves nothing under either.
 *
 * Frames that come in have passed validation. A frame that did not is reported to {@link broken}: leaving it out would
 * leave the chain with a hole.
 */
export class DepthSync implements BookState {
  readonly book: L2Book;
  /** What the book stands at; −1 while it stands at nothing. */
  updateId = -1;
  private state: SyncState = 'buffering';
  /** Whether a snapshot was asked for, and a timer runs to ask again. */
  private requested = false;
  private readonly instrument: Instrument;
  private readonly buffer: UpdateBuffer;
  private readonly check: AppliedCheck;
  private readonly room: Room;
  private readonly timerKey: string;
  private readonly retryMs: number;
  private readonly tally: { -readonly [K in keyof SyncCounts]: number } = {
    gaps: 0,
    proofs: 0,
    quarantines: 0,
    discarded: 0,
    bufferOverflows: 0,
    snapshotRequests: 0,
    staleSnapshots: 0,
    redundantSnapshots: 0,
  };

  /** @param room wakes this through {@link retry}, with `timerKey`. */
  constructor(instrument: Instrument, config: MarketConfig, check: AppliedCheck, room: Room, timerKey: string) {
    this.instrument = instrument;
    this.book = new L2Book(config.maxLevelsPerSide);
    this.buffer = new UpdateBuffer(config.maxBufferedUpdates, config.maxBufferedLevels);
    this.check = check;
    this.room = room;
    this.timerKey = timerKey;
    this.retryMs = config.snapshotRetryMs;
  }

  get isProven(): boolean {
    return this.state === 'proven';
  }

  /** A valid update. Answers why the book cannot be believed with it, and has been given up, or null. */
  update(frame: DepthUpdate, turn: Turn): Rejection | null {
    if (this.state === 'proven') return this.advance(frame, turn);
    if (this.state === 'bridging') return this.bridge(frame, turn);
    this.keep(frame, turn);
    return null;
  }

  /** A valid snapshot. Answers why it cannot be used after all, or null. */
  snapshotFrame(frame: DepthSnapshot, turn: Turn): Rejection | null {
    if (this.state === 'proven') {
      this.compare(frame, turn);
      return null;
    }
    if (this.state === 'bridging' && frame.lastId <= this.updateId) {
      this.tally.redundantSnapshots += 1;
      return null;
    }
    this.askUnlessAsked(turn);
    if (this.buffer.size > 0 && frame.lastId < this.buffer.firstId(0)) {
      this.tally.staleSnapshots += 1;
      return null;
    }
    const bad = this.loadAndCatchUp(frame, turn);
    if (bad !== null) {
      this.dropBook();
      this.dropBuffer();
    }
    return bad;
  }

  /** An update that validation refused: the chain has a hole where it was. */
  broken(frame: DepthUpdate, reason: Rejection, turn: Turn): void {
    if (this.state !== 'proven') this.askUnlessAsked(turn);
    else this.quarantine(reason, `update ${frame.firstId}..${frame.lastId} refused, book at ${this.updateId}`, turn);
  }

  /** The link to the venue is gone: what its next one brings is no continuation, and until then nobody is asked. */
  disconnected(detail: string, turn: Turn): void {
    if (this.state === 'proven') this.giveUp('disconnected', detail, turn);
    else this.dropBook();
    this.dropBuffer();
    this.requested = false;
    turn.unschedule(this.room, this.timerKey);
  }

  /** The stream has gone silent: nobody knows what it left out. A snapshot is asked for as soon as it says something again. */
  silent(detail: string, turn: Turn): void {
    if (this.state === 'proven') this.giveUp('stale', detail, turn);
  }

  /** The retry timer is due, or the link to the venue is back. */
  retry(turn: Turn): void {
    if (this.state !== 'proven') this.ask(turn);
  }

  counts(): SyncCounts {
    return { ...this.tally };
  }

  snapshot(): DepthSyncSnapshot {
    return {
      state: this.state,
      updateId: this.updateId,
      requested: this.requested,
      book: this.book.snapshot(),
      buffer: this.buffer.snapshot(),
      counts: this.counts(),
    };
  }

  restore(snapshot: DepthSyncSnapshot): void {
    this.state = snapshot.state;
    this.updateId = snapshot.updateId;
    this.requested = snapshot.requested;
    this.book.restore(snapshot.book);
    this.buffer.restore(snapshot.buffer);
    Object.assign(this.tally, snapshot.counts);
  }

  private advance(frame: DepthUpdate, turn: Turn): Rejection | null {
    const breach = breachBetween(this.updateId, frame);
    if (breach !== null) {
      this.tally.gaps += 1;
      this.quarantine(breach, describeBreach(this.updateId, frame), turn);
      this.keep(frame, turn);
      return null;
    }
    const bad = this.apply(frame);
    if (bad !== null) this.quarantine(bad, `by update ${frame.firstId}..${frame.lastId}`, turn);
    return bad;
  }

  private bridge(frame: DepthUpdate, turn: Turn): Rejection | null {
    if (isCovered(frame.lastId, frame.previousId, this.updateId)) {
      this.tally.discarded += 1;
      return null;
    }
    if (!isBridge(frame.firstId, frame.previousId, this.updateId)) {
      this.tally.staleSnapshots += 1;
      this.dropBook();
      this.keep(frame, turn);
      return null;
    }
    const bad = this.apply(frame);
    if (bad === null) this.prove(turn);
    else this.dropBook();
    return bad;
  }

  /** Keeps `frame` for a snapshot to come. What is kept is always one unbroken chain. */
  private keep(frame: DepthUpdate, turn: Turn): void {
    const { size } = this.buffer;
    if (size > 0 && breachBetween(this.buffer.lastId(size - 1), frame) !== null) {
      this.tally.gaps += 1;
      this.dropBuffer();
    }
    this.askUnlessAsked(turn);
    if (this.buffer.push(frame)) return;
    this.tally.bufferOverflows += 1;
    this.dropBuffer();
    if (!this.buffer.push(frame)) this.tally.discarded += 1;
    turn.emit({
      kind: 'book-quarantined',
      instrument: this.instrument.id,
      reason: 'buffer-full',
      detail: `no snapshot came for ${size} updates: dropped them at update ${frame.firstId}..${frame.lastId}`,
    });
    this.ask(turn);
  }

  private loadAndCatchUp(frame: DepthSnapshot, turn: Turn): Rejection | null {
    this.book.clear();
    try {
      this.book.apply(frame.priceTicks, frame.lots, 0, frame.bidCount, frame.askCount);
      this.updateId = frame.lastId;
      return this.check.snapshotLoaded() ?? this.catchUp(turn);
    } catch (error) {
      return rejectionOf(error);
    }
  }

  /** Brings the snapshot just loaded up to the last buffered update. */
  private catchUp(turn: Turn): Rejection | null {
    const { buffer } = this;
    let next = 0;
    while (next < buffer.size && isCovered(buffer.lastId(next), buffer.previousId(next), this.updateId)) next += 1;
    if (next === buffer.size) {
      this.dropBuffer();
      this.state = 'bridging';
      return null;
    }
    if (!isBridge(buffer.firstId(next), buffer.previousId(next), this.updateId)) {
      this.tally.staleSnapshots += 1;
      this.dropBook();
      return null;
    }
    this.tally.discarded += next;
    for (; next < buffer.size; next++) {
      buffer.applyTo(this.book, next);
      this.updateId = buffer.lastId(next);
      const bad = this.check.updateApplied();
      if (bad !== null) return bad;
    }
    buffer.clear();
    this.prove(turn);
    return null;
  }

  /** A snapshot beside a proven book takes nothing from it, unless both stand at the same id and their best levels differ. */
  private compare(frame: DepthSnapshot, turn: Turn): void {
    if (frame.lastId === this.updateId && !sameTouch(frame, this.book)) {
      this.quarantine('snapshot-mismatch', `the venue's snapshot ${frame.lastId} has another best bid or ask`, turn);
      return;
    }
    this.tally.redundantSnapshots += 1;
  }

  private apply(frame: DepthUpdate): Rejection | null {
    try {
      this.book.apply(frame.priceTicks, frame.lots, 0, frame.bidCount, frame.askCount);
    } catch (error) {
      return rejectionOf(error);
    }
    this.updateId = frame.lastId;
    return this.check.updateApplied();
  }

  private prove(turn: Turn): void {
    this.state = 'proven';
    this.tally.proofs += 1;
    this.requested = false;
    turn.unschedule(this.room, this.timerKey);
    turn.emit({ kind: 'book-proven', instrument: this.instrument.id, updateId: this.updateId });
  }

  private quarantine(reason: string, detail: string, turn: Turn): void {
    this.giveUp(reason, detail, turn);
    this.ask(turn);
  }

  private giveUp(reason: string, detail: string, turn: Turn): void {
    this.dropBook();
    this.tally.quarantines += 1;
    turn.emit({ kind: 'book-quarantined', instrument: this.instrument.id, reason, detail });
  }

  /** An unproven book is emptied, so that nobody can take it for a true one. */
  private dropBook(): void {
    this.state = 'buffering';
    this.book.clear();
    this.updateId = -1;
  }

  private dropBuffer(): void {
    this.tally.discarded += this.buffer.size;
    this.buffer.clear();
  }

  /** While a book is unproven the timer alone asks again, so that bad snapshots cannot make it ask faster. */
  private askUnlessAsked(turn: Turn): void {
    if (!this.requested) this.ask(turn);
  }

  private ask(turn: Turn): void {
    this.requested = true;
    this.tally.snapshotRequests += 1;
    turn.effect({ kind: 'request-snapshot', instrument: this.instrument.id });
    turn.schedule(afterMs(turn.at, this.retryMs), this.room, this.timerKey);
  }
}

/** What keeps a valid `frame`, which ends behind where it starts from, from following an update that ended at `lastId`. */
function breachBetween(lastId: number, frame: DepthUpdate): SequenceBreach | null {
  const follows = frame.previousId === NO_PREVIOUS ? frame.firstId === lastId + 1 : frame.previousId === lastId;
  if (follows) return null;
  if (frame.lastId === lastId) return 'duplicate';
  const reachesBackTo = frame.previousId === NO_PREVIOUS ? frame.firstId - 1 : frame.previousId;
  return reachesBackTo > lastId ? 'gap' : 'out-of-order';
}

function describeBreach(lastId: number, frame: DepthUpdate): string {
  const got = `got ${frame.firstId}..${frame.lastId}`;
  return frame.previousId === NO_PREVIOUS
    ? `expected an update from ${lastId + 1}, ${got}`
    : `expected an update after ${lastId}, ${got} after ${frame.previousId}`;
}

/** Whether an update up to `lastId` holds nothing that a snapshot of `snapshotId` lacks. */
function isCovered(lastId: number, previousId: number, snapshotId: number): boolean {
  return previousId === NO_PREVIOUS ? lastId <= snapshotId : lastId < snapshotId;
}

/** Whether an update from `firstId` that is not covered leaves no hole behind a snapshot of `snapshotId`. */
function isBridge(firstId: number, previousId: number, snapshotId: number): boolean {
  return firstId <= (previousId === NO_PREVIOUS ? snapshotId + 1 : snapshotId);
}

function sameTouch(frame: DepthSnapshot, book: L2Book): boolean {
  let [bid, ask] = [-1, -1];
  for (let i = 0; i < frame.bidCount + frame.askCount; i++) {
    if (frame.lots[i] === 0) continue;
    if (i < frame.bidCount) bid = bid < 0 || frame.priceTicks[i] > frame.priceTicks[bid] ? i : bid;
    else ask = ask < 0 || frame.priceTicks[i] < frame.priceTicks[ask] ? i : ask;
  }
  return (
    (bid < 0 ? -1 : frame.priceTicks[bid]) === book.bestBidTicks() &&
    (ask < 0 ? -1 : frame.priceTicks[ask]) === book.bestAskTicks() &&
    (bid < 0 ? 0 : frame.lots[bid]) === book.bestBidLots() &&
    (ask < 0 ? 0 : frame.lots[ask]) === book.bestAskLots()
  );
}

/** A full book is the frame's fault and no defect of ours; anything else is one. */
function rejectionOf(error: unknown): Rejection {
  if (error instanceof LevelLimitError) return 'book-full';
  throw error;
}
