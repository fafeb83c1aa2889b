import { createHmac } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type HttpRequest, type HttpResponse, type Network, NetworkError } from '../network.ts';
import { RateBudget } from '../rate-budget.ts';
import { type CcxtExchange, loadCcxtExchange } from './ccxt-exchange.ts';
import type { Outcome, RestCall } from './outcome.ts';
import { DEFAULT_LIMITS } from './rate-figures.ts';
import { RestClient } from './rest-client.ts';

const [KEY, SECRET] = ['key-4711', 'secret-0815'];
const ENDPOINTS = { rest: 'https://venue.test', streams: '', orders: '' };
const NOW_MS = 1_700_000_000_000;

const QUESTION: RestCall = {
  method: 'GET',
  path: '/fapi/v1/order',
  params: { symbol: 'BTCUSDT', origClientOrderId: 'a:b/c' },
  security: 'signed',
  weight: 1,
  use: 'question',
};

let exchange: CcxtExchange;
beforeAll(async () => {
  exchange = await loadCcxtExchange(ENDPOINTS, { key: KEY, secret: SECRET }, { nowMs: () => NOW_MS + 0.75 });
});

let sent: HttpRequest[];
let answer: () => HttpResponse;
let budget: RateBudget;
let client: RestClient;
let clockRefusals: number;
let answeredIn: number[];
beforeEach(() => {
  let nowMs = NOW_MS;
  [sent, clockRefusals, answeredIn] = [[], 0, []];
  answer = () => ok('{"orderId":1}');
  budget = new RateBudget(DEFAULT_LIMITS, () => nowMs);
  const network: Network = {
    open: () => {
      throw new Error('no sockets here');
    },
    request: async (request) => {
      sent.push(request);
      nowMs += 7;
      return answer();
    },
  };
  client = new RestClient({
    ...{ network, exchange, budget, nowMs: () => nowMs },
    onWrongClock: () => {
      clockRefusals += 1;
    },
    onAnswered: (_, tookMs) => answeredIn.push(tookMs),
  });
});

const ok = (body: string, headers: Readonly<Record<string, string>> = {}): HttpResponse => ({
  status: 200,
  headers,
  body,
});

async function call(request: RestCall): Promise<Outcome> {
  const outcome = await client.call(request);
  expect(JSON.stringify(outcome)).not.toMatch(/4711|0815|[0-9a-f]{64}/);
  return outcome;
}

describe('a REST client', () => {
  it('has ccxt word and sign a question, with the given clock and window', async () => {
    expect(await call(QUESTION)).toEqual({ kind: 'answered', json: { orderId: 1 } });
    const [request] = sent;
    const url = new URL(request?.url ?? '');
    expect(`${url.origin}${url.pathname}`).toBe('https://venue.test/fapi/v1/order');
    const [query, signature] = url.search.slice(1).split('&signature=');
    expect(signature).toBe(
      createHmac('sha256', SECRET)
        .update(query ?? '')
        .digest('hex'),
    );
    expect(Object.fromEntries(new URLSearchParams(query))).toEqual({
      ...QUESTION.params,
      timestamp: String(NOW_MS),
      recvWindow: '5000',
    });
    expect(request).toMatchObject({ method: 'GET', body: null, timeoutMs: 5_000, headers: { 'X-MBX-APIKEY': KEY } });
    expect(answeredIn).toEqual([7]);
  });

  it('signs a form in the body, gives a listen key the key alone, and the public nothing', async () => {
    await call({
      ...QUESTION,
      method: 'POST',
      path: '/fapi/v1/countdownCancelAll',
      params: { symbol: 'X', countdownTime: 1 },
    });
    await call({ ...QUESTION, method: 'PUT', path: '/fapi/v1/listenKey', params: {}, security: 'key' });
    await call({ ...QUESTION, path: '/fapi/v3/balance', params: {}, timeoutMs: 9 });
    await call({ ...QUESTION, path: '/fapi/v1/depth', params: { symbol: 'BTCUSDT', limit: 1000 }, security: 'none' });
    expect(sent.map(({ url }) => url.replace(/\?.*/, ''))).toEqual([
      'https://venue.test/fapi/v1/countdownCancelAll',
      'https://venue.test/fapi/v1/listenKey',
      'https://venue.test/fapi/v3/balance',
      'https://venue.test/fapi/v1/depth',
    ]);
    expect(sent[0]?.body).toMatch(
      /^timestamp=1700000000000&symbol=X&countdownTime=1&recvWindow=5000&signature=[0-9a-f]{64}$/,
    );
    expect(sent[0]?.headers['Content-Type']).toBe('application/x-www-form-urlencoded');
    expect([sent[1]?.body, sent[1]?.headers['X-MBX-APIKEY']]).toEqual(['', KEY]);
    expect(sent[2]?.timeoutMs).toBe(9);
    expect(sent[3]).toMatchObject({ url: 'https://venue.test/fapi/v1/depth?symbol=BTCUSDT&limit=1000', headers: {} });
  });

  it('tells what is proven of a request that failed: nothing, or that it never left', async () => {
    const url = 'https://venue.test/fapi/v1/order?symbol=X&signature=0123';
    const failing = async (error: Error): Promise<Outcome> => {
      answer = () => {
        throw error;
      };
      return call(QUESTION);
    };
    expect(await failing(new NetworkError(`${url}: refused`, 'no'))).toEqual({
      kind: 'not-accepted',
      reason: 'https://venue.test/fapi/v1/order?… refused',
    });
    expect(await failing(new NetworkError('reset', 'perhaps'))).toEqual({ kind: 'unknown', reason: 'reset' });
    expect(await failing(new TypeError('a fault of our own'))).toMatchObject({ kind: 'unknown' });
    answer = () => ({ status: 200, headers: {}, body: '{"orderId":' });
    expect(await call(QUESTION)).toMatchObject({ kind: 'unknown' });
    expect(answeredIn).toEqual([7]);
  });

  it('sends nothing that it cannot sign, and says no more than that', async () => {
    expect(await call({ ...QUESTION, path: '/sapi/v1/order' })).toEqual({
      kind: 'not-accepted',
      reason: 'the request could not be signed: RangeError',
    });
    const keyless = await loadCcxtExchange(ENDPOINTS, null, { nowMs: () => NOW_MS });
    expect(() => keyless.sign(QUESTION)).toThrow(/apiKey/);
    expect(sent).toEqual([]);
  });

  it("keeps to the budget, believes the venue's figures, and rests when told to", async () => {
    answer = () => ok('{}', { 'x-mbx-used-weight-1m': '2000' });
    await call(QUESTION);
    expect(await call({ ...QUESTION, use: 'data' })).toMatchObject({ kind: 'not-accepted', reason: /per 1m/ });
    expect(await call(QUESTION)).toMatchObject({ kind: 'answered' });
    answer = () => ({
      status: 429,
      headers: { 'retry-after': '30' },
      body: '{"code":-1003,"msg":"Too many requests."}',
    });
    expect(await call(QUESTION)).toMatchObject({ kind: 'not-accepted' });
    expect(budget.resting()).toMatchObject({ untilMs: NOW_MS + 21 + 30_000, banned: false });
    expect(await call(QUESTION)).toMatchObject({ kind: 'not-accepted', reason: /another 30 s/ });
    expect(sent).toHaveLength(3);
  });

  it('tells of a clock that the venue refuses', async () => {
    answer = () => ({
      status: 400,
      headers: {},
      body: '{"code":-1021,"msg":"Timestamp for this request is outside of the recvWindow."}',
    });
    expect(await call(QUESTION)).toMatchObject({ kind: 'refused', code: -1021 });
    expect(clockRefusals).toBe(1);
  });
});
