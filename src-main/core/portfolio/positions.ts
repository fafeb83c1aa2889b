import { divideHalfEven } from '../../../src-shared/domain/decimal.ts';
import type { Instrument } from '../../../src-shared/domain/instrument.ts';
import { safeInteger } from '../../../src-shared/domain/integer.ts';
import { type Money, money, ZERO_MONEY } from '../../../src-shared/domain/money.ts';
import { worth } from './worth.ts';

/** Lots that were opened together and are still open. */
export interface FifoLot {
  /** Signed like the position. */
  readonly lots: number;
  /** Price of the newest fill among them. */
  readonly priceTicks: number;
  readonly cost: Money;
}

/**
 * The position in one instrument, by average cost and first in, first out side by side. Immutable plain data. Cost is a
 * sum of {@link worth}s in the settlement currency, signed: a short's is negative, a long inverse's too.
 */
export interface Position {
  /** Positive long, negative short. */
  readonly lots: number;
  /** Cost of the open lots by average cost. */
  readonly cost: Money;
  /** Profit of the closed lots by average cost, before fees. */
  readonly realised: Money;
  /** The open lots, oldest first. Their costs differ from `cost`, their number of lots never does. */
  readonly fifo: readonly FifoLot[];
  /** Profit of the closed lots by first in, first out, before fees. */
  readonly fifoRealised: Money;
}

export const FLAT: Position = { lots: 0, cost: ZERO_MONEY, realised: ZERO_MONEY, fifo: [], fifoRealised: ZERO_MONEY };

/**
 * How many entries a queue of open lots may have. Neighbours of one price are always one entry. Past the bound the two newest
 * become one: money stays exact, only the order among those two is forgotten.
 */
export const MAX_FIFO_LOTS = 1024;

/**
 * `position` after buying (`lots` > 0) or selling (`lots` < 0) at `priceTicks`. Lots that cross zero close the whole
 * position first, and open the other side with what is left; settlement is a trade that closes everything.
 *
 * Exact by construction: the worth of the fill is rounded once, closing a part releases its share of the cost rounded half
 * to even, and closing the rest releases all that is left. So for both methods, always and to the unit,
 * `cost − realised` = Σ worth of all fills.
 * @throws OverflowError when lots or money leave their range; RangeError for an impossible price.
 */
export function trade(of: Instrument, position: Position, lots: number, priceTicks: number): Position {
  safeInteger(lots, 'traded lots');
  safeInteger(priceTicks, 'a fill price in ticks');
  const openLots = safeInteger(position.lots + lots, 'a position in lots');
  const closedLots = closedBy(position.lots, lots);
  const total = worth(of, priceTicks, lots);
  // What the closing part brings: minus the worth of lots of the other sign.
  const proceeds = closedLots === -lots ? money(-total) : worth(of, priceTicks, closedLots);
  const opened = { lots: lots + closedLots, priceTicks, cost: money(total + proceeds) };

  const released = share(position.cost, closedLots, position.lots);
  const fifo = closeOldest(position.fifo, closedLots);
  return {
    lots: openLots,
    cost: money(position.cost - released + opened.cost),
    realised: money(position.realised + proceeds - released),
    fifo: opened.lots === 0 ? fifo.left : append(fifo.left, opened),
    fifoRealised: money(position.fifoRealised + proceeds - fifo.released),
  };
}

/** How many of the `held` lots a trade of `lots` closes; signed like `held`. */
function closedBy(held: number, lots: number): number {
  if (held === 0 || held > 0 === lots > 0) return 0;
  return Math.abs(lots) < Math.abs(held) ? -lots : held;
}

/** The part of `cost` that `part` of `whole` lots bear; all of it for the whole. */
function share(cost: Money, part: number, whole: number): Money {
  if (part === whole) return cost;
  return money(divideHalfEven(cost * BigInt(part), BigInt(whole)));
}

function closeOldest(fifo: readonly FifoLot[], lots: number): { left: readonly FifoLot[]; released: bigint } {
  let released = 0n;
  let closed = 0;
  for (const [index, oldest] of fifo.entries()) {
    const open = lots - closed;
    if (open === 0) return { left: fifo.slice(index), released };
    if (Math.abs(open) < Math.abs(oldest.lots)) {
      const cost = share(oldest.cost, open, oldest.lots);
      const rest = { ...oldest, lots: oldest.lots - open, cost: money(oldest.cost - cost) };
      return { left: [rest, ...fifo.slice(index + 1)], released: released + cost };
    }
    released += oldest.cost;
    closed += oldest.lots;
  }
  return { left: [], released };
}

function append(fifo: readonly FifoLot[], opened: FifoLot): readonly FifoLot[] {
  const newest = fifo.at(-1);
  if (!newest || (newest.priceTicks !== opened.priceTicks && fifo.length < MAX_FIFO_LOTS)) return [...fifo, opened];
  const merged = { ...opened, lots: newest.lots + opened.lots, cost: money(newest.cost + opened.cost) };
  return [...fifo.slice(0, -1), merged];
}
