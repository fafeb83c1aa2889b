import type { FillView, OrderView } from '../../../src-shared/contract/topics.ts';
import {
  formatLots,
  formatTicks,
  type Instrument,
  type InstrumentId,
  instrumentKey,
} from '../../../src-shared/domain/instrument.ts';
import { formatMoney } from '../../../src-shared/domain/money.ts';
import { type Fill, isTerminal } from '../../../src-shared/domain/order.ts';
import type { Micros } from '../../../src-shared/domain/time.ts';
import type { Fact } from '../../core/engine/fact.ts';
import { averageFillTicks, type OrderState } from '../../core/execution/orders-view.ts';

type OrderRefused = Extract<Fact, { readonly kind: 'order-refused' }>;

/** A price in the quote currency, for eyes; null for one that is no number. `ticks` may be fractional. */
export function priceNumber({ tick }: Instrument, ticks: number): number | null {
  return Number.isNaN(ticks) ? null : (ticks * Number(tick.units)) / 10 ** tick.decimals;
}

/** @param changedAt time of the order's last fact, `reason` what that says. */
export function orderView(state: OrderState, of: Instrument, changedAt: Micros, reason: string | null): OrderView {
  const { order, origin, status } = state;
  return {
    id: order.clientOrderId,
    instrument: instrumentKey(of),
    origin,
    side: order.side,
    type: order.type,
    price: order.priceTicks === null ? null : formatTicks(of, order.priceTicks),
    quantity: formatLots(of, order.lots),
    filled: formatLots(of, state.filledLots),
    averagePrice: priceNumber(of, averageFillTicks(state)),
    postOnly: order.postOnly,
    reduceOnly: order.reduceOnly,
    status,
    isOpen: !isTerminal(status),
    reason,
    intendedAt: state.intendedAt,
    changedAt,
  };
}

/** An intent that became no order. Its terms may make no sense: what cannot be written stands as what it is. */
export function refusedView({ intent, reason, seq, at }: OrderRefused, instruments: readonly Instrument[]): OrderView {
  const of = instruments[intent.instrument];
  const written = (value: unknown, format: (of: Instrument, value: number) => string): string =>
    of !== undefined && Number.isSafeInteger(value) ? format(of, value as number) : '0';
  return {
    id: `refused:${seq}`,
    instrument: of === undefined ? `unknown:${String(intent.instrument)}` : instrumentKey(of),
    origin: intent.origin,
    side: intent.side,
    type: intent.type,
    price: intent.priceTicks === null ? null : written(intent.priceTicks, formatTicks),
    quantity: written(intent.lots, formatLots),
    filled: written(0, formatLots),
    averagePrice: null,
    postOnly: intent.postOnly === true,
    reduceOnly: intent.reduceOnly === true,
    status: 'refused',
    isOpen: false,
    reason,
    intendedAt: at,
    changedAt: at,
  };
}

/** @param at when the desk heard of it. */
export function fillView(fill: Fill, origin: string, of: Instrument, at: Micros): FillView {
  return {
    id: `${fill.clientOrderId}:${fill.fillId}`.slice(0, 100),
    orderId: fill.clientOrderId,
    instrument: instrumentKey(of),
    origin,
    side: fill.side,
    price: formatTicks(of, fill.priceTicks),
    quantity: formatLots(of, fill.lots),
    fee: formatMoney(fill.fee, fill.feeCurrency),
    feeCurrency: fill.feeCurrency,
    liquidity: fill.liquidity,
    at,
    exchangeAt: fill.exchangeAt,
  };
}

/** The order that a fact is about; undefined for facts of no order of its own. */
export function orderIdOf(fact: Fact): string | undefined {
  if (fact.kind === 'order-intended' || fact.kind === 'order-adopted') return fact.order.clientOrderId;
  if (fact.kind === 'order-filled') return fact.fill.clientOrderId;
  return fact.kind.startsWith('order-') && 'clientOrderId' in fact ? fact.clientOrderId : undefined;
}

export function instrumentOf(instruments: readonly Instrument[], id: InstrumentId): Instrument {
  const of = instruments[id];
  if (of === undefined) throw new Error(`instrument ${id} is not listed`);
  return of;
}
