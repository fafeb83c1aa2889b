import type { ColDef } from 'ag-grid-community';
import type { FillView } from '../../../src-shared/contract/topics.ts';
import { formatMicros } from '../../../src-shared/domain/time.ts';
import { clock, price, quantity } from '../../ui/format.ts';
import { decimalColumn, sized } from './columns.ts';
import { sideText } from './words.ts';

/** Times are UTC, by the desk's clock; the venue's is in the tooltip. */
export const FILL_COLUMNS: ColDef<FillView>[] = [
  {
    field: 'at',
    headerName: 'Time (UTC)',
    ...sized(104),
    valueFormatter: ({ data }) => (data ? clock(data.at) : ''),
    tooltipValueGetter: ({ data }) =>
      data ? `Heard of ${formatMicros(data.at)}; by the venue's clock ${formatMicros(data.exchangeAt)}` : null,
  },
  { field: 'instrument', headerName: 'Instrument', ...sized(150) },
  {
    field: 'side',
    headerName: 'Side',
    ...sized(68),
    valueFormatter: ({ data }) => (data ? sideText(data.side) : ''),
    cellClass: ({ data }) => (data?.side === 'sell' ? 'cell down' : 'cell up'),
  },
  decimalColumn('price', 'Price', 88, ({ price: text }) => price(text)),
  decimalColumn('quantity', 'Quantity', 80, ({ quantity: text }) => quantity(text)),
  decimalColumn('fee', 'Fee', 110, ({ fee }) => price(fee)),
  { field: 'feeCurrency', headerName: 'Currency', ...sized(92) },
  { field: 'liquidity', headerName: 'Liquidity', ...sized(92) },
  { field: 'origin', headerName: 'Strategy', ...sized(140), tooltipField: 'origin' },
  { field: 'orderId', headerName: 'Order id', ...sized(290), cellClass: 'cell mono' },
  { field: 'id', headerName: 'Fill id', ...sized(330), cellClass: 'cell mono' },
];
