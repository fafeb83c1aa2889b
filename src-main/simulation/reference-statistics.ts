import type { MarketStatistics } from './stylised-facts.ts';

type Band = readonly [low: number, high: number];

export interface ComparisonRow {
  readonly figure: string;
  readonly simulated: number;
  readonly recorded: number;
  /** Both ends belong to it. */
  readonly band: Band;
  readonly within: boolean;
}

interface Figure {
  readonly name: string;
  /** For a run of {@link FULL_SECONDS} and more. */
  readonly band: Band;
  /** Standard deviation of the figure over seeds, in closed markets of {@link FULL_SECONDS}. */
  readonly scatter: number;
  of(statistics: MarketStatistics): number;
}

/** What bands refer to: binance-usdm-btcusdt-20240808, 345 s of BTCUSDT perpetual, through the same collector. */
export const RECORDED_STATISTICS: MarketStatistics = {
  seconds: 344.732,
  takerOrdersPerSecond: 15.769,
  meanTakerLots: 446.903,
  branchingRatio: 0.84,
  absoluteReturnAutocorrelation: [0.13, 0.055, 0.047, 0.033, 0.029, 0.049, 0.078, -0.013, -0.003, 0.046],
  returnTicks: 37.118,
  meanSpreadTicks: 1.177,
  medianSpreadTicks: 1,
  bestDepth: 8.539,
  tenLevelDepth: 17.217,
};

/** From here on a run's figures scatter less than the bands are wide. */
const FULL_SECONDS = 1_500;
/** How many standard deviations a shorter run is granted for being shorter. */
const GRANTED_DEVIATIONS = 3;

/**
 * Bands for a closed market with the default flow. A band is as wide as the recording itself makes likely, and no wider: its
 * three thirds, and ETHUSDT in the same minutes, tell how far some minutes may lie from the next.
 */
const FIGURES: readonly Figure[] = [
  {
    // Thirds: 0.52, 0.84, 0.86; ETHUSDT: 0.70. Counts without excitation give 0 ± 0.05.
    name: 'branching ratio of taker orders',
    band: [0.7, 0.92],
    scatter: 0.013,
    of: (statistics) => statistics.branchingRatio,
  },
  {
    // Thirds: 0.043, 0.036, 0.087; ETHUSDT: 0.054. Independent returns give 0 with a standard error of 0.014.
    name: 'autocorrelation of |returns|, mean of lags 0.2 to 0.6 s',
    band: [0.03, 0.25],
    scatter: 0.027,
    of: ({ absoluteReturnAutocorrelation: values }) => mean(values.slice(0, 3)),
  },
  {
    // Thirds: 0.016, 0.041, 0.039; ETHUSDT: 0.014. Independent returns give 0 with a standard error of 0.008.
    name: 'autocorrelation of |returns|, mean of lags 0.2 to 2 s',
    band: [0.014, 0.12],
    scatter: 0.019,
    of: ({ absoluteReturnAutocorrelation: values }) => mean(values),
  },
  {
    // Thirds: 21, 30, 53: a factor of two either way.
    name: 'standard deviation of 0.2 s returns, ticks',
    band: [18.5, 74],
    scatter: 4,
    of: (statistics) => statistics.returnTicks,
  },
  {
    // Thirds: 1.01, 1.00, 1.52; ETHUSDT: 1.07.
    name: 'mean spread, ticks',
    band: [1, 1.5],
    scatter: 0.056,
    of: (statistics) => statistics.meanSpreadTicks,
  },
  { name: 'median spread, ticks', band: [1, 1], scatter: 0, of: (statistics) => statistics.medianSpreadTicks },
  {
    // Thirds: 18, 8.8, 6.0; ETHUSDT: 7.7. The unit, the mean taker order, is heavy-tailed: a factor of 1.5 either way.
    name: 'depth at the best price, mean taker orders',
    band: [5.7, 12.8],
    scatter: 0.27,
    of: (statistics) => statistics.bestDepth,
  },
  {
    // Thirds: 34, 19, 12; ETHUSDT: 15. The same unit, the same factor.
    name: 'depth of ten levels, mean taker orders',
    band: [11.5, 25.8],
    scatter: 0.73,
    of: (statistics) => statistics.tenLevelDepth,
  },
  {
    // Thirds: 12, 15, 20; ETHUSDT: 10.
    name: 'taker orders per second',
    band: [10, 25],
    scatter: 1.7,
    of: (statistics) => statistics.takerOrdersPerSecond,
  },
];

/**
 * Holds a simulated market against a recorded one; a figure that is NaN is outside its band. A run of less than
 * {@link FULL_SECONDS} scatters more, with the square root of what it lacks, and its bands are wider by that.
 */
export function compare(
  simulated: MarketStatistics,
  reference: MarketStatistics = RECORDED_STATISTICS,
): readonly ComparisonRow[] {
  const shortness = Math.max(0, Math.sqrt(FULL_SECONDS / simulated.seconds) - 1);
  return FIGURES.map(({ name, band: [low, high], scatter, of }) => {
    const value = of(simulated);
    const margin = GRANTED_DEVIATIONS * scatter * shortness;
    const band: Band = [low - margin, high + margin];
    return {
      figure: name,
      simulated: value,
      recorded: of(reference),
      band,
      within: value >= band[0] && value <= band[1],
    };
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
