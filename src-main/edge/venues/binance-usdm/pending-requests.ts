import type { InstrumentId } from '../../../../src-shared/domain/instrument.ts';
import type { ClientOrderId } from '../../../../src-shared/domain/order.ts';
import type { Outcome } from './outcome.ts';

/** What was asked of the venue about one order. */
export interface OrderRequest {
  readonly kind: 'place' | 'cancel';
  readonly clientOrderId: ClientOrderId;
  readonly instrument: InstrumentId;
  /** Of a cancel: whether another order was sent to take this one's place, and nobody has asked for the cancel itself. */
  readonly replaced: boolean;
}

export interface PendingRequest extends OrderRequest {
  readonly id: number;
  /** The connection that it was written to. */
  readonly connection: number;
  readonly sentAtMs: number;
}

/**
 * Requests that the venue has not answered. Each leaves exactly once: with its answer, with the end of its connection, or when the
 * time is over; of an answer that comes later nothing is believed.
 */
export class PendingRequests {
  private readonly answerMs: number;
  private readonly nowMs: () => number;
  private readonly onOutcome: (request: PendingRequest, outcome: Outcome) => void;
  /** By id, and by that in the order of their deadlines. */
  private readonly requests = new Map<number, PendingRequest>();
  private timer: NodeJS.Timeout | undefined;
  private lastId = 0;

  /**
   * @param answerMs after which nothing is expected any more.
   * @param nowMs any clock that does not go back, ms.
   */
  constructor(answerMs: number, nowMs: () => number, onOutcome: (request: PendingRequest, outcome: Outcome) => void) {
    this.answerMs = answerMs;
    this.nowMs = nowMs;
    this.onOutcome = onOutcome;
  }

  get count(): number {
    return this.requests.size;
  }

  /** An id that no request had before. */
  nextId(): number {
    this.lastId += 1;
    return this.lastId;
  }

  /** Request `id` is on its way. */
  sent(id: number, connection: number, request: OrderRequest): void {
    this.requests.set(id, { ...request, id, connection, sentAtMs: this.nowMs() });
    this.timer ??= setTimeout(this.expire, this.answerMs);
  }

  /** The request that an answer belongs to, which is not pending any more; null when there is none. */
  take(id: number): PendingRequest | null {
    const request = this.requests.get(id);
    if (request === undefined) return null;
    this.requests.delete(id);
    return request;
  }

  /** What was written to `connection` will never be answered: it may have been done. */
  lost(connection: number, reason: string): void {
    for (const request of Array.from(this.requests.values())) {
      if (request.connection === connection) this.end(request, reason);
    }
  }

  /** Nothing is expected any more, and nobody hears of it. */
  stop(): void {
    clearTimeout(this.timer);
    this.requests.clear();
  }

  private readonly expire = (): void => {
    this.timer = undefined;
    const nowMs = this.nowMs();
    for (const request of Array.from(this.requests.values())) {
      const leftMs = request.sentAtMs + this.answerMs - nowMs;
      if (leftMs > 0) {
        this.timer = setTimeout(this.expire, Math.ceil(leftMs));
        return;
      }
      this.end(request, `no answer within ${this.answerMs} ms`);
    }
  };

  private end(request: PendingRequest, reason: string): void {
    if (this.requests.delete(request.id)) this.onOutcome(request, { kind: 'unknown', reason });
  }
}
