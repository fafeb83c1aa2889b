import type { InstrumentId } from '../../../src-shared/domain/instrument.ts';
import { micros } from '../../../src-shared/domain/time.ts';
import type { BookTicker, DepthSnapshot, DepthUpdate, Levels, Trade } from '../../core/engine/input.ts';

const INITIAL_LEVELS = 2_048;
/** No venue sends more levels in one frame; a frame that does is refused before it eats the memory. */
const MAX_LEVELS = 100_000;

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
}

/** Makes room for one more level at `index`, keeping the others. @throws RangeError beyond the declared limit. */
export function reserveLevel(of: Levels, index: number): void {
  if (index < of.priceTicks.length) return;
  if (index >= MAX_LEVELS) throw new RangeError(`more than ${MAX_LEVELS} levels in one frame`);
  of.priceTicks = grown(of.priceTicks);
  of.lots = grown(of.lots);
}

function grown(array: Float64Array): Float64Array {
  const larger = new Float64Array(array.length * 2);
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
