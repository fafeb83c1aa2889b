import { opposite, type Side } from '../../src-shared/domain/order.ts';
import { exp, log, pow } from '../core/engine/math.ts';
import { Random, type RandomState } from '../core/engine/random.ts';
import { Hawkes, type HawkesParameters, type HawkesSnapshot, meanIntensities } from './hawkes.ts';
import { MAX_ORDER_LOTS, type MatchingBook } from './matching-book.ts';
import { RestingOrders, type RestingOrdersSnapshot } from './resting-orders.ts';

/** The event types of the flow, in the order of its Hawkes process. A cancel's side is that of the order it cancels. */
export const FLOW_TYPES = [
  'limit buy',
  'limit sell',
  'market buy',
  'market sell',
  'cancel buy',
  'cancel sell',
] as const;

const SIDES: readonly Side[] = ['buy', 'sell'];
type FlowKind = 'limit' | 'market' | 'cancel';
const KINDS: readonly FlowKind[] = ['limit', 'market', 'cancel'];

/** Log-normal quantities, rounded up to whole lots. */
export interface LotSizes {
  readonly medianLots: number;
  /** Standard deviation of the logarithm. */
  readonly sigma: number;
  readonly maxLots: number;
}

export interface OrderFlowParameters {
  /** Its types are {@link FLOW_TYPES}. */
  readonly hawkes: HawkesParameters;
  readonly marketLots: LotSizes;
  /** Sizes of limit orders at the touch, and of those behind it. */
  readonly touchLots: LotSizes;
  readonly deepLots: LotSizes;
  readonly placement: {
    /** How often a limit order closes a spread that is wider than a tick. */
    readonly closeSpread: number;
    /** How often it joins the best price otherwise; else it goes behind it. */
    readonly joinTouch: number;
    /**
     * Distances d behind the best price fall off as P(d > x) = (1 + x / scaleTicks)^(−exponent), cut at `maxTicks`: the power
     * law of Bouchaud, Mézard and Potters, "Statistical properties of stock order books", Quantitative Finance 2, 2002, eq. 1.
     */
    readonly exponent: number;
    readonly scaleTicks: number;
    readonly maxTicks: number;
  };
  readonly cancels: {
    /**
     * A cancel happens with probability min(1, load / capacity), load = orders at the touch + `deepWeight` · orders behind it:
     * the cancel rate grows with the queue (Huang, Lehalle and Rosenbaum, "Simulating and analyzing order book data: the
     * queue-reactive model", JASA 110, 2015, section 2.3), which keeps the depth stationary.
     */
    readonly capacity: number;
    /** How much less likely an order from behind the touch is cancelled than one from the touch. */
    readonly deepWeight: number;
  };
}

export interface OrderFlowSnapshot {
  readonly hawkes: HawkesSnapshot;
  readonly random: RandomState;
  readonly resting: RestingOrdersSnapshot;
}

/** What an event of the flow does. `pool` is where the flow wants to find the order again, see {@link OrderFlow.resting}. */
export type FlowDecision =
  | {
      readonly kind: 'limit';
      readonly side: Side;
      readonly priceTicks: number;
      readonly lots: number;
      readonly pool: number;
    }
  | { readonly kind: 'market'; readonly side: Side; readonly lots: number }
  | { readonly kind: 'cancel'; readonly side: Side; readonly handle: number }
  | { readonly kind: 'none' };

/**
 * Generated order flow: a Hawkes process says when something of which type happens, {@link decide} what it is, given the
 * book that it finds. Deterministic by its seed.
 */
export class OrderFlow {
  /** The generated orders in the book: the market reports what it placed and what was filled. */
  readonly resting = new RestingOrders(4);
  private readonly parameters: OrderFlowParameters;
  private readonly hawkes: Hawkes;
  private readonly random: Random;

  /** @throws RangeError when the process is not stationary, or cancels cannot keep up with limit orders. */
  constructor(parameters: OrderFlowParameters, seed: number) {
    const random = new Random(seed);
    checkParameters(parameters);
    this.parameters = parameters;
    this.hawkes = new Hawkes(parameters.hawkes, random.fork());
    this.random = random;
    this.hawkes.advance();
  }

  /** When the next event happens, in seconds since the flow's start. */
  nextSeconds(): number {
    return this.hawkes.seconds;
  }

  /** Draws what the event that is due does to `book`, and moves on to the one after. */
  decide(book: MatchingBook, referenceTicks: number): FlowDecision {
    const { type } = this.hawkes;
    this.hawkes.advance();
    const side = SIDES[type & 1];
    switch (KINDS[type >> 1]) {
      case 'limit':
        return this.limit(book, side, referenceTicks);
      case 'market':
        return { kind: 'market', side, lots: this.lots(this.parameters.marketLots) };
      case 'cancel':
        return this.cancel(side);
    }
  }

  /** A limit order behind `bestTicks`: what a cold start fills the depths of the book with. */
  deepLimit(side: Side, bestTicks: number): FlowDecision & { kind: 'limit' } {
    const { exponent, scaleTicks, maxTicks } = this.parameters.placement;
    const tail = pow(1 + maxTicks / scaleTicks, -exponent);
    const distance = 1 + Math.floor(scaleTicks * (pow(1 - this.random.uniform() * (1 - tail), -1 / exponent) - 1));
    const priceTicks = Math.max(1, side === 'buy' ? bestTicks - distance : bestTicks + distance);
    return { kind: 'limit', side, priceTicks, lots: this.lots(this.parameters.deepLots), pool: deepPool(side) };
  }

  /** How many orders behind the touch a side holds in the long run, executions apart. */
  expectedDeepOrders(): number {
    const { hawkes, placement, cancels } = this.parameters;
    const [limits, , , , cancelled] = meanIntensities(hawkes);
    return Math.round((limits * (1 - placement.joinTouch) * cancels.capacity) / (cancelled * cancels.deepWeight));
  }

  snapshot(): OrderFlowSnapshot {
    return {
      hawkes: this.hawkes.snapshot(),
      random: this.random.snapshot(),
      resting: this.resting.snapshot(),
    };
  }

  restore(snapshot: OrderFlowSnapshot): void {
    this.hawkes.restore(snapshot.hawkes);
    this.random.restore(snapshot.random);
    this.resting.restore(snapshot.resting);
  }

  private limit(book: MatchingBook, side: Side, referenceTicks: number): FlowDecision {
    const { closeSpread, joinTouch } = this.parameters.placement;
    const inward = side === 'buy' ? 1 : -1;
    const across = book.bestTicks(opposite(side));
    const best = book.bestTicks(side);
    const own = best < 0 ? (across < 0 ? referenceTicks : across) - inward : best;
    if (own < 1) return { kind: 'none' };
    const lots = this.lots(this.parameters.touchLots);
    if (across >= 0 && (across - own) * inward > 1 && this.random.uniform() < closeSpread) {
      return { kind: 'limit', side, priceTicks: across - inward, lots, pool: touchPool(side) };
    }
    if (this.random.uniform() >= joinTouch) return this.deepLimit(side, own);
    return { kind: 'limit', side, priceTicks: own, lots, pool: touchPool(side) };
  }

  private cancel(side: Side): FlowDecision {
    const { capacity, deepWeight } = this.parameters.cancels;
    const touch = this.resting.count(touchPool(side));
    const load = touch + deepWeight * this.resting.count(deepPool(side));
    const draw = this.random.uniform() * Math.max(load, capacity);
    if (draw >= load) return { kind: 'none' };
    const pool = draw < touch ? touchPool(side) : deepPool(side);
    const handle = this.resting.at(pool, this.random.below(this.resting.count(pool)));
    return { kind: 'cancel', side, handle };
  }

  private lots({ medianLots, sigma, maxLots }: LotSizes): number {
    return Math.min(maxLots, Math.ceil(exp(log(medianLots) + sigma * this.random.normal())));
  }
}

function touchPool(side: Side): number {
  return side === 'buy' ? 0 : 1;
}

function deepPool(side: Side): number {
  return side === 'buy' ? 2 : 3;
}

function checkParameters({ hawkes, placement, cancels, ...sizes }: OrderFlowParameters): void {
  const rates = meanIntensities(hawkes);
  if (rates.length !== FLOW_TYPES.length) {
    throw new RangeError(
      `an order flow has ${FLOW_TYPES.length} event types (${FLOW_TYPES.join(', ')}), not ${rates.length}`,
    );
  }
  for (const side of [0, 1]) {
    if (rates[4 + side] <= rates[side]) {
      throw new RangeError(
        `${FLOW_TYPES[4 + side]} (${rates[4 + side]}/s) must be more frequent than ${FLOW_TYPES[side]} (${rates[side]}/s): the book would grow without end`,
      );
    }
  }
  for (const { medianLots, sigma, maxLots } of [sizes.marketLots, sizes.touchLots, sizes.deepLots]) {
    if (!(medianLots > 0 && sigma >= 0 && Number.isSafeInteger(maxLots) && maxLots >= 1 && maxLots <= MAX_ORDER_LOTS)) {
      throw new RangeError('sizes need a positive median, a sigma of 0 or more, and maxLots that an order may have');
    }
  }
  const isShare = (value: number): boolean => value >= 0 && value <= 1;
  if (!isShare(placement.closeSpread) || !isShare(placement.joinTouch)) {
    throw new RangeError('closeSpread and joinTouch are probabilities from 0 to 1');
  }
  if (!(placement.exponent > 0 && placement.scaleTicks > 0 && placement.maxTicks >= 1)) {
    throw new RangeError('placement needs a positive exponent and scaleTicks, and maxTicks of 1 or more');
  }
  if (!(cancels.capacity > 0 && cancels.deepWeight > 0))
    throw new RangeError('cancels need a positive capacity and deepWeight');
}
