import ccxt, { type binanceusdm } from 'ccxt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HttpServer } from './binance-usdm/http-server.ts';
import { Simulator } from './binance-usdm/simulator.ts';
import { KEYS } from './fixtures.ts';

const SYMBOL = 'BTC/USDT:USDT';

let simulator: Simulator;
let server: HttpServer;
let client: InstanceType<typeof ccxt.pro.binanceusdm>;
/** A price that rests. */
let resting: number;

beforeAll(async () => {
  simulator = new Simulator({ keys: KEYS, seed: 3, warmUpSeconds: 2, fundingIntervalMs: 1_000 });
  server = await HttpServer.start(simulator, 0, null);
  simulator.start();
  client = new ccxt.pro.binanceusdm({
    apiKey: KEYS.key,
    secret: KEYS.secret,
    enableRateLimit: false,
    options: { fetchMarkets: { types: ['linear'] }, fetchCurrencies: false },
  });
  client.urls.api = redirected(client.urls.api);
  client.has.fetchCurrencies = false;
  // Its sockets open addresses without TLS only once this was called.
  await client.loadHttpProxyAgent();
  await client.loadMarkets();
  const { bids } = await client.fetchOrderBook(SYMBOL, 100);
  resting = Number(bids[50][0]);
});

afterAll(async () => {
  await client.close();
  simulator.stop();
  await server.close();
});

/** Every address of the venue, on the simulator instead. */
function redirected(urls: unknown): typeof client.urls.api {
  const text = JSON.stringify(urls)
    .replace(/https:\/\/[^/"]+/g, `http://127.0.0.1:${server.port}`)
    .replace(/wss:\/\/[^/"]+/g, `ws://127.0.0.1:${server.port}`);
  return JSON.parse(text);
}

function buy(amount: number, price = resting): ReturnType<binanceusdm['createOrder']> {
  return client.createOrder(SYMBOL, 'limit', 'buy', amount, price);
}

describe('the unmodified ccxt client over REST', () => {
  it('knows the markets and the time', async () => {
    expect(client.market(SYMBOL)).toMatchObject({
      id: 'BTCUSDT',
      precision: { price: 0.1, amount: 0.001 },
      limits: { cost: { min: 100 } },
      linear: true,
    });
    expect(Math.abs(Number(await client.fetchTime()) - Date.now())).toBeLessThan(1_000);
  });

  it('reads book, ticker and trades', async () => {
    const book = await client.fetchOrderBook(SYMBOL, 20);
    expect(Number(book.asks[0][0])).toBeGreaterThan(Number(book.bids[0][0]));
    await expect.poll(async () => (await client.fetchTrades(SYMBOL)).length).toBeGreaterThan(0);
    expect((await client.fetchTicker(SYMBOL)).last).toBeGreaterThan(0);
    expect((await client.fetchBidsAsks([SYMBOL]))[SYMBOL].bid).toBeGreaterThan(0);
    expect((await client.fetchFundingRate(SYMBOL)).markPrice).toBeGreaterThan(0);
    await expect.poll(async () => (await client.fetchFundingRateHistory(SYMBOL)).length).toBeGreaterThan(0);
  });

  it('places, changes, finds and cancels an order', async () => {
    const { id, clientOrderId } = await buy(0.01);
    expect(clientOrderId).toMatch(/^x-/);
    expect(await client.editOrder(String(id), SYMBOL, 'limit', 'buy', 0.02, resting)).toMatchObject({
      id,
      amount: 0.02,
    });
    expect(await client.fetchOrder(String(id), SYMBOL)).toMatchObject({ id, status: 'open', amount: 0.02 });
    expect((await client.fetchOpenOrders(SYMBOL)).map((order) => order.id)).toContain(id);
    expect(await client.cancelOrder(String(id), SYMBOL)).toMatchObject({ id, status: 'canceled' });
    expect((await client.fetchOrders(SYMBOL)).map((order) => order.id)).toContain(id);
    await expect(client.cancelOrder(String(id), SYMBOL)).rejects.toThrow(ccxt.OrderNotFound);
  });

  it('places several at once, and cancels several, or all', async () => {
    const order = { symbol: SYMBOL, type: 'limit' as const, side: 'buy' as const, amount: 0.01, price: resting };
    const placed = await client.createOrders([order, order, order]);
    expect(placed.map(({ status }) => status)).toEqual(['open', 'open', 'open']);
    const [first, second] = placed.map(({ id }) => String(id));
    const cancelled = await client.cancelOrders([first, second], SYMBOL);
    expect(cancelled.map(({ status }) => status)).toEqual(['canceled', 'canceled']);
    await client.cancelAllOrders(SYMBOL);
    expect(await client.fetchOpenOrders(SYMBOL)).toEqual([]);
  });

  it('trades, and sees trades, position, balance and funding', async () => {
    const { total } = (await client.fetchBalance()) as unknown as { total: Record<string, number> };
    expect(total.USDT).toBeGreaterThan(0);
    expect(await client.createOrder(SYMBOL, 'market', 'buy', 0.05)).toMatchObject({ status: 'closed', filled: 0.05 });
    const trades = await client.fetchMyTrades(SYMBOL);
    expect(trades.reduce((sum, { amount }) => sum + Number(amount), 0)).toBeCloseTo(0.05, 8);
    expect(trades[0].fee?.cost).toBeGreaterThan(0);
    expect(await client.fetchPositions([SYMBOL])).toMatchObject([{ contracts: 0.05, side: 'long' }]);
    await expect
      .poll(async () => (await client.fetchFundingHistory(SYMBOL)).length, { timeout: 10_000 })
      .toBeGreaterThan(0);
    await client.setLeverage(10, SYMBOL);
    expect(await client.fetchPositions([SYMBOL], { useV2: true })).toMatchObject([{ leverage: 10 }]);
    expect(await client.fetchTradingFee(SYMBOL)).toMatchObject({ maker: 0.0002, taker: 0.0005 });
  });

  it('is refused as the venue would', async () => {
    const codeOf = (promise: Promise<unknown>) =>
      promise.then(
        () => null,
        (error: Error) => error.message,
      );
    expect(await codeOf(client.createOrder(SYMBOL, 'limit', 'buy', 900, resting))).toMatch(/-2019/);
    expect(await codeOf(client.createOrder(SYMBOL, 'limit', 'buy', 0.001, resting))).toMatch(/-4164/);
    const gtx = { timeInForce: 'GTX' };
    expect(await codeOf(client.createOrder(SYMBOL, 'limit', 'buy', 0.01, resting * 1.02, gtx))).toMatch(/-5022/);
    const wrong = new ccxt.binanceusdm({ apiKey: KEYS.key, secret: 'wrong', options: client.options });
    wrong.urls.api = redirected(client.urls.api);
    wrong.markets = client.markets;
    await expect(wrong.fetchOpenOrders(SYMBOL)).rejects.toThrow(/-1022/);
  });
});

describe('the unmodified ccxt client over WebSockets', () => {
  it('watches book, trades, best prices and mark price', async () => {
    const book = await client.watchOrderBook(SYMBOL);
    expect(Number(book.asks[0][0])).toBeGreaterThan(Number(book.bids[0][0]));
    expect((await client.watchTrades(SYMBOL)).length).toBeGreaterThan(0);
    expect((await client.watchBidsAsks([SYMBOL]))[SYMBOL].bid).toBeGreaterThan(0);
    expect((await client.watchMarkPrice(SYMBOL)).markPrice).toBeGreaterThan(0);
  });

  it('places, changes, asks and cancels through the WebSocket API', async () => {
    const placed = await client.createOrderWs(SYMBOL, 'limit', 'buy', 0.01, resting);
    const id = String(placed.id);
    expect(await client.editOrderWs(id, SYMBOL, 'limit', 'buy', 0.02, resting)).toMatchObject({ amount: 0.02 });
    expect(await client.fetchOrderWs(id, SYMBOL)).toMatchObject({ id, status: 'open' });
    expect(await client.cancelOrderWs(id, SYMBOL)).toMatchObject({ status: 'canceled' });
    expect((await client.fetchOrderBookWs(SYMBOL, 5)).bids).toHaveLength(5);
    expect((await client.fetchPositionsWs([SYMBOL])).length).toBeGreaterThan(0);
    expect(await client.fetchBalanceWs()).toMatchObject({ USDT: { total: expect.any(Number) } });
  });

  it('watches its own orders and trades', async () => {
    const orders = client.watchOrders(SYMBOL);
    const trades = client.watchMyTrades(SYMBOL);
    await expect.poll(() => simulator.venue.connections.of('user').length).toBeGreaterThan(0);
    const { id } = await client.createOrder(SYMBOL, 'market', 'sell', 0.01);
    expect((await orders).map((order) => order.id)).toContain(id);
    expect((await trades)[0]).toMatchObject({ order: id, side: 'sell', takerOrMaker: 'taker' });
  });
});
