import type { InstrumentId } from '../../src-shared/domain/instrument.ts';
import { micros } from '../../src-shared/domain/time.ts';
import type { BookTicker, DepthSnapshot, DepthUpdate } from '../core/engine/input.ts';

/** Price in ticks, quantity in lots. */
export type Level = readonly [number, number];

const STAMP = { seq: 0, at: micros(0), instrument: 0 as InstrumentId, exchangeAt: -1 };

function levels(bids: readonly Level[], asks: readonly Level[]) {
  const all = [...bids, ...asks];
  return {
    bidCount: bids.length,
    askCount: asks.length,
    priceTicks: Float64Array.from(all, ([priceTicks]) => priceTicks),
    lots: Float64Array.from(all, ([, lots]) => lots),
  };
}

export function depth(
  firstId: number,
  lastId: number,
  bids: readonly Level[],
  asks: readonly Level[],
  previousId = -1,
): DepthUpdate {
  return { kind: 'depth', ...STAMP, firstId, lastId, previousId, ...levels(bids, asks) };
}

export function snapshotFrame(lastId: number, bids: readonly Level[], asks: readonly Level[]): DepthSnapshot {
  return { kind: 'depth-snapshot', ...STAMP, lastId, ...levels(bids, asks) };
}

export function ticker(updateId: number, [bidTicks, bidLots]: Level, [askTicks, askLots]: Level): BookTicker {
  return { kind: 'book-ticker', ...STAMP, updateId, bidTicks, bidLots, askTicks, askLots };
}
