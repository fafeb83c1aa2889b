import type { Lots, Ticks } from '../../../src-shared/domain/instrument.ts';
import type { ClientOrderId, Order } from '../../../src-shared/domain/order.ts';
import type { OrderSize } from './account.ts';
import { MAX_OPEN_ORDERS, PRICE_BAND, priceText, quantityText, type SymbolListing } from './listings.ts';
import { checkNotional, type OrderTerms } from './order-terms.ts';
import type { VenueOrder } from './orders.ts';
import { Refusal } from './refusal.ts';
import type { Venue } from './venue.ts';

const ID_CHARS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const ID_LENGTH = 22;
const MAX_AMENDMENTS = 10_000;

/** Places an order. @returns it as it is after its first moment. @throws Refusal, and nothing has happened. */
export function placeOrder(venue: Venue, terms: OrderTerms): VenueOrder {
  const at = venue.atMs;
  const { listing, side, type, timeInForce, reduceOnly, goodTillDate, priceTicks, lots } = terms;
  const clientOrderId = terms.clientOrderId ?? newClientOrderId(venue);
  if (venue.orders.findOpen(clientOrderId) !== undefined) throw new Refusal(-4116, 'ClientOrderId is duplicated.');
  if (venue.orders.open(listing).length >= MAX_OPEN_ORDERS) throw new Refusal(-2025, 'Reach max open order limit.');
  if (type === 'MARKET' && !reduceOnly) checkMarketNotional(venue, listing, lots);
  if (type === 'LIMIT') checkBand(venue, listing, side, priceTicks);
  if (!reduceOnly) checkMargin(venue, listing, venue.orders.open(listing), { ...terms, executedLots: 0 });
  const orderId = venue.orders.takeId();
  const { symbol } = listing;
  const price = priceText(listing, priceTicks);
  const quantity = quantityText(listing, lots);
  const named = { at, orderId, clientOrderId, symbol, side, type, timeInForce, price, quantity };
  const reason = venue.submit({ kind: 'accepted', ...named, reduceOnly, goodTillDate }, (id) =>
    venue.matching.place(matchingOrder(id, terms, priceTicks, lots)),
  );
  if (reason !== null) throw refusalFor(reason);
  const order = venue.orders.get(orderId);
  if (order === undefined) throw new Error(`order ${orderId} was accepted, and is not there`);
  return order;
}

/**
 * Changes price and quantity of an open order, which goes to the back of the queue. A post-only order that would take at its
 * new price ends instead, and so does an order that has executed the new quantity already.
 * @throws Refusal, and the order stands as it was.
 */
export function amendOrder(venue: Venue, order: VenueOrder, priceTicks: number, lots: number): VenueOrder {
  const at = venue.atMs;
  const { listing, orderId, clientOrderId, reduceOnly, side } = order;
  if (order.type !== 'LIMIT') throw new Refusal(-5025, 'Only limit order is supported.');
  if (priceTicks === order.priceTicks && lots === order.lots) throw new Refusal(-5027, 'No need to modify the order.');
  if (order.amendments.length >= MAX_AMENDMENTS) throw new Refusal(-5026, 'Exceed maximum modify order limit.');
  checkBand(venue, listing, side, priceTicks);
  if (lots <= order.executedLots) {
    venue.cancel(order, 'amended to what was executed');
    return order;
  }
  if (!reduceOnly) {
    checkNotional(listing, priceTicks, lots);
    const others = venue.orders.open(listing).filter((other) => other !== order);
    const { executedLots } = order;
    checkMargin(venue, listing, others, { side, reduceOnly, priceTicks, lots, executedLots });
  }
  const price = priceText(listing, priceTicks);
  const quantity = quantityText(listing, lots);
  const amended = { kind: 'amended', at, orderId, clientOrderId, symbol: listing.symbol, price, quantity } as const;
  const reason = venue.submit(amended, (id, target) =>
    venue.matching.replace(target, matchingOrder(id, order, priceTicks, lots - order.executedLots)),
  );
  if (reason === 'post-only-would-take') venue.cancel(order, 'post-only');
  else if (reason !== null) throw refusalFor(reason);
  return order;
}

type Terms = Pick<OrderTerms, 'listing' | 'side' | 'type' | 'timeInForce' | 'reduceOnly'>;

function matchingOrder(id: string, of: Terms, priceTicks: number, lots: number): Order {
  const { timeInForce } = of;
  return {
    clientOrderId: id as ClientOrderId,
    instrument: of.listing.instrument.id,
    side: of.side === 'BUY' ? 'buy' : 'sell',
    type: of.type === 'MARKET' ? 'market' : 'limit',
    timeInForce: timeInForce === 'IOC' || of.type === 'MARKET' ? 'ioc' : timeInForce === 'FOK' ? 'fok' : 'gtc',
    priceTicks: of.type === 'MARKET' ? null : (priceTicks as Ticks),
    stopTicks: null,
    lots: lots as Lots,
    postOnly: timeInForce === 'GTX',
    reduceOnly: of.reduceOnly,
  };
}

function refusalFor(reason: string): Refusal {
  switch (reason) {
    case 'post-only-would-take':
      return new Refusal(
        -5022,
        'Due to the order could not be executed as maker, the Post Only order will be rejected. The order will not be recorded in the order history',
      );
    case 'reduce-only-would-increase':
      return new Refusal(-2022, 'ReduceOnly Order is rejected.');
    default:
      throw new Error(`the matching refuses an order that the venue let through: ${reason}`);
  }
}

/** The limit may not be far through the mark price. @throws Refusal −4016 or −4024. */
function checkBand(venue: Venue, listing: SymbolListing, side: 'BUY' | 'SELL', priceTicks: number): void {
  const { tick } = listing.instrument;
  const price = BigInt(priceTicks) * tick.units * 10n ** BigInt(8 - tick.decimals);
  const mark = venue.market(listing).mark();
  const share = (price * 10_000n) / mark;
  if (side === 'BUY' && share > 10_000n + BigInt(PRICE_BAND)) {
    throw new Refusal(-4016, `Limit price can't be higher than the mark price by more than ${PRICE_BAND / 100} %.`);
  }
  if (side === 'SELL' && share < 10_000n - BigInt(PRICE_BAND)) {
    throw new Refusal(-4024, `Limit price can't be lower than the mark price by more than ${PRICE_BAND / 100} %.`);
  }
}

function checkMarketNotional(venue: Venue, listing: SymbolListing, lots: number): void {
  const { ticker } = venue.market(listing);
  if (ticker !== null) checkNotional(listing, ticker.bidTicks, lots);
}

/** @throws Refusal −2019 when the account cannot carry what `next` would add. */
function checkMargin(venue: Venue, listing: SymbolListing, others: readonly VenueOrder[], next: OrderSize): void {
  const { account } = venue;
  const needed = (orders: readonly OrderSize[]) => {
    const { positionMargin, orderMargin } = account.margin(listing, venue.market(listing).mark(), orders);
    return positionMargin + orderMargin;
  };
  const added = needed([...others, next]) - needed(others);
  if (added > account.available(venue.positions().map(({ margin }) => margin))) {
    throw new Refusal(-2019, 'Margin is insufficient.');
  }
}

function newClientOrderId({ random }: Venue): string {
  return Array.from({ length: ID_LENGTH }, () => ID_CHARS[random.below(ID_CHARS.length)]).join('');
}
