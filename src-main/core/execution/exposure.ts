import type { Side } from '../../../src-shared/domain/order.ts';
import { type OrderState, remainingLots } from './orders-view.ts';

/**
 * Whether an order of `lots` on `side` can only make exposure smaller: it is against the position, and even if it and all
 * `openLots` that are open or UNKNOWN on its side fill, the position does not cross zero. Worst-case |exposure| (position ±
 * open orders) is then no larger than without it. On a flat position nothing is reducing.
 * @param positionLots signed: positive long.
 */
export function isReducing(side: Side, lots: number, positionLots: number, openLots: number): boolean {
  const against = side === 'sell' ? positionLots : -positionLots;
  return against > 0 && openLots + lots <= against;
}

/**
 * The orders among `open` (one instrument's, oldest first) that could enlarge |position| or turn it: those on the position's
 * side, and those against it beyond what the older ones against it leave of it.
 */
export function openingOrders(open: readonly OrderState[], positionLots: number): readonly OrderState[] {
  let againstLots = 0;
  return open.filter((state) => {
    const lots = remainingLots(state);
    if (!isReducing(state.order.side, lots, positionLots, againstLots)) return true;
    againstLots += lots;
    return false;
  });
}
