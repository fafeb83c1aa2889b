import { MICROS_PER_MS } from '../../../src-shared/domain/time.ts';
import type { BookTicker, DepthSnapshot, DepthUpdate, Levels, MarkPrice, Trade } from '../engine/input.ts';
import { isPrice } from './book.ts';
import type { MarketConfig } from './market-config.ts';
import type { Rejection } from './rejections.ts';

/** 2100-01-01. A later venue time is a mistake of unit, and would make every true one after it look late. */
const MAX_EXCHANGE_AT = 4_102_444_800_000_000;

/** So many frames refused in a row for going back outvote the one that was ahead of them: the next is believed. */
export const MAX_REFUSALS_FOR_TIME = 3;

const STREAMS = ['depth', 'depth-snapshot', 'book-ticker', 'trade', 'mark-price'] as const;
const DEPTH = 0;
const SNAPSHOT = 1;
const TICKER = 2;
const TRADE = 3;
const MARK = 4;

export interface ValidatorSnapshot {
  readonly latestAt: Float64Array;
  readonly refusedForTime: Int32Array;
  readonly timeResets: number;
  readonly lowestTicks: number;
  readonly highestTicks: number;
}

/**
 * Looks at every frame of one instrument before anything believes it. Each check answers null, or the first reason to
 * refuse the frame; a refused frame leaves no trace in here, except that refusals for going back in time are counted.
 */
export class FrameValidator {
  private readonly toleranceMicros: number;
  private readonly deviation: number;
  private readonly maxLevels: number;
  /** Latest venue time by stream; −1 before the first. Going back is judged within a stream only: streams overtake each other. */
  private readonly latestAt = new Float64Array(STREAMS.length).fill(-1);
  /** Frames refused for going back since the last one that passed, by stream. */
  private readonly refusedForTime = new Int32Array(STREAMS.length);
  /** How often a stream's time was set back to what most of its frames say. */
  private timeResets = 0;
  /** What `maxDeviationPercent` around the last proven mid allows; anything before the first. */
  private lowestTicks = Number.NEGATIVE_INFINITY;
  private highestTicks = Number.POSITIVE_INFINITY;

  constructor(config: MarketConfig) {
    this.toleranceMicros = config.timestampToleranceMs * MICROS_PER_MS;
    this.deviation = config.maxDeviationPercent / 100;
    this.maxLevels = config.maxLevelsPerSide;
  }

  ticker(frame: BookTicker): Rejection | null {
    const late = this.time(frame.exchangeAt, TICKER);
    if (late !== null) return late;
    if (!isId(frame.updateId)) return 'bad-id';
    if (!isPrice(frame.bidTicks) || !isPrice(frame.askTicks)) return 'bad-price';
    if (!isQuantity(frame.bidLots) || !isQuantity(frame.askLots)) return 'bad-quantity';
    if (frame.bidTicks >= frame.askTicks) return 'crossed';
    if (frame.bidTicks < this.lowestTicks || frame.askTicks > this.highestTicks) return 'price-deviation';
    this.passed(frame.exchangeAt, TICKER);
    return null;
  }

  /** A trade of nothing is none: its lots are positive. */
  trade(frame: Trade): Rejection | null {
    const late = this.time(frame.exchangeAt, TRADE);
    if (late !== null) return late;
    if (!isId(frame.tradeId)) return 'bad-id';
    if (!isPrice(frame.priceTicks)) return 'bad-price';
    if (!isQuantity(frame.lots) || frame.lots === 0) return 'bad-quantity';
    if (frame.aggressor !== 'buy' && frame.aggressor !== 'sell') return 'bad-side';
    if (frame.priceTicks < this.lowestTicks || frame.priceTicks > this.highestTicks) return 'price-deviation';
    this.passed(frame.exchangeAt, TRADE);
    return null;
  }

  /** Its prices are no book's: a mark may lie between ticks, and away from the mid. */
  markPrice(frame: MarkPrice): Rejection | null {
    const late = this.time(frame.exchangeAt, MARK);
    if (late !== null) return late;
    if (!isPositive(frame.markPrice) || !isPositive(frame.indexPrice)) return 'bad-price';
    if (!(frame.fundingRate >= -1 && frame.fundingRate <= 1)) return 'bad-rate';
    if (!isTime(frame.nextFundingAt)) return 'bad-timestamp';
    this.passed(frame.exchangeAt, MARK);
    return null;
  }

  /** What can be said of an update by itself; whether it follows the last one is `depth-sync.ts`'s business. */
  depth(frame: DepthUpdate): Rejection | null {
    const late = this.time(frame.exchangeAt, DEPTH);
    if (late !== null) return late;
    if (!isId(frame.firstId) || !isId(frame.lastId) || frame.firstId > frame.lastId) return 'bad-id';
    if (frame.previousId !== -1 && (!isId(frame.previousId) || frame.previousId >= frame.lastId)) return 'bad-id';
    const bad = this.levels(frame);
    if (bad !== null) return bad;
    this.passed(frame.exchangeAt, DEPTH);
    return null;
  }

  snapshotFrame(frame: DepthSnapshot): Rejection | null {
    const late = this.time(frame.exchangeAt, SNAPSHOT);
    if (late !== null) return late;
    if (!isId(frame.lastId)) return 'bad-id';
    const bad = this.levels(frame);
    if (bad !== null) return bad;
    this.passed(frame.exchangeAt, SNAPSHOT);
    return null;
  }

  /** Judges the best prices (−1: none) that a depth frame led to. Levels behind them may lie as far away as they like. */
  touch(bidTicks: number, askTicks: number): Rejection | null {
    if (bidTicks < 0 || askTicks < 0) {
      const only = bidTicks < 0 ? askTicks : bidTicks;
      return only >= 0 && (only < this.lowestTicks || only > this.highestTicks) ? 'price-deviation' : null;
    }
    if (bidTicks >= askTicks) return 'crossed';
    if (bidTicks < this.lowestTicks || bidTicks > this.highestTicks) return 'price-deviation';
    return askTicks < this.lowestTicks || askTicks > this.highestTicks ? 'price-deviation' : null;
  }

  /** Makes the mid of these best prices what later ones are compared with; a one-sided book has none and changes nothing. */
  anchor(bidTicks: number, askTicks: number): void {
    if (bidTicks < 0 || askTicks < 0) return;
    const midTicks = (bidTicks + askTicks) / 2;
    this.lowestTicks = midTicks * (1 - this.deviation);
    this.highestTicks = midTicks * (1 + this.deviation);
  }

  /** Takes a snapshot's best prices for what later ones are compared with, however far they lie from those before. */
  anchorAnew(bidTicks: number, askTicks: number): void {
    this.lowestTicks = Number.NEGATIVE_INFINITY;
    this.highestTicks = Number.POSITIVE_INFINITY;
    this.anchor(bidTicks, askTicks);
  }

  /** The chain of updates starts anew: a wrong time that was once believed must not keep out all later ones. */
  forgetDepthTimes(): void {
    for (const stream of [DEPTH, SNAPSHOT]) {
      this.latestAt[stream] = -1;
      this.refusedForTime[stream] = 0;
    }
  }

  timesReset(): number {
    return this.timeResets;
  }

  snapshot(): ValidatorSnapshot {
    return {
      latestAt: this.latestAt.slice(),
      refusedForTime: this.refusedForTime.slice(),
      timeResets: this.timeResets,
      lowestTicks: this.lowestTicks,
      highestTicks: this.highestTicks,
    };
  }

  restore(snapshot: ValidatorSnapshot): void {
    this.latestAt.set(snapshot.latestAt);
    this.refusedForTime.set(snapshot.refusedForTime);
    this.timeResets = snapshot.timeResets;
    this.lowestTicks = snapshot.lowestTicks;
    this.highestTicks = snapshot.highestTicks;
  }

  private time(at: number, stream: number): Rejection | null {
    if (at === -1) return null;
    if (!isTime(at)) return 'bad-timestamp';
    if (!this.isBack(at, stream) || this.refusedForTime[stream] >= MAX_REFUSALS_FOR_TIME) return null;
    this.refusedForTime[stream] += 1;
    return 'timestamp-back';
  }

  /** A frame that passed although it goes back has its stream start over from its time. */
  private passed(at: number, stream: number): void {
    if (at === -1) return;
    if (this.isBack(at, stream)) {
      this.latestAt[stream] = at;
      this.timeResets += 1;
    } else if (at > this.latestAt[stream]) this.latestAt[stream] = at;
    this.refusedForTime[stream] = 0;
  }

  private isBack(at: number, stream: number): boolean {
    return at < this.latestAt[stream] - this.toleranceMicros;
  }

  private levels(frame: Levels): Rejection | null {
    const { bidCount, askCount, priceTicks, lots } = frame;
    if (!isCount(bidCount, this.maxLevels) || !isCount(askCount, this.maxLevels)) return 'bad-count';
    const end = bidCount + askCount;
    if (end > priceTicks.length || end > lots.length) return 'bad-count';
    for (let i = 0; i < end; i++) {
      if (!isPrice(priceTicks[i])) return 'bad-price';
      if (!isQuantity(lots[i])) return 'bad-quantity';
    }
    return null;
  }
}

/** Written out rather than `Number.isSafeInteger`, because comparisons with NaN fail, and this stays in registers. */
function isQuantity(lots: number): boolean {
  return lots >= 0 && lots <= Number.MAX_SAFE_INTEGER && Math.floor(lots) === lots;
}

function isTime(at: number): boolean {
  return at >= 0 && at <= MAX_EXCHANGE_AT && Math.floor(at) === at;
}

function isPositive(price: number): boolean {
  return price > 0 && price <= Number.MAX_VALUE;
}

function isId(id: number): boolean {
  return isQuantity(id);
}

function isCount(count: number, most: number): boolean {
  return count >= 0 && count <= most && (count | 0) === count;
}
