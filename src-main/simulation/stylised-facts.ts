import type { Side } from '../../src-shared/domain/order.ts';
import { MICROS_PER_MS, MICROS_PER_SECOND } from '../../src-shared/domain/time.ts';
import type { BookView } from '../core/market/market-view.ts';

/** How often the book is looked at; also the interval of the returns. */
export const SAMPLE_MS = 200;
/** Long against the fast part of the excitation, short against a recording of minutes. */
export const BRANCHING_WINDOW_MS = 2_000;
/** Lags of the autocorrelation, in samples: 0.2 to 2 s. */
export const RETURN_LAGS = 10;
const DEPTH_LEVELS = 10;
/** Wider spreads count as this one; only their median would suffer. */
const MAX_SPREAD_TICKS = 10_000;

/** Figures of a market that can be held against another market's, whatever its lot size. NaN where too little was seen. */
export interface MarketStatistics {
  readonly seconds: number;
  /** Orders that took liquidity: trades of one millisecond and one aggressor are one. */
  readonly takerOrdersPerSecond: number;
  readonly meanTakerLots: number;
  /** Share of the taker orders that others of them set off; see {@link branchingRatio}. */
  readonly branchingRatio: number;
  /** Of |mid returns| over {@link SAMPLE_MS}, at lags 1, 2, … {@link RETURN_LAGS}. */
  readonly absoluteReturnAutocorrelation: readonly number[];
  /** Standard deviation of the mid returns over {@link SAMPLE_MS}. */
  readonly returnTicks: number;
  readonly meanSpreadTicks: number;
  readonly medianSpreadTicks: number;
  /** Mean quantity per side at the best price and at the ten best prices, in mean taker orders. */
  readonly bestDepth: number;
  readonly tenLevelDepth: number;
}

/**
 * n = 1 − √(mean / variance) of event counts in windows (Hardiman and Bouchaud, "Branching-ratio approximation for the
 * self-exciting Hawkes process", Physical Review E 90, 2014, eq. 6). 0 for a Poisson process, towards 1 the more events are
 * answers to events; it reads low when the kernel is longer than the window.
 */
export function branchingRatio(meanCount: number, countVariance: number): number {
  return 1 - Math.sqrt(meanCount / countVariance);
}

/** Collects {@link MarketStatistics} from a stream in constant memory. Times are the venue's, in microseconds. */
export class StylisedFacts {
  private readonly takerOrders = new WindowCounts(BRANCHING_WINDOW_MS * MICROS_PER_MS);
  private lastTakerMs = Number.NaN;
  private lastAggressor: Side = 'buy';
  private takerLots = 0;
  private firstAt = Number.NaN;
  private lastAt = Number.NaN;
  private nextSampleAt = Number.NEGATIVE_INFINITY;
  private lastMid = Number.NaN;
  private readonly absoluteReturns = new Autocorrelation(RETURN_LAGS);
  private squaredReturns = 0;
  private samples = 0;
  private readonly spreads = new Float64Array(MAX_SPREAD_TICKS + 1);
  private spreadSum = 0;
  private bestLots = 0;
  private tenLevelLots = 0;

  trade(exchangeAt: number, aggressor: Side, lots: number): void {
    this.touch(exchangeAt);
    this.takerLots += lots;
    const ms = Math.floor(exchangeAt / MICROS_PER_MS);
    if (ms === this.lastTakerMs && aggressor === this.lastAggressor) return;
    this.lastTakerMs = ms;
    this.lastAggressor = aggressor;
    this.takerOrders.add(exchangeAt);
  }

  /** Shows the book as it is from `exchangeAt` on: only one that is proven. One-sided books are passed over. */
  book(exchangeAt: number, book: BookView): void {
    this.touch(exchangeAt);
    if (exchangeAt < this.nextSampleAt || book.levelCount('buy') === 0 || book.levelCount('sell') === 0) return;
    const interval = SAMPLE_MS * MICROS_PER_MS;
    this.nextSampleAt = (Math.floor(exchangeAt / interval) + 1) * interval;
    this.sample(book);
  }

  statistics(): MarketStatistics {
    const { samples, takerOrders } = this;
    const seconds = (this.lastAt - this.firstAt) / MICROS_PER_SECOND;
    const meanTakerLots = this.takerLots / takerOrders.total;
    return {
      seconds,
      takerOrdersPerSecond: takerOrders.total / seconds,
      meanTakerLots,
      branchingRatio: branchingRatio(takerOrders.mean(), takerOrders.variance()),
      absoluteReturnAutocorrelation: this.absoluteReturns.values(),
      returnTicks: Math.sqrt(this.squaredReturns / (samples - 1)),
      meanSpreadTicks: this.spreadSum / samples,
      medianSpreadTicks: this.medianSpread(),
      bestDepth: this.bestLots / (2 * samples) / meanTakerLots,
      tenLevelDepth: this.tenLevelLots / (2 * samples) / meanTakerLots,
    };
  }

  private touch(at: number): void {
    if (Number.isNaN(this.firstAt)) this.firstAt = at;
    this.lastAt = at;
  }

  private sample(book: BookView): void {
    const [bid, ask] = [book.bestBidTicks(), book.bestAskTicks()];
    const mid = (bid + ask) / 2;
    if (!Number.isNaN(this.lastMid)) {
      const change = mid - this.lastMid;
      this.squaredReturns += change * change;
      this.absoluteReturns.add(Math.abs(change));
    }
    this.lastMid = mid;
    this.samples += 1;
    this.spreadSum += ask - bid;
    this.spreads[Math.max(0, Math.min(MAX_SPREAD_TICKS, ask - bid))] += 1;
    this.bestLots += book.bestBidLots() + book.bestAskLots();
    this.tenLevelLots += lotsOfBest(book, 'buy', bid) + lotsOfBest(book, 'sell', ask);
  }

  private medianSpread(): number {
    let seen = 0;
    const median = this.spreads.findIndex((count) => {
      seen += count;
      return seen * 2 > this.samples;
    });
    return median < 0 ? Number.NaN : median;
  }
}

function lotsOfBest(book: BookView, side: Side, best: number): number {
  let total = 0;
  let price = best;
  for (let level = 0; level < DEPTH_LEVELS && price >= 0; level++) {
    total += book.lotsAt(side, price);
    price = book.nextWorse(side, price);
  }
  return total;
}

/** Mean and variance of event counts in windows laid end to end from the first event; the unfinished last one is left out. */
class WindowCounts {
  total = 0;
  private readonly windowMicros: number;
  private end = Number.NaN;
  private current = 0;
  private windows = 0;
  private sum = 0;
  private squares = 0;

  constructor(windowMicros: number) {
    this.windowMicros = windowMicros;
  }

  add(at: number): void {
    if (Number.isNaN(this.end)) this.end = at + this.windowMicros;
    while (at >= this.end) {
      this.windows += 1;
      this.sum += this.current;
      this.squares += this.current * this.current;
      this.current = 0;
      this.end += this.windowMicros;
    }
    this.current += 1;
    this.total += 1;
  }

  mean(): number {
    return this.sum / this.windows;
  }

  variance(): number {
    return (this.squares - (this.sum * this.sum) / this.windows) / (this.windows - 1);
  }
}

/** Autocorrelation of a stream at lags 1 to `lags`, from running sums. */
class Autocorrelation {
  private readonly recent: Float64Array;
  private readonly products: Float64Array;
  private count = 0;
  private sum = 0;
  private squares = 0;

  constructor(lags: number) {
    this.recent = new Float64Array(lags);
    this.products = new Float64Array(lags);
  }

  add(value: number): void {
    const lags = this.recent.length;
    for (let lag = 1; lag <= Math.min(lags, this.count); lag++) {
      this.products[lag - 1] += value * this.recent[(this.count - lag) % lags];
    }
    this.recent[this.count % lags] = value;
    this.count += 1;
    this.sum += value;
    this.squares += value * value;
  }

  values(): number[] {
    const mean = this.sum / this.count;
    const variance = this.squares / this.count - mean * mean;
    return Array.from(this.products, (product, index) => (product / (this.count - index - 1) - mean * mean) / variance);
  }
}
