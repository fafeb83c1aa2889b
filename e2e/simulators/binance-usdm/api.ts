import { accountOperations } from './account-operations.ts';
import { isExecuted, type RequestRule } from './fault-rules.ts';
import { marketOperations } from './market-operations.ts';
import type { Operation } from './operation.ts';
import { orderOperations } from './order-operations.ts';
import type { Params } from './params.ts';
import { type LimitOptions, LimitRefusal, RateLimits } from './rate-limits.ts';
import { Refusal } from './refusal.ts';
import { type ApiKeyPair, checkKey, checkSignature, type Proof } from './security.ts';
import type { Venue } from './venue.ts';

/** One request, whatever way it came. */
export interface Call {
  /** `POST` and `/fapi/v1/order`, also when it came as `order.place`. */
  readonly method: string;
  readonly path: string;
  readonly socketMethod: string | null;
  readonly params: Params;
  readonly proof: Proof;
}

/** What the client gets. */
export type Reply =
  | { readonly kind: 'result'; readonly result: unknown; readonly hasOrders: boolean }
  | { readonly kind: 'error'; readonly error: Refusal }
  /** Something that is not the venue's usual answer: a proxy's page, a text cut short. */
  | { readonly kind: 'raw'; readonly status: number; readonly contentType: string; readonly body: string }
  /** The connection that asked is cut. */
  | { readonly kind: 'cut' };

const JSON_TYPE = 'application/json';
const HTML_TYPE = 'text/html';
const BAN_MS = 120_000;
const HANDSHAKE = { weight: 5, ordersPer10Seconds: 0, ordersPerMinute: 0 };
const NO_SUCH_PATH = {
  kind: 'raw',
  status: 404,
  contentType: HTML_TYPE,
  body: '<html><body>404 Not found</body></html>',
} as const;

/** The venue's operations behind its limits, its security, and what goes wrong on the way. */
export class Api {
  readonly limits: RateLimits;
  private readonly venue: Venue;
  private readonly keys: ApiKeyPair;
  private readonly operations: ReadonlyMap<string, Operation>;

  constructor(venue: Venue, keys: ApiKeyPair, limits: LimitOptions) {
    this.venue = venue;
    this.keys = keys;
    this.limits = new RateLimits(limits);
    this.operations = new Map(
      Object.entries({
        ...marketOperations(venue, this.limits),
        ...orderOperations(venue),
        ...accountOperations(venue, this.limits),
      }),
    );
  }

  /** @param reply called once, at once or later; never, when the venue stays silent. */
  perform(call: Call, reply: (reply: Reply) => void): void {
    const { venue } = this;
    const nowMs = venue.advance();
    if (venue.incidents.isDown) {
      reply(failed(new Refusal(-1016, 'Service Unavailable.', 503)));
      return;
    }
    const fault = venue.faults.request({
      method: call.method,
      path: call.path,
      socketMethod: call.socketMethod,
      symbol: call.params.symbol ?? null,
      isExempt: isExempt(call),
    });
    if (fault === null) reply(this.execute(call, null, nowMs));
    else this.performBadly(call, fault, nowMs, reply);
  }

  /** A client opens the WebSocket API, which costs as well. @returns whether it may. */
  handshake(): boolean {
    try {
      this.limits.spend(HANDSHAKE, this.venue.clock.nowMs());
      return true;
    } catch (error) {
      if (error instanceof Refusal) return false;
      throw error;
    }
  }

  private performBadly(call: Call, fault: RequestRule, nowMs: number, reply: (reply: Reply) => void): void {
    const isDone = isExecuted(fault) ?? this.venue.faults.coin();
    const answer = isDone ? this.execute(call, fault, nowMs) : null;
    switch (fault.fault) {
      case 'too-many-requests':
        reply(failed(this.limits.tooMany(nowMs)));
        break;
      case 'banned':
        reply(failed(this.limits.ban(fault.forMs === 0 ? BAN_MS : fault.forMs, nowMs)));
        break;
      case 'timeout-before-accept':
      case 'timeout-after-accept':
        break;
      case 'cut-after-accept':
        reply({ kind: 'cut' });
        break;
      case 'slow-answer':
        setTimeout(() => reply(answer ?? { kind: 'cut' }), fault.delayMs);
        break;
      case 'truncated-json':
        reply(truncated(answer));
        break;
      case 'html-body':
        reply({ kind: 'raw', status: 200, contentType: HTML_TYPE, body: '<html><body>Please wait</body></html>' });
        break;
      case 'bad-gateway':
        reply({ kind: 'raw', status: 502, contentType: HTML_TYPE, body: '<html><body>502 Bad Gateway</body></html>' });
        break;
      default:
        reply(failureOf(fault) ?? answer ?? { kind: 'cut' });
    }
  }

  private execute(call: Call, fault: RequestRule | null, nowMs: number): Reply {
    const operation = this.operations.get(`${call.method} ${call.path}`);
    if (operation === undefined) return NO_SUCH_PATH;
    try {
      const cost = operation.cost(call.params);
      this.limits.spend(cost, nowMs);
      if (operation.security !== 'none') checkKey(call.proof, this.keys);
      if (operation.security === 'signed') {
        checkSignature(call.params, call.proof, this.keys, this.venue.clock.shown(nowMs));
      }
      return { kind: 'result', result: operation.run(call.params, fault), hasOrders: cost.ordersPerMinute > 0 };
    } catch (error) {
      if (error instanceof Refusal) return failed(error);
      throw error;
    }
  }
}

/** What each fault says in the place of an answer. */
const FAILURES: Readonly<Partial<Record<RequestRule['fault'], () => Refusal>>> = {
  'service-unavailable': () => new Refusal(-1016, 'Service Unavailable.', 503),
  overloaded: () =>
    new Refusal(
      -1008,
      'Request throttled by system-level protection. Reduce-only/close-position orders are exempt. Please try again.',
      503,
    ),
  'server-error': () => new Refusal(-1000, 'An unknown error occured while processing the request.', 500),
  'unknown-error': () => new Refusal(-1000, 'Unknown error, please check your request or try again later.', 503),
  'internal-error': () => new Refusal(-1001, 'Internal error; unable to process your request. Please try again.', 503),
  'unexpected-response': () =>
    new Refusal(-1006, 'An unexpected response was received from the message bus. Execution status unknown.', 500),
  'backend-timeout': () =>
    new Refusal(
      -1007,
      'Timeout waiting for response from backend server. Send status unknown; execution status unknown.',
      408,
    ),
};

/** Null for a fault within the operation, whose answer is the fault. */
function failureOf(fault: RequestRule): Reply | null {
  const failure = FAILURES[fault.fault];
  return failure === undefined ? null : failed(failure());
}

function failed(error: Refusal): Reply {
  return { kind: 'error', error };
}

/** Half of what would have been the answer. */
function truncated(answer: Reply | null): Reply {
  const whole = answer?.kind === 'result' ? JSON.stringify(answer.result) : '{"orderId":8389765';
  return { kind: 'raw', status: 200, contentType: JSON_TYPE, body: whole.slice(0, Math.ceil(whole.length / 2)) };
}

/** What cancels, asks, or only reduces is exempt from the venue's overload protection. */
function isExempt({ method, path, params }: Call): boolean {
  const isPlacing = method === 'POST' && (path === '/fapi/v1/order' || path === '/fapi/v1/batchOrders');
  return !isPlacing || params.reduceOnly?.toLowerCase() === 'true';
}

/** Seconds until it makes sense to ask again, where the venue says so. */
export function retryAfter(error: Refusal): number | null {
  return error instanceof LimitRefusal ? error.retryAfterSeconds : null;
}
