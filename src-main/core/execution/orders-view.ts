import type { InstrumentId } from '../../../src-shared/domain/instrument.ts';
import type { ClientOrderId, Order, OrderStatus, Side } from '../../../src-shared/domain/order.ts';

/** One order as the desk knows it. */
export interface OrderState {
  readonly order: Order;
  readonly origin: string;
  readonly status: OrderStatus;
  readonly filledLots: number;
}

/** What other rooms may read of the orders. */
export interface OrdersView {
  get(clientOrderId: ClientOrderId): OrderState | undefined;
  /** Every order that can still trade (UNKNOWN included) of one instrument, in the order they were intended. */
  open(instrument: InstrumentId): readonly OrderState[];
  /** Lots that could still be bought or sold by open and UNKNOWN orders, at full size. */
  openLots(instrument: InstrumentId, side: Side): number;
}
