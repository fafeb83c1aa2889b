import { safeInteger } from '../../../src-shared/domain/integer.ts';
import type { Side } from '../../../src-shared/domain/order.ts';
import type { BookView } from './market-view.ts';
import { MAX_KEY, PriceIndex } from './price-index.ts';

/** Prices are integers from 1 to this many ticks: 10,737,418.23 at a tick of 0.01. */
export const MAX_PRICE_TICKS = MAX_KEY;

/** Levels of one side, best first; both arrays have one entry a level. */
export interface SideSnapshot {
  readonly priceTicks: Float64Array;
  readonly lots: Float64Array;
}

export interface BookSnapshot {
  readonly bids: SideSnapshot;
  readonly asks: SideSnapshot;
}

/**
 * One side of a book. Keys are prices, turned around on the ask side (x ↦ MAX_KEY − x, which for 30 bits is an exclusive or),
 * so that on either side the best level has the highest key and one direction of search serves both.
 */
class BookSide {
  private readonly index: PriceIndex;
  private readonly flip: number;
  private bestKey = -1;
  private topLots = 0;

  constructor(side: Side, maxLevels: number) {
    this.index = new PriceIndex(maxLevels);
    this.flip = side === 'buy' ? 0 : MAX_KEY;
  }

  get size(): number {
    return this.index.size;
  }

  bestTicks(): number {
    return this.bestKey < 0 ? -1 : this.bestKey ^ this.flip;
  }

  bestLots(): number {
    return this.topLots;
  }

  lotsAt(priceTicks: number): number {
    return this.index.get(priceTicks ^ this.flip);
  }

  nextWorse(priceTicks: number): number {
    const key = this.index.below(priceTicks ^ this.flip);
    return key < 0 ? -1 : key ^ this.flip;
  }

  set(priceTicks: number, lots: number): void {
    const key = priceTicks ^ this.flip;
    if (lots > 0) {
      this.index.set(key, lots);
      if (key >= this.bestKey) {
        this.bestKey = key;
        this.topLots = lots;
      }
      return;
    }
    this.index.remove(key);
    if (key === this.bestKey) {
      this.bestKey = this.index.below(key);
      this.topLots = this.bestKey < 0 ? 0 : this.index.get(this.bestKey);
    }
  }

  clear(): void {
    this.index.clear();
    this.bestKey = -1;
    this.topLots = 0;
  }

  snapshot(): SideSnapshot {
    const priceTicks = new Float64Array(this.size);
    const lots = new Float64Array(this.size);
    let ticks = this.bestTicks();
    for (let i = 0; i < priceTicks.length; i++) {
      priceTicks[i] = ticks;
      lots[i] = this.lotsAt(ticks);
      ticks = this.nextWorse(ticks);
    }
    return { priceTicks, lots };
  }
}

/**
 * A level-2 book: quantities by price, two sides. Best prices are known at once; a change costs at most six steps whatever
 * the book holds. It knows nothing of update ids: whether it is true is `depth-sync.ts`'s business.
 */
export class L2Book implements BookView {
  private readonly bids: BookSide;
  private readonly asks: BookSide;

  constructor(maxLevelsPerSide: number) {
    this.bids = new BookSide('buy', maxLevelsPerSide);
    this.asks = new BookSide('sell', maxLevelsPerSide);
  }

  bestBidTicks(): number {
    return this.bids.bestTicks();
  }

  bestAskTicks(): number {
    return this.asks.bestTicks();
  }

  bestBidLots(): number {
    return this.bids.bestLots();
  }

  bestAskLots(): number {
    return this.asks.bestLots();
  }

  lotsAt(side: Side, priceTicks: number): number {
    return isPrice(priceTicks) ? this.side(side).lotsAt(priceTicks) : 0;
  }

  nextWorse(side: Side, priceTicks: number): number {
    return isPrice(priceTicks) ? this.side(side).nextWorse(priceTicks) : -1;
  }

  levelCount(side: Side): number {
    return this.side(side).size;
  }

  /** Whether a buyer bids as much as a seller asks, or more: no venue's book does. */
  isCrossed(): boolean {
    const bidTicks = this.bids.bestTicks();
    const askTicks = this.asks.bestTicks();
    return bidTicks >= askTicks && askTicks >= 0;
  }

  /**
   * Makes `lots` the quantity at `priceTicks`; 0 removes the level.
   * @throws RangeError for a price outside 1 to {@link MAX_PRICE_TICKS} or a quantity that is no integer from 0;
   * LevelLimitError when the side is full. Nothing has changed then.
   */
  set(side: Side, priceTicks: number, lots: number): void {
    if (!isPrice(priceTicks)) {
      throw new RangeError(`a book's price is an integer from 1 to ${MAX_PRICE_TICKS} ticks, not ${priceTicks}`);
    }
    if (safeInteger(lots, 'a quantity in lots') < 0) throw new RangeError(`a level's lots are not negative: ${lots}`);
    this.side(side).set(priceTicks, lots);
  }

  /**
   * Applies `bidCount` bids from index `from`, then `askCount` asks, laid out as in `engine/input.ts`'s `Levels`. The
   * caller has validated them.
   * @throws LevelLimitError when a side is full: the book is half changed then, and has to be cleared.
   */
  apply(priceTicks: Float64Array, lots: Float64Array, from: number, bidCount: number, askCount: number): void {
    const middle = from + bidCount;
    const end = middle + askCount;
    for (let i = from; i < middle; i++) this.bids.set(priceTicks[i] | 0, lots[i]);
    for (let i = middle; i < end; i++) this.asks.set(priceTicks[i] | 0, lots[i]);
  }

  clear(): void {
    this.bids.clear();
    this.asks.clear();
  }

  snapshot(): BookSnapshot {
    return { bids: this.bids.snapshot(), asks: this.asks.snapshot() };
  }

  /** @throws LevelLimitError when the snapshot has more levels than this book may. */
  restore({ bids, asks }: BookSnapshot): void {
    this.clear();
    this.apply(bids.priceTicks, bids.lots, 0, bids.priceTicks.length, 0);
    this.apply(asks.priceTicks, asks.lots, 0, 0, asks.priceTicks.length);
  }

  private side(side: Side): BookSide {
    return side === 'buy' ? this.bids : this.asks;
  }
}

/** Whether `ticks` is a price that a book can hold: an integer from 1 to {@link MAX_PRICE_TICKS}. */
export function isPrice(ticks: number): boolean {
  return (ticks | 0) === ticks && ticks > 0 && ticks <= MAX_PRICE_TICKS;
}
