import type { Instrument } from '../../../src-shared/domain/instrument.ts';
import type { ClientOrderId, Order } from '../../../src-shared/domain/order.ts';
import type { Turn } from '../engine/engine.ts';
import type { Fact, Handling } from '../engine/fact.ts';
import type { ListedOrder } from '../engine/input.ts';
import { RecentIds } from '../engine/recent-ids.ts';
import { shown } from '../engine/shown.ts';
import type { IntentNumbers } from './intent-numbers.ts';
import type { OrderWatch } from './order-watch.ts';
import type { OrderState } from './orders-view.ts';
import { FOREIGN_ORIGIN, RECOVERED_ORIGIN } from './origins.ts';
import { anomaly, isCount, type OrderReading } from './reports.ts';

export interface FoundOrdersParts {
  readonly instruments: readonly Instrument[];
  readonly orders: { get(id: ClientOrderId): OrderState | undefined };
  readonly numbers: IntentNumbers;
  readonly watch: OrderWatch;
  /** What is done about orders of another hand. */
  readonly foreignOrders: Handling;
}

const TYPES: readonly Order['type'][] = ['limit', 'market', 'stop-market', 'stop-limit'];
const TIMES_IN_FORCE: readonly Order['timeInForce'][] = ['gtc', 'ioc', 'fok'];
/** Venues take shorter ones still. */
const MAX_ID_CHARS = 64;
/** More than any market has: thousands of such orders can still be added up exactly. */
const MAX_LOTS = 1_000_000_000_000;
/** Unclaimed fills that are remembered: a repetition of an older one counts as a new one. */
const MAX_UNCLAIMED = 10_000;

/**
 * Orders at a venue that the books do not have: of another hand, or the desk's own that left before they were on disk. Once a
 * venue has told of one it is an order like any other. A fill of one that no venue has told of is money that nobody can place.
 */
export class FoundOrders {
  private readonly parts: FoundOrdersParts;
  private readonly unclaimed = new RecentIds(MAX_UNCLAIMED);

  constructor(parts: FoundOrdersParts) {
    this.parts = parts;
  }

  /** `listed` becomes an order of the books. @param id under which it was reported. */
  adopt(id: ClientOrderId, listed: ListedOrder, turn: Turn): void {
    const { instruments, orders, numbers, watch, foreignOrders } = this.parts;
    const fault = listingFault(id, listed, instruments);
    if (fault !== null) {
      turn.emit(anomaly(id, 'seen', fault));
      return;
    }
    const isOwn = numbers.isUnproven(id);
    const handling = isOwn ? 'cancel' : foreignOrders;
    const { venueOrderId, cumulativeLots } = listed;
    const order = orderOf(listed.order);
    const origin = isOwn ? RECOVERED_ORIGIN : FOREIGN_ORIGIN;
    turn.emit({ kind: 'order-adopted', order, venueOrderId, cumulativeLots, origin, handling });
    const state = orders.get(id);
    if (state === undefined) return;
    if (cumulativeLots > 0) watch.question(state, 'it was filled before the desk knew of it', turn);
    if (handling === 'cancel' && cumulativeLots < order.lots)
      watch.cancel(state, `${origin}: nobody here wants it`, turn);
  }

  /** What is said of an order that no venue has told of. */
  stray(id: ClientOrderId, report: OrderReading, turn: Turn): void {
    if (report.type === 'filled') {
      const fillId = shown(report.fill.fillId);
      const clientOrderId = shown(id) as ClientOrderId;
      if (!this.unclaimed.has(`${clientOrderId} ${fillId}`))
        turn.emit({ kind: 'order-fill-unclaimed', clientOrderId, fillId });
    } else if (!this.parts.numbers.isUnproven(id) || report.type === 'garbled') {
      turn.emit(anomaly(id, report.type, 'not an order of this desk'));
    }
  }

  fold(fact: Fact): void {
    if (fact.kind === 'order-fill-unclaimed') this.unclaimed.add(`${fact.clientOrderId} ${fact.fillId}`);
  }

  snapshot(): readonly string[] {
    return this.unclaimed.snapshot();
  }

  restore(unclaimed: readonly string[]): void {
    this.unclaimed.restore(unclaimed);
  }
}

/** What makes no sense in an order that a venue lists, null when nothing does. Its terms may be such as the gate would refuse. */
function listingFault(id: ClientOrderId, listed: ListedOrder, instruments: readonly Instrument[]): string | null {
  const { order, venueOrderId, cumulativeLots } = listed;
  if (typeof id !== 'string' || id === '' || id.length > MAX_ID_CHARS)
    return 'its client order id is no text of 1 to 64 characters';
  if (order?.clientOrderId !== id) return `its client order id is ${shown(order?.clientOrderId)} as well`;
  if (typeof venueOrderId !== 'string') return `its venue's id is ${shown(venueOrderId)}`;
  const { instrument, side, type, timeInForce, lots, priceTicks, stopTicks, postOnly, reduceOnly } = order;
  if (!instruments.some(({ id: listedId }) => listedId === instrument)) return `its instrument is ${shown(instrument)}`;
  if (side !== 'buy' && side !== 'sell') return `its side is ${shown(side)}`;
  if (!TYPES.includes(type)) return `its type is ${shown(type)}`;
  if (!TIMES_IN_FORCE.includes(timeInForce)) return `its time in force is ${shown(timeInForce)}`;
  if (!isCount(lots) || lots === 0 || lots > MAX_LOTS) return `it has ${shown(lots)} lots`;
  if (!isCount(cumulativeLots) || cumulativeLots > lots)
    return `of its ${lots} lots ${shown(cumulativeLots)} are filled`;
  if (!isTicks(priceTicks)) return `its price is ${shown(priceTicks)} ticks`;
  if (!isTicks(stopTicks)) return `its trigger is ${shown(stopTicks)} ticks`;
  if (typeof postOnly !== 'boolean' || typeof reduceOnly !== 'boolean') return 'its flags are neither true nor false';
  return null;
}

function isTicks(ticks: number | null): boolean {
  return ticks === null || Number.isSafeInteger(ticks);
}

/** An order without whatever else its venue said of it. */
function orderOf(order: Order): Order {
  const { clientOrderId, instrument, side, type, timeInForce, priceTicks, stopTicks, lots, postOnly, reduceOnly } =
    order;
  return { clientOrderId, instrument, side, type, timeInForce, priceTicks, stopTicks, lots, postOnly, reduceOnly };
}
