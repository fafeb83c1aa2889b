import { describe, expect, it } from 'vitest';
import type { FillView, OrderView } from '../../../src-shared/contract/topics.ts';
import { micros } from '../../../src-shared/domain/time.ts';
import { filterFills, filterOrders, NO_FILTER } from './filter.ts';

const order = (of: Partial<OrderView>): OrderView => ({
  id: 'a1',
  instrument: 'simulated:BTCUSDT',
  origin: 'market-maker',
  side: 'buy',
  type: 'limit',
  price: '60000.0',
  quantity: '0.010',
  filled: '0.000',
  averagePrice: null,
  postOnly: true,
  reduceOnly: false,
  status: 'acknowledged',
  isOpen: true,
  reason: null,
  intendedAt: micros(1),
  changedAt: micros(1),
  ...of,
});

const fill = (of: Partial<FillView>): FillView => ({
  id: 'f1',
  orderId: 'a1',
  instrument: 'simulated:BTCUSDT',
  origin: 'market-maker',
  side: 'buy',
  price: '60000.0',
  quantity: '0.010',
  fee: '0.06',
  feeCurrency: 'USDT',
  liquidity: 'maker',
  at: micros(1),
  exchangeAt: micros(1),
  ...of,
});

const ORDERS = [
  order({ id: 'a1' }),
  order({ id: 'b2', side: 'sell', status: 'refused', reason: 'max-position-lots', isOpen: false }),
  order({ id: 'c3', instrument: 'binance-usdm:ETHUSDT', status: 'filled', isOpen: false }),
];
const idsOf = (rows: readonly { readonly id: string }[]): string[] => rows.map(({ id }) => id);

describe('the filter of orders and fills', () => {
  it('gives back the very same rows when nothing is filtered', () => {
    expect(filterOrders(ORDERS, NO_FILTER)).toBe(ORDERS);
    expect(filterOrders(ORDERS, { ...NO_FILTER, text: '  ' })).toBe(ORDERS);
  });

  it('asks every condition of a row', () => {
    expect(idsOf(filterOrders(ORDERS, { ...NO_FILTER, status: 'refused' }))).toEqual(['b2']);
    expect(idsOf(filterOrders(ORDERS, { ...NO_FILTER, side: 'buy' }))).toEqual(['a1', 'c3']);
    expect(idsOf(filterOrders(ORDERS, { ...NO_FILTER, side: 'buy', instrument: 'simulated:BTCUSDT' }))).toEqual(['a1']);
    expect(filterOrders(ORDERS, { ...NO_FILTER, side: 'sell', status: 'filled' })).toEqual([]);
  });

  it('finds each word anywhere in a row, in any case and order', () => {
    expect(idsOf(filterOrders(ORDERS, { ...NO_FILTER, text: 'MAX-position sell' }))).toEqual(['b2']);
    expect(idsOf(filterOrders(ORDERS, { ...NO_FILTER, text: 'usdt' }))).toEqual(['a1', 'b2', 'c3']);
    expect(filterOrders(ORDERS, { ...NO_FILTER, text: 'max-position eth' })).toEqual([]);
  });

  it('keeps the rows themselves, so that a grid sees which have changed', () => {
    expect(filterOrders(ORDERS, { ...NO_FILTER, side: 'sell' })[0]).toBe(ORDERS[1]);
  });

  it('finds a fill by its order, and does not ask it for a status', () => {
    const fills = [fill({ id: 'f1' }), fill({ id: 'f2', orderId: 'b2', side: 'sell' })];
    expect(idsOf(filterFills(fills, { ...NO_FILTER, text: 'b2' }))).toEqual(['f2']);
    expect(idsOf(filterFills(fills, { ...NO_FILTER, side: 'buy' }))).toEqual(['f1']);
    expect(idsOf(filterFills(fills, { ...NO_FILTER, status: 'cancelled' }))).toEqual(['f1', 'f2']);
  });
});
