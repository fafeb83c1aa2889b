import { memo, useMemo } from 'react';
import type { FillView, OrderView } from '../../../src-shared/contract/topics.ts';
import { useNumbered } from '../../state/topics.ts';
import { Grid } from '../../ui/grid.tsx';
import { Panel } from '../../ui/panel.tsx';
import { CancelAll } from './cancel-all.tsx';
import { CopyCells } from './copy-cells.tsx';
import { FILL_COLUMNS } from './fill-columns.ts';
import { filterFills, filterOrders } from './filter.ts';
import { FilterBar } from './filter-bar.tsx';
import { ORDER_COLUMNS } from './order-columns.ts';
import './orders.css';
import { useCalm } from './use-calm.ts';
import { useNumberedReading } from './use-numbered-reading.ts';
import { useOrdersView } from './view.ts';
import { ViewTabs } from './view-tabs.tsx';

const NEWEST_ORDER_FIRST = { field: 'intendedAt', direction: 'desc' } as const;
const NEWEST_FILL_FIRST = { field: 'at', direction: 'desc' } as const;
/** Nobody reads a table that changes more often. */
const CALM_MS = 200;
const idOf = ({ id }: { readonly id: string }): string => id;

/** Open orders first, then every order and every fill that the desk keeps; newest first. */
export function OrdersAndFills() {
  const orders = useCalm(useNumbered('orders'), CALM_MS);
  const fills = useCalm(useNumbered('fills'), CALM_MS);
  const tab = useOrdersView((view) => view.tab);
  const reading = useNumberedReading(tab === 'fills' ? 'fills' : 'orders');
  const open = useMemo(() => orders.filter(({ isOpen }) => isOpen), [orders]);
  return (
    <div className="orders-panel">
      <Panel title="Orders & fills" reading={reading}>
        <ViewTabs counts={{ open: open.length, all: orders.length, fills: fills.length }} />
        <CancelAll open={open} />
        {tab === 'fills' ? (
          <Fills fills={fills} isStale={reading.isStale} />
        ) : (
          <Orders
            key={tab}
            orders={tab === 'open' ? open : orders}
            isOpenOnly={tab === 'open'}
            isStale={reading.isStale}
          />
        )}
      </Panel>
    </div>
  );
}

interface OrdersProps {
  readonly orders: readonly OrderView[];
  readonly isOpenOnly: boolean;
  readonly isStale: boolean;
}

const Orders = memo(function Orders({ orders, isOpenOnly, isStale }: OrdersProps) {
  const filter = useOrdersView((view) => view.filter);
  const rows = useMemo(() => filterOrders(orders, filter), [orders, filter]);
  const none = isOpenOnly
    ? 'No open orders: they appear here as soon as a strategy sends one.'
    : 'No orders yet: the market maker watches the market for about half a minute first.';
  return (
    <>
      <FilterBar withStatus shown={rows.length} all={orders.length} />
      <CopyCells>
        <Grid
          label={isOpenOnly ? 'Open orders' : 'All orders'}
          rows={rows}
          columns={ORDER_COLUMNS}
          rowId={idOf}
          isStale={isStale}
          empty={orders.length === 0 ? none : 'No order passes the filter.'}
          sort={NEWEST_ORDER_FIRST}
        />
      </CopyCells>
    </>
  );
});

interface FillsProps {
  readonly fills: readonly FillView[];
  readonly isStale: boolean;
}

const Fills = memo(function Fills({ fills, isStale }: FillsProps) {
  const filter = useOrdersView((view) => view.filter);
  const rows = useMemo(() => filterFills(fills, filter), [fills, filter]);
  return (
    <>
      <FilterBar withStatus={false} shown={rows.length} all={fills.length} />
      <CopyCells>
        <Grid
          label="Fills"
          rows={rows}
          columns={FILL_COLUMNS}
          rowId={idOf}
          isStale={isStale}
          empty={
            fills.length === 0
              ? 'No fills yet: the market maker watches the market for about half a minute first.'
              : 'No fill passes the filter.'
          }
          sort={NEWEST_FILL_FIRST}
        />
      </CopyCells>
    </>
  );
});
