import type { BookTicker, DepthSnapshot, Levels, Trade } from '../../../src-main/core/engine/input.ts';
import { MICROS_PER_MS } from '../../../src-shared/domain/time.ts';
import type { VenueClock } from './clock.ts';
import { priceText, quantityText, type SymbolListing } from './listings.ts';

/** The changes of a book since the frame before, in the venue's update ids. */
export interface BookChange {
  readonly firstId: number;
  readonly lastId: number;
  readonly previousId: number;
  /** µs. */
  readonly exchangeAt: number;
  /** Lots by price in ticks; 0 removes the level. */
  readonly bids: ReadonlyMap<number, number>;
  readonly asks: ReadonlyMap<number, number>;
}

export function shownMs(exchangeAt: number, clock: VenueClock): number {
  return clock.shown(Math.floor(exchangeAt / MICROS_PER_MS));
}

export function depthUpdate(of: SymbolListing, change: BookChange, clock: VenueClock): string {
  const { firstId, lastId, previousId, exchangeAt, bids, asks } = change;
  const times = `"E":${clock.shownNow()},"T":${shownMs(exchangeAt, clock)}`;
  const ids = `"U":${firstId},"u":${lastId},"pu":${previousId}`;
  return `{"e":"depthUpdate",${times},"s":"${of.symbol}",${ids},"b":${levels(of, bids)},"a":${levels(of, asks)}}`;
}

export function bookTicker(of: SymbolListing, ticker: BookTicker, clock: VenueClock): string {
  const bid = `"b":"${priceText(of, ticker.bidTicks)}","B":"${quantityText(of, ticker.bidLots)}"`;
  const ask = `"a":"${priceText(of, ticker.askTicks)}","A":"${quantityText(of, ticker.askLots)}"`;
  const times = `"T":${shownMs(ticker.exchangeAt, clock)},"E":${clock.shownNow()}`;
  return `{"e":"bookTicker","u":${ticker.updateId},"s":"${of.symbol}",${bid},${ask},${times}}`;
}

export function tradeFrame(of: SymbolListing, trade: Trade, clock: VenueClock): string {
  const times = `"E":${clock.shownNow()},"T":${shownMs(trade.exchangeAt, clock)}`;
  const terms = `"p":"${priceText(of, trade.priceTicks)}","q":"${quantityText(of, trade.lots)}"`;
  return `{"e":"trade",${times},"s":"${of.symbol}","t":${trade.tradeId},${terms},"X":"MARKET","m":${isBuyerMaker(trade)}}`;
}

/** Every trade is an aggregate of its own: the venue may join those of one taker at one price, and need not. */
export function aggregateTrade(of: SymbolListing, trade: Trade, clock: VenueClock): string {
  const quantity = quantityText(of, trade.lots);
  const terms = `"p":"${priceText(of, trade.priceTicks)}","q":"${quantity}","nq":"${quantity}"`;
  const ids = `"f":${trade.tradeId},"l":${trade.tradeId},"T":${shownMs(trade.exchangeAt, clock)}`;
  return `{"e":"aggTrade","E":${clock.shownNow()},"s":"${of.symbol}","a":${trade.tradeId},${terms},${ids},"m":${isBuyerMaker(trade)}}`;
}

export function isBuyerMaker({ aggressor }: Trade): boolean {
  return aggressor === 'sell';
}

/** The answer of `/fapi/v1/depth`: at most `limit` levels a side, best first. */
export function depthResult(of: SymbolListing, snapshot: DepthSnapshot, limit: number, clock: VenueClock) {
  const { bidCount, askCount, lastId, exchangeAt } = snapshot;
  return {
    lastUpdateId: lastId,
    E: clock.shownNow(),
    T: shownMs(exchangeAt, clock),
    bids: side(of, snapshot, 0, Math.min(limit, bidCount)),
    asks: side(of, snapshot, bidCount, Math.min(limit, askCount)),
  };
}

function side(of: SymbolListing, { priceTicks, lots }: Levels, from: number, count: number): [string, string][] {
  return Array.from({ length: count }, (_, index) => [
    priceText(of, priceTicks[from + index]),
    quantityText(of, lots[from + index]),
  ]);
}

/** Ascending by price, on both sides, as the venue sends them. */
function levels(of: SymbolListing, changed: ReadonlyMap<number, number>): string {
  const prices = [...changed.keys()].sort((a, b) => a - b);
  let text = '[';
  for (const price of prices) {
    if (text.length > 1) text += ',';
    text += `["${priceText(of, price)}","${quantityText(of, changed.get(price) ?? 0)}"]`;
  }
  return `${text}]`;
}
