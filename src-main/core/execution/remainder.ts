import { notional, type Ticks } from '../../../src-shared/domain/instrument.ts';
import type { Money } from '../../../src-shared/domain/money.ts';
import type { MarketView } from '../market/market-view.ts';
import { type OrderState, remainingLots } from './orders-view.ts';

/** What becomes of the rest of an order after a part was filled. */
export type RemainderDecision =
  | { readonly kind: 'keep' }
  | { readonly kind: 'cancel'; readonly reason: string }
  /** A replacement for the rest, through the gate; refused there, the order stays as it is. */
  | { readonly kind: 'reprice'; readonly priceTicks: Ticks };

/** Asked after every partial fill of a working order that is not being cancelled. */
export type RemainderPolicy = (state: OrderState, market: MarketView) => RemainderDecision;

export interface RemainderSettings {
  /** A rest below it is cancelled: it would only pay queue position and messages. */
  readonly minLots: number;
  /** The same by value at the order's price, in the settlement currency: most venues accept no order below one. */
  readonly minNotional: Money;
  /** A rest this many ticks or more behind the touch of its own side moves there; null leaves it. */
  readonly repriceBehindTicks: number | null;
}

const KEEP: RemainderDecision = { kind: 'keep' };

export const keepRemainder: RemainderPolicy = () => KEEP;

/**
 * The standard policy: too small is cancelled, too far behind is repriced, all else is kept. Orders that do not rest (market,
 * IOC, FOK) are kept: the venue ends them itself.
 * @param settings by instrument id; an instrument without settings keeps its remainders.
 */
export function remainderPolicy(settings: readonly (RemainderSettings | undefined)[]): RemainderPolicy {
  return (state, market) => {
    const { instrument: id, type, timeInForce, priceTicks, side } = state.order;
    const of = settings[id];
    if (of === undefined || type !== 'limit' || timeInForce !== 'gtc' || priceTicks === null) return KEEP;
    const lots = remainingLots(state);
    if (lots < of.minLots) return { kind: 'cancel', reason: `remainder of ${lots} lots is below ${of.minLots}` };
    const value = notional(market.instruments[id], priceTicks, lots);
    if (value < of.minNotional)
      return { kind: 'cancel', reason: `remainder worth ${value} is below ${of.minNotional}` };
    if (of.repriceBehindTicks === null || !market.isProven(id)) return KEEP;
    const book = market.book(id);
    const touchTicks = side === 'buy' ? book.bestBidTicks() : book.bestAskTicks();
    const behindTicks = side === 'buy' ? touchTicks - priceTicks : priceTicks - touchTicks;
    if (touchTicks <= 0 || behindTicks <= 0 || behindTicks < of.repriceBehindTicks) return KEEP;
    return { kind: 'reprice', priceTicks: touchTicks as Ticks };
  };
}
