import type { Instrument } from '../../../src-shared/domain/instrument.ts';
import { afterMs, type Micros } from '../../../src-shared/domain/time.ts';
import type { Room, Turn } from '../engine/engine.ts';
import type { Input } from '../engine/input.ts';
import type { PositionsView } from '../portfolio/positions-view.ts';
import { openingOrders } from './exposure.ts';
import type { Execution } from './order-entry.ts';
import type { OrdersView } from './orders-view.ts';
import { FOREIGN_ORIGIN } from './origins.ts';

export interface OrderExpiryParts {
  readonly instruments: readonly Instrument[];
  readonly orders: OrdersView;
  readonly positions: PositionsView;
  readonly execution: Pick<Execution, 'cancel'>;
  /** Null for none. */
  readonly orderLifeMs: number | null;
}

/** Cancels resting orders that could enlarge exposure once they are of a certain age: whoever wanted them may want them no more. */
export class OrderExpiry implements Room {
  readonly name = 'order-expiry';
  readonly hearsMarket = false;
  private readonly parts: OrderExpiryParts;

  constructor(parts: OrderExpiryParts) {
    this.parts = parts;
  }

  accept(input: Input, turn: Turn): void {
    if (input.kind === 'start' || input.kind === 'restart') this.look(turn);
  }

  wake(_key: string, turn: Turn): void {
    this.look(turn);
  }

  /** An order that comes after this look is not due before the next one, which is a whole life away at most. */
  private look(turn: Turn): void {
    const { instruments, orders, positions, execution, orderLifeMs } = this.parts;
    if (orderLifeMs === null) return;
    let nextAt: Micros = afterMs(turn.at, orderLifeMs);
    for (const { id } of instruments) {
      for (const { order, origin, intendedAt } of openingOrders([...orders.open(id)], positions.lots(id))) {
        const dueAt = afterMs(intendedAt, orderLifeMs);
        if (origin === FOREIGN_ORIGIN) continue;
        if (dueAt <= turn.at) execution.cancel(order.clientOrderId, 'expired by the desk', turn);
        else if (dueAt < nextAt) nextAt = dueAt;
      }
    }
    turn.schedule(nextAt, this, 'look');
  }
}
