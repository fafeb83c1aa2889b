import { exp } from '../engine/math.ts';
import type { Random } from '../engine/random.ts';
import { type DealerModel, optimalSpread, reservationPrice } from './avellaneda-stoikov.ts';

/** The market of the paper's section 3.3, in the units of its {@link DealerModel}. */
export interface ExperimentParameters extends DealerModel {
  /** The mid at the start. */
  readonly mid: number;
  /** T, the length of a path. */
  readonly horizon: number;
  /** dt; the horizon is a whole number of steps. */
  readonly step: number;
  /** A, the arrival rate of orders at the mid, per time unit. */
  readonly arrivalRate: number;
  /** q at the start. */
  readonly inventory: number;
}

/**
 * `inventory`: the optimal spread around the reservation price. `symmetric`, the paper's benchmark: the average of those
 * spreads over the horizon, at all times, around the mid.
 */
export type QuotingRule = 'inventory' | 'symmetric';

/** The columns of the paper's tables 1 to 3. Standard deviations are of the sample (n − 1). */
export interface ExperimentResult {
  readonly averageSpread: number;
  readonly profitMean: number;
  readonly profitStd: number;
  readonly inventoryMean: number;
  readonly inventoryStd: number;
}

/**
 * The numerical experiment of section 3.3: `paths` independent days of a dealer who follows `rule`.
 *
 * In each step the dealer quotes; then, independently, his ask and his bid are each hit with probability λ(δ)dt (at most
 * 1), where λ(δ) = A·exp(−kδ); then the mid moves by +σ√dt or −σ√dt with equal probability. Profit is cash plus the
 * inventory at the last mid, less the inventory at the first mid.
 * @throws RangeError unless there are two paths or more and the horizon is a whole number of steps.
 */
export function runExperiment(
  parameters: ExperimentParameters,
  rule: QuotingRule,
  paths: number,
  random: Random,
): ExperimentResult {
  const steps = Math.round(parameters.horizon / parameters.step);
  if (!(steps >= 1) || Math.abs(steps * parameters.step - parameters.horizon) > 1e-9 * parameters.horizon) {
    throw new RangeError(`a horizon of ${parameters.horizon} is no whole number of steps of ${parameters.step}`);
  }
  if (!(paths >= 2)) throw new RangeError(`a standard deviation needs two paths or more, not ${paths}`);
  const spreads = Array.from({ length: steps }, (_, i) =>
    optimalSpread(parameters.horizon - i * parameters.step, parameters),
  );
  const averageSpread = spreads.reduce((sum, spread) => sum + spread, 0) / steps;
  if (rule === 'symmetric') spreads.fill(averageSpread);
  const profit = new Moments();
  const inventory = new Moments();
  for (let path = 0; path < paths; path += 1) {
    const end = runPath(parameters, rule, spreads, random);
    profit.add(end.profit);
    inventory.add(end.inventory);
  }
  return {
    averageSpread,
    profitMean: profit.mean,
    profitStd: profit.std,
    inventoryMean: inventory.mean,
    inventoryStd: inventory.std,
  };
}

function runPath(
  parameters: ExperimentParameters,
  rule: QuotingRule,
  spreads: readonly number[],
  random: Random,
): { profit: number; inventory: number } {
  const { step, k, arrivalRate, horizon } = parameters;
  const move = parameters.sigma * Math.sqrt(step);
  let { mid, inventory } = parameters;
  let cash = -inventory * mid;
  for (let i = 0; i < spreads.length; i += 1) {
    const centre = rule === 'inventory' ? reservationPrice(mid, inventory, horizon - i * step, parameters) : mid;
    const ask = centre + spreads[i] / 2;
    const bid = centre - spreads[i] / 2;
    const isAskHit = random.uniform() < arrivalRate * exp(-k * (ask - mid)) * step;
    const isBidHit = random.uniform() < arrivalRate * exp(-k * (mid - bid)) * step;
    if (isAskHit) {
      inventory -= 1;
      cash += ask;
    }
    if (isBidHit) {
      inventory += 1;
      cash -= bid;
    }
    mid += random.uniform() < 0.5 ? move : -move;
  }
  return { profit: cash + inventory * mid, inventory };
}

/** Mean and standard deviation in one pass (Welford, Technometrics 4(3), 1962). */
class Moments {
  mean = 0;
  private count = 0;
  private squares = 0;

  add(value: number): void {
    this.count += 1;
    const deviation = value - this.mean;
    this.mean += deviation / this.count;
    this.squares += deviation * (value - this.mean);
  }

  get std(): number {
    return Math.sqrt(this.squares / (this.count - 1));
  }
}
