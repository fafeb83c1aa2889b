import type { Ticks } from '../../src-shared/domain/instrument.ts';
import type { ClientOrderId, Liquidity, Side } from '../../src-shared/domain/order.ts';
import type { Micros } from '../../src-shared/domain/time.ts';

/** Hears of executions of the desk's orders while a matcher works. */
export interface Executions {
  executed(id: ClientOrderId, priceTicks: number, lots: number, liquidity: Liquidity, at: Micros): void;
}

/**
 * Where the desk's orders meet liquidity on one instrument: a recorded book, or a closed market with generated flow.
 * It knows prices, queues and quantities; order types, latency, fees and reports are the exchange's (`exchange.ts`).
 */
export interface Matcher {
  /** Best price that a taker of `side` would meet (best ask for a buy); −1 when there is none. */
  bestOpposite(side: Side): number;
  /** Lots a taker of `side` could take at `limitTicks` or better (any price when null), counted up to `atMost`. */
  available(side: Side, limitTicks: Ticks | null, atMost: number): number;
  /** Takes up to `lots` at `limitTicks` or better (any price when null), best first; returns the lots executed. */
  take(id: ClientOrderId, side: Side, limitTicks: Ticks | null, lots: number, at: Micros): number;
  /** Rests `lots` at the back of the queue at `priceTicks`. The caller has taken what could be taken. */
  rest(id: ClientOrderId, side: Side, priceTicks: Ticks, lots: number, at: Micros): void;
  /** Takes a resting order out; returns the lots that were still open, 0 when it does not rest here. */
  remove(id: ClientOrderId): number;
}
