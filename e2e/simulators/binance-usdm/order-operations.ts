import { z } from 'zod';
import type { RequestRule } from './fault-rules.ts';
import { type Operations, weight, weightBySymbol } from './operation.ts';
import { amendOrder, placeOrder } from './order-entry.ts';
import { asAccepted, orderAcknowledgement, orderResult, orderStatus } from './order-messages.ts';
import { orderTerms, priceOf, quantityOf, sideOf } from './order-terms.ts';
import { isOpen, type VenueOrder } from './orders.ts';
import {
  askedListings,
  limitOf,
  optional,
  optionalInteger,
  type Params,
  page,
  required,
  requiredInteger,
  requiredListing,
} from './params.ts';
import type { Cost } from './rate-limits.ts';
import { invalid, noSuchOrder, Refusal, unknownOrder } from './refusal.ts';
import type { Venue } from './venue.ts';

z.config({ jitless: true });

const MAX_BATCH_PLACE = 5;
const MAX_BATCH_CANCEL = 10;
const ONE_ORDER: Cost = { weight: 0, ordersPer10Seconds: 1, ordersPerMinute: 1 };
const BATCH_OF_ORDERS: Cost = { weight: 5, ordersPer10Seconds: 5, ordersPerMinute: 1 };

const batchSchema = z.array(z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])));
const idsSchema = z.array(z.union([z.number(), z.string()]));

/** Everything about orders. */
export function orderOperations(venue: Venue): Operations {
  const { clock, orders } = venue;
  const place = (params: Params) => {
    const order = placeOrder(venue, orderTerms(params, clock.shownNow()));
    return optional(params, 'newOrderRespType') === 'RESULT'
      ? orderResult(order, clock)
      : orderAcknowledgement(order, clock);
  };
  const amend = (params: Params) => {
    const order = openOrder(venue, params);
    if (order === null) throw unknownOrder();
    if (sideOf(params) !== order.side) throw invalid('side');
    const priceTicks = priceOf(params, order.listing);
    const lots = quantityOf(params, order.listing, order.listing.maxLots);
    return orderResult(amendOrder(venue, order, priceTicks, lots), clock);
  };
  const cancel = (params: Params) => {
    const order = openOrder(venue, params);
    if (order === null) throw unknownOrder();
    venue.cancel(order, 'requested');
    return orderResult(order, clock);
  };
  return {
    'POST /fapi/v1/order': { security: 'signed', cost: () => ONE_ORDER, run: place },
    'POST /fapi/v1/order/test': {
      security: 'signed',
      cost: weight(1),
      run: (params) => {
        orderTerms(params, clock.shownNow());
        return {};
      },
    },
    'PUT /fapi/v1/order': { security: 'signed', cost: () => ONE_ORDER, run: amend },
    'DELETE /fapi/v1/order': {
      security: 'signed',
      cost: weight(1),
      run: (params, fault) => {
        if (fault?.fault === 'order-not-found') throw unknownOrder();
        return cancel(params);
      },
    },
    'GET /fapi/v1/order': {
      security: 'signed',
      cost: weight(1),
      run: (params, fault) => {
        const order = anyOrder(venue, params);
        if (order === null || fault?.fault === 'order-not-found') throw noSuchOrder();
        return orderStatus(asShown(order, fault), clock);
      },
    },
    'GET /fapi/v1/openOrder': {
      security: 'signed',
      cost: weight(1),
      run: (params, fault) => {
        const order = openOrder(venue, params);
        if (order === null || fault?.fault === 'order-not-found') throw noSuchOrder();
        return orderStatus(asShown(order, fault), clock);
      },
    },
    'GET /fapi/v1/openOrders': {
      security: 'signed',
      cost: weightBySymbol(1, 40),
      run: (params) =>
        askedListings(params).flatMap((listing) => orders.open(listing).map((order) => orderStatus(order, clock))),
    },
    'GET /fapi/v1/allOrders': {
      security: 'signed',
      cost: weight(5),
      run: (params) => {
        const fromId = optionalInteger(params, 'orderId') ?? 0;
        const all = orders.all(requiredListing(params)).filter(({ orderId }) => orderId >= fromId);
        const asked = page(all, params, limitOf(params, 500, 1_000), ({ time }) => clock.shown(time));
        return asked.map((order) => orderStatus(order, clock));
      },
    },
    'DELETE /fapi/v1/allOpenOrders': {
      security: 'signed',
      cost: weight(1),
      run: (params, fault) => {
        const open = orders.open(requiredListing(params));
        const spared = fault?.fault === 'partial-mass-cancel' ? fault.leaves : 0;
        for (const order of open.slice(0, Math.max(0, open.length - spared))) venue.cancel(order, 'requested');
        return { code: 200, msg: 'The operation of cancel all open order is done.' };
      },
    },
    'POST /fapi/v1/batchOrders': {
      security: 'signed',
      cost: () => BATCH_OF_ORDERS,
      run: (params) => each(batch(params), place),
    },
    'PUT /fapi/v1/batchOrders': {
      security: 'signed',
      cost: () => BATCH_OF_ORDERS,
      run: (params) => each(batch(params), amend),
    },
    'DELETE /fapi/v1/batchOrders': {
      security: 'signed',
      cost: weight(1),
      run: (params) => each(batchToCancel(params), cancel),
    },
    'POST /fapi/v1/countdownCancelAll': {
      security: 'signed',
      cost: weight(10),
      run: (params) => {
        const { symbol } = requiredListing(params);
        const countdownMs = requiredInteger(params, 'countdownTime');
        venue.deadMan.set(symbol, countdownMs, clock.nowMs());
        return { symbol, countdownTime: String(countdownMs) };
      },
    },
    'GET /fapi/v1/orderAmendment': {
      security: 'signed',
      cost: weight(1),
      run: (params) => {
        const order = anyOrder(venue, params);
        if (order === null) throw noSuchOrder();
        const { symbol } = order.listing;
        const rows = order.amendments.map(({ id, at, price, quantity }, index) => ({
          amendmentId: id,
          symbol,
          pair: symbol,
          orderId: order.orderId,
          clientOrderId: order.clientOrderId,
          time: clock.shown(at),
          amendment: { price, origQty: quantity, count: index + 1 },
        }));
        return page(rows, params, limitOf(params, 50, 100), ({ time }) => time).reverse();
      },
    },
  };
}

/** The order that `orderId`, or else `origClientOrderId` names; null when there is none. @throws Refusal −1102. */
function anyOrder({ orders }: Venue, params: Params): VenueOrder | null {
  const listing = requiredListing(params);
  const orderId = optionalInteger(params, 'orderId');
  const order = orderId === null ? orders.find(clientIdOf(params)) : orders.get(orderId);
  return order?.listing === listing ? order : null;
}

function openOrder(venue: Venue, params: Params): VenueOrder | null {
  const order = anyOrder(venue, params);
  return order !== null && isOpen(order) ? order : null;
}

function clientIdOf(params: Params): string {
  const id = optional(params, 'origClientOrderId');
  if (id !== null) return id;
  throw new Refusal(-1102, "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!");
}

/** A query whose answer lags behind shows an order as it was accepted. */
function asShown(order: VenueOrder, fault: RequestRule | null): VenueOrder {
  return fault?.fault === 'stale-order' ? asAccepted(order) : order;
}

function batch(params: Params): Params[] {
  const list = listOf(params, 'batchOrders', batchSchema);
  if (list.length === 0 || list.length > MAX_BATCH_PLACE) {
    throw new Refusal(-4082, `Invalid number of batch place orders: ${list.length}`);
  }
  return list.map((order) => Object.fromEntries(Object.entries(order).map(([name, value]) => [name, String(value)])));
}

/** The names of the lists are taken in any case, as the venue does. */
function batchToCancel(params: Params): Params[] {
  const symbol = required(params, 'symbol');
  const named = Object.fromEntries(Object.entries(params).map(([name, value]) => [name.toLowerCase(), value]));
  const byId = optional(named, 'orderidlist') !== null;
  const ids = listOf(named, byId ? 'orderidlist' : 'origclientorderidlist', idsSchema);
  if (ids.length === 0 || ids.length > MAX_BATCH_CANCEL) {
    throw new Refusal(-4032, 'Exceed maximum cancel order size.');
  }
  return ids.map((id): Params => ({ symbol, [byId ? 'orderId' : 'origClientOrderId']: String(id) }));
}

/** @throws Refusal −1130 when it is no JSON list of that kind. */
function listOf<T>(params: Params, name: string, schema: z.ZodType<T[]>): T[] {
  try {
    return schema.parse(JSON.parse(required(params, name)));
  } catch (error) {
    throw error instanceof Refusal ? error : invalid(name);
  }
}

/** One after the other; what is refused is an error in the place of its answer. */
function each(list: readonly Params[], run: (params: Params) => object): object[] {
  return list.map((params) => {
    try {
      return run(params);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { code: error.code, msg: error.message };
    }
  });
}
