import type { Instrument, Lots } from '../../../../src-shared/domain/instrument.ts';
import type { ClientOrderId, Fill } from '../../../../src-shared/domain/order.ts';
import type { OrderReport } from '../../../core/engine/input.ts';
import { QUERY_UNKNOWN_ORDER_CODE } from './classify.ts';
import { fieldsOf, idOf, listOf, UnreadableError } from './fields.ts';
import { endOf, type InstrumentsBySymbol, isOpen, readOrder, readUserTrade, type VenueOrder } from './order-reports.ts';
import type { Outcome, RestCalls } from './outcome.ts';

export interface OrderQueriesOptions {
  readonly rest: RestCalls;
  readonly instruments: InstrumentsBySymbol;
  /** The venue's number of an order, as far as it was heard. */
  readonly venueOrderIdOf: (clientOrderId: ClientOrderId) => string | undefined;
  /** Whether the desk knows an order of this id, open or ended. */
  readonly knows: (clientOrderId: ClientOrderId) => boolean;
  readonly report: (clientOrderId: ClientOrderId, report: OrderReport) => void;
  /** Hears how long each answer took. */
  readonly answered: (tookMs: number) => void;
  /** Any clock that does not go back, ms. */
  readonly nowMs: () => number;
}

/** Questions under way at once: after a crash there may be hundreds, and they must not crowd out what is urgent. */
const MAX_ASKING = 8;
/** A question that is overtaken by reports so often is left to them. */
const MAX_ROUNDS = 3;
/** The most that the venue lists at once. More fills of one order come with the account's comparison. */
const MAX_TRADES = 1_000;

interface Question {
  readonly key: string;
  readonly clientOrderId: ClientOrderId;
  readonly instrument: Instrument;
  /** A report came that what will be answered may be older than. */
  overtaken: boolean;
}

/** The venue did not answer, or not so that anything follows. */
class Unanswered extends Error {
  override readonly name = 'Unanswered';
}

/**
 * Asks the venue what became of an order, and reports every fill that it finds before it reports where the order stands. One that the
 * desk does not know, because it left before it was on disk, is introduced first: a fill of a stranger would be booked nowhere. That an
 * order is not found by its id is no proof: it is looked for among the open ones and in the trades before `not-found` is reported.
 */
export class OrderQueries {
  private readonly options: OrderQueriesOptions;
  /** By order and symbol. After a crash an id is asked for in every symbol, since nobody knows where its order went. */
  private readonly underWay = new Map<string, Question>();
  private readonly waiting: Question[] = [];
  private asking = 0;

  constructor(options: OrderQueriesOptions) {
    this.options = options;
  }

  /** Always ends in a report. An order that is asked for already is not asked for again. */
  ask(clientOrderId: ClientOrderId, instrument: Instrument): void {
    const key = `${instrument.symbol} ${clientOrderId}`;
    if (this.underWay.has(key)) return;
    const question = { key, clientOrderId, instrument, overtaken: false };
    this.underWay.set(key, question);
    this.waiting.push(question);
    this.askNext();
  }

  /** The venue has reported something of the order by itself: an answer that is under way may be older. */
  overtaken(clientOrderId: ClientOrderId): void {
    for (const question of this.underWay.values()) {
      if (question.clientOrderId === clientOrderId) question.overtaken = true;
    }
  }

  private askNext(): void {
    while (this.asking < MAX_ASKING) {
      const question = this.waiting.shift();
      if (question === undefined) return;
      this.asking += 1;
      void this.answer(question).finally(() => {
        this.asking -= 1;
        this.askNext();
      });
    }
  }

  private async answer(question: Question): Promise<void> {
    const { key, clientOrderId: id, instrument } = question;
    let reports: readonly OrderReport[] = [];
    try {
      for (let round = 0; round < MAX_ROUNDS; round += 1) {
        question.overtaken = false;
        reports = await this.reportsOf(id, instrument);
        if (!question.overtaken) break;
        // Of an answer that may be outdated only the fills are true in any case, and what the order is.
        reports = reports.filter(({ type }) => type === 'filled' || type === 'seen');
      }
      if (question.overtaken && !reports.some(({ type }) => type === 'filled'))
        throw new Unanswered('reports of it overtook every answer');
    } catch (error) {
      if (!(error instanceof Unanswered || error instanceof UnreadableError)) throw error;
      reports = [{ type: 'unanswered', reason: `asked for, but ${error.message}` }];
    } finally {
      this.underWay.delete(key);
    }
    for (const report of reports) {
      if (report.type !== 'seen' || !this.options.knows(id)) this.options.report(id, report);
    }
  }

  private async reportsOf(id: ClientOrderId, instrument: Instrument): Promise<readonly OrderReport[]> {
    const order = (await this.byId(id, instrument)) ?? (await this.amongOpen(id, instrument));
    if (order === null) {
      const venueOrderId = this.options.venueOrderIdOf(id);
      const fills = venueOrderId === undefined ? [] : await this.fillsOf(id, venueOrderId, instrument);
      return [...reportsOfFills(fills), { type: 'not-found' }];
    }
    const { venueOrderId, cumulativeLots } = order;
    const fills = cumulativeLots === 0 ? [] : await this.fillsOf(id, venueOrderId, instrument);
    const before = Math.max(0, cumulativeLots - sumOf(fills)) as Lots;
    const told: readonly OrderReport[] = [
      { type: 'seen', order: order.order, venueOrderId, cumulativeLots: before },
      ...reportsOfFills(fills),
    ];
    const standing: OrderReport | null = isOpen(order) ? { type: 'open', venueOrderId, cumulativeLots } : endOf(order);
    if (before === 0) return [...told, ...(standing === null ? [] : [standing])];
    // An end that comes before its fills would make each of them a contradiction.
    const behind: OrderReport = isOpen(order)
      ? { type: 'open', venueOrderId, cumulativeLots }
      : { type: 'unanswered', reason: 'the venue lists fewer trades of the order than it has filled' };
    return [...told, behind];
  }

  private async byId(id: ClientOrderId, { symbol }: Instrument): Promise<VenueOrder | null> {
    const outcome = await this.get('/fapi/v1/order', { symbol, origClientOrderId: id }, 1);
    if (outcome.kind === 'refused' && outcome.code === QUERY_UNKNOWN_ORDER_CODE) return null;
    const order = readOrder(answerIn(outcome), this.options.instruments);
    if (order.order.clientOrderId !== id) throw new UnreadableError('the answer is about another order');
    return order;
  }

  private async amongOpen(id: ClientOrderId, { symbol }: Instrument): Promise<VenueOrder | null> {
    const outcome = await this.get('/fapi/v1/openOrders', { symbol }, 1);
    const listed = listOf(answerIn(outcome), 'the list of open orders');
    const own = listed.find((order) => fieldsOf(order, 'an open order').clientOrderId === id);
    return own === undefined ? null : readOrder(own, this.options.instruments);
  }

  private async fillsOf(id: ClientOrderId, orderId: string, { symbol }: Instrument): Promise<readonly Fill[]> {
    const outcome = await this.get('/fapi/v1/userTrades', { symbol, orderId, limit: MAX_TRADES }, 5);
    return listOf(answerIn(outcome), 'the list of trades').map((trade) => {
      if (idOf(fieldsOf(trade, 'a trade'), 'orderId') !== orderId) {
        throw new UnreadableError('the list of trades has one of another order');
      }
      return readUserTrade(trade, id, this.options.instruments);
    });
  }

  private async get(path: string, params: Readonly<Record<string, string | number>>, weight: number): Promise<Outcome> {
    const { rest, nowMs, answered } = this.options;
    const askedAtMs = nowMs();
    const outcome = await rest.call({ method: 'GET', path, params, security: 'signed', weight, use: 'question' });
    if (outcome.kind === 'answered' || outcome.kind === 'refused') answered(nowMs() - askedAtMs);
    return outcome;
  }
}

/** @throws Unanswered when the venue has not said what it was asked. */
function answerIn(outcome: Outcome): unknown {
  if (outcome.kind === 'answered') return outcome.json;
  throw new Unanswered(outcome.kind === 'refused' ? `${outcome.code}: ${outcome.message}` : outcome.reason);
}

function reportsOfFills(fills: readonly Fill[]): readonly OrderReport[] {
  return fills.map((fill) => ({ type: 'filled', fill }));
}

function sumOf(fills: readonly Fill[]): Lots {
  return fills.reduce((sum, { lots }) => sum + lots, 0) as Lots;
}
