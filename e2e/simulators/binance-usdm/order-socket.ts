import { z } from 'zod';
import { type Api, type Call, type Reply, retryAfter } from './api.ts';
import type { VenueClock } from './clock.ts';
import type { Connection, Session } from './connections.ts';
import type { Params } from './params.ts';
import { Refusal } from './refusal.ts';

z.config({ jitless: true });

/** The methods of the WebSocket API and what they are by REST. */
const METHODS: Readonly<Record<string, string>> = {
  'order.place': 'POST /fapi/v1/order',
  'order.modify': 'PUT /fapi/v1/order',
  'order.cancel': 'DELETE /fapi/v1/order',
  'order.status': 'GET /fapi/v1/order',
  'account.status': 'GET /fapi/v2/account',
  'v2/account.status': 'GET /fapi/v3/account',
  'account.balance': 'GET /fapi/v2/balance',
  'v2/account.balance': 'GET /fapi/v3/balance',
  'account.position': 'GET /fapi/v2/positionRisk',
  'v2/account.position': 'GET /fapi/v3/positionRisk',
  depth: 'GET /fapi/v1/depth',
  'ticker.book': 'GET /fapi/v1/ticker/bookTicker',
  'ticker.price': 'GET /fapi/v2/ticker/price',
  'userDataStream.start': 'POST /fapi/v1/listenKey',
  'userDataStream.ping': 'PUT /fapi/v1/listenKey',
  'userDataStream.stop': 'DELETE /fapi/v1/listenKey',
};

const value = z.union([z.string(), z.number(), z.boolean()]);
const requestSchema = z.object({
  id: z.union([z.string(), z.number(), z.null()]),
  method: z.string(),
  params: z.record(z.string(), value).default({}),
});
type Request = z.infer<typeof requestSchema>;

/** One connection of the WebSocket API: requests in, answers out, matched by their ids. */
export class OrderSocket implements Session {
  private readonly connection: Connection;
  private readonly api: Api;
  private readonly clock: VenueClock;
  private readonly showsLimits: boolean;

  /** @param path with its query, which may hide the limits. */
  constructor(path: string, connection: Connection, api: Api, clock: VenueClock) {
    this.connection = connection;
    this.api = api;
    this.clock = clock;
    this.showsLimits = new URL(path, 'ws://venue').searchParams.get('returnRateLimits') !== 'false';
  }

  message(text: string): void {
    const request = requestOf(text);
    if (request === null) {
      this.answer(null, true, { kind: 'error', error: new Refusal(-1000, 'Request is not valid.') });
      return;
    }
    const shows =
      request.params.returnRateLimits === undefined ? this.showsLimits : request.params.returnRateLimits === true;
    if (request.method.startsWith('session.')) {
      this.answer(request.id, shows, this.session(request.method));
      return;
    }
    const call = callOf(request);
    if (call === null) {
      const error = new Refusal(-1000, `Unknown method '${request.method}'.`);
      this.answer(request.id, shows, { kind: 'error', error });
      return;
    }
    this.api.perform(call, (reply) => this.answer(request.id, shows, reply));
  }

  closed(): void {}

  /** The account's key is an HMAC one, which no session can be opened with. */
  private session(method: string): Reply {
    if (method === 'session.logon') {
      return { kind: 'error', error: new Refusal(-4056, 'HMAC_SHA256 API key is not supported.') };
    }
    const result = {
      apiKey: null,
      authorizedSince: null,
      connectedSince: this.clock.shown(this.connection.openedMs),
      returnRateLimits: this.showsLimits,
      serverTime: this.clock.shownNow(),
    };
    return { kind: 'result', result, hasOrders: false };
  }

  private answer(id: Request['id'], showsLimits: boolean, reply: Reply): void {
    const limits = (hasOrders: boolean) =>
      showsLimits ? { rateLimits: this.api.limits.statuses(this.clock.nowMs(), hasOrders) } : {};
    switch (reply.kind) {
      case 'cut':
        this.connection.cut();
        break;
      case 'raw':
        this.connection.send(reply.body);
        break;
      case 'result':
        this.send({ id, status: 200, result: reply.result, ...limits(reply.hasOrders) });
        break;
      case 'error': {
        const { error } = reply;
        const seconds = retryAfter(error);
        const serverTime = this.clock.shownNow();
        const data = seconds === null ? {} : { data: { serverTime, retryAfter: serverTime + seconds * 1_000 } };
        this.send({
          id,
          status: error.status,
          error: { code: error.code, msg: error.message, ...data },
          ...limits(false),
        });
      }
    }
  }

  private send(json: object): void {
    this.connection.send(JSON.stringify(json));
  }
}

function requestOf(text: string): Request | null {
  try {
    const result = requestSchema.safeParse(JSON.parse(text));
    return result.success ? result.data : null;
  } catch {
    return null;
  }
}

/** Null when there is no such method. A version before its name does not matter where there is only one. */
function callOf({ method, params }: Request): Call | null {
  const operation = METHODS[method] ?? METHODS[method.replace(/^v\d+\//, '')];
  if (operation === undefined) return null;
  const [verb, path] = operation.split(' ');
  const texts: Params = Object.fromEntries(Object.entries(params).map(([name, of]) => [name, String(of)]));
  return {
    method: verb,
    path,
    socketMethod: method,
    params: texts,
    proof: { apiKey: texts.apiKey ?? null, payload: payloadOf(texts) },
  };
}

/** Everything but the signature, by name. */
function payloadOf(params: Params): string {
  return Object.keys(params)
    .filter((name) => name !== 'signature')
    .sort()
    .map((name) => `${name}=${params[name]}`)
    .join('&');
}
