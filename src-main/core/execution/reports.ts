import type { Instrument } from '../../../src-shared/domain/instrument.ts';
import type { ClientOrderId, Fill, Order } from '../../../src-shared/domain/order.ts';
import type { FactBody, OrderFact } from '../engine/fact.ts';
import type { OrderReport } from '../engine/input.ts';
import { shown } from '../engine/shown.ts';
import { isTradePrice } from '../portfolio/worth.ts';
import type { OrderEvent } from './lifecycle.ts';
import { fillEvent } from './orders.ts';
import type { OrderState } from './orders-view.ts';

/** What stands in for a report that says nothing which could be true. */
export interface GarbledReport {
  readonly type: 'garbled';
  readonly reason: string;
}

/** A report as far as it can be believed. That an order was seen says of one in the books that the venue has it, or had it. */
export type OrderReading = Exclude<OrderReport, { readonly type: 'seen' }> | GarbledReport;

/** What identifies an order, of which a fill has to be one. */
export type OrderIdentity = Pick<Order, 'clientOrderId' | 'instrument' | 'side'>;

/** `report` if it has the shape that its type promises. Edges may err, and a fact holds what no edge has checked. */
export function readReport(report: OrderReport): OrderReading {
  if (!isReadable(report)) return { type: 'garbled', reason: `a report (${shown(report?.type)}) that is unreadable` };
  if (report.type !== 'seen') return report;
  return { type: 'acknowledged', venueOrderId: report.venueOrderId };
}

function isReadable(report: OrderReport | null | undefined): boolean {
  switch (report?.type) {
    case 'released':
    case 'triggered':
    case 'not-found':
      return true;
    case 'blocked':
    case 'rejected':
    case 'cancelled':
    case 'cancel-rejected':
    case 'expired':
    case 'unanswered':
      return typeof report.reason === 'string';
    case 'acknowledged':
      return typeof report.venueOrderId === 'string';
    case 'open':
    case 'seen':
      return typeof report.venueOrderId === 'string' && isCount(report.cumulativeLots);
    case 'replaced':
      return typeof report.by === 'string';
    case 'filled':
      return isFill(report.fill);
    default:
      return false;
  }
}

function isFill(fill: Fill | null | undefined): boolean {
  return (
    typeof fill?.clientOrderId === 'string' &&
    typeof fill.fillId === 'string' &&
    fill.fillId !== '' &&
    typeof fill.fee === 'bigint' &&
    typeof fill.feeCurrency === 'string' &&
    (fill.liquidity === 'maker' || fill.liquidity === 'taker') &&
    Number.isSafeInteger(fill.exchangeAt)
  );
}

/** Whole, not negative, and exact in a double. */
export function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/**
 * What `report` means for an order that is in `state`; null when it repeats what is known.
 * @param hasFill whether a fill of this id is booked.
 */
export function eventOf(
  report: OrderReading,
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
      return hasFill(report.fill.fillId) ? null : fillEvent(state, report.fill.lots);
    case 'open':
      if (state.venueOrderId !== null && state.venueOrderId !== report.venueOrderId) return 'contradicted';
      return report.cumulativeLots <= state.filledLots ? 'open' : 'open-behind';
    default:
      return report.type;
  }
}

/**
 * Why `fill` cannot be one of `order` at all, null when it can: not what a venue should say, but what may be booked.
 * @param of the order's instrument.
 * @param filledLots what is filled of the order without it.
 */
export function misfit(fill: Fill, order: OrderIdentity, of: Instrument, filledLots: number): string | null {
  if (fill.clientOrderId !== order.clientOrderId) return `is of order ${shown(fill.clientOrderId)}`;
  if (fill.instrument !== order.instrument) return `is of instrument ${shown(fill.instrument)}`;
  if (fill.side !== order.side) return `is a ${shown(fill.side)}`;
  if (!isCount(fill.lots) || fill.lots === 0) return `has ${shown(fill.lots)} lots`;
  if (!isCount(filledLots + fill.lots)) return `makes the order's filled lots overflow by ${fill.lots}`;
  if (!isTradePrice(of, fill.priceTicks)) return `has a price of ${shown(fill.priceTicks)} ticks`;
  return null;
}

/** How the reason of a rejection begins that the outbox, and no venue, decided. */
export const BLOCKED_AT_OUTBOX = 'blocked at the outbox: ';

/** The fact that a report makes when it is news. */
export function factOf(clientOrderId: ClientOrderId, report: OrderReading): OrderFact {
  switch (report.type) {
    case 'released':
      return { kind: 'order-sent', clientOrderId };
    case 'blocked':
      return { kind: 'order-rejected', clientOrderId, reason: BLOCKED_AT_OUTBOX + report.reason };
    case 'acknowledged':
    case 'open':
      return { kind: 'order-acknowledged', clientOrderId, venueOrderId: report.venueOrderId };
    case 'rejected':
      return { kind: 'order-rejected', clientOrderId, reason: report.reason };
    case 'triggered':
      return { kind: 'order-triggered', clientOrderId };
    case 'filled':
      return { kind: 'order-filled', fill: bare(report.fill) };
    case 'cancelled':
      return { kind: 'order-cancelled', clientOrderId, reason: report.reason };
    case 'cancel-rejected':
      return { kind: 'order-cancel-rejected', clientOrderId, reason: report.reason };
    case 'expired':
      return { kind: 'order-expired', clientOrderId, reason: report.reason };
    case 'replaced':
      return { kind: 'order-replaced', clientOrderId, by: report.by };
    case 'unanswered':
    case 'garbled':
      return { kind: 'order-unknown', clientOrderId, reason: report.reason };
    case 'not-found':
      return { kind: 'order-unknown', clientOrderId, reason: 'the venue does not know it' };
  }
}

/** A fill without whatever else its report brought along. */
function bare(fill: Fill): Fill {
  const { clientOrderId, fillId, instrument, side, priceTicks, lots, fee, feeCurrency, liquidity, exchangeAt } = fill;
  return { clientOrderId, fillId, instrument, side, priceTicks, lots, fee, feeCurrency, liquidity, exchangeAt };
}

export function anomaly(clientOrderId: ClientOrderId, report: string, detail: string): FactBody {
  return { kind: 'order-anomaly', clientOrderId: shown(clientOrderId) as ClientOrderId, report, detail };
}
