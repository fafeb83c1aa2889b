import type { Ticks } from '../../src-shared/domain/instrument.ts';
import { type ClientOrderId, opposite, type Side } from '../../src-shared/domain/order.ts';
import type { Micros } from '../../src-shared/domain/time.ts';
import type { MarketInput, Trade } from '../core/engine/input.ts';
import type { MarketConfig } from '../core/market/market-config.ts';
import type { Executions, RecordedMarket } from './matcher.ts';
import { reaches } from './order-rules.ts';
import {
  createQueueModel,
  type QueueModel,
  type QueueModelSpec,
  type QueuePosition,
  queueTraded,
} from './queue-model.ts';
import { RecordedBook, type RecordedBookSnapshot } from './recorded-book.ts';

export interface RecordedMatcherConfig {
  readonly market: MarketConfig;
  readonly queue: QueueModelSpec;
  /** Whether a book ticker newer than the depth counts as the touch. */
  readonly usesBookTickers: boolean;
}

/** An order of the desk in the queue of its level. */
interface Resting extends QueuePosition {
  readonly id: ClientOrderId;
  readonly priceTicks: number;
  lots: number;
  /** Quantity of its level when the queue model last looked; the order itself is not in it. */
  levelLots: number;
}

export interface RecordedMatcherSnapshot {
  readonly book: RecordedBookSnapshot;
  readonly buys: readonly Resting[];
  readonly sells: readonly Resting[];
}

/**
 * The desk's orders of one instrument against a recorded book. The desk is assumed too small to move the market; the
 * recording goes on as it was.
 *
 * A taker walks the levels shown, less what the desk took before (`recorded-book.ts`). A resting order is filled, at its
 * own price and as maker,
 * - by a trade at its price, with what the trade has beyond the queue ahead (`queue-model.ts`);
 * - by a trade through its price, with all that the trade has: the queue ahead is proven gone;
 * - when the opposite best comes to its price, with the quantity that stands there: it would have met the order first.
 * No lot of a trade or of a level fills twice, whatever the number of own orders. While the book is not live nothing trades.
 *
 * Costs of a frame are those of the book plus, per own order, one look at its level.
 */
export class RecordedMatcher implements RecordedMarket {
  readonly source = 'recorded';
  private readonly book: RecordedBook;
  private readonly queue: QueueModel;
  private readonly usesBookTickers: boolean;
  private readonly events: Executions;
  /** Best price first, then in the order they came. */
  private buys: Resting[] = [];
  private sells: Resting[] = [];

  /** @throws RangeError for a queue model that makes no sense. */
  constructor(config: RecordedMatcherConfig, events: Executions) {
    this.book = new RecordedBook(config.market);
    this.queue = createQueueModel(config.queue);
    this.usesBookTickers = config.usesBookTickers;
    this.events = events;
  }

  isLive(): boolean {
    return this.book.isLive;
  }

  apply(input: MarketInput, at: Micros): boolean {
    switch (input.kind) {
      case 'depth':
        return this.book.applyDepth(input) && this.depthChanged(at);
      case 'depth-snapshot':
        return this.book.applySnapshot(input) && this.depthChanged(at);
      case 'book-ticker':
        return this.usesBookTickers && this.book.applyTicker(input) && this.touchChanged(at);
      case 'trade':
        return this.book.believes(input) && this.traded(input, at);
      case 'mark-price':
        // Nothing is liquidated here: a mark moves no order.
        return false;
    }
  }

  bestOpposite(side: Side): number {
    return this.book.bestTakeable(opposite(side));
  }

  available(side: Side, limitTicks: Ticks | null, atMost: number): number {
    let lots = 0;
    let ticks = this.nextFor(side, limitTicks, null);
    while (lots < atMost && ticks >= 0) {
      lots += this.book.takeableLots(opposite(side), ticks);
      ticks = this.nextFor(side, limitTicks, ticks);
    }
    return Math.min(lots, atMost);
  }

  take(id: ClientOrderId, side: Side, limitTicks: Ticks | null, lots: number, at: Micros): number {
    return this.sweep(side, limitTicks, lots, (priceTicks, taken) => {
      this.events.executed(id, priceTicks, taken, 'taker', at);
    });
  }

  rest(id: ClientOrderId, side: Side, priceTicks: Ticks, lots: number): void {
    const levelLots = this.book.shownLots(side, priceTicks);
    const own = this.own(side);
    let place = own.length;
    while (place > 0 && !reaches(side, own[place - 1].priceTicks, priceTicks)) place -= 1;
    own.splice(place, 0, { id, priceTicks, lots, levelLots, aheadLots: levelLots, tradedLots: 0 });
  }

  remove(id: ClientOrderId): number {
    for (const own of [this.buys, this.sells]) {
      const index = own.findIndex((resting) => resting.id === id);
      if (index >= 0) return own.splice(index, 1)[0].lots;
    }
    return 0;
  }

  snapshot(): RecordedMatcherSnapshot {
    return { book: this.book.snapshot(), buys: this.buys.map(copyOf), sells: this.sells.map(copyOf) };
  }

  restore(snapshot: RecordedMatcherSnapshot): void {
    this.book.restore(snapshot.book);
    this.buys = snapshot.buys.map(copyOf);
    this.sells = snapshot.sells.map(copyOf);
  }

  private own(side: Side): Resting[] {
    return side === 'buy' ? this.buys : this.sells;
  }

  private depthChanged(at: Micros): true {
    if (this.buys.length > 0) this.revise('buy', this.buys);
    if (this.sells.length > 0) this.revise('sell', this.sells);
    return this.touchChanged(at);
  }

  private revise(side: Side, own: readonly Resting[]): void {
    for (let i = 0; i < own.length; i++) {
      const resting = own[i];
      const lots = this.book.depthLots(side, resting.priceTicks);
      if (lots === resting.levelLots) continue;
      this.queue(resting, resting.levelLots, lots);
      resting.levelLots = lots;
    }
  }

  private touchChanged(at: Micros): true {
    if (this.buys.length > 0) this.meet('buy', this.buys, at);
    if (this.sells.length > 0) this.meet('sell', this.sells, at);
    return true;
  }

  /** Fills the own orders of `side` that the opposite best has come to. */
  private meet(side: Side, own: Resting[], at: Micros): void {
    const from = opposite(side);
    const best = this.book.best(from);
    if (best < 0 || !reaches(side, own[0].priceTicks, best)) return;
    for (const resting of own) {
      if (!reaches(side, resting.priceTicks, best)) break;
      resting.aheadLots = 0;
      const lots = this.sweep(side, resting.priceTicks, resting.lots, null);
      if (lots > 0) this.fill(resting, lots, at);
    }
    this.dropFilled(side);
  }

  /** Takes up to `lots` at `limitTicks` or better, best first, telling `listener` of each level; returns the lots taken. */
  private sweep(
    side: Side,
    limitTicks: number | null,
    lots: number,
    listener: ((priceTicks: number, lots: number) => void) | null,
  ): number {
    const from = opposite(side);
    let left = lots;
    let ticks = this.nextFor(side, limitTicks, null);
    while (left > 0 && ticks >= 0) {
      const taken = Math.min(left, this.book.takeableLots(from, ticks));
      this.book.take(from, ticks, taken);
      left -= taken;
      listener?.(ticks, taken);
      ticks = this.nextFor(side, limitTicks, ticks);
    }
    return lots - left;
  }

  /** The next price that a taker of `side` meets after `afterTicks`, null: the first; −1 beyond its limit. */
  private nextFor(side: Side, limitTicks: number | null, afterTicks: number | null): number {
    const { book } = this;
    const from = opposite(side);
    const ticks = afterTicks === null ? book.bestTakeable(from) : book.nextTakeable(from, afterTicks);
    return ticks >= 0 && reaches(side, limitTicks, ticks) ? ticks : -1;
  }

  private traded(trade: Trade, at: Micros): true {
    const side = opposite(trade.aggressor);
    const own = this.own(side);
    if (own.length === 0 || !reaches(side, own[0].priceTicks, trade.priceTicks)) return true;
    let ownLots = 0;
    for (const resting of own) {
      if (!reaches(side, resting.priceTicks, trade.priceTicks)) break;
      const reach =
        resting.priceTicks === trade.priceTicks ? queueTraded(resting, trade.lots) : through(resting, trade);
      const lots = Math.min(resting.lots, Math.max(0, reach - ownLots));
      if (lots === 0) continue;
      ownLots += lots;
      this.fill(resting, lots, at);
    }
    if (ownLots > 0) this.dropFilled(side);
    return true;
  }

  private fill(resting: Resting, lots: number, at: Micros): void {
    resting.lots -= lots;
    this.events.executed(resting.id, resting.priceTicks, lots, 'maker', at);
  }

  private dropFilled(side: Side): void {
    if (side === 'buy') this.buys = this.buys.filter(isOpen);
    else this.sells = this.sells.filter(isOpen);
  }
}

/** A trade beyond the order's price proves that nobody is ahead any more; all of it reaches the order. */
function through(resting: Resting, trade: Trade): number {
  resting.aheadLots = 0;
  return trade.lots;
}

function isOpen(resting: Resting): boolean {
  return resting.lots > 0;
}

function copyOf(resting: Resting): Resting {
  return { ...resting };
}
