import { expect, test } from 'vitest';
import type { OrderReport } from '../../../core/engine/input.ts';
import { answered, BY_SYMBOL, INSTRUMENT, idNo, orderJson, ScriptedRest, tradeJson } from './order-fixtures.ts';
import { OrderQueries } from './order-queries.ts';
import type { Outcome } from './outcome.ts';

const NOT_FOUND: Outcome = { kind: 'refused', code: -2013, message: 'Order does not exist.' };

interface Venue {
  order?: Outcome;
  openOrders?: Outcome;
  userTrades?: Outcome;
}

function setUp(venue: Venue, known: Record<string, string> = {}, knows = true) {
  const paths: Record<string, keyof Venue> = {
    '/fapi/v1/order': 'order',
    '/fapi/v1/openOrders': 'openOrders',
    '/fapi/v1/userTrades': 'userTrades',
  };
  const rest = new ScriptedRest(({ path }) => {
    const outcome = venue[paths[path] as keyof Venue];
    if (outcome === undefined) throw new Error(`nobody should ask for ${path}`);
    return outcome;
  });
  const reports: OrderReport[] = [];
  const { promise: finished, resolve } = Promise.withResolvers<void>();
  const took: number[] = [];
  const queries = new OrderQueries({
    rest,
    instruments: BY_SYMBOL,
    venueOrderIdOf: (id) => known[id],
    knows: () => knows,
    report: (id, report) => {
      expect(id).toBe(idNo(1));
      reports.push(report);
      // What one question makes known is reported in one turn.
      queueMicrotask(resolve);
    },
    answered: (tookMs) => took.push(tookMs),
    nowMs: () => 0,
  });
  return { rest, reports, queries, finished, took };
}

async function ask(venue: Venue, known?: Record<string, string>, knows?: boolean) {
  const { rest, reports, queries, finished } = setUp(venue, known, knows);
  queries.ask(idNo(1), INSTRUMENT);
  await finished;
  return { reports, calls: rest.calls };
}

const order = (fields: Record<string, unknown>): Outcome => answered(orderJson(1, fields));
const fill = (fillId: string, lots: number) => ({ type: 'filled', fill: { fillId, lots, clientOrderId: idNo(1) } });

test('an open order stands where the venue says', async () => {
  const { reports, calls } = await ask({ order: order({}) });
  expect(reports).toEqual([{ type: 'open', venueOrderId: '8389765001', cumulativeLots: 0 }]);
  expect(calls).toMatchObject([
    { method: 'GET', params: { symbol: 'BTCUSDT', origClientOrderId: idNo(1) }, security: 'signed', use: 'question' },
  ]);
});

test('fills come before where the order stands', async () => {
  const trades = answered([tradeJson(1, 5, 1), tradeJson(1, 6, 3)]);
  const { reports, calls } = await ask({
    order: order({ status: 'CANCELED', executedQty: '0.004' }),
    userTrades: trades,
  });
  expect(reports).toMatchObject([fill('5', 1), fill('6', 3), { type: 'cancelled' }]);
  expect(calls[1]?.params).toMatchObject({ symbol: 'BTCUSDT', orderId: '8389765001' });
});

test('a filled order is known by its fills', async () => {
  const trades = answered([tradeJson(1, 5, 10)]);
  const { reports } = await ask({ order: order({ status: 'FILLED', executedQty: '0.010' }), userTrades: trades });
  expect(reports).toMatchObject([fill('5', 10)]);
  expect(reports).toHaveLength(1);
});

test('an order that the desk does not know is introduced as it was before its fills', async () => {
  const trades = answered([tradeJson(1, 5, 1), tradeJson(1, 6, 3)]);
  const found = order({ status: 'CANCELED', executedQty: '0.004' });
  const { reports } = await ask({ order: found, userTrades: trades }, {}, false);
  const seen = { type: 'seen', venueOrderId: '8389765001', cumulativeLots: 0, order: { clientOrderId: idNo(1) } };
  expect(reports).toMatchObject([seen, fill('5', 1), fill('6', 3), { type: 'cancelled' }]);
});

test('an end is not reported while fills are missing', async () => {
  const trades = answered([tradeJson(1, 5, 1)]);
  const ended = await ask({ order: order({ status: 'CANCELED', executedQty: '0.004' }), userTrades: trades });
  expect(ended.reports).toMatchObject([fill('5', 1), { type: 'unanswered' }]);
  const open = await ask({ order: order({ status: 'PARTIALLY_FILLED', executedQty: '0.004' }), userTrades: trades });
  expect(open.reports).toMatchObject([fill('5', 1), { type: 'open', cumulativeLots: 4 }]);
});

test('an order that is not found by its id may be among the open ones', async () => {
  const openOrders = answered([orderJson(7), orderJson(1, { status: 'PARTIALLY_FILLED', executedQty: '0.002' })]);
  const { reports } = await ask({ order: NOT_FOUND, openOrders, userTrades: answered([tradeJson(1, 5, 2)]) });
  expect(reports).toMatchObject([fill('5', 2), { type: 'open', cumulativeLots: 2 }]);
});

test('an order that is found nowhere is not found, its fills notwithstanding', async () => {
  const nowhere = { order: NOT_FOUND, openOrders: answered([orderJson(7)]) };
  expect((await ask(nowhere)).reports).toEqual([{ type: 'not-found' }]);
  const userTrades = answered([tradeJson(1, 5, 10)]);
  const { reports } = await ask({ ...nowhere, userTrades }, { [idNo(1)]: '8389765001' });
  expect(reports).toMatchObject([fill('5', 10), { type: 'not-found' }]);
});

test.each<[string, Venue]>([
  ['silence', { order: { kind: 'unknown', reason: 'no answer' } }],
  ['a venue that is busy', { order: { kind: 'not-accepted', reason: 'busy' } }],
  ['a refusal that is not about the order', { order: { kind: 'refused', code: -2015, message: 'Invalid API-key' } }],
  ['another order', { order: answered(orderJson(2)) }],
  ['nonsense', { order: answered([1, 2]) }],
  ['an order that ended otherwise', { order: order({ status: 'PENDING' }) }],
  ['no list of open orders', { order: NOT_FOUND, openOrders: answered({}) }],
  ['silence about the open orders', { order: NOT_FOUND, openOrders: { kind: 'unknown', reason: 'no answer' } }],
  [
    'trades of another order',
    { order: order({ status: 'FILLED', executedQty: '0.010' }), userTrades: answered([tradeJson(2, 5, 10)]) },
  ],
  ['silence about the trades', { order: order({ status: 'FILLED', executedQty: '0.010' }), userTrades: NOT_FOUND }],
])('%s proves nothing', async (_name, venue) => {
  const { reports } = await ask(venue);
  expect(reports).toEqual([{ type: 'unanswered', reason: expect.stringMatching(/^asked for, but /) }]);
});

test('an answer that a report has overtaken is asked for again', async () => {
  const venue: Venue = { order: order({}) };
  const { rest, reports, queries, finished, took } = setUp(venue);
  const { answer } = rest;
  let overtakings = 1;
  rest.answer = (call) => {
    const outcome = answer(call);
    if (overtakings > 0) {
      overtakings -= 1;
      queries.overtaken(idNo(1));
      venue.order = order({ status: 'CANCELED' });
    }
    return outcome;
  };
  queries.ask(idNo(1), INSTRUMENT);
  queries.ask(idNo(1), INSTRUMENT);
  await finished;
  expect(reports).toEqual([{ type: 'cancelled', reason: 'cancelled at the venue' }]);
  expect([rest.calls.length, took.length]).toEqual([2, 2]);
});

test('an answer that reports overtake every time is left to them', async () => {
  const { rest, reports, queries, finished } = setUp({ order: order({}) });
  const { answer } = rest;
  rest.answer = (call) => {
    queries.overtaken(idNo(1));
    return answer(call);
  };
  queries.ask(idNo(1), INSTRUMENT);
  await finished;
  expect(reports).toEqual([{ type: 'unanswered', reason: expect.stringContaining('overtook') }]);
});
