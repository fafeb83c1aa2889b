import type { ColDef } from 'ag-grid-community';
import { compareDecimals } from './words.ts';

/** At least `px` wide, and more in the same measure where there is room: letters are larger on large screens. */
export function sized(px: number): { readonly flex: number; readonly minWidth: number } {
  return { flex: px, minWidth: px };
}

/** A column of exact decimal texts: sorted as the numbers they are, shown as `textOf` writes them. */
export function decimalColumn<T>(
  field: ColDef<T>['field'] & string,
  headerName: string,
  px: number,
  textOf: (row: T) => string | null,
): ColDef<T> {
  return {
    field,
    headerName,
    ...sized(px),
    type: 'rightAligned',
    comparator: compareDecimals,
    valueFormatter: ({ data }) => (data && textOf(data)) ?? '',
  };
}
