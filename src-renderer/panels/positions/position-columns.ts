import type { CellClassRules, ColDef } from 'ag-grid-community';
import type { PositionView } from '../../../src-shared/contract/topics.ts';
import { money, number, quantity, senseOf, signed } from '../../ui/format.ts';

const PRICE_DIGITS = 2;

const SENSES: CellClassRules<PositionView> = {
  up: ({ value }) => senseOf(value ?? null) === 'up',
  down: ({ value }) => senseOf(value ?? null) === 'down',
};

type MoneyField = 'notional' | 'unrealised' | 'realised' | 'fees';

export const POSITION_COLUMNS: ColDef<PositionView>[] = [
  { field: 'instrument', headerName: 'Instrument', flex: 1.7, minWidth: 150 },
  {
    colId: 'side',
    headerName: 'Side',
    flex: 0.8,
    minWidth: 78,
    valueGetter: ({ data }) => (data ? sideWord(data.quantity) : ''),
    cellClass: ({ data }) => `cell ${senseOf(data?.quantity ?? null)}`,
  },
  {
    field: 'quantity',
    headerName: 'Quantity',
    type: 'rightAligned',
    flex: 1,
    minWidth: 88,
    comparator: byValue,
    valueFormatter: ({ data }) => quantity(data?.quantity ?? null) ?? '',
  },
  estimate('entry', 'Entry'),
  estimate('mark', 'Mark'),
  amount('notional', 'Notional', false),
  amount('unrealised', 'Unrealised', true),
  amount('realised', 'Realised', true),
  amount('fees', 'Fees', false),
  { field: 'currency', headerName: 'Currency', flex: 0.8, minWidth: 84 },
];

/** Which way a signed quantity points, in a word and a shape. */
function sideWord(signedQuantity: string): string {
  const sense = senseOf(signedQuantity);
  return sense === 'up' ? '▲ long' : sense === 'down' ? '▼ short' : 'flat';
}

function estimate(field: 'entry' | 'mark', headerName: string): ColDef<PositionView> {
  return {
    field,
    headerName,
    type: 'rightAligned',
    flex: 1,
    minWidth: 94,
    // A flat position has no entry; a mark may be missing.
    valueFormatter: ({ data }) => number(data?.[field] ?? null, PRICE_DIGITS) ?? '—',
  };
}

/** @param isResult whether more is better: then it carries its sign. */
function amount(field: MoneyField, headerName: string, isResult: boolean): ColDef<PositionView> {
  return {
    field,
    headerName,
    type: 'rightAligned',
    flex: 1,
    minWidth: 94,
    comparator: byValue,
    valueFormatter: ({ data }) => {
      const text = money(data?.[field] ?? null);
      if (text === null) return '— unknown';
      return isResult ? signed(text, senseOf(text)) : text;
    },
    // As a rule: a class of its own would take the place of the one that aligns to the right.
    cellClassRules: isResult ? SENSES : {},
  };
}

/** For sorting alone: what is unknown comes first. */
function byValue(a: string | null, b: string | null): number {
  return Number(a ?? Number.NEGATIVE_INFINITY) - Number(b ?? Number.NEGATIVE_INFINITY) || 0;
}
