import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { createInstrument, type Ticks } from '../../../../src-shared/domain/instrument.ts';
import type { ClientOrderId, Order } from '../../../../src-shared/domain/order.ts';
import { API_KEY, INSTRUMENT, idNo, orderNo } from './order-fixtures.ts';
import { checkSymbols, OrderRequests, unplaceable } from './order-requests.ts';

const NOW_MS = 1_764_000_000_123.75;
const requests = new OrderRequests(API_KEY, { nowMs: () => NOW_MS });

interface Request {
  readonly id: number;
  readonly method: string;
  readonly params: Readonly<Record<string, string | number>>;
}

/** The parameters but for those that prove who asks, after checking these as the venue does. */
function proven(text: string): Pick<Request, 'id' | 'method'> & { readonly params: Record<string, string | number> } {
  const { id, method, params } = JSON.parse(text) as Request;
  const { signature, ...signed } = params;
  const names = Object.keys(signed);
  expect(names).toEqual(names.toSorted());
  const query = names.map((name) => `${name}=${signed[name]}`).join('&');
  expect(signature).toBe(createHmac('sha256', API_KEY.secret).update(query).digest('hex'));
  const { apiKey, timestamp, recvWindow, ...rest } = signed;
  expect({ apiKey, timestamp, recvWindow }).toEqual({
    apiKey: API_KEY.key,
    timestamp: Math.floor(NOW_MS),
    recvWindow: 5_000,
  });
  return { id, method, params: rest };
}

test('writes a post-only order', () => {
  expect(proven(requests.place(7, orderNo(1), INSTRUMENT))).toEqual({
    id: 7,
    method: 'order.place',
    params: {
      newClientOrderId: idNo(1),
      newOrderRespType: 'RESULT',
      price: '60000.0',
      quantity: '0.010',
      side: 'BUY',
      symbol: 'BTCUSDT',
      timeInForce: 'GTX',
      type: 'LIMIT',
    },
  });
});

test.each([
  [{ postOnly: false }, { timeInForce: 'GTC', type: 'LIMIT' }],
  [
    { postOnly: false, timeInForce: 'ioc' },
    { timeInForce: 'IOC', type: 'LIMIT' },
  ],
  [
    { postOnly: false, timeInForce: 'fok', side: 'sell' },
    { timeInForce: 'FOK', side: 'SELL' },
  ],
  [{ reduceOnly: true }, { reduceOnly: 'true', timeInForce: 'GTX' }],
] as const satisfies readonly (readonly [Partial<Order>, object])[])('writes %o', (terms, params) => {
  expect(proven(requests.place(1, orderNo(1, terms), INSTRUMENT)).params).toMatchObject(params);
});

test('writes a market order without price and time in force', () => {
  const market: Partial<Order> = { type: 'market', timeInForce: 'ioc', postOnly: false, priceTicks: null };
  const { params } = proven(requests.place(1, orderNo(1, market), INSTRUMENT));
  expect(params).toMatchObject({ type: 'MARKET', quantity: '0.010' });
  expect(Object.keys(params)).not.toContain('price');
  expect(Object.keys(params)).not.toContain('timeInForce');
});

test('writes a cancel, also of an id that another hand has given', () => {
  const id = 'web_A.b:c/9-' as ClientOrderId;
  expect(proven(requests.cancel(8, id, INSTRUMENT))).toEqual({
    id: 8,
    method: 'order.cancel',
    params: { origClientOrderId: id, symbol: 'BTCUSDT' },
  });
});

test('says what it cannot place', () => {
  expect(unplaceable(orderNo(1), INSTRUMENT)).toBeNull();
  expect(unplaceable(orderNo(1), { ...INSTRUMENT, kind: 'inverse' })).toContain('no linear future');
  expect(unplaceable(orderNo(1, { priceTicks: null }), INSTRUMENT)).toContain('without a price');
  expect(unplaceable(orderNo(1, { clientOrderId: 'a"b' as ClientOrderId }), INSTRUMENT)).toContain('client order id');
  for (const type of ['stop-market', 'stop-limit'] as const) {
    expect(unplaceable(orderNo(1, { type, stopTicks: 5 as Ticks }), INSTRUMENT)).toContain('conditional');
  }
});

test('refuses a key and a symbol that would break out of the text, without showing the key', () => {
  const key = 'abc"def';
  const build = () => new OrderRequests({ key, secret: 's' }, { nowMs: () => 0 });
  expect(build).toThrow('enter it again');
  expect(build).not.toThrow(key);
  const odd = createInstrument({ ...INSTRUMENT, symbol: 'BTC&USDT' }, 0);
  expect(() => checkSymbols([INSTRUMENT, odd])).toThrow('binance-usdm:BTC&USDT');
});
