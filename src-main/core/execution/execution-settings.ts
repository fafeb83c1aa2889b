import type { Handling } from '../engine/fact.ts';
import type { WatchSettings } from './order-watch.ts';

export interface ExecutionSettings extends WatchSettings {
  /** Whether Pause takes resting opening orders out of the market, as Reduce always does. */
  readonly cancelRestingOnPause: boolean;
  /** What is done about orders that another hand sent for the same account; they are booked and counted in any case. */
  readonly foreignOrders: Handling;
  /**
   * When an order may leave. `before-send`: when its record is on disk. `reserved-ids`: at once, if its id lies in a block that
   * is on disk; after a crash nothing new is ordered before the venues have answered for every id of the block.
   */
  readonly durability: 'before-send' | 'reserved-ids';
  /** How many intents a block of reserved ids is for. */
  readonly reservedIds: number;
  /** How often venues are asked for the desk's account; 0 where they cannot answer: then nothing is compared, ever. */
  readonly reconcileEveryMs: number;
  /** A resting order that could enlarge exposure is cancelled at this age; null for none. */
  readonly orderLifeMs: number | null;
}

export const DEFAULT_EXECUTION_SETTINGS: ExecutionSettings = {
  ackTimeoutMs: 2_000,
  cancelTimeoutMs: 2_000,
  queryBackoffMs: 500,
  maxQueryBackoffMs: 30_000,
  notFoundAnswers: 5,
  notFoundSpanMs: 60_000,
  cancelRestingOnPause: false,
  foreignOrders: 'alarm',
  durability: 'before-send',
  reservedIds: 16,
  reconcileEveryMs: 0,
  orderLifeMs: null,
};
