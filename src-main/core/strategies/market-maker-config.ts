import type { VolatilityConfig } from '../features/volatility.ts';

/**
 * What a {@link MarketMaker} is told. No number here depends on an instrument's tick, lot or price, so that one
 * configuration quotes them all: prices are in **sigmas** (what the mid moves in one second, one standard deviation, as
 * estimated online), quantities in **quotes** (the size of one full quote). With σ in ticks per √s, Avellaneda and Stoikov's
 * parameters in ticks and quotes are γ = `gammaPerSigma` / σ and k = `kPerSigma` / σ; in lots, γ is that over the lots of a
 * quote. That spreads scale with volatility is what is found across markets: Wyart, Bouchaud, Kockelkoren, Potters and
 * Vettorazzo, "Relation between bid-ask spread, impact and volatility in order-driven markets", Quantitative Finance 8(1), 2008.
 */
export interface MarketMakerConfig {
  /**
   * Risk aversion γ, per sigma and quote. At full inventory the quotes are shifted by
   * `maxInventoryQuotes` · `gammaPerSigma` · `horizonSeconds` sigmas.
   */
  readonly gammaPerSigma: number;
  /** Decay k of the fill rate with a quote's distance from the mid, per sigma: without inventory, a quote lies about 1/k away. */
  readonly kPerSigma: number;
  /** The time T − t that a position is expected to be held. It does not run down: the horizon rolls along. */
  readonly horizonSeconds: number;
  /** Size of a full quote in the instrument's quote currency: rounded down to what the venue accepts, at least one step of it. */
  readonly quoteNotional: number;
  /** The side that would take the position beyond this is not quoted. The hard limit is the gate's. */
  readonly maxInventoryQuotes: number;
  /** Floor of the distance between bid and ask, in 1/10,000 of the mid: fees, and a volatility that dozed off. */
  readonly minSpreadBps: number;
  /** A quote stays where it is, and keeps its place in the queue, while it is this close to where it should be. */
  readonly requoteThresholdSigmas: number;
  /** The market moves a quote no sooner than this after it was placed. Own fills move it at once. */
  readonly minQuoteLifeMs: number;
  /** How long a side stays out after the gate or the venue refused it. */
  readonly retryMs: number;
  readonly volatility: VolatilityConfig;
}

/**
 * k from recordings of Binance BTCUSDT (spot and USD-M) and ETHUSDT, August 2024: how far trades reached from the mid in
 * windows of 1 s fell off by e every 0.7 to 0.9 sigmas on all three, k = 1.25 or so. The model takes fills for uninformed,
 * which they are not: half of that quotes twice as wide, and lost half as much of its turnover (0.5 basis points before fees).
 */
export const DEFAULT_MARKET_MAKER: MarketMakerConfig = {
  gammaPerSigma: 0.02,
  kPerSigma: 0.6,
  horizonSeconds: 10,
  quoteNotional: 200,
  maxInventoryQuotes: 5,
  minSpreadBps: 0.5,
  requoteThresholdSigmas: 0.2,
  minQuoteLifeMs: 500,
  retryMs: 2_000,
  volatility: { halfLifeSeconds: 30, sampleMs: 500 },
};

/** @throws RangeError naming the first field that makes no sense, and what would. */
export function checkMarketMakerConfig(config: MarketMakerConfig): void {
  const positive = ['gammaPerSigma', 'kPerSigma', 'horizonSeconds', 'quoteNotional', 'retryMs'] as const;
  for (const field of positive) {
    if (!(config[field] > 0 && config[field] < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`market maker: ${field} is a positive number, not ${config[field]}`);
    }
  }
  const notNegative = ['minSpreadBps', 'requoteThresholdSigmas', 'minQuoteLifeMs'] as const;
  for (const field of notNegative) {
    if (!(config[field] >= 0 && config[field] < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`market maker: ${field} is zero or a positive number, not ${config[field]}`);
    }
  }
  if (!Number.isSafeInteger(config.maxInventoryQuotes) || config.maxInventoryQuotes < 1) {
    throw new RangeError(`market maker: maxInventoryQuotes is a whole number from 1, not ${config.maxInventoryQuotes}`);
  }
  for (const field of ['minQuoteLifeMs', 'retryMs'] as const) {
    if (!Number.isSafeInteger(config[field])) {
      throw new RangeError(`market maker: ${field} is a whole number of milliseconds, not ${config[field]}`);
    }
  }
}
