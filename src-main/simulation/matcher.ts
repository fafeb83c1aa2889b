import type { Ticks } from '../../src-shared/domain/instrument.ts';
import type { ClientOrderId, Liquidity, Side } from '../../src-shared/domain/order.ts';
import type { Micros } from '../../src-shared/domain/time.ts';
import type { DepthSnapshot, MarketInput } from '../core/engine/input.ts';

/** Hears of executions of the desk's orders while a matcher works. It never calls back into the matcher. */
export interface Executions {
  executed(id: ClientOrderId, priceTicks: number, lots: number, liquidity: Liquidity, at: Micros): void;
}

/** Hears the market data of a closed market, at the exchange's time `at`. It never calls back into the matcher. */
export interface Publications {
  /** `input` is handed over: whoever made it does not change or reuse it. Its `seq` and `at` mean nothing yet. */
  published(input: MarketInput, at: Micros): void;
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
  /** Plain, structured-clonable, an independent copy. */
  snapshot(): unknown;
  restore(snapshot: unknown): void;
}

/** A matcher whose market comes from a recording. */
export interface RecordedMarket extends Matcher {
  readonly source: 'recorded';
  /** Whether the recording has shown a complete book. Nothing trades on one that is not. */
  isLive(): boolean;
  /**
   * Takes in one frame of the recording, at the exchange's time. `input` may be reused by the caller afterwards.
   * @returns whether the frame made sense on a live book.
   */
  apply(input: MarketInput, at: Micros): boolean;
}

/** A matcher that makes its market itself. What it makes public goes to {@link Publications}. */
export interface ClosedMarketSource extends Matcher {
  readonly source: 'closed';
  /** Exchange time of its next own event (an arrival of its flow); Infinity when none. */
  nextAt(): number;
  /** Processes exactly that event. */
  step(): void;
  /** The whole book as it is now: the answer to a desk's snapshot request. */
  depthSnapshot(at: Micros): DepthSnapshot;
}
