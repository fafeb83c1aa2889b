import type { OrderFlowParameters } from './order-flow.ts';

/** Mean children per event on the source's own side and on the other side. */
type Excitation = readonly [own: number, other: number];

/** Rows are the children's kind, columns the source's: limit, market, cancel. Both sides of the market behave alike. */
const EXCITATION: readonly (readonly [Excitation, Excitation, Excitation])[] = [
  [
    [0.44, 0.09],
    // A market order is followed by limit orders of its own side: the price moves after it.
    [2.2, 0.2],
    [0.16, 0.04],
  ],
  [
    [0, 0],
    // Market orders answer to market orders alone, which makes their branching ratio 0.93.
    [0.725, 0.205],
    [0, 0],
  ],
  [
    [0.31, 0.08],
    // And by cancels on the side that it takes from.
    [0.33, 0.77],
    [0.38, 0.09],
  ],
];

/** Immigrants per second and side: limit, market, cancel. */
const BASELINE_PER_SECOND = [20, 0.6, 54] as const;

/**
 * Calibrated to the recording binance-usdm-btcusdt-20240808 (tick 0.1, lot 0.001): market order sizes by the recording's
 * quantiles, the rest by random search until the figures of `reference-statistics.ts` were met.
 */
export const DEFAULT_ORDER_FLOW: OrderFlowParameters = {
  hawkes: {
    baselinePerSecond: BASELINE_PER_SECOND.flatMap((rate) => [rate, rate]),
    branching: EXCITATION.flatMap((row) => [row.flat(), row.flatMap(([own, other]) => [other, own])]),
    decaysPerSecond: [100, 5.4, 1.25],
    weights: [0.4, 0.4, 0.2],
  },
  marketLots: { medianLots: 30, sigma: 2.32, maxLots: 15_000 },
  touchLots: { medianLots: 32, sigma: 1.7, maxLots: 20_000 },
  deepLots: { medianLots: 48, sigma: 2, maxLots: 20_000 },
  placement: { closeSpread: 0.94, joinTouch: 0.77, exponent: 0.9, scaleTicks: 1_200, maxTicks: 5_000 },
  cancels: { capacity: 33, deepWeight: 0.01 },
};
