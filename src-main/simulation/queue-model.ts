import { log1p, pow } from '../core/engine/math.ts';

/**
 * Where a resting order is believed to stand in the queue of its price level. Lots, estimates: fractional.
 * A recorded L2 book shows how much rests at a price, never who stands where: the models below guess.
 */
export interface QueuePosition {
  aheadLots: number;
  /** Traded at the level since its quantity last changed in the book: the next change will show these lots again. */
  tradedLots: number;
}

/**
 * Revises an order's position when the quantity of its level goes from `previousLots` to `lots`.
 *
 * Written after hftbacktest's `backtest/models/queue.rs`, which follows E. Rigtorp, "Estimating order queue position"
 * (2013). Positions are kept at 0 or more here, where hftbacktest lets them go negative and reads the executable
 * quantity out of that; {@link queueTraded} returns it instead.
 */
export type QueueModel = (position: QueuePosition, previousLots: number, lots: number) => void;

/**
 * How the probability that a cancelled lot stood behind the order follows from f and the lots in front and behind:
 * - `share`: f(back) / (f(back) + f(front))
 * - `total`: f(back) / f(back + front)
 * - `fraction`: 1 − f(front / (front + back)), power only
 */
export type QueueModelSpec =
  /** Only trades move the order forward; cancels are all behind it. */
  | { readonly kind: 'risk-averse' }
  /** f(x) = x^exponent. */
  | { readonly kind: 'power'; readonly exponent: number; readonly form: 'share' | 'total' | 'fraction' }
  /** f(x) = log(1 + x). */
  | { readonly kind: 'log'; readonly form: 'share' | 'total' };

/** Beyond it x^n of large or small quantities leaves the range of a double. hftbacktest's examples use 1 to 5. */
const MAX_EXPONENT = 16;

/** @throws RangeError for an exponent outside (0, 16]. */
export function createQueueModel(spec: QueueModelSpec): QueueModel {
  if (spec.kind === 'risk-averse') {
    return (position, _previousLots, lots) => {
      position.tradedLots = 0;
      position.aheadLots = Math.min(position.aheadLots, lots);
    };
  }
  if (spec.kind === 'log') return probabilistic(behind(spec.form, log1p));
  const { exponent, form } = spec;
  if (!(exponent > 0 && exponent <= MAX_EXPONENT)) {
    throw new RangeError(`queue model: the exponent must lie above 0 and at most at ${MAX_EXPONENT}, not ${exponent}`);
  }
  return probabilistic(behind(form, (x) => pow(x, exponent)));
}

/**
 * A trade of `lots` printed at the order's price: the queue ahead shrinks by it.
 * @returns the whole lots of the trade that reach past the queue ahead; orders of the desk that stand in front of this
 * one at the same level are the caller's to subtract.
 */
export function queueTraded(position: QueuePosition, lots: number): number {
  const beyond = Math.max(0, Math.floor(lots - position.aheadLots));
  position.aheadLots = Math.max(0, position.aheadLots - lots);
  position.tradedLots += lots;
  return beyond;
}

/** Probability that a lot which left the level, and was not traded, stood behind. Both are positive. */
type Behind = (front: number, back: number) => number;

function behind(form: 'share' | 'total' | 'fraction', f: (x: number) => number): Behind {
  switch (form) {
    case 'share':
      return (front, back) => f(back) / (f(back) + f(front));
    case 'total':
      return (front, back) => f(back) / f(back + front);
    case 'fraction':
      return (front, back) => 1 - f(front / (front + back));
  }
}

/**
 * What left the level, less what was traded there (trades have moved the order already), is split into front and back by
 * probability; what the back cannot give comes from the front. As in hftbacktest, `back` is taken against the quantity
 * before those trades.
 */
function probabilistic(probabilityBehind: Behind): QueueModel {
  return (position, previousLots, lots) => {
    const left = previousLots - lots - position.tradedLots;
    const front = position.aheadLots;
    position.tradedLots = 0;
    if (left <= 0 || front === 0) {
      position.aheadLots = Math.min(front, lots);
      return;
    }
    const back = Math.max(0, previousLots - front);
    const probability = back === 0 ? 0 : probabilityBehind(front, back);
    const estimate = front - (1 - probability) * left + Math.min(0, back - probability * left);
    position.aheadLots = Math.max(0, Math.min(estimate, lots));
  };
}
