/** What the tests of this folder and of the exchange's share. */
import { createInstrument, type Instrument, type Lots, type Ticks } from '../../../src-shared/domain/instrument.ts';
import type { ClientOrderId, Order } from '../../../src-shared/domain/order.ts';
import type { Effect } from '../../core/engine/effect.ts';

export const SIMULATED: Instrument = createInstrument(
  {
    venue: 'simulated',
    symbol: 'BTCUSDT',
    kind: 'linear',
    base: 'BTC',
    quote: 'USDT',
    settle: 'USDT',
    tickSize: '0.10',
    lotSize: '0.001',
    multiplier: '1',
  },
  0,
);

export function idOf(name: string): ClientOrderId {
  return name as ClientOrderId;
}

/** A good-till-cancelled buy of 10 lots far below the market, but for what `terms` says. */
export function placing(name: string, terms: Partial<Order> = {}): Effect & { readonly kind: 'place-order' } {
  return {
    kind: 'place-order',
    order: {
      clientOrderId: idOf(name),
      instrument: SIMULATED.id,
      side: 'buy',
      type: 'limit',
      timeInForce: 'gtc',
      priceTicks: 600_000 as Ticks,
      stopTicks: null,
      lots: 10 as Lots,
      postOnly: false,
      reduceOnly: false,
      ...terms,
    },
  };
}

/** The terms of an order that takes what is there at any price. */
export const TAKING: Partial<Order> = { type: 'market', timeInForce: 'ioc', priceTicks: null };

export function querying(name: string): Effect {
  return { kind: 'query-order', clientOrderId: idOf(name), instrument: SIMULATED.id };
}

export function cancelling(name: string): Effect {
  return { kind: 'cancel-order', clientOrderId: idOf(name), instrument: SIMULATED.id };
}
