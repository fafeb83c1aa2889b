import {
  CellStyleModule,
  ClientSideRowModelModule,
  type ColDef,
  ModuleRegistry,
  type OverlayType,
  RenderApiModule,
  type SortDirection,
  TooltipModule,
  themeQuartz,
} from 'ag-grid-community';
import { AgGridReact } from 'ag-grid-react';
import { useMemo } from 'react';
import './grid.css';
import { styleNonce } from './nonce.ts';

ModuleRegistry.registerModules([CellStyleModule, ClientSideRowModelModule, RenderApiModule, TooltipModule]);

const ROW_PX = 28;

const THEME = themeQuartz.withParams({
  backgroundColor: 'var(--surface)',
  foregroundColor: 'var(--text)',
  borderColor: 'var(--line)',
  accentColor: 'var(--action)',
  headerBackgroundColor: 'var(--bg)',
  headerTextColor: 'var(--text-quiet)',
  oddRowBackgroundColor: 'var(--surface)',
  rowHoverColor: 'var(--bg)',
  fontFamily: 'var(--sans)',
  fontSize: 'var(--font-size-s)',
  headerFontSize: 'var(--font-size-s)',
  rowHeight: ROW_PX,
  headerHeight: ROW_PX,
  cellHorizontalPadding: 8,
  wrapperBorder: false,
  wrapperBorderRadius: 0,
  borderRadius: 0,
  browserColorScheme: 'inherit',
});

interface GridProps<T> {
  /** The accessible name. */
  readonly label: string;
  /** Immutable: a row that changed is another object. */
  readonly rows: readonly T[];
  /** Numbers: `type: 'rightAligned'`. Stays the same object, or the grid builds its columns anew. */
  readonly columns: ColDef<T>[];
  /** Stays the same as long as the row means the same thing. */
  readonly rowId: (row: T) => string;
  readonly isStale?: boolean;
  /** What to say when there are no rows. */
  readonly empty: string;
  /** How it is sorted at first. */
  readonly sort?: { readonly field: string; readonly direction: SortDirection };
}

/** A table of many rows that draws only the ones in view. Arrow keys move between cells, Enter on a header sorts. */
export function Grid<T>({ label, rows, columns, rowId, isStale = false, empty, sort }: GridProps<T>) {
  const { field, direction } = sort ?? {};
  const sorted = useMemo(
    () =>
      columns.map((column) =>
        column.field === field && direction !== undefined ? { ...column, initialSort: direction } : column,
      ),
    [columns, field, direction],
  );
  const onGridReady = useMemo(
    () =>
      ({ api }: { readonly api: { setGridAriaProperty(property: string, value: string): void } }) =>
        api.setGridAriaProperty('label', label),
    [label],
  );
  const getRowId = useMemo(
    () =>
      ({ data }: { readonly data: T }) =>
        rowId(data),
    [rowId],
  );
  return (
    <div className="grid" data-stale={isStale || undefined}>
      <AgGridReact<T>
        theme={THEME}
        {...nonceOption()}
        rowData={rows as T[]}
        columnDefs={sorted}
        defaultColDef={DEFAULT_COLUMN}
        getRowId={getRowId}
        suppressOverlays={SUPPRESSED}
        onGridReady={onGridReady}
        animateRows={false}
        suppressColumnMoveAnimation
        enableCellTextSelection
      />
      {rows.length === 0 && <p className="grid-empty">{empty}</p>}
    </div>
  );
}

const SUPPRESSED: OverlayType[] = ['noRows', 'loading'];
const DEFAULT_COLUMN: ColDef = { sortable: true, resizable: true, suppressMovable: true };

function nonceOption(): { readonly styleNonce?: string } {
  const nonce = styleNonce();
  return nonce === undefined ? {} : { styleNonce: nonce };
}
