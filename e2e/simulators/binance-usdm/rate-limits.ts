import { Refusal } from './refusal.ts';

export interface LimitOptions {
  /** Weight of all requests in a minute. */
  readonly weightPerMinute: number;
  readonly ordersPer10Seconds: number;
  readonly ordersPerMinute: number;
}

export const DEFAULT_LIMITS: LimitOptions = {
  weightPerMinute: 2_400,
  ordersPer10Seconds: 300,
  ordersPerMinute: 1_200,
};

/** What a request costs: weight, and how much it counts against each limit of orders. */
export interface Cost {
  readonly weight: number;
  readonly ordersPer10Seconds: number;
  readonly ordersPerMinute: number;
}

const TEN_SECONDS_MS = 10_000;
const MINUTE_MS = 60_000;
/** Requests beyond the limit that are answered 429 before the ban. */
const PATIENCE = 20;
const BAN_MS = 120_000;

/** A count that begins anew with each interval of the clock. */
class Window {
  readonly limit: number;
  private readonly intervalMs: number;
  private interval = -1;
  private used = 0;

  constructor(limit: number, intervalMs: number) {
    this.limit = limit;
    this.intervalMs = intervalMs;
  }

  count(nowMs: number): number {
    const interval = Math.floor(nowMs / this.intervalMs);
    if (interval !== this.interval) {
      this.interval = interval;
      this.used = 0;
    }
    return this.used;
  }

  add(cost: number, nowMs: number): void {
    this.used = this.count(nowMs) + cost;
  }

  wouldExceed(cost: number, nowMs: number): boolean {
    return cost > 0 && this.count(nowMs) + cost > this.limit;
  }

  secondsLeft(nowMs: number): number {
    return Math.max(1, Math.ceil((this.intervalMs - (nowMs % this.intervalMs)) / 1_000));
  }
}

/** Turned away for asking too much. */
export class LimitRefusal extends Refusal {
  readonly retryAfterSeconds: number;

  constructor(code: number, message: string, status: 418 | 429, retryAfterSeconds: number) {
    super(code, message, status);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The venue's limits, shared by REST and the WebSocket API. */
export class RateLimits {
  private readonly weight: Window;
  private readonly orders10: Window;
  private readonly orders60: Window;
  private excess = 0;
  private bannedUntilMs = 0;

  constructor(options: LimitOptions) {
    this.weight = new Window(options.weightPerMinute, MINUTE_MS);
    this.orders10 = new Window(options.ordersPer10Seconds, TEN_SECONDS_MS);
    this.orders60 = new Window(options.ordersPerMinute, MINUTE_MS);
  }

  /** Counts a request. @throws LimitRefusal 429, and 418 when it goes on. */
  spend({ weight, ordersPer10Seconds, ordersPerMinute }: Cost, nowMs: number): void {
    if (nowMs < this.bannedUntilMs) throw this.banned(nowMs);
    if (this.weight.wouldExceed(weight, nowMs)) {
      this.excess += 1;
      if (this.excess > PATIENCE) throw this.ban(BAN_MS, nowMs);
      throw this.tooMany(nowMs);
    }
    this.weight.add(weight, nowMs);
    if (this.orders10.wouldExceed(ordersPer10Seconds, nowMs)) throw tooManyOrders(this.orders10, '10 SECOND', nowMs);
    if (this.orders60.wouldExceed(ordersPerMinute, nowMs)) throw tooManyOrders(this.orders60, '1 MINUTE', nowMs);
    this.orders10.add(ordersPer10Seconds, nowMs);
    this.orders60.add(ordersPerMinute, nowMs);
    if (this.weight.count(nowMs) < this.weight.limit / 2) this.excess = 0;
  }

  tooMany(nowMs: number): LimitRefusal {
    const text = `Too many requests; current limit of IP is ${this.weight.limit} requests per minute. Please use the websocket for live updates to avoid polling the API.`;
    return new LimitRefusal(-1003, text, 429, this.weight.secondsLeft(nowMs));
  }

  /** Nothing is answered for `forMs`. */
  ban(forMs: number, nowMs: number): LimitRefusal {
    this.bannedUntilMs = nowMs + forMs;
    this.excess = 0;
    return this.banned(nowMs);
  }

  /** The headers that REST answers carry. */
  headers(nowMs: number, hasOrders: boolean): Record<string, string> {
    const weight = { 'x-mbx-used-weight-1m': String(this.weight.count(nowMs)) };
    if (!hasOrders) return weight;
    return {
      ...weight,
      'x-mbx-order-count-10s': String(this.orders10.count(nowMs)),
      'x-mbx-order-count-1m': String(this.orders60.count(nowMs)),
    };
  }

  /** `rateLimits` of the WebSocket API's answers. */
  statuses(nowMs: number, hasOrders: boolean) {
    const [weight, ...orders] = this.described().map(({ window, ...limit }) => ({
      ...limit,
      limit: window.limit,
      count: window.count(nowMs),
    }));
    return hasOrders ? [weight, ...orders] : [weight];
  }

  /** `rateLimits` of exchangeInfo; those of orders alone are the answer of `rateLimit/order`. */
  descriptions() {
    return this.described().map(({ window, ...limit }) => ({ ...limit, limit: window.limit }));
  }

  private described() {
    return [
      { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, window: this.weight },
      { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, window: this.orders10 },
      { rateLimitType: 'ORDERS', interval: 'MINUTE', intervalNum: 1, window: this.orders60 },
    ];
  }

  private banned(nowMs: number): LimitRefusal {
    const seconds = Math.max(1, Math.ceil((this.bannedUntilMs - nowMs) / 1_000));
    const text = `Way too many requests; IP banned until ${this.bannedUntilMs}. Please use the websocket for live updates to avoid bans.`;
    return new LimitRefusal(-1003, text, 418, seconds);
  }
}

function tooManyOrders(window: Window, interval: string, nowMs: number): LimitRefusal {
  const text = `Too many new orders; current limit is ${window.limit} orders per ${interval}.`;
  return new LimitRefusal(-1015, text, 429, window.secondsLeft(nowMs));
}
