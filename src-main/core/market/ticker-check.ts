import type { BookTicker } from '../engine/input.ts';
import type { BookView } from './market-view.ts';

/** Numbers of one ticker in the ring. */
const UPDATE_ID = 0;
const BID_TICKS = 1;
const BID_LOTS = 2;
const ASK_TICKS = 3;
const ASK_LOTS = 4;
const WIDTH = 5;

/** A book, and the update id it stands at. */
export interface BookState {
  readonly book: BookView;
  readonly updateId: number;
  /** Whether both can be believed. */
  readonly isProven: boolean;
}

export interface TickerComparison {
  readonly compared: number;
  readonly matched: number;
  readonly mismatched: number;
}

export interface TickerCheckSnapshot extends TickerComparison {
  /** Pending tickers, oldest first, {@link WIDTH} numbers each. */
  readonly pending: Float64Array;
}

/**
 * Compares the venue's own best bid and ask with the built book wherever both exist at the same update id, price and
 * quantity on both sides. The two streams overtake each other: a ticker ahead of the book waits in a ring until the
 * depth update that ends at its id has been applied; one that comes after it is compared at once. A ticker whose id lies
 * inside a depth update has no book to compare with.
 */
export class TickerCheck {
  private readonly capacity: number;
  private readonly pending: Float64Array;
  private head = 0;
  private size = 0;
  private comparedCount = 0;
  private matchedCount = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.pending = new Float64Array(capacity * WIDTH);
  }

  /** A ticker came that validation let pass. */
  ticker(frame: BookTicker, at: BookState): void {
    if (at.isProven && frame.updateId <= at.updateId) {
      if (frame.updateId === at.updateId) {
        this.compare(at.book, frame.bidTicks, frame.bidLots, frame.askTicks, frame.askLots);
      }
      return;
    }
    if (this.size > 0) {
      const latestId = this.pending[this.slot(this.size - 1) + UPDATE_ID];
      if (frame.updateId === latestId) return;
      // Ids in the ring rise. One that does not may be the start of a new numbering, where the old ids are never met.
      if (frame.updateId < latestId) this.size = 0;
    }
    this.push(frame);
  }

  /** An update has just brought the book to `at.updateId`. */
  applied(at: BookState): void {
    while (this.size > 0) {
      const slot = this.head * WIDTH;
      const { pending } = this;
      if (pending[slot + UPDATE_ID] > at.updateId) return;
      if (pending[slot + UPDATE_ID] === at.updateId) {
        this.compare(
          at.book,
          pending[slot + BID_TICKS],
          pending[slot + BID_LOTS],
          pending[slot + ASK_TICKS],
          pending[slot + ASK_LOTS],
        );
      }
      this.dropOldest();
    }
  }

  counts(): TickerComparison {
    return {
      compared: this.comparedCount,
      matched: this.matchedCount,
      mismatched: this.comparedCount - this.matchedCount,
    };
  }

  snapshot(): TickerCheckSnapshot {
    const pending = new Float64Array(this.size * WIDTH);
    for (let i = 0; i < this.size; i++) {
      const slot = this.slot(i);
      pending.set(this.pending.subarray(slot, slot + WIDTH), i * WIDTH);
    }
    return { ...this.counts(), pending };
  }

  restore(snapshot: TickerCheckSnapshot): void {
    this.head = 0;
    this.size = snapshot.pending.length / WIDTH;
    this.pending.set(snapshot.pending);
    this.comparedCount = snapshot.compared;
    this.matchedCount = snapshot.matched;
  }

  private push(frame: BookTicker): void {
    if (this.size === this.capacity) this.dropOldest();
    const slot = this.slot(this.size);
    this.size += 1;
    this.pending[slot + UPDATE_ID] = frame.updateId;
    this.pending[slot + BID_TICKS] = frame.bidTicks;
    this.pending[slot + BID_LOTS] = frame.bidLots;
    this.pending[slot + ASK_TICKS] = frame.askTicks;
    this.pending[slot + ASK_LOTS] = frame.askLots;
  }

  private dropOldest(): void {
    this.head = this.head + 1 === this.capacity ? 0 : this.head + 1;
    this.size -= 1;
  }

  /** Where the ring keeps its ticker number `index`, the oldest being 0. */
  private slot(index: number): number {
    const place = this.head + index;
    return (place < this.capacity ? place : place - this.capacity) * WIDTH;
  }

  private compare(book: BookView, bidTicks: number, bidLots: number, askTicks: number, askLots: number): void {
    const matches =
      bidTicks === book.bestBidTicks() &&
      askTicks === book.bestAskTicks() &&
      bidLots === book.bestBidLots() &&
      askLots === book.bestAskLots();
    this.comparedCount += 1;
    if (matches) this.matchedCount += 1;
  }
}
