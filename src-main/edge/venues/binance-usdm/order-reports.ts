import {
  type Instrument,
  type Lots,
  parseLots,
  parseTicks,
  type Ticks,
} from '../../../../src-shared/domain/instrument.ts';
import { currency, parseMoney, ZERO_MONEY } from '../../../../src-shared/domain/money.ts';
import type { ClientOrderId, Fill, Order, OrderType, Side, TimeInForce } from '../../../../src-shared/domain/order.ts';
import { MICROS_PER_MS, type Micros, micros } from '../../../../src-shared/domain/time.ts';
import type { ListedOrder, OrderReport } from '../../../core/engine/input.ts';
import { type Fields, fieldsOf, flagOf, idOf, readText, textOf, UnreadableError, wholeOf } from './fields.ts';

/** The desk's instruments at this venue, by the venue's symbol. */
export type InstrumentsBySymbol = ReadonlyMap<string, Instrument>;

/** An order as the venue tells of it. */
export interface VenueOrder extends ListedOrder {
  /** `NEW`, `PARTIALLY_FILLED`, `FILLED`, `CANCELED`, `EXPIRED`, … */
  readonly status: string;
  /** Why it ended before it was filled, in the venue's number; empty where it says none. */
  readonly expiryReason: string;
}

/** What an `ORDER_TRADE_UPDATE` says. */
export interface OrderUpdate {
  /** The order as it was before the reports, in case the desk has never heard of it. */
  readonly listed: ListedOrder;
  readonly reports: readonly OrderReport[];
  /** What the event says and no report can; null when the reports are all of it. */
  readonly beyondReports: string | null;
}

/** Under which names a dialect of the venue keeps an order's fields. */
interface Dialect {
  readonly symbol: string;
  readonly clientOrderId: string;
  readonly orderId: string;
  readonly side: string;
  readonly type: string;
  readonly timeInForce: string;
  readonly price: string;
  readonly stopPrice: string;
  readonly quantity: string;
  readonly filled: string;
  readonly reduceOnly: string;
  readonly status: string;
  readonly expiryReason: string;
}

const STREAM: Dialect = {
  symbol: 's',
  clientOrderId: 'c',
  orderId: 'i',
  side: 'S',
  type: 'o',
  timeInForce: 'f',
  price: 'p',
  stopPrice: 'sp',
  quantity: 'q',
  filled: 'z',
  reduceOnly: 'R',
  status: 'X',
  expiryReason: 'er',
};

const REST: Dialect = {
  symbol: 'symbol',
  clientOrderId: 'clientOrderId',
  orderId: 'orderId',
  side: 'side',
  type: 'type',
  timeInForce: 'timeInForce',
  price: 'price',
  stopPrice: 'stopPrice',
  quantity: 'origQty',
  filled: 'executedQty',
  reduceOnly: 'reduceOnly',
  status: 'status',
  expiryReason: 'expiryReason',
};

const TYPES: Readonly<Record<string, OrderType>> = {
  LIMIT: 'limit',
  MARKET: 'market',
  // What the venue closes a position with, at a price of its own.
  LIQUIDATION: 'limit',
  STOP: 'stop-limit',
  TAKE_PROFIT: 'stop-limit',
  STOP_MARKET: 'stop-market',
  TAKE_PROFIT_MARKET: 'stop-market',
  TRAILING_STOP_MARKET: 'stop-market',
};

/** GTX rests or is gone: post-only. GTD and GTE_GTC rest as well, and end by themselves. */
const TIMES_IN_FORCE: Readonly<Record<string, TimeInForce>> = {
  GTC: 'gtc',
  GTX: 'gtc',
  GTD: 'gtc',
  GTE_GTC: 'gtc',
  IOC: 'ioc',
  FOK: 'fok',
};

const POST_ONLY_TAKES = 'post-only would take';

const EXPIRY_REASONS: ReadonlyMap<string, string> = new Map([
  ['1', 'it would have traded with an own order'],
  ['2', 'the rest of an immediate-or-cancel order'],
  ['3', 'the rest of an immediate-or-cancel order would have traded with an own order'],
  ['4', 'knocked out by another reduce-only order, or it would have reversed the position'],
  ['5', 'the account was liquidated'],
  ['6', 'its condition was not met'],
  ['7', 'the instrument is delisted'],
  ['8', 'a stop order took its place'],
  ['9', 'the rest of a market order'],
  ['10', 'it could not be filled whole'],
  ['11', POST_ONLY_TAKES],
]);

/**
 * The order in an answer of the REST interface or of the order socket.
 * @throws UnreadableError naming the field.
 */
export function readOrder(json: unknown, instruments: InstrumentsBySymbol): VenueOrder {
  return orderIn(fieldsOf(json, 'an order'), REST, instruments);
}

/**
 * The reports that an `ORDER_TRADE_UPDATE` makes.
 * @param json the event, whole.
 * @throws UnreadableError naming the field; also for a symbol that is not the desk's.
 */
export function readOrderUpdate(json: Fields, instruments: InstrumentsBySymbol): OrderUpdate {
  const fields = fieldsOf(json.o, '"o"');
  const order = orderIn(fields, STREAM, instruments);
  const execution = textOf(fields, 'x');
  switch (execution) {
    case 'NEW':
      return {
        listed: order,
        reports: [{ type: 'acknowledged', venueOrderId: order.venueOrderId }],
        beyondReports: null,
      };
    case 'TRADE':
    case 'CALCULATED': {
      const fill = streamFill(fields, order, instruments);
      if (fill.lots > order.cumulativeLots) throw new UnreadableError('"l" is more than "z": one of them is wrong');
      const listed = { ...order, cumulativeLots: (order.cumulativeLots - fill.lots) as Lots };
      return { listed, reports: [{ type: 'filled', fill }], beyondReports: null };
    }
    case 'CANCELED':
    case 'EXPIRED': {
      const end = endOf(order);
      if (end === null) throw new UnreadableError(`"x" is ${execution}, but "X" is ${order.status}`);
      return { listed: order, reports: [end], beyondReports: null };
    }
    case 'AMENDMENT':
      return {
        listed: order,
        reports: [],
        beyondReports: 'its price or size was changed at the venue, not by this desk',
      };
    default:
      throw new UnreadableError(`"x" is ${execution}, which this desk does not know`);
  }
}

/**
 * How an order ended; null when it is open, or filled whole.
 * @throws UnreadableError for a status that is not known.
 */
export function endOf(order: VenueOrder): OrderReport | null {
  switch (order.status) {
    case 'NEW':
    case 'PARTIALLY_FILLED':
    case 'FILLED':
      return null;
    case 'CANCELED':
      return { type: 'cancelled', reason: 'cancelled at the venue' };
    case 'REJECTED':
      return { type: 'rejected', reason: 'rejected by the venue' };
    case 'EXPIRED':
    case 'EXPIRED_IN_MATCH':
      return { type: 'expired', reason: expiryText(order) };
    default:
      throw new UnreadableError(`an order's status is ${order.status}, which this desk does not know`);
  }
}

/** Whether `order` may still trade. */
export function isOpen({ status }: VenueOrder): boolean {
  return status === 'NEW' || status === 'PARTIALLY_FILLED';
}

/**
 * One execution in an answer of `/fapi/v1/userTrades`, which does not name the order but by its number.
 * @throws UnreadableError naming the field.
 */
export function readUserTrade(json: unknown, clientOrderId: ClientOrderId, instruments: InstrumentsBySymbol): Fill {
  const fields = fieldsOf(json, 'a trade');
  const instrument = instrumentIn(fields, 'symbol', instruments);
  return {
    clientOrderId,
    fillId: idOf(fields, 'id'),
    instrument: instrument.id,
    side: sideIn(fields, 'side'),
    priceTicks: readText(fields, 'price', (text) => parseTicks(instrument, text)),
    lots: readText(fields, 'qty', (text) => parseLots(instrument, text)),
    ...feeIn(fields, 'commission', 'commissionAsset', instrument),
    liquidity: flagOf(fields, 'maker') ? 'maker' : 'taker',
    exchangeAt: timeIn(fields, 'time'),
  };
}

function orderIn(fields: Fields, dialect: Dialect, instruments: InstrumentsBySymbol): VenueOrder {
  const instrument = instrumentIn(fields, dialect.symbol, instruments);
  const timeInForce = textOf(fields, dialect.timeInForce);
  const lots = (field: string): Lots => readText(fields, field, (text) => parseLots(instrument, text));
  const expiryReason = fields[dialect.expiryReason];
  const order: Order = {
    clientOrderId: textOf(fields, dialect.clientOrderId) as ClientOrderId,
    instrument: instrument.id,
    side: sideIn(fields, dialect.side),
    type: oneOf(fields, dialect.type, TYPES),
    timeInForce: oneOf(fields, dialect.timeInForce, TIMES_IN_FORCE),
    priceTicks: priceIn(fields, dialect.price, instrument),
    stopTicks: fields[dialect.stopPrice] === undefined ? null : priceIn(fields, dialect.stopPrice, instrument),
    lots: lots(dialect.quantity),
    postOnly: timeInForce === 'GTX',
    reduceOnly: flagOf(fields, dialect.reduceOnly),
  };
  return {
    order,
    venueOrderId: idOf(fields, dialect.orderId),
    cumulativeLots: lots(dialect.filled),
    status: textOf(fields, dialect.status),
    expiryReason: typeof expiryReason === 'string' ? expiryReason : '',
  };
}

function streamFill(fields: Fields, { order }: VenueOrder, instruments: InstrumentsBySymbol): Fill {
  const instrument = instrumentIn(fields, 's', instruments);
  const fillId = idOf(fields, 't');
  if (fillId === '0') throw new UnreadableError('"t" is 0 in an execution');
  return {
    clientOrderId: order.clientOrderId,
    fillId,
    instrument: order.instrument,
    side: order.side,
    priceTicks: readText(fields, 'L', (text) => parseTicks(instrument, text)),
    lots: readText(fields, 'l', (text) => parseLots(instrument, text)),
    ...feeIn(fields, 'n', 'N', instrument),
    liquidity: flagOf(fields, 'm') ? 'maker' : 'taker',
    exchangeAt: timeIn(fields, 'T'),
  };
}

/** The venue leaves both fields out where there was no fee. */
function feeIn(
  fields: Fields,
  amount: string,
  asset: string,
  { settle }: Instrument,
): Pick<Fill, 'fee' | 'feeCurrency'> {
  if (fields[amount] === undefined && fields[asset] === undefined) return { fee: ZERO_MONEY, feeCurrency: settle };
  const feeCurrency = readText(fields, asset, currency);
  return { fee: readText(fields, amount, (text) => parseMoney(text, feeCurrency)), feeCurrency };
}

function instrumentIn(fields: Fields, field: string, instruments: InstrumentsBySymbol): Instrument {
  const symbol = textOf(fields, field);
  const instrument = instruments.get(symbol);
  if (instrument === undefined)
    throw new UnreadableError(`"${field}" is ${symbol}, which is no instrument of this desk`);
  return instrument;
}

/** The venue writes 0 where an order has no such price. */
function priceIn(fields: Fields, field: string, instrument: Instrument): Ticks | null {
  const ticks = readText(fields, field, (text) => parseTicks(instrument, text));
  return ticks === 0 ? null : ticks;
}

function timeIn(fields: Fields, field: string): Micros {
  const atMs = wholeOf(fields, field);
  if (!Number.isSafeInteger(atMs * MICROS_PER_MS)) throw new UnreadableError(`"${field}" is no time: ${atMs}`);
  return micros(atMs * MICROS_PER_MS);
}

function sideIn(fields: Fields, field: string): Side {
  return oneOf(fields, field, { BUY: 'buy', SELL: 'sell' });
}

function oneOf<T>(fields: Fields, field: string, values: Readonly<Record<string, T>>): T {
  const text = textOf(fields, field);
  const value = Object.hasOwn(values, text) ? values[text] : undefined;
  if (value === undefined) throw new UnreadableError(`"${field}" is ${text}, which this desk does not know`);
  return value;
}

function expiryText({ order, cumulativeLots, status, expiryReason }: VenueOrder): string {
  const known = EXPIRY_REASONS.get(expiryReason);
  if (known !== undefined) return known;
  // Older answers give no reason; a post-only order that nothing was filled of has only one.
  if (order.postOnly && cumulativeLots === 0 && status === 'EXPIRED') return POST_ONLY_TAKES;
  return status === 'EXPIRED_IN_MATCH' ? 'it would have traded with an own order' : 'expired at the venue';
}
