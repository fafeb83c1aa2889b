import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type HttpRequest, type HttpResponse, type Network, NetworkError } from '../network.ts';
import type { CancelProof } from '../venue.ts';
import { BinanceCancelRoute } from './cancel-route.ts';

const [KEY, SECRET] = ['key-4711', 'secret-0815'];
const CONFIRMED = '{"code":200,"msg":"The operation of cancel all open order is done."}';
const SERVER_AHEAD_MS = 90_000;

type Reply = { readonly status: number; readonly body: string };
type Fault = (request: HttpRequest, symbol: string) => Reply | NetworkError | null;

/** A venue with resting orders, 20 ms away. `fault` answers in its place. */
class Venue implements Network {
  readonly open = (): never => {
    throw new Error('the cancel route needs no socket');
  };
  readonly resting = new Map<string, Set<string>>();
  readonly requests: { readonly atMs: number; readonly method: string; readonly path: string; readonly url: URL }[] =
    [];
  fault: Fault = () => null;

  rest(symbol: string, ...ids: string[]): void {
    this.resting.set(symbol, new Set(ids));
  }

  async request(request: HttpRequest): Promise<HttpResponse> {
    const url = new URL(request.url);
    const symbol = url.searchParams.get('symbol') ?? '';
    this.requests.push({ atMs: performance.now(), method: request.method, path: url.pathname, url });
    if (url.pathname !== '/fapi/v1/time') this.authenticate(request, url);
    const reply = this.fault(request, symbol) ?? this.reply(request.method, url, symbol);
    await new Promise((resolve) => setTimeout(resolve, reply instanceof NetworkError ? request.timeoutMs : 20));
    if (reply instanceof NetworkError) throw reply;
    return { ...reply, headers: {} };
  }

  private authenticate({ headers, timeoutMs, body }: HttpRequest, url: URL): void {
    const [query, signature] = url.search.slice(1).split('&signature=');
    expect(signature).toBe(
      createHmac('sha256', SECRET)
        .update(query ?? '')
        .digest('hex'),
    );
    expect(headers['X-MBX-APIKEY']).toBe(KEY);
    expect([timeoutMs > 0, body]).toEqual([true, null]);
  }

  private reply(method: string, { pathname, searchParams }: URL, symbol: string): Reply {
    const open = this.resting.get(symbol) ?? new Set();
    if (pathname === '/fapi/v1/time') return ok(`{"serverTime":${Date.now() + SERVER_AHEAD_MS}}`);
    if (Number(searchParams.get('timestamp')) > Date.now() + SERVER_AHEAD_MS + 1_000) return refused(-1021);
    if (pathname === '/fapi/v1/allOpenOrders') {
      open.clear();
      return ok(CONFIRMED);
    }
    if (method === 'GET') return ok(`[${[...open].map((id) => `{"orderId":${id},"symbol":"${symbol}"}`).join(',')}]`);
    return open.delete(searchParams.get('orderId') ?? '') ? ok('{"status":"CANCELED"}') : refused(-2011);
  }

  of(path: string): readonly { readonly atMs: number; readonly url: URL }[] {
    return this.requests.filter((request) => request.path === path);
  }
}

const ok = (body: string): Reply => ({ status: 200, body });
const refused = (code: number): Reply => ({ status: 400, body: `{"code":${code},"msg":"said so"}` });
const isMassCancel = ({ url }: HttpRequest): boolean => url.includes('/allOpenOrders');
const isQuery = ({ url }: HttpRequest): boolean => url.includes('/openOrders');

let venue: Venue;
let route: BinanceCancelRoute;
beforeEach(() => {
  vi.useFakeTimers({ now: 1_700_000_000_000 });
  venue = new Venue();
  venue.rest('BTCUSDT', '1', '2', '3');
  venue.rest('ETHUSDT', '8389765512345678901');
  route = new BinanceCancelRoute(
    {
      venue: 'binance-usdm',
      endpoints: { rest: 'https://venue.test', streams: '', orders: '' },
      symbols: ['BTCUSDT', 'ETHUSDT'],
      clockOffsetMs: SERVER_AHEAD_MS,
    },
    { key: KEY, secret: SECRET },
    venue,
  );
});
afterEach(() => {
  route.close();
  vi.useRealTimers();
});

/** Cancels, lets time pass, and sees to it that no text holds a secret. */
async function cancelAll(giveUpMs = 30_000): Promise<CancelProof> {
  let proof: CancelProof | undefined;
  void route.cancelAll(giveUpMs).then((done) => {
    proof = done;
  });
  for (let ms = 0; proof === undefined && ms <= giveUpMs; ms += 10) await vi.advanceTimersByTimeAsync(10);
  if (proof === undefined) throw new Error('it did not give up in time');
  expect(JSON.stringify(proof)).not.toMatch(/4711|0815|signature=/);
  return proof;
}

const left = (): number => [...venue.resting.values()].reduce((sum, { size }) => sum + size, 0);

describe('the cancel route', () => {
  it('cancels all symbols at once, and is done when the venue lists nothing after it', async () => {
    const proof = await cancelAll();
    expect(proof).toEqual({ proven: true, rounds: 1, survivors: [], faults: [], lastCancelMs: 0, tookMs: 40 });
    expect(left()).toBe(0);
    expect(venue.of('/fapi/v1/allOpenOrders').map(({ url }) => url.searchParams.get('symbol'))).toEqual([
      'BTCUSDT',
      'ETHUSDT',
    ]);
  });

  it('cancels one by one what a mass cancel leaves, under the exact number', async () => {
    let left = 2;
    venue.fault = (request) => (isMassCancel(request) && left-- > 0 ? ok(CONFIRMED) : null);
    const proof = await cancelAll();
    expect(proof).toMatchObject({ proven: true, rounds: 2, survivors: [] });
    const single = venue.of('/fapi/v1/order').map(({ url }) => url.searchParams.get('orderId'));
    expect(single.sort()).toEqual(['1', '2', '3', '8389765512345678901']);
  });

  it.each<[string, Reply | NetworkError, RegExp]>([
    ['502 with a page', { status: 502, body: '<html>Bad Gateway</html>' }, /status 502/],
    [
      '503 unknown',
      { status: 503, body: '{"code":0,"msg":"Unknown error, please check your request or try again later."}' },
      /503/,
    ],
    ['−1008', { status: 503, body: '{"code":-1008,"msg":"Server is currently overloaded"}' }, /-1008/],
    ['429', { status: 429, body: '{"code":-1003,"msg":"Too many requests"}' }, /-1003/],
    ['418', { status: 418, body: '{"code":-1003,"msg":"banned until 1700000900000"}' }, /-1003/],
    ['cut JSON', { status: 200, body: '{"code":20' }, /proves nothing/],
    ['no answer', new NetworkError('https://venue.test/x?signature=abcdef: no answer', 'perhaps'), /no answer/],
  ])('goes on under %s, and needs two empty lists where no mass cancel was confirmed', async (_, fault, said) => {
    venue.fault = (request) => (isMassCancel(request) ? fault : null);
    const proof = await cancelAll();
    // It cancels one by one at first; the lists are empty then, and the mass cancel never confirmed.
    expect(proof).toMatchObject({ proven: true, survivors: [] });
    expect(left()).toBe(0);
    expect(proof.rounds).toBe(3);
    expect(proof.faults.join('\n')).toMatch(said);
  });

  it('tries at least once a second while the venue refuses everything, and says what it last saw', async () => {
    let answers = 4;
    venue.fault = (request) =>
      isQuery(request) && answers-- > 0 ? null : { status: 429, body: '{"code":-1003,"msg":"Way too many"}' };
    const proof = await cancelAll(20_000);
    expect(proof).toMatchObject({
      proven: false,
      survivors: ['BTCUSDT 1', 'BTCUSDT 2', 'BTCUSDT 3', 'ETHUSDT 8389765512345678901'],
    });
    expect(proof.tookMs).toBeGreaterThanOrEqual(20_000);
    const times = venue.of('/fapi/v1/allOpenOrders').map(({ atMs }) => atMs);
    const gaps = times.slice(1).map((atMs, place) => atMs - (times[place] ?? 0));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(1_000);
    expect(proof.faults.length).toBeLessThanOrEqual(100);
  });

  it('believes no single empty list while no cancel was confirmed', async () => {
    let queries = 0;
    venue.fault = (request, symbol) => {
      if (isMassCancel(request)) return refused(-1000);
      if (symbol !== 'BTCUSDT' || !isQuery(request)) return null;
      queries += 1;
      return queries === 1 ? ok('[]') : null;
    };
    const proof = await cancelAll();
    expect(proof.proven).toBe(true);
    expect(left()).toBe(0);
    expect(queries).toBe(4);
  });

  it('gives up in time on a venue that never answers', async () => {
    venue.fault = () => new NetworkError('no answer', 'perhaps');
    const proof = await cancelAll(3_000);
    expect(proof).toMatchObject({ proven: false, survivors: [] });
    expect(proof.tookMs).toBeLessThanOrEqual(3_010);
  });

  it('measures the clock for itself, before and when the venue finds it wrong', async () => {
    await vi.advanceTimersByTimeAsync(100);
    vi.setSystemTime(Date.now() + 3_600_000);
    const skewedMs = 3_600_000;
    venue.fault = ({ url }) => {
      const { pathname, searchParams } = new URL(url);
      const serverMs = Date.now() - skewedMs;
      if (pathname === '/fapi/v1/time') return ok(`{"serverTime":${serverMs}}`);
      return Number(searchParams.get('timestamp')) > serverMs + 1_000 ? refused(-1021) : null;
    };
    const proof = await cancelAll();
    expect(proof.proven).toBe(true);
    expect(proof.faults[0]).toMatch(/-1021/);
    expect(left()).toBe(0);
  });

  it('keeps as many connections warm as it will need, until it is closed', async () => {
    await vi.advanceTimersByTimeAsync(60_000);
    expect(venue.of('/fapi/v1/time')).toHaveLength(2 * 4);
    route.close();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(venue.of('/fapi/v1/time')).toHaveLength(2 * 4);
    expect(await cancelAll()).toMatchObject({ proven: false, rounds: 0 });
  });
});
