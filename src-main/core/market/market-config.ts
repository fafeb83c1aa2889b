/** Limits and tolerances of the market room. Times are the venue's unless they say otherwise. */
export interface MarketConfig {
  /** How far a frame's venue time may lie before the latest one of its instrument and stream. */
  readonly timestampToleranceMs: number;
  /** How far a trade, a ticker or the touch of a book may lie from the last proven mid. */
  readonly maxDeviationPercent: number;
  /** How long to wait, by the desk's clock, before an unproven book's snapshot is asked for again. */
  readonly snapshotRetryMs: number;
  /** How long, by the desk's clock, a proven book's stream may be silent before the book counts as unproven; 0: as long as it likes. */
  readonly staleAfterMs: number;
  /** Depth updates, and levels in them, that wait for a snapshot; beyond either, all are dropped. */
  readonly maxBufferedUpdates: number;
  readonly maxBufferedLevels: number;
  readonly maxLevelsPerSide: number;
  /** Tickers per instrument that wait for the depth update of their id; the oldest gives way. */
  readonly maxPendingTickers: number;
  /** Closed bars kept per instrument and interval; the oldest gives way. */
  readonly maxClosedBars: number;
}

export const DEFAULT_MARKET_CONFIG: MarketConfig = {
  timestampToleranceMs: 1_000,
  maxDeviationPercent: 10,
  snapshotRetryMs: 5_000,
  staleAfterMs: 5_000,
  maxBufferedUpdates: 2_000,
  maxBufferedLevels: 200_000,
  maxLevelsPerSide: 100_000,
  maxPendingTickers: 256,
  maxClosedBars: 500,
};

/** @throws RangeError naming the first field that makes no sense. */
export function checkMarketConfig(config: MarketConfig): void {
  const wholeFrom = (field: keyof MarketConfig, least: number): void => {
    const value = config[field];
    if (!Number.isSafeInteger(value) || value < least) {
      throw new RangeError(`market.${field} must be a whole number from ${least}, not ${value}`);
    }
  };
  wholeFrom('timestampToleranceMs', 0);
  wholeFrom('snapshotRetryMs', 1);
  wholeFrom('staleAfterMs', 0);
  wholeFrom('maxBufferedUpdates', 1);
  wholeFrom('maxBufferedLevels', 1);
  wholeFrom('maxLevelsPerSide', 1);
  wholeFrom('maxPendingTickers', 1);
  wholeFrom('maxClosedBars', 1);
  if (!(config.maxDeviationPercent > 0 && config.maxDeviationPercent < 100)) {
    throw new RangeError(`market.maxDeviationPercent must lie between 0 and 100, not ${config.maxDeviationPercent}`);
  }
}
