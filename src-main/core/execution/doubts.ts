import type { ClientOrderId } from '../../../src-shared/domain/order.ts';
import { MICROS_PER_MS, type Micros } from '../../../src-shared/domain/time.ts';

/**
 * When an UNKNOWN order ends without a positive report: after this many not-found answers in a row over at least this long.
 * One answer proves nothing (the order may still be under way, or the venue's query may lag behind its matching), so the order
 * counts in full until then. Any other report about it but a refused cancel starts the count again. The order then expires; a sign of life after
 * that makes it UNKNOWN once more.
 */
export interface NotFoundRule {
  readonly notFoundAnswers: number;
  readonly notFoundSpanMs: number;
}

export interface DoubtSettings extends NotFoundRule {
  /** Time from one query to the next; doubles each time up to `maxQueryBackoffMs`. */
  readonly queryBackoffMs: number;
  readonly maxQueryBackoffMs: number;
}

export interface Doubt {
  readonly clientOrderId: ClientOrderId;
  readonly queries: number;
  readonly cancels: number;
  readonly notFound: number;
  readonly firstNotFoundAt: number;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

const MAX_DOUBLINGS = 20;

/** What has been asked and answered about orders whose state or cancel is in doubt. An entry lives as long as its order is open. */
export class Doubts {
  private doubts = new Map<ClientOrderId, Writable<Doubt>>();
  private readonly settings: DoubtSettings;

  constructor(settings: DoubtSettings) {
    this.settings = settings;
  }

  /** Counts one more query. Returns how long to wait before the next. */
  queried(clientOrderId: ClientOrderId): number {
    const doubt = this.of(clientOrderId);
    doubt.queries += 1;
    return this.backoffMs(doubt.queries);
  }

  /** Counts one more cancel. Returns how long to wait before another one, should the order turn out to live. */
  cancelled(clientOrderId: ClientOrderId): void {
    this.of(clientOrderId).cancels += 1;
  }

  /** How long to wait before the next cancel of an order that outlived its cancels; 0 after the first one. */
  cancelDelayMs(clientOrderId: ClientOrderId): number {
    const { cancels } = this.of(clientOrderId);
    return cancels <= 1 ? 0 : this.backoffMs(cancels - 1);
  }

  /** Counts a not-found answer. True when the rule is fulfilled. */
  notFound(clientOrderId: ClientOrderId, at: Micros): boolean {
    const doubt = this.of(clientOrderId);
    if (doubt.notFound === 0) doubt.firstNotFoundAt = at;
    doubt.notFound += 1;
    const { notFoundAnswers, notFoundSpanMs } = this.settings;
    return doubt.notFound >= notFoundAnswers && at - doubt.firstNotFoundAt >= notFoundSpanMs * MICROS_PER_MS;
  }

  /** The venue said something else than not-found. */
  heard(clientOrderId: ClientOrderId): void {
    const doubt = this.doubts.get(clientOrderId);
    if (doubt) doubt.notFound = 0;
  }

  /** The order is known to live: only how often its cancel was sent still matters. */
  resolved(clientOrderId: ClientOrderId): void {
    const doubt = this.doubts.get(clientOrderId);
    if (!doubt) return;
    doubt.queries = 0;
    doubt.notFound = 0;
  }

  ended(clientOrderId: ClientOrderId): void {
    this.doubts.delete(clientOrderId);
  }

  snapshot(): readonly Doubt[] {
    return Array.from(this.doubts.values(), (doubt) => ({ ...doubt }));
  }

  restore(snapshot: readonly Doubt[]): void {
    this.doubts = new Map(snapshot.map((doubt) => [doubt.clientOrderId, { ...doubt }]));
  }

  private backoffMs(attempts: number): number {
    const { queryBackoffMs, maxQueryBackoffMs } = this.settings;
    return Math.min(maxQueryBackoffMs, queryBackoffMs * (1 << Math.min(attempts - 1, MAX_DOUBLINGS)));
  }

  private of(clientOrderId: ClientOrderId): Writable<Doubt> {
    let doubt = this.doubts.get(clientOrderId);
    if (!doubt) {
      doubt = { clientOrderId, queries: 0, cancels: 0, notFound: 0, firstNotFoundAt: 0 };
      this.doubts.set(clientOrderId, doubt);
    }
    return doubt;
  }
}
