import { log1p } from '../engine/math.ts';

/**
 * Avellaneda and Stoikov, "High-frequency trading in a limit order book", Quantitative Finance 8(3), 217–224, 2008.
 * Equations are numbered as in the authors' version. Any units will do as long as all arguments share them: a price unit,
 * a time unit and a unit of quantity, which is the size of one quote.
 */

/** What the dealer assumes of himself and of the market. */
export interface DealerModel {
  /** Absolute risk aversion γ, per price unit and quantity unit: positive. */
  readonly gamma: number;
  /** Volatility σ of the mid, price units per square root of a time unit. */
  readonly sigma: number;
  /** Decay k of the arrival rate A·exp(−kδ) of orders that reach a quote δ from the mid, per price unit: positive. */
  readonly k: number;
}

/**
 * The price r(s, q, t) = s − qγσ²(T − t) at which the dealer does not care whether he trades one more unit: equation (29).
 * @param mid s, in price units
 * @param inventory q, in quantity units, negative when short
 * @param timeLeft T − t, in time units
 */
export function reservationPrice(mid: number, inventory: number, timeLeft: number, model: DealerModel): number {
  return mid - inventory * model.gamma * model.sigma * model.sigma * timeLeft;
}

/**
 * The distance δᵃ + δᵇ = γσ²(T − t) + (2/γ)·ln(1 + γ/k) between the two quotes, in price units: equation (30). They lie
 * symmetrically around the reservation price.
 */
export function optimalSpread(timeLeft: number, { gamma, sigma, k }: DealerModel): number {
  return gamma * sigma * sigma * timeLeft + (2 / gamma) * log1p(gamma / k);
}
