import { create } from 'zustand';
import type { BAR_INTERVALS } from '../../../src-shared/contract/methods.ts';

export type BarInterval = (typeof BAR_INTERVALS)[number];

interface MarketView {
  /** Null: the first instrument that a strategy trades. */
  readonly instrument: string | null;
  readonly interval: BarInterval;
}

/** What the operator looks at: kept while other panels are on screen. */
export const useMarketView = create<MarketView>(() => ({ instrument: null, interval: '1m' }));

const MICROS_PER_SECOND = 1_000_000;

export const INTERVAL_MICROS: Readonly<Record<BarInterval, number>> = {
  '1s': MICROS_PER_SECOND,
  '1m': 60 * MICROS_PER_SECOND,
  '5m': 300 * MICROS_PER_SECOND,
  '1h': 3_600 * MICROS_PER_SECOND,
};
