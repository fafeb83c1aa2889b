import type { Side } from '../../src-shared/domain/order.ts';
import { MAX_KEY, PriceIndex } from '../core/market/price-index.ts';

export const NONE = -1;
/** Prices are integers from 1 to this. */
export const MAX_PRICE_TICKS = MAX_KEY - 1;

const FIRST_CAPACITY = 256;

export interface PriceLadderSnapshot {
  /** Levels in use, from the best to the worst. */
  readonly levels: Int32Array;
  readonly free: Int32Array;
  /** By level, as far as levels were ever used. */
  readonly priceTicks: Float64Array;
  readonly lots: Float64Array;
  readonly head: Int32Array;
  readonly tail: Int32Array;
}

/**
 * The price levels of one side of a matching book: a table of queues, found by price through a {@link PriceIndex}. A level
 * keeps its place in the table until it is removed.
 */
export class PriceLadder {
  /** Total of the level's orders. By level, like the next two. */
  lots = new Float64Array(FIRST_CAPACITY);
  /** First and last order of the level's queue. */
  head = new Int32Array(FIRST_CAPACITY);
  tail = new Int32Array(FIRST_CAPACITY);
  /** The best level; −1 when the side is empty. */
  best = NONE;
  private priceTicks = new Float64Array(FIRST_CAPACITY);
  private readonly side: Side;
  /** From {@link keyOf} a price to its level + 1: the index holds positive values only. */
  private readonly index: PriceIndex;
  private free: number[] = [];
  private usedLevels = 0;

  constructor(side: Side, maxLevels: number) {
    this.side = side;
    this.index = new PriceIndex(maxLevels);
  }

  get count(): number {
    return this.index.size;
  }

  /** −1 when the side is empty. */
  bestTicks(): number {
    return this.best === NONE ? NONE : this.priceTicks[this.best];
  }

  bestLots(): number {
    return this.best === NONE ? 0 : this.lots[this.best];
  }

  lotsAt(priceTicks: number): number {
    const level = this.find(priceTicks);
    return level === NONE ? 0 : this.lots[level];
  }

  /** The next price away from the touch behind `priceTicks`, which need not be a level; −1 when there is none. */
  nextWorse(priceTicks: number): number {
    const key = this.index.below(this.keyOf(priceTicks));
    return key === NONE ? NONE : this.keyOf(key);
  }

  /** The level at `priceTicks`; −1 when there is none. */
  find(priceTicks: number): number {
    return this.index.get(this.keyOf(priceTicks)) - 1;
  }

  /** The level at `priceTicks`, new and empty when there was none: the caller puts an order there. */
  findOrInsert(priceTicks: number): number {
    const key = this.keyOf(priceTicks);
    const existing = this.index.get(key) - 1;
    if (existing !== NONE) return existing;
    if (this.free.length === 0 && this.usedLevels === this.lots.length) this.grow();
    const level = this.free.pop() ?? this.usedLevels++;
    this.index.set(key, level + 1);
    this.priceTicks[level] = priceTicks;
    this.lots[level] = 0;
    this.head[level] = NONE;
    this.tail[level] = NONE;
    if (this.best === NONE || key > this.keyOf(this.priceTicks[this.best])) this.best = level;
    return level;
  }

  priceOf(level: number): number {
    return this.priceTicks[level];
  }

  remove(level: number): void {
    const key = this.keyOf(this.priceTicks[level]);
    this.index.remove(key);
    this.free.push(level);
    if (level !== this.best) return;
    const next = this.index.below(key);
    this.best = next === NONE ? NONE : this.index.get(next) - 1;
  }

  snapshot(): PriceLadderSnapshot {
    const levels: number[] = [];
    for (let price = this.bestTicks(); price !== NONE; price = this.nextWorse(price)) levels.push(this.find(price));
    return {
      levels: Int32Array.from(levels),
      free: Int32Array.from(this.free),
      priceTicks: this.priceTicks.slice(0, this.usedLevels),
      lots: this.lots.slice(0, this.usedLevels),
      head: this.head.slice(0, this.usedLevels),
      tail: this.tail.slice(0, this.usedLevels),
    };
  }

  restore(snapshot: PriceLadderSnapshot): void {
    this.usedLevels = snapshot.priceTicks.length;
    while (this.lots.length < this.usedLevels) this.grow();
    this.priceTicks.set(snapshot.priceTicks);
    this.lots.set(snapshot.lots);
    this.head.set(snapshot.head);
    this.tail.set(snapshot.tail);
    this.free = Array.from(snapshot.free);
    this.best = snapshot.levels[0] ?? NONE;
    this.index.clear();
    for (const level of snapshot.levels) this.index.set(this.keyOf(this.priceTicks[level]), level + 1);
  }

  /** The better the price, the higher its key; the same function leads back. */
  private keyOf(priceTicks: number): number {
    return this.side === 'buy' ? priceTicks : MAX_KEY - priceTicks;
  }

  private grow(): void {
    const capacity = this.lots.length * 2;
    this.priceTicks = widened(this.priceTicks, new Float64Array(capacity));
    this.lots = widened(this.lots, new Float64Array(capacity));
    this.head = widened(this.head, new Int32Array(capacity));
    this.tail = widened(this.tail, new Int32Array(capacity));
  }
}

/** `from` at the beginning of the longer `into`. */
export function widened<T extends Float64Array | Int32Array | Uint8Array>(from: T, into: T): T {
  into.set(from);
  return into;
}
