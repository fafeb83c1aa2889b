import { MICROS_PER_SECOND, type Micros } from '../../../src-shared/domain/time.ts';
import type { Trade } from '../engine/input.ts';
import { BAR_INTERVALS, type Bar, type BarInterval, type BarsView } from './market-view.ts';

const INTERVAL_MICROS: readonly number[] = [1, 60, 300, 3_600].map((seconds) => seconds * MICROS_PER_SECOND);
const INTERVALS = BAR_INTERVALS.length;
const LONGEST = INTERVALS - 1;

/** Numbers of one bar. */
const START = 0;
const OPEN = 1;
const HIGH = 2;
const LOW = 3;
const CLOSE = 4;
const VOLUME = 5;
/** Σ ticks · lots is `NOTIONAL_HIGH` · {@link LIMB} + `NOTIONAL_LOW`, exactly; it outgrows a double's 53 bits in a busy hour. */
const NOTIONAL_HIGH = 6;
const NOTIONAL_LOW = 7;
const COUNT = 8;
const WIDTH = 9;

/** 2^22. Ticks have 30 bits: a product with 22 bits of lots, added to a rest below 2^22, stays within 53. */
const LIMB = 4_194_304;
/** More than the low part can hand on to the high one at a time, 2^30. */
const MOST_CARRY = 2_147_483_648;

export interface BarsSnapshot {
  /** {@link WIDTH} numbers for each interval's open bar; a count of 0 stands for none. */
  readonly open: Float64Array;
  /** By interval: its closed bars, oldest first. */
  readonly closed: readonly Float64Array[];
  readonly closedTotals: Float64Array;
  readonly lateTrades: Float64Array;
  readonly undatedTrades: number;
}

/**
 * Open, high, low, close, volume, volume-weighted average and count of one instrument's trades, by the venue's time, over
 * all intervals at once. Bars start at whole multiples of their interval; one without trades does not exist.
 *
 * A bar closes with the first trade of a later one, and is final. A trade from before the open bar (the venue's streams
 * may step back a little) is left out of that interval and counted as late there; a longer interval whose open bar still
 * covers it takes it. Open and close are the first and last trades by arrival.
 */
export class Bars implements BarsView {
  private readonly capacity: number;
  private readonly current = new Float64Array(INTERVALS * WIDTH);
  private readonly ring: Float64Array;
  private readonly closedTotals = new Float64Array(INTERVALS);
  private readonly late = new Float64Array(INTERVALS);
  private undated = 0;

  /** @param capacity closed bars kept for each interval. */
  constructor(capacity: number) {
    this.capacity = capacity;
    this.ring = new Float64Array(INTERVALS * capacity * WIDTH);
  }

  /** Takes a valid trade in; false, and nothing has changed, when a sum would no longer be exact. */
  add(trade: Trade): boolean {
    const { exchangeAt, lots } = trade;
    if (exchangeAt < 0) {
      this.undated += 1;
      return true;
    }
    const lotsHigh = Math.floor(lots / LIMB);
    const productHigh = trade.priceTicks * lotsHigh;
    const productLow = trade.priceTicks * (lots - lotsHigh * LIMB);
    if (!this.fits(exchangeAt, lots, productHigh)) return false;
    for (let interval = 0; interval < INTERVALS; interval++) {
      const bar = interval * WIDTH;
      const elapsed = exchangeAt - this.current[bar + START];
      if (this.current[bar + COUNT] === 0 || elapsed >= INTERVAL_MICROS[interval]) this.begin(interval, trade);
      else if (elapsed < 0) {
        this.late[interval] += 1;
        continue;
      }
      this.fold(bar, trade, productHigh, productLow);
    }
    return true;
  }

  closedTotal(interval: BarInterval): number {
    return this.closedTotals[BAR_INTERVALS.indexOf(interval)];
  }

  closed(interval: BarInterval, age: number): Bar | null {
    const i = BAR_INTERVALS.indexOf(interval);
    const number = this.closedTotals[i] - 1 - age;
    if (!Number.isSafeInteger(age) || age < 0 || age >= this.capacity || number < 0) return null;
    return barAt(this.ring, this.slot(i, number));
  }

  open(interval: BarInterval): Bar | null {
    const bar = BAR_INTERVALS.indexOf(interval) * WIDTH;
    return this.current[bar + COUNT] === 0 ? null : barAt(this.current, bar);
  }

  /** Trades that came after the bar of their time had closed. */
  lateTrades(interval: BarInterval): number {
    return this.late[BAR_INTERVALS.indexOf(interval)];
  }

  /** Trades without a venue time, which belong to no bar. */
  undatedTrades(): number {
    return this.undated;
  }

  snapshot(): BarsSnapshot {
    return {
      open: this.current.slice(),
      closed: BAR_INTERVALS.map((_, interval) => this.closedOf(interval)),
      closedTotals: this.closedTotals.slice(),
      lateTrades: this.late.slice(),
      undatedTrades: this.undated,
    };
  }

  /** Of a snapshot with more closed bars than this keeps, the latest are taken. */
  restore(snapshot: BarsSnapshot): void {
    this.current.set(snapshot.open);
    this.closedTotals.set(snapshot.closedTotals);
    this.late.set(snapshot.lateTrades);
    this.undated = snapshot.undatedTrades;
    snapshot.closed.forEach((bars, interval) => {
      const count = bars.length / WIDTH;
      for (let i = Math.max(0, count - this.capacity); i < count; i++) {
        const slot = this.slot(interval, this.closedTotals[interval] - count + i);
        this.ring.set(bars.subarray(i * WIDTH, (i + 1) * WIDTH), slot);
      }
    });
  }

  /** Sums only grow, and shorter bars lie within longer ones: what fits the longest open bar fits all. */
  private fits(exchangeAt: number, lots: number, productHigh: number): boolean {
    const bar = LONGEST * WIDTH;
    const elapsed = exchangeAt - this.current[bar + START];
    const joins = this.current[bar + COUNT] > 0 && elapsed >= 0 && elapsed < INTERVAL_MICROS[LONGEST];
    const volume = joins ? this.current[bar + VOLUME] : 0;
    const notionalHigh = joins ? this.current[bar + NOTIONAL_HIGH] : 0;
    const most = Number.MAX_SAFE_INTEGER;
    return lots <= most - volume && productHigh <= most - notionalHigh - MOST_CARRY;
  }

  private begin(interval: number, trade: Trade): void {
    const bar = interval * WIDTH;
    const { current } = this;
    if (current[bar + COUNT] > 0) {
      const slot = this.slot(interval, this.closedTotals[interval]);
      for (let i = 0; i < WIDTH; i++) this.ring[slot + i] = current[bar + i];
      this.closedTotals[interval] += 1;
    }
    const length = INTERVAL_MICROS[interval];
    current[bar + START] = Math.floor(trade.exchangeAt / length) * length;
    current[bar + OPEN] = trade.priceTicks;
    current[bar + HIGH] = trade.priceTicks;
    current[bar + LOW] = trade.priceTicks;
    current[bar + VOLUME] = 0;
    current[bar + NOTIONAL_HIGH] = 0;
    current[bar + NOTIONAL_LOW] = 0;
    current[bar + COUNT] = 0;
  }

  private fold(bar: number, trade: Trade, productHigh: number, productLow: number): void {
    const { current } = this;
    const ticks = trade.priceTicks;
    if (ticks > current[bar + HIGH]) current[bar + HIGH] = ticks;
    if (ticks < current[bar + LOW]) current[bar + LOW] = ticks;
    current[bar + CLOSE] = ticks;
    current[bar + VOLUME] += trade.lots;
    const low = current[bar + NOTIONAL_LOW] + productLow;
    const carry = Math.floor(low / LIMB);
    current[bar + NOTIONAL_HIGH] += productHigh + carry;
    current[bar + NOTIONAL_LOW] = low - carry * LIMB;
    current[bar + COUNT] += 1;
  }

  /** Where the ring keeps the interval's closed bar number `number`, counted from its first. */
  private slot(interval: number, number: number): number {
    return (interval * this.capacity + (number % this.capacity)) * WIDTH;
  }

  private closedOf(interval: number): Float64Array {
    const total = this.closedTotals[interval];
    const count = Math.min(total, this.capacity);
    const bars = new Float64Array(count * WIDTH);
    for (let i = 0; i < count; i++) {
      const slot = this.slot(interval, total - count + i);
      bars.set(this.ring.subarray(slot, slot + WIDTH), i * WIDTH);
    }
    return bars;
  }
}

function barAt(numbers: Float64Array, at: number): Bar {
  const volumeLots = numbers[at + VOLUME];
  return {
    startAt: numbers[at + START] as Micros,
    openTicks: numbers[at + OPEN],
    highTicks: numbers[at + HIGH],
    lowTicks: numbers[at + LOW],
    closeTicks: numbers[at + CLOSE],
    volumeLots,
    vwapTicks: (numbers[at + NOTIONAL_HIGH] * LIMB + numbers[at + NOTIONAL_LOW]) / volumeLots,
    count: numbers[at + COUNT],
  };
}
