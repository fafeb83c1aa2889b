import type { InstrumentId } from '../../../src-shared/domain/instrument.ts';
import type { ClientOrderId } from '../../../src-shared/domain/order.ts';
import type { Turn } from '../engine/engine.ts';
import type { ForgottenOrder } from './forgotten-orders.ts';
import { anomaly, factOf, type OrderReading } from './reports.ts';

const LONG_AFTER = 'open at the venue long after the order ended';

/**
 * What is said of an order that ended long ago. A new fill is booked: it is money. Found open at the venue, the order is
 * cancelled at every such answer: nothing here counts it any more, so it must not rest. Of anything else there is nothing
 * left to change.
 */
export function lateReport(
  { clientOrderId, instrument, fillIds }: ForgottenOrder,
  report: OrderReading,
  turn: Turn,
): void {
  if (report.type === 'filled') {
    if (fillIds.includes(report.fill.fillId)) return;
    turn.emit(factOf(clientOrderId, report));
    turn.emit(anomaly(clientOrderId, report.type, 'a fill long after the order ended'));
  } else if (report.type === 'open') {
    turn.emit(anomaly(clientOrderId, report.type, LONG_AFTER));
    cancelUncounted(clientOrderId, instrument, LONG_AFTER, turn);
  } else if (report.type === 'garbled') {
    turn.emit(anomaly(clientOrderId, report.type, report.reason));
  }
}

/** Asks for the end of what rests at the venue under an id whose order has ended here: it is in no count, so it must not rest. */
export function cancelUncounted(
  clientOrderId: ClientOrderId,
  instrument: InstrumentId,
  reason: string,
  turn: Turn,
): void {
  turn.emit({ kind: 'order-cancel-requested', clientOrderId, reason });
  turn.effect({ kind: 'cancel-order', clientOrderId, instrument });
}
