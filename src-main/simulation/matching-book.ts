import { safeInteger } from '../../src-shared/domain/integer.ts';
import type { Side } from '../../src-shared/domain/order.ts';
import type { BookView } from '../core/market/market-view.ts';
import { MAX_PRICE_TICKS, NONE, PriceLadder, type PriceLadderSnapshot, widened } from './price-ladder.ts';

/** More orders than any book here holds: reaching it means that nothing is cancelled any more. */
export const MAX_ORDERS = 1_048_576;
/** The most lots of one order: then no sum over a book leaves the safe integers. */
export const MAX_ORDER_LOTS = Number.MAX_SAFE_INTEGER / MAX_ORDERS;

const FIRST_CAPACITY = 1024;

/** Hears of every execution, maker by maker, in the order of priority. It must not change the book while it listens. */
export interface FillListener {
  filled(takerHandle: number, makerHandle: number, priceTicks: number, lots: number): void;
}

export interface MatchingBookSnapshot {
  readonly bids: PriceLadderSnapshot;
  readonly asks: PriceLadderSnapshot;
  /** Order slots that were ever used; each array below is that long. */
  readonly lots: Float64Array;
  readonly generation: Float64Array;
  readonly previous: Int32Array;
  readonly next: Int32Array;
  readonly level: Int32Array;
  readonly selling: Uint8Array;
  readonly freeSlot: number;
}

/**
 * The place of an order in tables that grow with the book: small, dense, and given to another order once this one is gone.
 */
export function slotOf(handle: number): number {
  return handle - Math.floor(handle / MAX_ORDERS) * MAX_ORDERS;
}

/**
 * A limit order book with strict price–time priority, in integer ticks and lots. Orders lie in one pool of typed arrays and
 * are linked in a queue per price level. Cancel is O(1) by handle, finding a level O(1) (six trie nodes at most), the best one O(1).
 *
 * A handle names one order for ever: its slot is used again, but under another generation, so a late cancel hits nobody.
 */
export class MatchingBook implements BookView {
  private readonly listener: FillListener;
  private readonly bids = new PriceLadder('buy', MAX_ORDERS);
  private readonly asks = new PriceLadder('sell', MAX_ORDERS);
  private lots = new Float64Array(FIRST_CAPACITY);
  private generation = new Float64Array(FIRST_CAPACITY);
  private previous = new Int32Array(FIRST_CAPACITY);
  /** The next order of the queue; of a free slot, the next free one. */
  private next = new Int32Array(FIRST_CAPACITY);
  private level = new Int32Array(FIRST_CAPACITY);
  private selling = new Uint8Array(FIRST_CAPACITY);
  private usedSlots = 0;
  private freeSlot = NONE;

  constructor(listener: FillListener) {
    this.listener = listener;
  }

  /**
   * Takes what `priceTicks` crosses and rests the remainder. Returns the order's handle; {@link lotsOf} says what rests.
   * @throws RangeError for a price or quantity that is not a positive integer, or a full book. Nothing has changed then.
   */
  limit(side: Side, priceTicks: number, lots: number): number {
    this.checkOrder(priceTicks, lots);
    const slot = this.allocate();
    const handle = this.handleOf(slot);
    const left = lots - this.match(handle, side, priceTicks, lots);
    if (left > 0) this.enqueue(slot, side, priceTicks, left);
    else this.release(slot);
    return handle;
  }

  /**
   * Rests an order without matching.
   * @throws RangeError as {@link limit}, and when it would cross the other side.
   */
  rest(side: Side, priceTicks: number, lots: number): number {
    this.checkOrder(priceTicks, lots);
    if (this.crosses(side, priceTicks)) {
      throw new RangeError(`a ${side} at ${priceTicks} ticks crosses the book: take first, then rest`);
    }
    const slot = this.allocate();
    this.enqueue(slot, side, priceTicks, lots);
    return this.handleOf(slot);
  }

  /** Takes up to `lots` at `limitTicks` or better (any price when null), best first; returns the lots executed. */
  take(side: Side, limitTicks: number | null, lots: number): number {
    this.checkOrder(limitTicks ?? 1, lots);
    const slot = this.allocate();
    const executed = this.match(this.handleOf(slot), side, limitTicks, lots);
    this.release(slot);
    return executed;
  }

  /** Takes an order out; returns the lots that were still open, 0 when it no longer rests here. */
  cancel(handle: number): number {
    const slot = this.restingSlot(handle);
    if (slot === NONE) return 0;
    const open = this.lots[slot];
    this.ladder(this.sideAt(slot)).lots[this.level[slot]] -= open;
    this.unlink(slot);
    return open;
  }

  /** Lots of this order that still rest; 0 when none do. */
  lotsOf(handle: number): number {
    const slot = this.restingSlot(handle);
    return slot === NONE ? 0 : this.lots[slot];
  }

  /** Price of a resting order; −1 when it does not rest here. */
  priceOf(handle: number): number {
    const slot = this.restingSlot(handle);
    return slot === NONE ? NONE : this.ladder(this.sideAt(slot)).priceOf(this.level[slot]);
  }

  /** Side of a resting order; without meaning for one that is gone. */
  sideOf(handle: number): Side {
    return this.sideAt(slotOf(handle));
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

  bestTicks(side: Side): number {
    return this.ladder(side).bestTicks();
  }

  lotsAt(side: Side, priceTicks: number): number {
    return this.ladder(side).lotsAt(priceTicks);
  }

  nextWorse(side: Side, priceTicks: number): number {
    return this.ladder(side).nextWorse(priceTicks);
  }

  levelCount(side: Side): number {
    return this.ladder(side).count;
  }

  /** Lots that a taker of `side` could take at `limitTicks` or better (any price when null), counted up to `atMost`. */
  available(side: Side, limitTicks: number | null, atMost: number): number {
    const makers = this.makersFor(side);
    let total = 0;
    let price = makers.bestTicks();
    while (price !== NONE && total < atMost && (limitTicks === null || !isBeyond(side, price, limitTicks))) {
      total += makers.lotsAt(price);
      price = makers.nextWorse(price);
    }
    return Math.min(total, atMost);
  }

  /** Handles of the orders at `priceTicks`, first in the queue first. */
  queueAt(side: Side, priceTicks: number): number[] {
    const ladder = this.ladder(side);
    const level = ladder.find(priceTicks);
    const handles: number[] = [];
    if (level === NONE) return handles;
    for (let slot = ladder.head[level]; slot !== NONE; slot = this.next[slot]) handles.push(this.handleOf(slot));
    return handles;
  }

  snapshot(): MatchingBookSnapshot {
    return {
      bids: this.bids.snapshot(),
      asks: this.asks.snapshot(),
      lots: this.lots.slice(0, this.usedSlots),
      generation: this.generation.slice(0, this.usedSlots),
      previous: this.previous.slice(0, this.usedSlots),
      next: this.next.slice(0, this.usedSlots),
      level: this.level.slice(0, this.usedSlots),
      selling: this.selling.slice(0, this.usedSlots),
      freeSlot: this.freeSlot,
    };
  }

  restore(snapshot: MatchingBookSnapshot): void {
    this.bids.restore(snapshot.bids);
    this.asks.restore(snapshot.asks);
    while (this.lots.length < snapshot.lots.length) this.grow();
    this.lots.set(snapshot.lots);
    this.generation.set(snapshot.generation);
    this.previous.set(snapshot.previous);
    this.next.set(snapshot.next);
    this.level.set(snapshot.level);
    this.selling.set(snapshot.selling);
    this.usedSlots = snapshot.lots.length;
    this.freeSlot = snapshot.freeSlot;
  }

  private match(taker: number, side: Side, limitTicks: number | null, lots: number): number {
    const makers = this.makersFor(side);
    let left = lots;
    while (left > 0 && makers.best !== NONE) {
      const level = makers.best;
      const priceTicks = makers.priceOf(level);
      if (limitTicks !== null && isBeyond(side, priceTicks, limitTicks)) break;
      const slot = makers.head[level];
      const executed = Math.min(left, this.lots[slot]);
      const maker = this.handleOf(slot);
      left -= executed;
      makers.lots[level] -= executed;
      this.lots[slot] -= executed;
      if (this.lots[slot] === 0) this.unlink(slot);
      this.listener.filled(taker, maker, priceTicks, executed);
    }
    return lots - left;
  }

  private enqueue(slot: number, side: Side, priceTicks: number, lots: number): void {
    const ladder = this.ladder(side);
    const level = ladder.findOrInsert(priceTicks);
    const tail = ladder.tail[level];
    this.lots[slot] = lots;
    this.level[slot] = level;
    this.selling[slot] = side === 'sell' ? 1 : 0;
    this.previous[slot] = tail;
    this.next[slot] = NONE;
    if (tail === NONE) ladder.head[level] = slot;
    else this.next[tail] = slot;
    ladder.tail[level] = slot;
    ladder.lots[level] += lots;
  }

  /** Takes a slot out of its queue, and its level out of the ladder when it was the last; the level's lots are done. */
  private unlink(slot: number): void {
    const ladder = this.ladder(this.sideAt(slot));
    const level = this.level[slot];
    const previous = this.previous[slot];
    const next = this.next[slot];
    if (previous === NONE) ladder.head[level] = next;
    else this.next[previous] = next;
    if (next === NONE) ladder.tail[level] = previous;
    else this.previous[next] = previous;
    if (ladder.head[level] === NONE) ladder.remove(level);
    this.release(slot);
  }

  private checkOrder(priceTicks: number, lots: number): void {
    if (safeInteger(priceTicks, 'a price in ticks') <= 0 || priceTicks > MAX_PRICE_TICKS) {
      throw new RangeError(`not a price from 1 to ${MAX_PRICE_TICKS}: ${priceTicks} ticks`);
    }
    if (safeInteger(lots, 'a quantity in lots') <= 0 || lots > MAX_ORDER_LOTS) {
      throw new RangeError(`not a quantity from 1 to ${Math.floor(MAX_ORDER_LOTS)}: ${lots} lots`);
    }
    if (this.freeSlot === NONE && this.usedSlots === MAX_ORDERS) {
      throw new RangeError(`the book is full: ${MAX_ORDERS} orders`);
    }
  }

  private crosses(side: Side, priceTicks: number): boolean {
    const makers = this.makersFor(side);
    return makers.best !== NONE && !isBeyond(side, makers.bestTicks(), priceTicks);
  }

  private allocate(): number {
    if (this.freeSlot !== NONE) {
      const slot = this.freeSlot;
      this.freeSlot = this.next[slot];
      return slot;
    }
    if (this.usedSlots === this.lots.length) this.grow();
    this.usedSlots += 1;
    return this.usedSlots - 1;
  }

  private release(slot: number): void {
    this.generation[slot] += 1;
    this.lots[slot] = 0;
    this.next[slot] = this.freeSlot;
    this.freeSlot = slot;
  }

  private grow(): void {
    const capacity = this.lots.length * 2;
    this.lots = widened(this.lots, new Float64Array(capacity));
    this.generation = widened(this.generation, new Float64Array(capacity));
    this.previous = widened(this.previous, new Int32Array(capacity));
    this.next = widened(this.next, new Int32Array(capacity));
    this.level = widened(this.level, new Int32Array(capacity));
    this.selling = widened(this.selling, new Uint8Array(capacity));
  }

  private handleOf(slot: number): number {
    return this.generation[slot] * MAX_ORDERS + slot;
  }

  private restingSlot(handle: number): number {
    const slot = slotOf(handle);
    return slot < this.usedSlots && this.handleOf(slot) === handle && this.lots[slot] > 0 ? slot : NONE;
  }

  private sideAt(slot: number): Side {
    return this.selling[slot] === 1 ? 'sell' : 'buy';
  }

  private ladder(side: Side): PriceLadder {
    return side === 'buy' ? this.bids : this.asks;
  }

  private makersFor(taker: Side): PriceLadder {
    return taker === 'buy' ? this.asks : this.bids;
  }
}

/** Whether a maker at `priceTicks` is out of reach for a taker of `side` with this limit. */
function isBeyond(side: Side, priceTicks: number, limitTicks: number): boolean {
  return side === 'buy' ? priceTicks > limitTicks : priceTicks < limitTicks;
}
