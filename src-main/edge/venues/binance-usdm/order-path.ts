import type { Instrument, InstrumentId } from '../../../../src-shared/domain/instrument.ts';
import type { ClientOrderId, Order } from '../../../../src-shared/domain/order.ts';
import type { Micros } from '../../../../src-shared/domain/time.ts';
import type { Effect } from '../../../core/engine/effect.ts';
import type { ListedOrder, OrderReport, OrderReportInput, VenueIncident } from '../../../core/engine/input.ts';
import type { Backoff } from '../backoff.ts';
import type { LatencyRecorder } from '../latency-recorder.ts';
import type { Network } from '../network.ts';
import type { RateBudget } from '../rate-budget.ts';
import { RecentMap } from '../recent-map.ts';
import type { Sent, VenueStatus } from '../venue.ts';
import type { ApiKey, Endpoints, VenueClock } from './endpoints.ts';
import { HeardFills } from './heard-fills.ts';
import { OrderAdmission } from './order-admission.ts';
import { reportsOfCancel, reportsOfPlace } from './order-answers.ts';
import { OrderQueries } from './order-queries.ts';
import type { InstrumentsBySymbol, OrderUpdate } from './order-reports.ts';
import { CLIENT_ORDER_ID, checkSymbols, OrderRequests, unplaceable } from './order-requests.ts';
import { OrderSocket } from './order-socket.ts';
import type { Outcome, RestCalls } from './outcome.ts';
import type { OrderRequest } from './pending-requests.ts';
import { type ListenKeys, UserStream } from './user-stream.ts';

/** The effects that are about one order. */
export type OrderEffect = Extract<
  Effect,
  { readonly kind: 'place-order' | 'replace-order' | 'cancel-order' | 'query-order' }
>;

export interface OrderPathHandlers {
  /** `seq` 0 and `at` to be stamped. */
  input(input: OrderReportInput): void;
  /** Orders can be sent and their reports arrive; or it is not so, for another reason than the one told before. */
  link(up: boolean, detail: string): void;
  incident(incident: VenueIncident, detail: string): void;
  /** The venue finds this machine's time wrong: it has to be measured at once. */
  clockRefused(): void;
  /** Money moved otherwise than by trading: the income has to be fetched. */
  accountMoved(): void;
  /** Something may have happened that no report says: the account has to be compared. */
  unsure(reason: string): void;
  told(news: string): void;
}

export interface OrderPathOptions {
  readonly network: Network;
  readonly endpoints: Endpoints;
  readonly apiKey: ApiKey;
  readonly clock: VenueClock;
  readonly rest: RestCalls;
  readonly listenKeys: ListenKeys;
  readonly budget: RateBudget;
  readonly latencies: LatencyRecorder;
  /** Those of this venue. */
  readonly instruments: readonly Instrument[];
  /** The desk's clock, by which the budget goes too: ms since the Unix epoch, and never back. */
  readonly nowMs: () => number;
  /** A fresh one for each thing that is tried again. */
  readonly backoff: () => Backoff;
  /** Whether the desk knows an order of this id, open or ended. */
  readonly knows: (clientOrderId: ClientOrderId) => boolean;
  /** Why nothing may rest in the instrument now, such as a dead man's switch that is not armed; null when it may. */
  readonly mayPlace: (instrument: InstrumentId) => string | null;
  readonly handlers: OrderPathHandlers;
  readonly answerMs?: number;
  readonly lifeMs?: number;
}

const DEFAULT_ANSWER_MS = 5_000;
/** The venue cuts a connection after 24 hours. */
const DEFAULT_LIFE_MS = (23 * 60 + 50) * 60_000;
/** Orders whose number at the venue is remembered: more than a desk has in doubt at once. */
const MAX_REMEMBERED = 10_000;

/**
 * The way of an order to the venue and of its reports back. Everything is handed to the operating system in the turn in which it is
 * asked for, or refused; nothing is ever sent twice. What is refused positively is `rejected`; what may have been done is `unanswered`.
 *
 * The venue has nothing that puts an order of a new id in another one's place. Its `order.modify` keeps the old id: one id at the venue
 * would stand for two orders here, and after a lost answer no query could tell which of them it is. So a replacement is a cancel and a
 * place, written back to back. For a moment both or none may rest; both count in the desk's limits until the venue has spoken of each.
 */
export class OrderPath {
  private readonly options: OrderPathOptions;
  private readonly byId: ReadonlyMap<InstrumentId, Instrument>;
  private readonly bySymbol: InstrumentsBySymbol;
  private readonly requests: OrderRequests;
  private readonly admission: OrderAdmission;
  private readonly socket: OrderSocket;
  private readonly queries: OrderQueries;
  private readonly stream: UserStream;
  private readonly fills = new HeardFills();
  private readonly venueOrderIds = new RecentMap<ClientOrderId, string>(MAX_REMEMBERED);
  private isStreamUp = false;
  private linkDetail = '';

  /** @throws RangeError for a key or a symbol that cannot be written into a request. */
  constructor(options: OrderPathOptions) {
    const { network, endpoints, apiKey, clock, rest, budget, instruments, nowMs, backoff, handlers } = options;
    checkSymbols(instruments);
    this.options = options;
    this.byId = new Map(instruments.map((instrument) => [instrument.id, instrument]));
    this.bySymbol = new Map(instruments.map((instrument) => [instrument.symbol, instrument]));
    this.requests = new OrderRequests(apiKey, clock);
    this.admission = new OrderAdmission(nowMs, handlers);
    const lifeMs = options.lifeMs ?? DEFAULT_LIFE_MS;
    this.socket = new OrderSocket({
      network,
      url: endpoints.orders,
      backoff: backoff(),
      budget,
      nowMs,
      onOutcome: this.concluded,
      onLink: (up, detail) => this.linkChanged('orders', up, detail),
      told: handlers.told,
      answerMs: options.answerMs ?? DEFAULT_ANSWER_MS,
      lifeMs,
    });
    this.queries = new OrderQueries({
      rest,
      instruments: this.bySymbol,
      venueOrderIdOf: (id) => this.venueOrderIds.get(id),
      knows: options.knows,
      report: this.report,
      answered: (tookMs) => options.latencies.record('query', tookMs),
      nowMs,
    });
    this.stream = new UserStream({
      network,
      url: endpoints.streams,
      listenKeys: options.listenKeys,
      instruments: this.bySymbol,
      backoff,
      lifeMs,
      handlers: {
        order: (update) => this.updated(update),
        accountMoved: handlers.accountMoved,
        marginCall: (detail) => handlers.incident('refused-access', detail),
        unsure: handlers.unsure,
        told: handlers.told,
        link: (up, detail) => {
          this.isStreamUp = up;
          this.linkChanged('reports', up, detail);
        },
      },
    });
  }

  /** Whether orders can be sent, and their reports arrive. */
  get isUp(): boolean {
    return this.socket.isUp && this.isStreamUp;
  }

  /** The venue is there, and turns order after order away. */
  get isTurnedAway(): boolean {
    return this.admission.isTurnedAway;
  }

  /** Connects, and stays connected until {@link close}. */
  open(): void {
    this.socket.open();
    this.stream.open();
  }

  /** Hands `effect` on in this turn, or does not take it. What becomes of it is reported as inputs. */
  send(effect: OrderEffect): Sent {
    switch (effect.kind) {
      case 'place-order':
        return this.place(effect.order, null);
      case 'replace-order':
        return this.place(effect.order, effect.target);
      case 'cancel-order':
        return this.cancel(effect.clientOrderId, effect.instrument);
      case 'query-order': {
        const instrument = this.byId.get(effect.instrument);
        if (instrument === undefined) return notTraded(effect.instrument);
        this.queries.ask(effect.clientOrderId, instrument);
        return { ok: true };
      }
    }
  }

  /** A person has let the desk trade again, and has mended what the venue refused it for. */
  resumed(): void {
    this.admission.resumed();
  }

  /** The stream of reports has kept something silent: it is connected anew. */
  renewReports(): void {
    this.stream.renew('it did not report what happened');
  }

  connections(): VenueStatus['connections'] {
    const { socket, stream } = this;
    return [
      { name: 'orders', up: socket.isUp, quietMs: socket.quietMs, reconnects: socket.reconnects },
      { name: 'reports', up: this.isStreamUp, quietMs: stream.quietMs, reconnects: stream.reconnects },
    ];
  }

  /** Answers that belong to no request, or could not be read. */
  get strays(): number {
    return this.socket.strays + this.socket.unreadable;
  }

  /** For good. @param giveUpKey see {@link UserStream.close}. */
  close(giveUpKey: boolean): void {
    this.socket.close();
    this.stream.close(giveUpKey);
  }

  private place(order: Order, target: ClientOrderId | null): Sent {
    const { options, admission, socket, requests } = this;
    const instrument = this.byId.get(order.instrument);
    if (instrument === undefined) return notTraded(order.instrument);
    const reason =
      unplaceable(order, instrument) ??
      (canRest(order) ? options.mayPlace(order.instrument) : null) ??
      admission.refusal(order) ??
      (socket.isUp ? null : 'orders cannot be sent: the connection is down') ??
      (this.isStreamUp ? null : 'the stream of reports is down: what became of the order would not be heard') ??
      options.budget.take('order', 0);
    if (reason !== null) return { ok: false, reason };
    if (target !== null) {
      const cancelled = this.cancelBySocket(target, instrument, true);
      if (!cancelled.ok) return cancelled;
    }
    const request: OrderRequest = {
      kind: 'place',
      clientOrderId: order.clientOrderId,
      instrument: instrument.id,
      replaced: false,
    };
    return socket.send(request, (id) => requests.place(id, order, instrument));
  }

  private cancel(clientOrderId: ClientOrderId, id: InstrumentId): Sent {
    const instrument = this.byId.get(id);
    if (instrument === undefined) return notTraded(id);
    if (!CLIENT_ORDER_ID.test(clientOrderId)) {
      return { ok: false, reason: `'${clientOrderId}' is no client order id that the venue can have` };
    }
    if (this.socket.isUp && this.cancelBySocket(clientOrderId, instrument, false).ok) return { ok: true };
    const rest = this.options.budget.resting();
    if (rest?.banned === true) return { ok: false, reason: rest.reason };
    this.cancelByRest(clientOrderId, instrument);
    return { ok: true };
  }

  private cancelBySocket(clientOrderId: ClientOrderId, instrument: Instrument, replaced: boolean): Sent {
    const reason = this.options.budget.take('cancel', 1);
    if (reason !== null) return { ok: false, reason };
    const request: OrderRequest = { kind: 'cancel', clientOrderId, instrument: instrument.id, replaced };
    return this.socket.send(request, (id) => this.requests.cancel(id, clientOrderId, instrument));
  }

  private cancelByRest(clientOrderId: ClientOrderId, { id: instrument, symbol }: Instrument): void {
    const { rest, nowMs } = this.options;
    const sentAtMs = nowMs();
    const params = { symbol, origClientOrderId: clientOrderId };
    void rest
      .call({ method: 'DELETE', path: '/fapi/v1/order', params, security: 'signed', weight: 1, use: 'cancel' })
      .then((outcome) => {
        const isAnswer = outcome.kind === 'answered' || outcome.kind === 'refused';
        const request: OrderRequest = { kind: 'cancel', clientOrderId, instrument, replaced: false };
        this.concluded(request, outcome, isAnswer ? nowMs() - sentAtMs : null);
      });
  }

  private readonly concluded = (request: OrderRequest, outcome: Outcome, tookMs: number | null): void => {
    const { kind, clientOrderId, instrument, replaced } = request;
    if (tookMs !== null) this.options.latencies.record(kind, tookMs);
    this.admission.heard(kind, outcome);
    if (outcome.kind === 'answered') this.queries.overtaken(clientOrderId);
    if (replaced && (outcome.kind === 'refused' || outcome.kind === 'not-accepted')) {
      // The core has asked for no cancel that could be refused: it is told where the order stands instead.
      const of = this.byId.get(instrument);
      if (of !== undefined) this.queries.ask(clientOrderId, of);
      return;
    }
    const reports = kind === 'place' ? reportsOfPlace : reportsOfCancel;
    for (const report of reports(outcome, clientOrderId, this.bySymbol)) this.report(clientOrderId, report);
  };

  private updated({ listed, reports, beyondReports }: OrderUpdate): void {
    const { order, venueOrderId, cumulativeLots } = listed;
    const { clientOrderId } = order;
    this.queries.overtaken(clientOrderId);
    this.venueOrderIds.set(clientOrderId, venueOrderId);
    if (!this.options.knows(clientOrderId)) {
      this.report(clientOrderId, { type: 'seen', order, venueOrderId, cumulativeLots });
    }
    for (const report of reports) this.report(clientOrderId, this.unlessFillsAreMissing(report, listed));
    if (beyondReports === null) return;
    const news = `order ${clientOrderId}: ${beyondReports}`;
    this.options.handlers.told(news);
    this.options.handlers.unsure(news);
  }

  /**
   * An end before all fills were heard would take an order out of every count, and the fills with it. Said to be open with what is
   * filled of it, it is in doubt, counts in full, and is asked for: the answer brings the fills before the end.
   */
  private unlessFillsAreMissing(
    report: OrderReport,
    { order, venueOrderId, cumulativeLots }: ListedOrder,
  ): OrderReport {
    const isEnd = report.type === 'cancelled' || report.type === 'expired' || report.type === 'rejected';
    if (!isEnd || cumulativeLots <= this.fills.lots(order.clientOrderId)) return report;
    return { type: 'open', venueOrderId, cumulativeLots };
  }

  private readonly report = (clientOrderId: ClientOrderId, report: OrderReport): void => {
    if (report.type === 'filled') this.fills.heard(report.fill);
    if (report.type === 'acknowledged' || report.type === 'open')
      this.venueOrderIds.set(clientOrderId, report.venueOrderId);
    this.options.handlers.input({ kind: 'order-report', seq: 0, at: 0 as Micros, clientOrderId, report });
  };

  private linkChanged(name: string, up: boolean, detail: string): void {
    if (this.isUp) this.tellLink(true, 'orders and reports are connected');
    else if (!up) this.tellLink(false, `${name}: ${detail}`);
  }

  private tellLink(up: boolean, detail: string): void {
    if (detail === this.linkDetail) return;
    this.linkDetail = detail;
    this.options.handlers.link(up, detail);
  }
}

/** An exit that takes what it can get and is gone needs no protection of what rests. */
function canRest({ type, timeInForce, reduceOnly }: Order): boolean {
  return !reduceOnly || (type !== 'market' && timeInForce === 'gtc');
}

function notTraded(instrument: InstrumentId): Sent {
  return { ok: false, reason: `instrument ${instrument} is not traded at this venue` };
}
