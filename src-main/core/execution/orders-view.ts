import type { InstrumentId } from '../../../src-shared/domain/instrument.ts';
import type { ClientOrderId, Fill, Order, OrderStatus, Side } from '../../../src-shared/domain/order.ts';
import type { Micros } from '../../../src-shared/domain/time.ts';

/** One order as the desk knows it. */
export interface OrderState {
  readonly order: Order;
  readonly origin: string;
  /** The order that this one was sent to take the place of. */
  readonly replaces: ClientOrderId | null;
  /** Its place among all orders of the journal, from 1. */
  readonly place: number;
  /** When it was intended, or found at its venue. */
  readonly intendedAt: Micros;
  /** When its last fact was made. */
  readonly changedAt: Micros;
  readonly status: OrderStatus;
  readonly filledLots: number;
  /** Σ price ticks · lots over its fills, exact. */
  readonly filledTickLots: bigint;
  /** Its latest fills, oldest first, at most `MAX_FILLS_SHOWN` (orders.ts). */
  readonly fills: readonly Fill[];
  /** Null before the venue's first answer. */
  readonly venueOrderId: string | null;
  /** The outbox said that it left. */
  readonly sent: boolean;
  /** A stop's trigger was reached. */
  readonly triggered: boolean;
  /** The desk wants it gone, and asks until it is. */
  readonly cancelRequested: boolean;
}

/** Volume-weighted average price of its fills, in (fractional) ticks; NaN before the first. */
export function averageFillTicks(state: OrderState): number {
  return state.filledLots === 0 ? Number.NaN : Number(state.filledTickLots) / state.filledLots;
}

/** Lots that can still trade, 0 when more than its size is filled. */
export function remainingLots(state: OrderState): number {
  return Math.max(0, state.order.lots - state.filledLots);
}

/** What other rooms may read of the orders. */
export interface OrdersView {
  get(clientOrderId: ClientOrderId): OrderState | undefined;
  /** Every order that can still trade (UNKNOWN included) of one instrument, in the order they came to the books. */
  open(instrument: InstrumentId): readonly OrderState[];
  /** Lots that could still be bought or sold by open and UNKNOWN orders, at full size. */
  openLots(instrument: InstrumentId, side: Side): number;
}
