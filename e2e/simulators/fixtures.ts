import { createHmac } from 'node:crypto';
import { vi } from 'vitest';
import type { HttpRequest, HttpResponse, VenueSocket } from '../../src-main/edge/venues/network.ts';
import { type FaultRuleText, faultRules } from './binance-usdm/fault-rules.ts';
import type { ApiKeyPair } from './binance-usdm/security.ts';
import { Simulator, type SimulatorOptions } from './binance-usdm/simulator.ts';
import { MemoryNetwork } from './memory-network.ts';

export const KEYS: ApiKeyPair = { key: 'a'.repeat(64), secret: 'b'.repeat(64) };
export const START = Date.parse('2026-03-02T10:00:00Z');
const HOST = 'venue.test';
const TIMEOUT_MS = 5_000;

type ParamValue = string | number | boolean;
export type TestParams = Readonly<Record<string, ParamValue>>;
export type Json = Record<string, unknown>;

/** A simulated venue and a client of it over the memory network, both in fake time from {@link START} on. */
export class TestVenue {
  readonly simulator: Simulator;
  readonly network: MemoryNetwork;

  constructor(options: Partial<SimulatorOptions> & { readonly faultTexts?: readonly FaultRuleText[] } = {}) {
    const { faultTexts = [], ...rest } = options;
    this.simulator = new Simulator({
      keys: KEYS,
      seed: 7,
      warmUpSeconds: 3,
      pumpMs: 10,
      faults: faultRules(faultTexts),
      ...rest,
    });
    this.simulator.start();
    this.network = new MemoryNetwork(this.simulator, { seed: 7 });
  }

  /** One request, and its answer; time passes until it is there. @throws NetworkError. */
  http(request: Partial<HttpRequest> & Pick<HttpRequest, 'method' | 'url'>): Promise<HttpResponse> {
    const whole = { headers: {}, body: null, timeoutMs: TIMEOUT_MS, ...request, url: `http://${HOST}${request.url}` };
    return elapsing(this.network.request(whole));
  }

  async get(path: string): Promise<Json> {
    const { body } = await this.http({ method: 'GET', url: path });
    return JSON.parse(body);
  }

  /** A signed request. */
  signed(method: HttpRequest['method'], path: string, params: TestParams = {}): Promise<HttpResponse> {
    const query = signedQuery({ timestamp: Date.now(), ...params }, KEYS.secret);
    return this.http({ method, url: `${path}?${query}`, headers: { 'X-MBX-APIKEY': KEYS.key } });
  }

  /** A signed request that is answered well. @returns the answer's JSON. */
  async ask<T = Json>(method: HttpRequest['method'], path: string, params: TestParams = {}): Promise<T> {
    const { status, body } = await this.signed(method, path, params);
    if (status !== 200) throw new Error(`${method} ${path}: ${status} ${body}`);
    return JSON.parse(body);
  }

  /** The code of a refusal; 0 when it was none. */
  async codeOf(method: HttpRequest['method'], path: string, params: TestParams = {}): Promise<number> {
    const { body } = await this.signed(method, path, params);
    return JSON.parse(body).code ?? 0;
  }

  /** Places a limit order `ticks` behind the best price of its own side; nearer than the spread it rests before it. */
  async rest(side: 'BUY' | 'SELL', ticks: number, more: TestParams = {}): Promise<Json> {
    return this.ask('POST', '/fapi/v1/order', { ...(await this.limit(side, ticks)), ...more });
  }

  async limit(side: 'BUY' | 'SELL', ticks: number): Promise<TestParams> {
    const { bidPrice, askPrice } = await this.get('/fapi/v1/ticker/bookTicker?symbol=BTCUSDT');
    const price = side === 'BUY' ? Number(bidPrice) - ticks / 10 : Number(askPrice) + ticks / 10;
    const terms = { symbol: 'BTCUSDT', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.010' };
    return { ...terms, side, price: price.toFixed(1) };
  }

  market(side: 'BUY' | 'SELL', quantity: string, more: TestParams = {}): Promise<Json> {
    const terms = { symbol: 'BTCUSDT', type: 'MARKET', newOrderRespType: 'RESULT' };
    return this.ask('POST', '/fapi/v1/order', { ...terms, side, quantity, ...more });
  }

  /** A WebSocket whose messages are kept. */
  socket(path: string): TestSocket {
    return new TestSocket(this.network, path);
  }

  /** The account's stream of reports. */
  async reports(): Promise<TestSocket> {
    const { body } = await this.http({
      method: 'POST',
      url: '/fapi/v1/listenKey',
      headers: { 'X-MBX-APIKEY': KEYS.key },
    });
    const socket = this.socket(`/private/ws/${JSON.parse(body).listenKey}`);
    await pass(20);
    return socket;
  }

  stop(): void {
    this.simulator.stop();
  }
}

export class TestSocket {
  readonly texts: string[] = [];
  closedBy: string | null = null;
  pings = 0;
  private readonly socket: VenueSocket;

  constructor(network: MemoryNetwork, path: string) {
    this.socket = network.open(`ws://${HOST}${path}`, {
      opened() {},
      message: (data) => this.texts.push(data.toString('utf8')),
      alive: () => {
        this.pings += 1;
      },
      closed: (reason) => {
        this.closedBy = reason;
      },
    });
  }

  get isOpen(): boolean {
    return this.socket.isOpen;
  }

  get messages(): Json[] {
    return this.texts.map((text) => JSON.parse(text));
  }

  /** The reports of orders: `o` of every ORDER_TRADE_UPDATE. */
  get orders(): Json[] {
    return this.messages.filter(({ e }) => e === 'ORDER_TRADE_UPDATE').map(({ o }) => o as Json);
  }

  send(json: object): void {
    this.socket.send(JSON.stringify(json));
  }

  ping(): void {
    this.socket.ping();
  }

  close(): void {
    this.socket.close();
  }

  /** A signed request to the WebSocket API, and its answer. */
  async ask(id: number | string, method: string, params: TestParams = {}): Promise<Json> {
    const all: TestParams = { apiKey: KEYS.key, timestamp: Date.now(), ...params };
    const payload = Object.keys(all)
      .sort()
      .map((name) => `${name}=${all[name]}`)
      .join('&');
    this.send({ id, method, params: { ...all, signature: signature(payload, KEYS.secret) } });
    await pass(20);
    return this.messages.find((message) => message.id === id) ?? {};
  }
}

/** A query with its signature at the end. */
export function signedQuery(params: TestParams, secret: string): string {
  const query = Object.entries(params)
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`)
    .join('&');
  return `${query}&signature=${signature(query, secret)}`;
}

function signature(payload: string, secret: string): string {
  return createHmac('sha256', secret).update(payload).digest('hex');
}

/** Lets fake time pass. */
export async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

/** Lets fake time pass until `promise` is settled. */
export async function elapsing<T>(promise: Promise<T>): Promise<T> {
  let isSettled = false;
  const settle = () => {
    isSettled = true;
  };
  promise.then(settle, settle);
  while (!isSettled) await vi.advanceTimersByTimeAsync(1);
  return promise;
}
