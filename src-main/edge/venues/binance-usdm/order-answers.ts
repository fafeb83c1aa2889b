import type { ClientOrderId } from '../../../../src-shared/domain/order.ts';
import type { OrderReport } from '../../../core/engine/input.ts';
import { DUPLICATE_ID_CODE } from './classify.ts';
import { UnreadableError } from './fields.ts';
import { endOf, type InstrumentsBySymbol, readOrder, type VenueOrder } from './order-reports.ts';
import type { Outcome } from './outcome.ts';

/** What the answer to `order.place` says of the order. Its fills come with the stream of reports. */
export function reportsOfPlace(
  outcome: Outcome,
  clientOrderId: ClientOrderId,
  instruments: InstrumentsBySymbol,
): readonly OrderReport[] {
  switch (outcome.kind) {
    case 'answered':
      return reportsOfAnswer(outcome.json, clientOrderId, instruments, (order) => [
        { type: 'acknowledged', venueOrderId: order.venueOrderId },
        ...endWithoutFills(order),
      ]);
    case 'refused':
      // Each id is sent once: if the venue has an order of that id, it may well be this one.
      return outcome.code === DUPLICATE_ID_CODE
        ? [{ type: 'unanswered', reason: `the venue has an order of this id already, ${saidIn(outcome)}` }]
        : [{ type: 'rejected', reason: saidIn(outcome) }];
    case 'not-accepted':
      return [{ type: 'rejected', reason: `not accepted: ${outcome.reason}` }];
    case 'unknown':
      return [{ type: 'unanswered', reason: outcome.reason }];
  }
}

/**
 * What the answer to a cancel says of the order. Where something was filled the end is left to the stream of reports, which brings it
 * after the fills: the answer comes over another connection, and may overtake them.
 */
export function reportsOfCancel(
  outcome: Outcome,
  clientOrderId: ClientOrderId,
  instruments: InstrumentsBySymbol,
): readonly OrderReport[] {
  switch (outcome.kind) {
    case 'answered':
      return reportsOfAnswer(outcome.json, clientOrderId, instruments, endWithoutFills);
    case 'refused':
      return [{ type: 'cancel-rejected', reason: saidIn(outcome) }];
    case 'not-accepted':
      return [{ type: 'cancel-rejected', reason: `not accepted: ${outcome.reason}` }];
    case 'unknown':
      return [{ type: 'unanswered', reason: outcome.reason }];
  }
}

/** Of an answer that cannot be read, or is about another order, follows only that nothing is known. */
function reportsOfAnswer(
  json: unknown,
  clientOrderId: ClientOrderId,
  instruments: InstrumentsBySymbol,
  reportsOf: (order: VenueOrder) => readonly OrderReport[],
): readonly OrderReport[] {
  try {
    const order = readOrder(json, instruments);
    if (order.order.clientOrderId === clientOrderId) return reportsOf(order);
    return [{ type: 'unanswered', reason: 'the answer is about another order' }];
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    return [{ type: 'unanswered', reason: `an answer that cannot be read: ${error.message}` }];
  }
}

function endWithoutFills(order: VenueOrder): readonly OrderReport[] {
  const end = order.cumulativeLots === 0 ? endOf(order) : null;
  return end === null ? [] : [end];
}

function saidIn({ code, message }: Extract<Outcome, { readonly kind: 'refused' }>): string {
  return `${code}: ${message}`;
}
