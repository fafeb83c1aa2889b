/** What the tests of the order path share: a network whose other end is the test, and texts as the venue writes them. */
import { createInstrument, type Instrument, type Lots, type Ticks } from '../../../../src-shared/domain/instrument.ts';
import type { ClientOrderId, Order } from '../../../../src-shared/domain/order.ts';
import { type HttpResponse, type Network, NetworkError, type SocketHandlers, type VenueSocket } from '../network.ts';
import type { Outcome, RestCall, RestCalls } from './outcome.ts';

export const API_KEY = { key: 'k3yThatNobodyMaySee', secret: 's3cretThatNobodyMaySee' };

export const INSTRUMENT: Instrument = createInstrument(
  {
    venue: 'binance-usdm',
    symbol: 'BTCUSDT',
    kind: 'linear',
    base: 'BTC',
    quote: 'USDT',
    settle: 'USDT',
    tickSize: '0.10',
    lotSize: '0.001',
    multiplier: '1',
  },
  0,
);

export const BY_SYMBOL: ReadonlyMap<string, Instrument> = new Map([[INSTRUMENT.symbol, INSTRUMENT]]);

/** A client order id of the desk's form. */
export function idNo(number: number): ClientOrderId {
  return number.toString(16).padStart(32, '0') as ClientOrderId;
}

/** A post-only buy of 0.010 at 60000.0, but for what `terms` says. */
export function orderNo(number: number, terms: Partial<Order> = {}): Order {
  return {
    clientOrderId: idNo(number),
    instrument: INSTRUMENT.id,
    side: 'buy',
    type: 'limit',
    timeInForce: 'gtc',
    priceTicks: 600_000 as Ticks,
    stopTicks: null,
    lots: 10 as Lots,
    postOnly: true,
    reduceOnly: false,
    ...terms,
  };
}

/** An order as the REST interface and the order socket write it, but for what `fields` says. */
export function orderJson(number: number, fields: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    orderId: 8_389_765_000 + number,
    symbol: 'BTCUSDT',
    status: 'NEW',
    clientOrderId: idNo(number),
    price: '60000.00',
    avgPrice: '0.00',
    origQty: '0.010',
    executedQty: '0.000',
    cumQuote: '0.00000',
    timeInForce: 'GTX',
    type: 'LIMIT',
    reduceOnly: false,
    closePosition: false,
    side: 'BUY',
    positionSide: 'BOTH',
    stopPrice: '0.00',
    workingType: 'CONTRACT_PRICE',
    priceProtect: false,
    origType: 'LIMIT',
    priceMatch: 'NONE',
    selfTradePreventionMode: 'EXPIRE_MAKER',
    goodTillDate: 0,
    updateTime: 1_764_000_000_123,
    ...fields,
  };
}

/** A whole `ORDER_TRADE_UPDATE` of a new order, but for what `fields` says. */
export function updateJson(number: number, fields: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    e: 'ORDER_TRADE_UPDATE',
    T: 1_764_000_000_120,
    E: 1_764_000_000_123,
    o: {
      s: 'BTCUSDT',
      c: idNo(number),
      S: 'BUY',
      o: 'LIMIT',
      f: 'GTX',
      q: '0.010',
      p: '60000',
      ap: '0',
      sp: '0',
      x: 'NEW',
      X: 'NEW',
      i: 8_389_765_000 + number,
      l: '0',
      z: '0',
      L: '0',
      n: '0',
      N: 'USDT',
      T: 1_764_000_000_120,
      t: 0,
      b: '600',
      a: '0',
      m: false,
      R: false,
      wt: 'CONTRACT_PRICE',
      ot: 'LIMIT',
      ps: 'BOTH',
      cp: false,
      rp: '0',
      pP: false,
      si: 0,
      ss: 0,
      V: 'EXPIRE_MAKER',
      pm: 'NONE',
      gtd: 0,
      er: '0',
      ...fields,
    },
  };
}

/** The fields of an execution of `lots`, `cumulativeLots` with it. */
export function tradeFields(tradeId: number, lots: number, cumulativeLots: number): Record<string, unknown> {
  const isWhole = cumulativeLots === 10;
  return {
    x: 'TRADE',
    X: isWhole ? 'FILLED' : 'PARTIALLY_FILLED',
    l: (lots / 1_000).toFixed(3),
    z: (cumulativeLots / 1_000).toFixed(3),
    L: '60000.00',
    n: '0.00012000',
    t: tradeId,
    m: true,
  };
}

/** One element of `/fapi/v1/userTrades`. */
export function tradeJson(number: number, tradeId: number, lots: number): Record<string, unknown> {
  return {
    buyer: true,
    commission: '0.00012000',
    commissionAsset: 'USDT',
    id: tradeId,
    maker: true,
    orderId: 8_389_765_000 + number,
    price: '60000.00',
    qty: (lots / 1_000).toFixed(3),
    quoteQty: '60.00000',
    realizedPnl: '0',
    side: 'BUY',
    positionSide: 'BOTH',
    symbol: 'BTCUSDT',
    time: 1_764_000_000_120,
  };
}

/** One WebSocket, of which the test plays the venue's end. */
export class ScriptedSocket implements VenueSocket {
  readonly url: string;
  readonly sent: string[] = [];
  isOpen = false;
  bufferedBytes = 0;
  private readonly handlers: SocketHandlers;
  private hasEnded = false;

  constructor(url: string, handlers: SocketHandlers) {
    this.url = url;
    this.handlers = handlers;
  }

  send(text: string): void {
    if (!this.isOpen) throw new Error('the socket is not open');
    this.sent.push(text);
  }

  ping(): void {
    this.handlers.alive();
  }

  close(): void {
    this.drop('closed by the desk');
  }

  accept(): void {
    this.isOpen = true;
    this.handlers.opened();
  }

  say(json: unknown): void {
    this.sayText(JSON.stringify(json));
  }

  sayText(text: string): void {
    this.handlers.message(Buffer.from(text));
  }

  drop(reason: string): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.isOpen = false;
    this.handlers.closed(reason);
  }
}

/** Every socket that was opened, in order. */
export class ScriptedNetwork implements Network {
  readonly sockets: ScriptedSocket[] = [];

  open(url: string, handlers: SocketHandlers): VenueSocket {
    const socket = new ScriptedSocket(url, handlers);
    this.sockets.push(socket);
    return socket;
  }

  request(): Promise<HttpResponse> {
    return Promise.reject(new NetworkError('nothing is asked for by HTTP here', 'no'));
  }

  /** The last one that was opened to a URL with `part` in it. @throws Error when there is none. */
  last(part = ''): ScriptedSocket {
    const socket = this.sockets.findLast(({ url }) => url.includes(part));
    if (socket === undefined) throw new Error(`no socket was opened to …${part}…`);
    return socket;
  }
}

/** Answers each call with what `answer` says; keeps what was asked. */
export class ScriptedRest implements RestCalls {
  readonly calls: RestCall[] = [];
  answer: (call: RestCall) => Outcome | Promise<Outcome>;

  constructor(answer: (call: RestCall) => Outcome | Promise<Outcome>) {
    this.answer = answer;
  }

  async call(request: RestCall): Promise<Outcome> {
    this.calls.push(request);
    return this.answer(request);
  }
}

export function answered(json: unknown): Outcome {
  return { kind: 'answered', json };
}
