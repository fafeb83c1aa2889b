import { create } from 'zustand';
import { type Filter, NO_FILTER } from './filter.ts';

export type Tab = 'open' | 'all' | 'fills';

interface OrdersView {
  readonly tab: Tab;
  readonly filter: Filter;
}

/** What the operator looks at: kept while other panels are on screen. */
export const useOrdersView = create<OrdersView>(() => ({ tab: 'open', filter: NO_FILTER }));
