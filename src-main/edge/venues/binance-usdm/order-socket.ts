import type { Backoff } from '../backoff.ts';
import type { Network } from '../network.ts';
import type { RateBudget } from '../rate-budget.ts';
import { RenewedSocket } from '../renewed-socket.ts';
import type { Sent } from '../venue.ts';
import { classifyError, restAskedFor } from './classify.ts';
import { parseExactJson } from './exact-json.ts';
import { type Fields, fieldsOf } from './fields.ts';
import type { Outcome } from './outcome.ts';
import { type OrderRequest, PendingRequests } from './pending-requests.ts';
import { figuresOfRateLimits } from './rate-figures.ts';

export interface OrderSocketOptions {
  readonly network: Network;
  /** The address of the venue's WebSocket API. */
  readonly url: string;
  readonly backoff: Backoff;
  readonly budget: RateBudget;
  /** The clock that the budget goes by, ms since the Unix epoch. */
  readonly nowMs: () => number;
  /** Hears once of every request that {@link OrderSocket.send} took; `tookMs` is null for one that was never answered. */
  readonly onOutcome: (request: OrderRequest, outcome: Outcome, tookMs: number | null) => void;
  readonly onLink: (up: boolean, detail: string) => void;
  readonly told: (news: string) => void;
  /** A request without an answer for so long is given up: it may have been done. */
  readonly answerMs: number;
  /** Before the venue's limit of 24 hours. */
  readonly lifeMs: number;
}

/**
 * Orders and cancels over the venue's WebSocket API: many requests under way at once on one connection, told apart by their ids.
 * What it cannot hand to the operating system at once it does not take: nothing waits in here that could leave later.
 */
export class OrderSocket {
  /** Messages that answer no request, and messages that cannot be read: counted, and nothing is believed of them. */
  strays = 0;
  unreadable = 0;
  private readonly options: OrderSocketOptions;
  private readonly pending: PendingRequests;
  private readonly socket: RenewedSocket;

  constructor(options: OrderSocketOptions) {
    const { network, url, backoff, nowMs, answerMs, lifeMs, onOutcome, onLink } = options;
    this.options = options;
    this.pending = new PendingRequests(answerMs, nowMs, (request, outcome) => onOutcome(request, outcome, null));
    this.socket = new RenewedSocket({
      socket: { network, url: () => url, backoff },
      lifeMs,
      graceMs: 2 * answerMs,
      listener: {
        up: () => onLink(true, 'connected'),
        down: (reason) => onLink(false, reason),
        message: (_connection, data) => this.received(data),
        gone: (connection, reason) =>
          this.pending.lost(connection, `the connection ended before the answer: ${reason}`),
      },
    });
  }

  get isUp(): boolean {
    return this.socket.isUp;
  }

  get reconnects(): number {
    return this.socket.reconnects;
  }

  get quietMs(): number | null {
    return this.socket.quietMs;
  }

  /** Requests that wait for their answer. */
  get outstanding(): number {
    return this.pending.count;
  }

  open(): void {
    this.socket.open();
  }

  /**
   * Writes `request` in this turn, or does not take it.
   * @param textOf writes it under the id that it gets.
   */
  send(request: OrderRequest, textOf: (id: number) => string): Sent {
    const id = this.pending.nextId();
    const sent = this.socket.send(textOf(id));
    if (sent.ok) this.pending.sent(id, this.socket.connection, request);
    return sent;
  }

  /** For good. Of what is under way nothing is heard any more. */
  close(): void {
    this.pending.stop();
    this.socket.close();
  }

  private received(data: Buffer): void {
    let message: Fields;
    try {
      message = fieldsOf(parseExactJson(data.toString('utf8')), 'an answer');
    } catch {
      this.unreadable += 1;
      this.options.told(`an answer of ${data.length} bytes to an order cannot be read: its order is asked for`);
      return;
    }
    const request = typeof message.id === 'number' ? this.pending.take(message.id) : null;
    const { budget, nowMs, onOutcome } = this.options;
    const atMs = nowMs();
    budget.heard(figuresOfRateLimits(message.rateLimits), request?.sentAtMs ?? atMs);
    const outcome = this.outcomeOf(message, atMs);
    if (request === null) this.strays += 1;
    else onOutcome(request, outcome, atMs - request.sentAtMs);
  }

  private outcomeOf(message: Fields, atMs: number): Outcome {
    const status = typeof message.status === 'number' ? message.status : 0;
    if (status === 200 && 'result' in message) return { kind: 'answered', json: message.result };
    const error = typeof message.error === 'object' && message.error !== null ? (message.error as Fields) : {};
    const text = typeof error.msg === 'string' ? error.msg : '';
    const { retryAfter } = (error.data ?? {}) as { readonly retryAfter?: unknown };
    const rest = restAskedFor(status, text, typeof retryAfter === 'number' ? retryAfter : undefined, atMs);
    if (rest !== null) this.options.budget.close(rest);
    return classifyError(status, typeof error.code === 'number' ? error.code : 0, text);
  }
}
