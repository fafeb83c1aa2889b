import type { Instrument, InstrumentId } from '../../../src-shared/domain/instrument.ts';
import type { Side } from '../../../src-shared/domain/order.ts';
import type { Micros } from '../../../src-shared/domain/time.ts';

/** What other rooms may read of a book. Prices in ticks, quantities in lots. */
export interface BookView {
  /** −1 when the side is empty. */
  bestBidTicks(): number;
  bestAskTicks(): number;
  /** 0 when the side is empty. */
  bestBidLots(): number;
  bestAskLots(): number;
  /** Quantity of the level at `priceTicks` on the bids (`buy`) or asks (`sell`); 0 when there is none. */
  lotsAt(side: Side, priceTicks: number): number;
  /** The next level away from the touch, starting behind `priceTicks`; −1 when there is none. */
  nextWorse(side: Side, priceTicks: number): number;
  levelCount(side: Side): number;
}

export const BAR_INTERVALS = ['1s', '1m', '5m', '1h'] as const;
export type BarInterval = (typeof BAR_INTERVALS)[number];

export interface Bar {
  /** By the venue's clock. */
  readonly startAt: Micros;
  readonly openTicks: number;
  readonly highTicks: number;
  readonly lowTicks: number;
  readonly closeTicks: number;
  readonly volumeLots: number;
  /** Volume-weighted average price, in (fractional) ticks. */
  readonly vwapTicks: number;
  /** Number of trades. */
  readonly count: number;
}

/** What other rooms may read of an instrument's bars. Bars without trades do not exist. */
export interface BarsView {
  /** How many bars have closed since the desk's start: whoever remembers it knows when there are new ones. */
  closedTotal(interval: BarInterval): number;
  /** A closed bar, the latest at `age` 0; null when there is none, or it is no longer kept. */
  closed(interval: BarInterval, age: number): Bar | null;
  /** The bar that trades still change; null before the first. */
  open(interval: BarInterval): Bar | null;
}

/** What a venue said last of a perpetual's mark price and funding: estimates, prices in the quote currency. */
export interface MarkPriceView {
  readonly markPrice: number;
  readonly indexPrice: number;
  /** A share of the notional, paid by the longs when positive. */
  readonly fundingRate: number;
  /** By the venue's clock. */
  readonly nextFundingAt: Micros;
  /** When the desk heard of it. */
  readonly at: Micros;
}

/** What other rooms may read of the market. */
export interface MarketView {
  readonly instruments: readonly Instrument[];
  /** Whether the book is proven complete and in sequence. Nothing is ordered on a book that is not. */
  isProven(instrument: InstrumentId): boolean;
  /** Whether the link to the instrument's venue is up. */
  isConnected(instrument: InstrumentId): boolean;
  book(instrument: InstrumentId): BookView;
  /** Halfway between best bid and ask, in (fractional) ticks; NaN while the book is unproven or one-sided. */
  midTicks(instrument: InstrumentId): number;
  /** NaN before the first trade. */
  lastTradeTicks(instrument: InstrumentId): number;
}
