import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { KEYS, pass, START, signedQuery, type TestParams, TestVenue } from './fixtures.ts';

let venue: TestVenue;
beforeEach(() => {
  vi.useFakeTimers({ now: START });
  venue = new TestVenue();
});
afterEach(() => {
  venue.stop();
  vi.useRealTimers();
});

const ORDER = '/fapi/v1/order';

describe('an order', () => {
  it('rests, is shown everywhere, and is cancelled', async () => {
    const placed = await venue.rest('BUY', 200, { newClientOrderId: 'mine' });
    expect(placed).toMatchObject({ status: 'NEW', clientOrderId: 'mine', origQty: '0.010', executedQty: '0.000' });
    const named = { symbol: 'BTCUSDT', origClientOrderId: 'mine' };
    expect(await venue.ask('GET', ORDER, named)).toMatchObject({ orderId: placed.orderId, status: 'NEW' });
    expect(await venue.ask('GET', '/fapi/v1/openOrders', { symbol: 'BTCUSDT' })).toHaveLength(1);
    expect(await venue.ask('DELETE', ORDER, named)).toMatchObject({ status: 'CANCELED' });
    expect(await venue.ask('GET', '/fapi/v1/openOrders')).toHaveLength(0);
    expect(await venue.ask('GET', ORDER, named)).toMatchObject({ status: 'CANCELED' });
    expect(await venue.codeOf('DELETE', ORDER, named)).toBe(-2011);
  });

  it('is reported as NEW and CANCELED on the stream', async () => {
    const reports = await venue.reports();
    const { orderId } = await venue.rest('BUY', 200);
    await venue.ask('DELETE', ORDER, { symbol: 'BTCUSDT', orderId: Number(orderId) });
    await pass(20);
    expect(reports.orders.map(({ x, X, i }) => [x, X, i])).toEqual([
      ['NEW', 'NEW', orderId],
      ['CANCELED', 'CANCELED', orderId],
    ]);
  });

  it('is filled at the market, in an answer, reports, trades and the position alike', async () => {
    const reports = await venue.reports();
    const result = await venue.market('BUY', '0.050');
    await pass(20);
    expect(result).toMatchObject({ status: 'FILLED', executedQty: '0.050' });
    const fills = reports.orders.filter(({ x }) => x === 'TRADE');
    expect(fills.at(-1)).toMatchObject({ X: 'FILLED', z: '0.050', S: 'BUY', m: false, N: 'USDT' });
    const trades = await venue.ask<Record<string, string>[]>('GET', '/fapi/v1/userTrades', { symbol: 'BTCUSDT' });
    expect(trades.map(({ id }) => id)).toEqual(fills.map(({ t }) => t));
    const [position] = await venue.ask<Record<string, string>[]>('GET', '/fapi/v3/positionRisk');
    expect(position).toMatchObject({ symbol: 'BTCUSDT', positionAmt: '0.050' });
    const update = reports.messages.filter(({ e }) => e === 'ACCOUNT_UPDATE').at(-1);
    expect(update).toMatchObject({ a: { m: 'ORDER', P: [{ s: 'BTCUSDT', pa: '0.050' }] } });
  });

  it('acknowledges only its acceptance unless the result is asked for', async () => {
    const order = await venue.market('BUY', '0.010', { newOrderRespType: 'ACK' });
    expect(order).toMatchObject({ status: 'NEW', executedQty: '0.000' });
  });

  it('is changed under its own id, and its history says how', async () => {
    const reports = await venue.reports();
    const { orderId, price } = await venue.rest('BUY', 200);
    const named = { symbol: 'BTCUSDT', orderId: Number(orderId) };
    const next = (Number(price) - 10).toFixed(1);
    const amended = await venue.ask('PUT', ORDER, { ...named, side: 'BUY', quantity: '0.020', price: next });
    expect(amended).toMatchObject({ orderId, status: 'NEW', origQty: '0.020', price: `${next}0` });
    const [change] = await venue.ask<Record<string, unknown>[]>('GET', '/fapi/v1/orderAmendment', named);
    expect(change.amendment).toEqual({
      price: { before: price, after: `${next}0` },
      origQty: { before: '0.010', after: '0.020' },
      count: 1,
    });
    expect(await venue.codeOf('PUT', ORDER, { ...named, side: 'BUY', quantity: '0.020', price: next })).toBe(-5027);
    await venue.ask('DELETE', ORDER, named);
    await pass(20);
    expect(reports.orders.map(({ x }) => x)).toEqual(['NEW', 'AMENDMENT', 'CANCELED']);
  });

  it('that is post-only ends when an amendment makes it take', async () => {
    const { orderId } = await venue.rest('BUY', 50, { timeInForce: 'GTX' });
    const { price } = await venue.limit('SELL', 100);
    const terms = { symbol: 'BTCUSDT', orderId: Number(orderId), side: 'BUY', quantity: '0.010', price };
    expect(await venue.ask('PUT', ORDER, terms)).toMatchObject({ status: 'EXPIRED' });
  });

  it('with a client id of an ended order is taken, with that of an open one refused', async () => {
    const terms = { ...(await venue.limit('BUY', 200)), newClientOrderId: 'twice' };
    await venue.ask('POST', ORDER, terms);
    expect(await venue.codeOf('POST', ORDER, terms)).toBe(-4116);
    await venue.ask('DELETE', ORDER, { symbol: 'BTCUSDT', origClientOrderId: 'twice' });
    expect(await venue.ask('POST', ORDER, terms)).toMatchObject({ status: 'NEW' });
  });

  it('good till a date ends by itself', async () => {
    const goodTillDate = Date.now() + 610_000;
    await venue.rest('BUY', 20_000, { timeInForce: 'GTD', goodTillDate, newClientOrderId: 'dated' });
    await pass(611_000);
    const order = await venue.ask('GET', ORDER, { symbol: 'BTCUSDT', origClientOrderId: 'dated' });
    expect(order).toMatchObject({ status: 'EXPIRED' });
  });

  it('of a whole batch is placed and cancelled; what is refused has an error in its place', async () => {
    const good = await venue.limit('BUY', 200);
    const batchOrders = JSON.stringify([good, { ...good, quantity: '0.0001' }]);
    const [first, second] = await venue.ask<Record<string, unknown>[]>('POST', '/fapi/v1/batchOrders', { batchOrders });
    expect(first.status).toBe('NEW');
    expect(second.code).toBe(-1111);
    const orderIdList = JSON.stringify([first.orderId, 1]);
    const cancelled = await venue.ask('DELETE', '/fapi/v1/batchOrders', { symbol: 'BTCUSDT', orderIdList });
    expect(cancelled).toMatchObject([{ status: 'CANCELED' }, { code: -2011 }]);
  });

  it('is cancelled when the countdown of its symbol runs out, and not before', async () => {
    await venue.rest('BUY', 20_000);
    await venue.ask('POST', '/fapi/v1/countdownCancelAll', { symbol: 'BTCUSDT', countdownTime: 5_000 });
    await pass(4_000);
    expect(await venue.ask('GET', '/fapi/v1/openOrders')).toHaveLength(1);
    await venue.ask('POST', '/fapi/v1/countdownCancelAll', { symbol: 'BTCUSDT', countdownTime: 5_000 });
    await pass(4_000);
    expect(await venue.ask('GET', '/fapi/v1/openOrders')).toHaveLength(1);
    await pass(1_100);
    expect(await venue.ask('GET', '/fapi/v1/openOrders')).toHaveLength(0);
  });
});

describe('the venue refuses', () => {
  it.each<[what: string, code: number, change: TestParams]>([
    ['an unknown symbol', -1121, { symbol: 'DOGEUSDT' }],
    ['a side that is none', -1117, { side: 'LONG' }],
    ['a type that is none', -1116, { type: 'ICEBERG' }],
    ['an order that waits for a trigger', -4120, { type: 'STOP_MARKET' }],
    ['a time in force that is none', -1115, { timeInForce: 'DAY' }],
    ['a price finer than the precision', -1111, { price: '60000.123' }],
    ['a price between two ticks', -4014, { price: '60000.05' }],
    ['a price of nothing', -4001, { price: '0' }],
    ['a price far through the market', -4016, { price: '90000.0' }],
    ['a quantity finer than the precision', -1111, { quantity: '0.0101' }],
    ['a quantity of nothing', -4003, { quantity: '0' }],
    ['a quantity beyond the filter', -4005, { quantity: '2000' }],
    ['a quantity that is no number', -1130, { quantity: 'much' }],
    ['an order that is worth too little', -4164, { quantity: '0.001' }],
    ['an order that the margin does not carry', -2019, { quantity: '900' }],
    ['a reduce-only order without a position', -2022, { reduceOnly: 'true' }],
    ['a client id with other characters', -1100, { newClientOrderId: 'ä b' }],
    ['a client id that is too long', -4015, { newClientOrderId: 'a'.repeat(37) }],
    ['a side of a hedged position', -4061, { positionSide: 'LONG' }],
    ['a date that is too near', -5040, { timeInForce: 'GTD', goodTillDate: START + 1_000 }],
    ['an order without a price', -1102, { price: '' }],
    ['a time outside the window', -1021, { timestamp: START - 6_000 }],
    ['a time ahead of its clock', -1021, { timestamp: START + 3_600_000 }],
    ['a window that is too wide', -1131, { recvWindow: 60_001 }],
  ])('%s', async (_, code, change) => {
    const terms = { ...(await venue.limit('BUY', 20)), ...change };
    expect(await venue.codeOf('POST', ORDER, terms)).toBe(code);
    expect(await venue.ask('GET', '/fapi/v1/openOrders')).toHaveLength(0);
  });

  it('a post-only order that would take, and does not record it', async () => {
    const { price } = await venue.limit('SELL', 100);
    const terms = {
      ...(await venue.limit('BUY', 0)),
      price: price as string,
      timeInForce: 'GTX',
      newClientOrderId: 'gtx',
    };
    expect(await venue.codeOf('POST', ORDER, terms)).toBe(-5022);
    expect(await venue.codeOf('GET', ORDER, { symbol: 'BTCUSDT', origClientOrderId: 'gtx' })).toBe(-2013);
  });

  it('a wrong signature, an unknown key and no key', async () => {
    const url = `/fapi/v2/balance?${signedQuery({ timestamp: Date.now() }, 'wrong')}`;
    const code = async (headers: Record<string, string>) => {
      const { status, body } = await venue.http({ method: 'GET', url, headers });
      return [status, JSON.parse(body).code];
    };
    expect(await code({ 'X-MBX-APIKEY': KEYS.key })).toEqual([400, -1022]);
    expect(await code({ 'X-MBX-APIKEY': 'other' })).toEqual([401, -2015]);
    expect(await code({})).toEqual([401, -2014]);
  });
});

describe('the limits', () => {
  it('are shown, turn away what is beyond them, and ban who goes on', async () => {
    const limited = new TestVenue({
      limits: { weightPerMinute: 50, ordersPer10Seconds: 2, ordersPerMinute: 10 },
    });
    const placing = async () => {
      const terms = await limited.limit('BUY', 200);
      return limited.signed('POST', ORDER, terms);
    };
    expect((await placing()).headers).toMatchObject({ 'x-mbx-used-weight-1m': '2', 'x-mbx-order-count-10s': '1' });
    await placing();
    const beyond = await placing();
    expect([beyond.status, JSON.parse(beyond.body).code]).toEqual([429, -1015]);
    expect(Number(beyond.headers['retry-after'])).toBeGreaterThan(0);
    const statuses: number[] = [];
    for (let calls = 0; calls < 60; calls += 1) {
      statuses.push((await limited.http({ method: 'GET', url: '/fapi/v1/depth?symbol=BTCUSDT&limit=5' })).status);
    }
    expect([...new Set(statuses)]).toEqual([200, 429, 418]);
    await pass(60_000);
    expect((await limited.http({ method: 'GET', url: '/fapi/v1/ping' })).status).toBe(418);
    await pass(61_000);
    expect((await limited.http({ method: 'GET', url: '/fapi/v1/ping' })).status).toBe(200);
    limited.stop();
  });
});

describe('the WebSocket API', () => {
  it('places, shows, changes and cancels, echoing ids, with the limits beside each answer', async () => {
    const socket = venue.socket('/ws-fapi/v1');
    await pass(20);
    const terms = await venue.limit('BUY', 200);
    const placed = await socket.ask('a-1', 'order.place', { ...terms, newClientOrderId: 'ws' });
    expect(placed).toMatchObject({ id: 'a-1', status: 200, result: { status: 'NEW', clientOrderId: 'ws' } });
    expect(placed.rateLimits).toMatchObject([
      { rateLimitType: 'REQUEST_WEIGHT', limit: 2_400 },
      { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: 300, count: 1 },
      { rateLimitType: 'ORDERS', interval: 'MINUTE', intervalNum: 1, limit: 1_200, count: 1 },
    ]);
    const named = { symbol: 'BTCUSDT', origClientOrderId: 'ws' };
    expect(await socket.ask(2, 'order.status', named)).toMatchObject({ id: 2, result: { status: 'NEW' } });
    const change = { ...named, side: 'BUY', quantity: '0.020', price: terms.price };
    expect(await socket.ask(3, 'order.modify', change)).toMatchObject({ result: { origQty: '0.020' } });
    expect(await socket.ask(4, 'order.cancel', named)).toMatchObject({ result: { status: 'CANCELED' } });
    expect(await socket.ask(5, 'order.cancel', named)).toMatchObject({ status: 400, error: { code: -2011 } });
    expect(await socket.ask(6, 'v2/account.balance')).toMatchObject({ result: [{ asset: 'USDT' }] });
    expect(await socket.ask(7, 'ticker.book', { symbol: 'BTCUSDT' })).toMatchObject({ result: { symbol: 'BTCUSDT' } });
    expect(await socket.ask(8, 'depth', { symbol: 'BTCUSDT', limit: 5 })).toMatchObject({ status: 200 });
  });

  it('opens no session for an HMAC key, and says what it is on', async () => {
    const socket = venue.socket('/ws-fapi/v1?returnRateLimits=false');
    await pass(20);
    expect(await socket.ask(1, 'session.logon')).toEqual({
      id: 1,
      status: 400,
      error: { code: -4056, msg: 'HMAC_SHA256 API key is not supported.' },
    });
    expect(await socket.ask(2, 'session.status')).toMatchObject({ result: { apiKey: null, authorizedSince: null } });
    expect(await socket.ask(3, 'no.such')).toMatchObject({ id: 3, status: 400 });
  });
});
