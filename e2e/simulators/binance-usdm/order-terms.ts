import { parseDecimal } from '../../../src-shared/domain/decimal.ts';
import { notional, type Step } from '../../../src-shared/domain/instrument.ts';
import type { SymbolListing } from './listings.ts';
import { flag, optional, optionalInteger, type Params, required, requiredListing } from './params.ts';
import { badPrecision, illegal, invalid, missing, Refusal } from './refusal.ts';

/** A new order as it was asked for, well formed and within the filters of its symbol. */
export interface OrderTerms {
  readonly listing: SymbolListing;
  readonly side: 'BUY' | 'SELL';
  readonly type: 'LIMIT' | 'MARKET';
  readonly timeInForce: 'GTC' | 'IOC' | 'FOK' | 'GTX' | 'GTD';
  /** 0 for a market order. */
  readonly priceTicks: number;
  readonly lots: number;
  readonly reduceOnly: boolean;
  readonly goodTillDate: number;
  /** Null: the venue makes one. */
  readonly clientOrderId: string | null;
}

const CLIENT_ID = /^[.A-Z:/a-z0-9_-]{1,36}$/;
const CLIENT_ID_CHARS = '^[\\.A-Z\\:/a-z0-9_-]{1,36}$';
/** Orders that wait for a trigger have a service of their own. */
const CONDITIONAL = ['STOP', 'STOP_MARKET', 'TAKE_PROFIT', 'TAKE_PROFIT_MARKET', 'TRAILING_STOP_MARKET'];
const TIMES_IN_FORCE = ['GTC', 'IOC', 'FOK', 'GTX', 'GTD'] as const;
const LEAST_GTD_MS = 600_000;

/**
 * @param nowMs as the client is told.
 * @throws Refusal with the venue's code for whatever is wrong first.
 */
export function orderTerms(params: Params, nowMs: number): OrderTerms {
  const listing = requiredListing(params);
  const side = sideOf(params);
  const type = required(params, 'type');
  if (CONDITIONAL.includes(type)) {
    throw new Refusal(
      -4120,
      'Order type not supported for this endpoint. Please use the Algo Order API endpoints instead.',
    );
  }
  if (type !== 'LIMIT' && type !== 'MARKET') throw new Refusal(-1116, 'Invalid orderType.');
  checkOneWay(params);
  const respType = optional(params, 'newOrderRespType') ?? 'ACK';
  if (respType !== 'ACK' && respType !== 'RESULT') throw new Refusal(-1136, 'Invalid newOrderRespType.');
  const reduceOnly = flag(params, 'reduceOnly');
  const timeInForce = timeInForceOf(params, type);
  const lots = quantityOf(params, listing, type === 'LIMIT' ? listing.maxLots : listing.maxMarketLots);
  const priceTicks = type === 'LIMIT' ? priceOf(params, listing) : 0;
  if (type === 'MARKET' && optional(params, 'price') !== null) throw notRequired('price');
  if (type === 'LIMIT' && !reduceOnly) checkNotional(listing, priceTicks, lots);
  const clientOrderId = optional(params, 'newClientOrderId');
  if (clientOrderId !== null) checkClientOrderId(clientOrderId);
  const goodTillDate = timeInForce === 'GTD' ? goodTillDateOf(params, nowMs) : 0;
  return { listing, side, type, timeInForce, priceTicks, lots, reduceOnly, goodTillDate, clientOrderId };
}

/** @throws Refusal −1117. */
export function sideOf(params: Params): 'BUY' | 'SELL' {
  const side = required(params, 'side');
  if (side !== 'BUY' && side !== 'SELL') throw new Refusal(-1117, 'Invalid side.');
  return side;
}

/** @throws Refusal −1111, −4014 and others of the price filter. */
export function priceOf(params: Params, listing: SymbolListing): number {
  const scaled = decimalOf(params, 'price', listing.priceDecimals);
  if (scaled <= 0n) throw new Refusal(-4001, 'Price less than 0.');
  const ticks = stepsOf(scaled, listing.priceDecimals, listing.instrument.tick);
  if (ticks === null) throw new Refusal(-4014, 'Price not increased by tick size.');
  if (ticks > listing.maxPriceTicks) throw new Refusal(-4002, 'Price greater than max price.');
  return ticks;
}

/** @throws Refusal −1111, −4003, −4005, −4023. */
export function quantityOf(params: Params, listing: SymbolListing, maxLots: number): number {
  const scaled = decimalOf(params, 'quantity', listing.quantityDecimals);
  if (scaled <= 0n) throw new Refusal(-4003, 'Quantity less than or equal to zero.');
  const lots = stepsOf(scaled, listing.quantityDecimals, listing.instrument.lot);
  if (lots === null) throw new Refusal(-4023, 'Qty not increased by step size.');
  if (lots > maxLots) throw new Refusal(-4005, 'Quantity greater than max quantity.');
  return lots;
}

/** @throws Refusal −4164. */
export function checkNotional(listing: SymbolListing, priceTicks: number, lots: number): void {
  if (notional(listing.instrument, priceTicks, lots) >= listing.minNotional) return;
  throw new Refusal(
    -4164,
    `Order's notional must be no smaller than ${listing.minNotionalText} (unless you choose reduce only).`,
  );
}

function checkClientOrderId(id: string): void {
  if (id.length > 36) throw new Refusal(-4015, 'Client order id length should not be more than 36 chars');
  if (!CLIENT_ID.test(id)) throw illegal('newClientOrderId', CLIENT_ID_CHARS);
}

/** The account is in one-way mode. @throws Refusal −4061. */
function checkOneWay(params: Params): void {
  const positionSide = optional(params, 'positionSide') ?? 'BOTH';
  if (positionSide !== 'BOTH') {
    throw new Refusal(-4061, "Order's position side does not match user's setting.");
  }
}

function timeInForceOf(params: Params, type: 'LIMIT' | 'MARKET'): OrderTerms['timeInForce'] {
  const text = optional(params, 'timeInForce');
  if (type === 'MARKET') {
    if (text !== null) throw notRequired('timeInForce');
    return 'GTC';
  }
  if (text === null) throw missing('timeInForce');
  const timeInForce = TIMES_IN_FORCE.find((candidate) => candidate === text);
  if (timeInForce === undefined) throw new Refusal(-1115, 'Invalid timeInForce.');
  return timeInForce;
}

function goodTillDateOf(params: Params, nowMs: number): number {
  const at = optionalInteger(params, 'goodTillDate');
  if (at === null) throw missing('goodTillDate');
  if (at > nowMs + LEAST_GTD_MS) return Math.floor(at / 1_000) * 1_000;
  throw new Refusal(
    -5040,
    'The goodTillDate timestamp must be greater than the current time plus 600 seconds and smaller than 253402300799000 (UTC 9999-12-31 23:59:59)',
  );
}

function notRequired(name: string): Refusal {
  return new Refusal(-1106, `Parameter '${name}' sent when not required.`);
}

/** @throws Refusal −1111 when it has more decimals than the symbol knows. */
function decimalOf(params: Params, name: string, decimals: number): bigint {
  const text = required(params, name);
  if (!/^-?\d{1,20}(\.\d{1,20})?$/.test(text)) throw invalid(name);
  try {
    return parseDecimal(text, decimals);
  } catch {
    throw badPrecision();
  }
}

/** Null when it is no whole number of steps. */
function stepsOf(scaled: bigint, decimals: number, step: Step): number | null {
  const size = step.units * 10n ** BigInt(decimals - step.decimals);
  return scaled % size === 0n ? Number(scaled / size) : null;
}
