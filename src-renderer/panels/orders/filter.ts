import type { FillView, ORDER_VIEW_STATUSES, OrderView } from '../../../src-shared/contract/topics.ts';
import type { Side } from '../../../src-shared/domain/order.ts';

/** What the operator wants to see of orders and fills; null: everything. */
export interface Filter {
  /** Of orders only: a fill has none. */
  readonly status: (typeof ORDER_VIEW_STATUSES)[number] | null;
  readonly side: Side | null;
  readonly instrument: string | null;
  /** Words, each of which has to be found somewhere in the row. */
  readonly text: string;
}

export const NO_FILTER: Filter = { status: null, side: null, instrument: null, text: '' };

/** `orders` itself when nothing is filtered. */
export function filterOrders(orders: readonly OrderView[], filter: Filter): readonly OrderView[] {
  const { status } = filter;
  return matching(orders, filter, (order) => status === null || order.status === status, orderText);
}

/** `fills` itself when nothing is filtered. */
export function filterFills(fills: readonly FillView[], filter: Filter): readonly FillView[] {
  return matching(fills, filter, () => true, fillText);
}

function matching<T extends { readonly side: Side; readonly instrument: string }>(
  rows: readonly T[],
  { status, side, instrument, text }: Filter,
  isWanted: (row: T) => boolean,
  textOf: (row: T) => string,
): readonly T[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (status === null && side === null && instrument === null && words.length === 0) return rows;
  return rows.filter(
    (row) =>
      (side === null || row.side === side) &&
      (instrument === null || row.instrument === instrument) &&
      isWanted(row) &&
      (words.length === 0 || includesAll(textOf(row).toLowerCase(), words)),
  );
}

function includesAll(text: string, words: readonly string[]): boolean {
  return words.every((word) => text.includes(word));
}

function orderText({ id, instrument, origin, side, type, price, status, reason }: OrderView): string {
  return `${id} ${instrument} ${origin} ${side} ${type} ${price ?? ''} ${status} ${reason ?? ''}`;
}

function fillText({ id, orderId, instrument, origin, side, price, liquidity }: FillView): string {
  return `${id} ${orderId} ${instrument} ${origin} ${side} ${price} ${liquidity}`;
}
