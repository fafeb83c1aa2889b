import { divideHalfEven } from '../../../src-shared/domain/decimal.ts';
import type { VenueClock } from './clock.ts';
import { priceText, quantityText } from './listings.ts';
import type { Entry } from './log.ts';
import type { VenueOrder } from './orders.ts';
import { amountText } from './texts.ts';

/** What the venue says of its self-trade prevention: the resting order goes. */
const SELF_TRADE_PREVENTION = 'EXPIRE_MAKER';

function averagePrice({ executedLots, quote, listing }: VenueOrder): string {
  if (executedLots === 0) return amountText(0n, 5);
  const { lot } = listing.instrument;
  return amountText(divideHalfEven(quote * 10n ** BigInt(lot.decimals), BigInt(executedLots) * lot.units), 5);
}

function terms(order: VenueOrder) {
  return {
    timeInForce: order.timeInForce,
    type: order.type,
    reduceOnly: order.reduceOnly,
    closePosition: false,
    side: order.side,
    positionSide: 'BOTH',
    stopPrice: '0.00',
    workingType: 'CONTRACT_PRICE',
    priceProtect: false,
    origType: order.type,
    priceMatch: 'NONE',
    selfTradePreventionMode: SELF_TRADE_PREVENTION,
    goodTillDate: order.goodTillDate,
  };
}

/** The answer to placing, changing or cancelling an order: as it is now. */
export function orderResult(order: VenueOrder, clock: VenueClock) {
  const { listing } = order;
  const executed = quantityText(listing, order.executedLots);
  return {
    orderId: order.orderId,
    symbol: listing.symbol,
    status: order.status,
    clientOrderId: order.clientOrderId,
    price: priceText(listing, order.priceTicks),
    avgPrice: order.executedLots === 0 ? '0.00' : averagePrice(order),
    origQty: quantityText(listing, order.lots),
    executedQty: executed,
    cumQty: executed,
    cumQuote: amountText(order.quote, 5),
    ...terms(order),
    updateTime: clock.shown(order.updateTime),
  };
}

/** The answer to placing an order when only its acceptance is asked for: as it was then. */
export function orderAcknowledgement(order: VenueOrder, clock: VenueClock) {
  return orderResult(asAccepted(order), clock);
}

/** An order as a query shows it. */
export function orderStatus(order: VenueOrder, clock: VenueClock) {
  const { listing } = order;
  return {
    orderId: order.orderId,
    symbol: listing.symbol,
    status: order.status,
    clientOrderId: order.clientOrderId,
    price: priceText(listing, order.priceTicks),
    avgPrice: averagePrice(order),
    origQty: quantityText(listing, order.lots),
    executedQty: quantityText(listing, order.executedLots),
    cumQuote: amountText(order.quote, 5),
    ...terms(order),
    time: clock.shown(order.time),
    updateTime: clock.shown(order.updateTime),
  };
}

/** An order before anything happened to it. */
export function asAccepted(order: VenueOrder): VenueOrder {
  return { ...order, executedLots: 0, quote: 0n, status: 'NEW', updateTime: order.time };
}

/** What happened to an order, as ORDER_TRADE_UPDATE calls it. */
export type Execution = 'NEW' | 'TRADE' | 'AMENDMENT' | 'CANCELED' | 'EXPIRED';

/** A fill, and what it realised, in units of 10^−8 USDT. */
export interface FillOf {
  readonly entry: Entry<'filled'>;
  readonly realised: bigint;
}

/** ORDER_TRADE_UPDATE. `at` is ms of the venue's clock. */
export function orderTradeUpdate(
  order: VenueOrder,
  execution: Execution,
  fill: FillOf | null,
  at: number,
  clock: VenueClock,
) {
  const { listing } = order;
  const commission = fill === null ? {} : { N: listing.instrument.settle, n: fill.entry.commission };
  return {
    e: 'ORDER_TRADE_UPDATE',
    E: clock.shownNow(),
    T: clock.shown(at),
    o: {
      s: listing.symbol,
      c: order.clientOrderId,
      S: order.side,
      o: order.type,
      f: order.timeInForce,
      q: quantityText(listing, order.lots),
      p: priceText(listing, order.priceTicks),
      ap: averagePrice(order),
      sp: '0.00',
      x: execution,
      X: order.status,
      i: order.orderId,
      l: fill?.entry.quantity ?? quantityText(listing, 0),
      z: quantityText(listing, order.executedLots),
      L: fill?.entry.price ?? priceText(listing, 0),
      ...commission,
      T: clock.shown(at),
      t: fill?.entry.tradeId ?? 0,
      b: '0',
      a: '0',
      m: fill?.entry.maker ?? false,
      R: order.reduceOnly,
      wt: 'CONTRACT_PRICE',
      ot: order.type,
      ps: 'BOTH',
      cp: false,
      rp: amountText(fill?.realised ?? 0n),
      pP: false,
      si: 0,
      ss: 0,
      V: SELF_TRADE_PREVENTION,
      pm: 'NONE',
      gtd: order.goodTillDate,
      er: '0',
    },
  };
}

/** TRADE_LITE: a fill in brief, before its full report. */
export function tradeLite(order: VenueOrder, { entry }: FillOf, clock: VenueClock) {
  const { listing } = order;
  return {
    e: 'TRADE_LITE',
    E: clock.shownNow(),
    T: clock.shown(entry.at),
    s: listing.symbol,
    q: quantityText(listing, order.lots),
    p: priceText(listing, order.priceTicks),
    m: entry.maker,
    c: order.clientOrderId,
    S: order.side,
    L: entry.price,
    l: entry.quantity,
    t: entry.tradeId,
    i: order.orderId,
  };
}
