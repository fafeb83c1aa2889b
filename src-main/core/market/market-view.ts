import type { Instrument, InstrumentId } from '../../../src-shared/domain/instrument.ts';
import type { Side } from '../../../src-shared/domain/order.ts';

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

/** What other rooms may read of the market. */
export interface MarketView {
  readonly instruments: readonly Instrument[];
  /** Whether the book is proven complete and in sequence. Nothing is ordered on a book that is not. */
  isProven(instrument: InstrumentId): boolean;
  book(instrument: InstrumentId): BookView;
  /** Halfway between best bid and ask, in (fractional) ticks; NaN while the book is unproven or one-sided. */
  midTicks(instrument: InstrumentId): number;
  /** NaN before the first trade. */
  lastTradeTicks(instrument: InstrumentId): number;
}
