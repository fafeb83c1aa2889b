import type { BarView } from '../../../src-shared/contract/methods.ts';
import type { QuoteView, TopicValue } from '../../../src-shared/contract/topics.ts';
import { formatLots, formatTicks, type Instrument, instrumentKey } from '../../../src-shared/domain/instrument.ts';
import type { Side } from '../../../src-shared/domain/order.ts';
import type { Core } from '../../core/core.ts';
import { remainingLots } from '../../core/execution/orders-view.ts';
import type { Bar, BarInterval, BookView } from '../../core/market/market-view.ts';
import { priceNumber } from './order-views.ts';

/** Levels of each side that a ladder shows. */
const DEPTH_LEVELS = 15;

type Level = [price: string, quantity: string];

export function quoteOf({ market }: Core, of: Instrument): QuoteView {
  const book = market.book(of.id);
  const [bidTicks, askTicks, lastTicks] = [book.bestBidTicks(), book.bestAskTicks(), market.lastTradeTicks(of.id)];
  const hasBid = bidTicks >= 0;
  const hasAsk = askTicks >= 0;
  return {
    instrument: instrumentKey(of),
    proven: market.isProven(of.id),
    bid: hasBid ? formatTicks(of, bidTicks) : null,
    bidQuantity: hasBid ? formatLots(of, book.bestBidLots()) : null,
    ask: hasAsk ? formatTicks(of, askTicks) : null,
    askQuantity: hasAsk ? formatLots(of, book.bestAskLots()) : null,
    last: Number.isNaN(lastTicks) ? null : formatTicks(of, lastTicks),
    frameAt: market.lastFrameAt(of.id),
  };
}

export function depthOf(core: Core, of: Instrument): TopicValue<'depth'> {
  const book = core.market.book(of.id);
  return {
    instrument: instrumentKey(of),
    proven: core.market.isProven(of.id),
    bids: levels(book, of, 'buy', book.bestBidTicks()),
    asks: levels(book, of, 'sell', book.bestAskTicks()),
    ownBids: ownLevels(core, of, 'buy'),
    ownAsks: ownLevels(core, of, 'sell'),
  };
}

/** The last `limit` bars, oldest first; the last one is the one that trades still change. */
export function barsOf(core: Core, of: Instrument, interval: BarInterval, limit: number): BarView[] {
  const bars = core.market.bars(of.id);
  const found: BarView[] = [];
  const open = bars.open(interval);
  if (open !== null) found.push(barView(of, open));
  for (let age = 0; found.length < limit; age += 1) {
    const bar = bars.closed(interval, age);
    if (bar === null) break;
    found.push(barView(of, bar));
  }
  return found.reverse();
}

function levels(book: BookView, of: Instrument, side: Side, bestTicks: number): Level[] {
  const found: Level[] = [];
  for (let ticks = bestTicks; ticks >= 0 && found.length < DEPTH_LEVELS; ticks = book.nextWorse(side, ticks)) {
    found.push([formatTicks(of, ticks), formatLots(of, book.lotsAt(side, ticks))]);
  }
  return found;
}

/** The desk's own open orders with a price, by price, best first. */
function ownLevels({ orders }: Core, of: Instrument, side: Side): Level[] {
  const lotsAt = new Map<number, number>();
  for (const state of orders.open(of.id)) {
    const { priceTicks } = state.order;
    if (state.order.side === side && priceTicks !== null)
      lotsAt.set(priceTicks, (lotsAt.get(priceTicks) ?? 0) + remainingLots(state));
  }
  const best = side === 'buy' ? -1 : 1;
  return [...lotsAt]
    .sort(([a], [b]) => (a - b) * best)
    .map(([ticks, lots]) => [formatTicks(of, ticks), formatLots(of, lots)]);
}

function barView(of: Instrument, bar: Bar): BarView {
  const price = (ticks: number): number => priceNumber(of, ticks) ?? 0;
  return {
    startAt: bar.startAt,
    open: price(bar.openTicks),
    high: price(bar.highTicks),
    low: price(bar.lowTicks),
    close: price(bar.closeTicks),
    volume: (bar.volumeLots * Number(of.lot.units)) / 10 ** of.lot.decimals,
  };
}
