import type { ClientOrderId, Fill } from '../../../src-shared/domain/order.ts';
import type { FactBody, OrderFact } from '../engine/fact.ts';
import type { OrderReport } from '../engine/input.ts';
import type { OrderEvent } from './lifecycle.ts';
import { fillEvent } from './orders.ts';
import type { OrderState } from './orders-view.ts';

/**
 * What `report` means for an order that is in `state`; null when it repeats what is known.
 * @param hasFill whether a fill of this id is booked.
 */
export function eventOf(
  report: OrderReport,
  state: OrderState,
  hasFill: (fillId: string) => boolean,
): OrderEvent | null {
  switch (report.type) {
    case 'released':
      // The outbox does not repeat itself: said twice, it was sent twice.
      return state.sent ? 'contradicted' : 'released';
    case 'blocked':
      return state.sent || state.venueOrderId !== null || state.filledLots > 0 ? 'contradicted' : 'blocked';
    case 'acknowledged':
      if (state.venueOrderId === null) return 'acknowledged';
      return state.venueOrderId === report.venueOrderId ? null : 'contradicted';
    case 'triggered':
      return state.triggered ? null : 'triggered';
    case 'filled':
      if (!isFillOf(report.fill, state)) return 'contradicted';
      return hasFill(report.fill.fillId) ? null : fillEvent(state, report.fill.lots);
    case 'open':
      if (state.venueOrderId !== null && state.venueOrderId !== report.venueOrderId) return 'contradicted';
      return report.cumulativeLots <= state.filledLots ? 'open' : 'open-behind';
    default:
      return report.type;
  }
}

/** Whether a fill can be one of this order at all: not what a venue should say, but what may be booked. */
function isFillOf(fill: Fill, { order }: OrderState): boolean {
  return (
    fill.clientOrderId === order.clientOrderId &&
    fill.instrument === order.instrument &&
    fill.side === order.side &&
    Number.isSafeInteger(fill.lots) &&
    fill.lots > 0 &&
    Number.isSafeInteger(fill.priceTicks)
  );
}

/** The fact that a report makes when it is news. */
export function factOf(clientOrderId: ClientOrderId, report: OrderReport): OrderFact {
  switch (report.type) {
    case 'released':
      return { kind: 'order-sent', clientOrderId };
    case 'blocked':
      return { kind: 'order-rejected', clientOrderId, reason: `blocked at the outbox: ${report.reason}` };
    case 'acknowledged':
    case 'open':
      return { kind: 'order-acknowledged', clientOrderId, venueOrderId: report.venueOrderId };
    case 'rejected':
      return { kind: 'order-rejected', clientOrderId, reason: report.reason };
    case 'triggered':
      return { kind: 'order-triggered', clientOrderId };
    case 'filled':
      return { kind: 'order-filled', fill: report.fill };
    case 'cancelled':
      return { kind: 'order-cancelled', clientOrderId, reason: report.reason };
    case 'cancel-rejected':
      return { kind: 'order-cancel-rejected', clientOrderId, reason: report.reason };
    case 'expired':
      return { kind: 'order-expired', clientOrderId, reason: report.reason };
    case 'replaced':
      return { kind: 'order-replaced', clientOrderId, by: report.by };
    case 'unanswered':
      return { kind: 'order-unknown', clientOrderId, reason: report.reason };
    case 'not-found':
      return { kind: 'order-unknown', clientOrderId, reason: 'the venue does not know it' };
  }
}

export function anomaly(clientOrderId: ClientOrderId, report: string, detail: string): FactBody {
  return { kind: 'order-anomaly', clientOrderId, report, detail };
}
