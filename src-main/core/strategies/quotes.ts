import type { BookView } from '../market/market-view.ts';
import { type DealerModel, optimalSpread, reservationPrice } from './avellaneda-stoikov.ts';
import type { MarketMakerConfig } from './market-maker-config.ts';

/** The best opposite prices that a quote must not meet; −1 where there is none. */
export type Touch = Pick<BookView, 'bestBidTicks' | 'bestAskTicks'>;

const BPS = 10_000;

/**
 * Where to quote, by Avellaneda and Stoikov with a rolling horizon: T − t is the constant `horizonSeconds`, so that quotes do
 * not depend on how long the desk has been running. (The paper's own answer to a market without end is the discounted
 * utility of its section on the infinite horizon; Guéant, Lehalle and Fernandez-Tapia, "Dealing with the inventory risk",
 * Mathematics and Financial Economics 7(4), 2013, show that quotes far from T become stationary.)
 *
 * One object per market maker, filled anew by each `place`: nothing is allocated.
 */
export class Quotes {
  /** Whole ticks. Always below `askTicks`, and below the best ask of the book. Not positive: there is no such price. */
  bidTicks = 0;
  /** Whole ticks, above the best bid of the book. */
  askTicks = 0;
  private readonly config: MarketMakerConfig;
  /** In sigmas and seconds the mid's volatility is 1, and the model is free of ticks. */
  private readonly model: DealerModel;
  private readonly spreadSigmas: number;

  constructor(config: MarketMakerConfig) {
    this.config = config;
    this.model = { gamma: config.gammaPerSigma, sigma: 1, k: config.kPerSigma };
    this.spreadSigmas = optimalSpread(config.horizonSeconds, this.model);
  }

  /**
   * @param midTicks the book's mid
   * @param sigmaTicks σ, in ticks per √s
   * @param inventoryQuotes the position in full quotes, negative when short
   */
  place(midTicks: number, sigmaTicks: number, inventoryQuotes: number, touch: Touch): void {
    const { horizonSeconds, minSpreadBps } = this.config;
    const centre = midTicks + sigmaTicks * reservationPrice(0, inventoryQuotes, horizonSeconds, this.model);
    const floorTicks = Math.max(1, (minSpreadBps / BPS) * midTicks);
    const halfSpread = Math.max(this.spreadSigmas * sigmaTicks, floorTicks) / 2;
    const bid = Math.floor(centre - halfSpread);
    const ask = Math.ceil(centre + halfSpread);
    const bestBid = touch.bestBidTicks();
    const bestAsk = touch.bestAskTicks();
    this.bidTicks = bestAsk < 0 ? bid : Math.min(bid, bestAsk - 1);
    this.askTicks = bestBid < 0 ? ask : Math.max(ask, bestBid + 1);
  }
}
