import type { Side } from '../../src-shared/domain/order.ts';
import type { BookTicker, DepthSnapshot, DepthUpdate, Trade } from '../core/engine/input.ts';
import { type BookSnapshot, L2Book } from '../core/market/book.ts';
import type { MarketConfig } from '../core/market/market-config.ts';
import { LevelLimitError } from '../core/market/price-index.ts';
import { UpdateBuffer, type UpdateBufferSnapshot } from '../core/market/update-buffer.ts';
import { FrameValidator, type ValidatorSnapshot } from '../core/market/validation.ts';

/** What the desk took from one level, of the quantity that it showed then. */
interface Taken {
  readonly side: Side;
  readonly priceTicks: number;
  readonly shownLots: number;
  lots: number;
}

/** The venue's own best prices, where they are newer than the depth. */
interface Touch {
  updateId: number;
  bidTicks: number;
  bidLots: number;
  askTicks: number;
  askLots: number;
}

export interface RecordedBookSnapshot {
  readonly updateId: number;
  readonly isLive: boolean;
  readonly isBridging: boolean;
  readonly touch: Touch;
  readonly taken: readonly Taken[];
  readonly book: BookSnapshot;
  readonly buffer: UpdateBufferSnapshot;
  readonly validator: ValidatorSnapshot;
}

const NO_TOUCH = -1;

/**
 * The venue's book as a recording shows it, less what the desk took from it.
 *
 * The recorder saw the venue from outside, so this book needs what a desk's needs: a snapshot, then every update since,
 * and updates that came before their snapshot are kept for it. After a hole it is not live until the next snapshot.
 *
 * A book ticker newer than the depth replaces the touch until the depth has caught up: better levels are hidden, and the
 * best level has the ticker's quantity. The depth underneath is left alone, so that the next update fits.
 *
 * The recording does not know that the desk took anything. Lots taken at a level are missing until the quantity that the
 * recording shows there changes.
 */
export class RecordedBook {
  private readonly book: L2Book;
  private readonly buffer: UpdateBuffer;
  private readonly validator: FrameValidator;
  private updateId = -1;
  private live = false;
  /** The update that reaches over the snapshot's id has not come yet. */
  private bridging = false;
  private readonly touch: Touch = { updateId: NO_TOUCH, bidTicks: -1, bidLots: 0, askTicks: -1, askLots: 0 };
  private taken: Taken[] = [];

  constructor(config: MarketConfig) {
    this.book = new L2Book(config.maxLevelsPerSide);
    this.buffer = new UpdateBuffer(config.maxBufferedUpdates, config.maxBufferedLevels);
    this.validator = new FrameValidator(config);
  }

  get isLive(): boolean {
    return this.live;
  }

  /** Best bid (`buy`) or ask (`sell`); −1 when there is none. */
  best(side: Side): number {
    if (this.touch.updateId !== NO_TOUCH) return side === 'buy' ? this.touch.bidTicks : this.touch.askTicks;
    return side === 'buy' ? this.book.bestBidTicks() : this.book.bestAskTicks();
  }

  /** Quantity that the recording shows at a level. */
  shownLots(side: Side, priceTicks: number): number {
    if (this.touch.updateId !== NO_TOUCH) {
      const { bidTicks, bidLots, askTicks, askLots } = this.touch;
      if (side === 'buy' && priceTicks >= bidTicks) return priceTicks === bidTicks ? bidLots : 0;
      if (side === 'sell' && priceTicks <= askTicks) return priceTicks === askTicks ? askLots : 0;
    }
    return this.book.lotsAt(side, priceTicks);
  }

  /** Quantity of a level by depth alone. */
  depthLots(side: Side, priceTicks: number): number {
    return this.book.lotsAt(side, priceTicks);
  }

  /** Best level of a side with anything left to take; −1 when there is none. */
  bestTakeable(side: Side): number {
    const best = this.best(side);
    return best < 0 || this.takeableLots(side, best) > 0 ? best : this.nextTakeable(side, best);
  }

  /** The next level with anything left to take, away from the touch; −1 when there is none. */
  nextTakeable(side: Side, priceTicks: number): number {
    let next = this.book.nextWorse(side, priceTicks);
    while (next >= 0 && this.takeableLots(side, next) === 0) next = this.book.nextWorse(side, next);
    return next;
  }

  takeableLots(side: Side, priceTicks: number): number {
    const shownLots = this.shownLots(side, priceTicks);
    if (this.taken.length === 0) return shownLots;
    const taken = this.takenAt(side, priceTicks);
    return taken === undefined ? shownLots : shownLots - taken.lots;
  }

  /** The desk takes `lots`, at most what is takeable. */
  take(side: Side, priceTicks: number, lots: number): void {
    const taken = this.takenAt(side, priceTicks);
    if (taken !== undefined) taken.lots += lots;
    else this.taken.push({ side, priceTicks, lots, shownLots: this.shownLots(side, priceTicks) });
  }

  /** Whether the update was applied. */
  applyDepth(frame: DepthUpdate): boolean {
    if (this.validator.depth(frame) !== null) {
      this.lose();
      return false;
    }
    if (this.live && frame.lastId <= this.updateId) return false;
    if (this.live && !this.follows(frame.firstId, frame.previousId)) this.lose();
    if (!this.live) {
      this.keep(frame);
      return false;
    }
    try {
      this.book.apply(frame.priceTicks, frame.lots, 0, frame.bidCount, frame.askCount);
    } catch (error) {
      return this.overflowed(error);
    }
    this.bridging = false;
    return this.reached(frame.lastId);
  }

  /** Whether the snapshot was applied. */
  applySnapshot(frame: DepthSnapshot): boolean {
    if (this.validator.snapshotFrame(frame) !== null || !this.isUseful(frame)) return false;
    this.book.clear();
    this.live = true;
    this.bridging = true;
    try {
      this.book.apply(frame.priceTicks, frame.lots, 0, frame.bidCount, frame.askCount);
      this.updateId = frame.lastId;
      if (!this.catchUp()) return false;
    } catch (error) {
      return this.overflowed(error);
    }
    return this.reached(this.updateId);
  }

  /** Whether the ticker is news: newer than the depth and than the ticker before. */
  applyTicker(frame: BookTicker): boolean {
    const knownId = Math.max(this.updateId, this.touch.updateId);
    if (!this.live || frame.updateId <= knownId || this.validator.ticker(frame) !== null) return false;
    this.touch.updateId = frame.updateId;
    this.touch.bidTicks = frame.bidTicks;
    this.touch.bidLots = frame.bidLots;
    this.touch.askTicks = frame.askTicks;
    this.touch.askLots = frame.askLots;
    if (this.taken.length > 0) this.forgetChanged();
    return true;
  }

  /** Whether a trade makes sense on a live book. */
  believes(trade: Trade): boolean {
    return this.live && this.validator.trade(trade) === null;
  }

  snapshot(): RecordedBookSnapshot {
    return {
      updateId: this.updateId,
      isLive: this.live,
      isBridging: this.bridging,
      touch: { ...this.touch },
      taken: this.taken.map((taken) => ({ ...taken })),
      book: this.book.snapshot(),
      buffer: this.buffer.snapshot(),
      validator: this.validator.snapshot(),
    };
  }

  restore(snapshot: RecordedBookSnapshot): void {
    this.updateId = snapshot.updateId;
    this.live = snapshot.isLive;
    this.bridging = snapshot.isBridging;
    Object.assign(this.touch, snapshot.touch);
    this.taken = snapshot.taken.map((taken) => ({ ...taken }));
    this.book.restore(snapshot.book);
    this.buffer.restore(snapshot.buffer);
    this.validator.restore(snapshot.validator);
  }

  /** Neither older than the live book, nor too old for the updates that wait for a snapshot. */
  private isUseful({ lastId }: DepthSnapshot): boolean {
    if (this.live) return lastId > this.updateId;
    const { buffer } = this;
    return buffer.size === 0 || buffer.firstId(0) <= lastId + 1 || buffer.previousId(0) === lastId;
  }

  /** Whether an update comes right after what the book stands at; see `core/market/depth-sync.ts` for the venue's rules. */
  private follows(firstId: number, previousId: number): boolean {
    if (this.bridging && firstId <= this.updateId + 1) return true;
    return previousId >= 0 ? previousId === this.updateId : firstId === this.updateId + 1;
  }

  /** The book stands at `updateId` now. False, and nothing is live, when that is no book a venue can have. */
  private reached(updateId: number): boolean {
    this.updateId = updateId;
    const { book } = this;
    if (this.validator.touch(book.bestBidTicks(), book.bestAskTicks()) !== null) {
      this.lose();
      return false;
    }
    this.validator.anchor(book.bestBidTicks(), book.bestAskTicks());
    if (this.touch.updateId <= updateId) this.touch.updateId = NO_TOUCH;
    if (this.taken.length > 0) this.forgetChanged();
    return true;
  }

  private catchUp(): boolean {
    const { buffer } = this;
    for (let i = 0; i < buffer.size; i++) {
      if (buffer.lastId(i) <= this.updateId) continue;
      if (!this.follows(buffer.firstId(i), buffer.previousId(i))) {
        this.lose();
        return false;
      }
      buffer.applyTo(this.book, i);
      this.updateId = buffer.lastId(i);
      this.bridging = false;
    }
    buffer.clear();
    return true;
  }

  /** A full buffer starts anew with what comes now. */
  private keep(frame: DepthUpdate): void {
    if (this.buffer.push(frame)) return;
    this.buffer.clear();
    this.buffer.push(frame);
  }

  private lose(): void {
    this.live = false;
    this.updateId = -1;
    this.touch.updateId = NO_TOUCH;
    this.taken = [];
    this.book.clear();
    this.buffer.clear();
    this.validator.forgetDepthTimes();
  }

  private overflowed(error: unknown): false {
    if (!(error instanceof LevelLimitError)) throw error;
    this.lose();
    return false;
  }

  private takenAt(side: Side, priceTicks: number): Taken | undefined {
    return this.taken.find((taken) => taken.side === side && taken.priceTicks === priceTicks);
  }

  private forgetChanged(): void {
    this.taken = this.taken.filter((taken) => this.shownLots(taken.side, taken.priceTicks) === taken.shownLots);
  }
}
