import type { InstrumentId } from '../../src-shared/domain/instrument.ts';
import { micros } from '../../src-shared/domain/time.ts';
import type { BookTicker, DepthSnapshot, DepthUpdate, Levels, MarkPrice, Trade } from '../core/engine/input.ts';

const INITIAL_LEVELS = 2_048;
/** Bids and asks of one frame together. No venue sends more; a frame that does is refused before it eats the memory. */
export const MAX_LEVELS = 100_000;

/** One reusable frame of each kind: a reader fills it, its consumer is done with it before the next line is read. */
export class MarketFrames {
  readonly depth: DepthUpdate = { kind: 'depth', ...unstamped(), firstId: 0, lastId: 0, previousId: -1, ...levels() };
  readonly snapshot: DepthSnapshot = { kind: 'depth-snapshot', ...unstamped(), lastId: 0, ...levels() };
  readonly ticker: BookTicker = {
    kind: 'book-ticker',
    ...unstamped(),
    updateId: 0,
    bidTicks: 0,
    bidLots: 0,
    askTicks: 0,
    askLots: 0,
  };
  readonly trade: Trade = { kind: 'trade', ...unstamped(), tradeId: 0, priceTicks: 0, lots: 0, aggressor: 'buy' };
  readonly mark: MarkPrice = {
    kind: 'mark-price',
    ...unstamped(),
    markPrice: 0,
    indexPrice: 0,
    fundingRate: 0,
    nextFundingAt: 0,
  };
}

/** Makes room for one more level at `index`, keeping the others. False beyond the declared limit. */
export function reserveLevel(of: Levels, index: number): boolean {
  if (index < of.priceTicks.length) return true;
  if (index >= MAX_LEVELS) return false;
  of.priceTicks = grown(of.priceTicks);
  of.lots = grown(of.lots);
  return true;
}

/** Never longer than the limit, which so needs no check where there is room. */
function grown(array: Float64Array): Float64Array {
  const larger = new Float64Array(Math.min(array.length * 2, MAX_LEVELS));
  larger.set(array);
  return larger;
}

function unstamped() {
  return { seq: 0, at: micros(0), exchangeAt: -1, instrument: 0 as InstrumentId };
}

function levels(): Levels {
  return {
    bidCount: 0,
    askCount: 0,
    priceTicks: new Float64Array(INITIAL_LEVELS),
    lots: new Float64Array(INITIAL_LEVELS),
  };
}
