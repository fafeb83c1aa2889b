import type { ColDef } from 'ag-grid-community';
import type { OrderView } from '../../../src-shared/contract/topics.ts';
import { formatMicros } from '../../../src-shared/domain/time.ts';
import { clock, number, price, quantity } from '../../ui/format.ts';
import { decimalColumn, sized } from './columns.ts';
import { readable, sideText, statusText, statusTone, termsText } from './words.ts';

const AVERAGE_DIGITS = 2;

/** Times are UTC; the whole date is in the tooltip. */
export const ORDER_COLUMNS: ColDef<OrderView>[] = [
  {
    field: 'intendedAt',
    headerName: 'Time (UTC)',
    ...sized(104),
    valueFormatter: ({ data }) => (data ? clock(data.intendedAt) : ''),
    tooltipValueGetter: ({ data }) =>
      data ? `Intended ${formatMicros(data.intendedAt)}, last change ${formatMicros(data.changedAt)}` : null,
  },
  {
    field: 'status',
    headerName: 'Status',
    ...sized(132),
    valueFormatter: ({ data }) => (data ? statusText(data.status) : ''),
    cellClass: ({ data }) => (data ? `cell tone-${statusTone(data.status)}` : 'cell'),
  },
  { field: 'instrument', headerName: 'Instrument', ...sized(150) },
  {
    field: 'side',
    headerName: 'Side',
    ...sized(68),
    valueFormatter: ({ data }) => (data ? sideText(data.side) : ''),
    cellClass: ({ data }) => (data?.side === 'sell' ? 'cell down' : 'cell up'),
  },
  decimalColumn('price', 'Price', 88, ({ price: text }) => price(text) ?? 'market'),
  decimalColumn('quantity', 'Quantity', 80, ({ quantity: text }) => quantity(text)),
  decimalColumn('filled', 'Filled', 76, ({ filled }) => quantity(filled)),
  {
    field: 'averagePrice',
    headerName: 'Average',
    type: 'rightAligned',
    ...sized(88),
    valueFormatter: ({ data }) => number(data?.averagePrice ?? null, AVERAGE_DIGITS) ?? '',
  },
  {
    field: 'reason',
    headerName: 'Reason',
    ...sized(164),
    valueFormatter: ({ data }) => readable(data?.reason ?? ''),
    tooltipValueGetter: ({ data }) => data?.reason ?? null,
  },
  { headerName: 'Terms', colId: 'terms', ...sized(170), valueGetter: ({ data }) => (data ? termsText(data) : '') },
  { field: 'origin', headerName: 'Strategy', ...sized(220) },
  { field: 'id', headerName: 'Order id', ...sized(290), cellClass: 'cell mono' },
];
