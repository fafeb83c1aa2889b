import { describe, expect, test } from 'vitest';
import { fieldsOf, UnreadableError } from './fields.ts';
import { BY_SYMBOL, idNo, orderJson, tradeFields, tradeJson, updateJson } from './order-fixtures.ts';
import { endOf, isOpen, type OrderUpdate, readOrder, readOrderUpdate, readUserTrade } from './order-reports.ts';

function update(fields: Readonly<Record<string, unknown>> = {}): OrderUpdate {
  return readOrderUpdate(fieldsOf(updateJson(1, fields), 'event'), BY_SYMBOL);
}

const FILL = {
  clientOrderId: idNo(1),
  fillId: '77',
  instrument: 0,
  side: 'buy',
  priceTicks: 600_000,
  lots: 4,
  fee: 12_000n,
  feeCurrency: 'USDT',
  liquidity: 'maker',
  exchangeAt: 1_764_000_000_120_000,
};

describe('ORDER_TRADE_UPDATE', () => {
  test('of a new order acknowledges it', () => {
    expect(update()).toMatchObject({
      listed: {
        order: { clientOrderId: idNo(1), side: 'buy', type: 'limit', priceTicks: 600_000, lots: 10, postOnly: true },
        venueOrderId: '8389765001',
        cumulativeLots: 0,
      },
      reports: [{ type: 'acknowledged', venueOrderId: '8389765001' }],
      beyondReports: null,
    });
  });

  test('of an execution is a fill, exactly, and the order before it has less filled', () => {
    const { listed, reports } = update(tradeFields(77, 4, 7));
    expect(reports).toEqual([{ type: 'filled', fill: FILL }]);
    expect(listed.cumulativeLots).toBe(3);
  });

  test.each([
    ['a fee in another currency', { N: 'BNB', n: '0.00000123' }, { fee: 123n, feeCurrency: 'BNB' }],
    ['a rebate', { n: '-0.5' }, { fee: -50_000_000n }],
    ['no fee, which is not pushed', { N: undefined, n: undefined }, { fee: 0n, feeCurrency: 'USDT' }],
    ['a taker', { m: false }, { liquidity: 'taker' }],
    ['a number beyond 2^53', { t: '9007199254740993' }, { fillId: '9007199254740993' }],
  ])('reads %s', (_name, fields, fill) => {
    expect(update({ ...tradeFields(77, 4, 4), ...fields }).reports).toMatchObject([{ type: 'filled', fill }]);
  });

  test('of a liquidation is a fill of an order that the venue has named', () => {
    const { listed, reports } = update({
      ...tradeFields(77, 10, 10),
      c: 'autoclose-1764000000120',
      o: 'LIQUIDATION',
      x: 'CALCULATED',
      f: 'IOC',
    });
    expect(listed.order).toMatchObject({ clientOrderId: 'autoclose-1764000000120', timeInForce: 'ioc' });
    expect(reports).toMatchObject([{ type: 'filled', fill: { lots: 10 } }]);
  });

  test.each([
    ['CANCELED', 'CANCELED', '0', 'cancelled', 'cancelled at the venue'],
    ['EXPIRED', 'EXPIRED', '11', 'expired', 'post-only would take'],
    ['EXPIRED', 'EXPIRED', '0', 'expired', 'post-only would take'],
    ['EXPIRED', 'EXPIRED', '5', 'expired', 'the account was liquidated'],
    ['EXPIRED', 'EXPIRED_IN_MATCH', '0', 'expired', 'it would have traded with an own order'],
    ['CANCELED', 'CANCELED', 'constructor', 'cancelled', 'cancelled at the venue'],
  ])('of %s (%s, %s) is an end', (x, X, er, type, reason) => {
    expect(update({ x, X, er }).reports).toEqual([{ type, reason }]);
  });

  test('of an immediate order tells its rest from one that would have taken', () => {
    expect(update({ x: 'EXPIRED', X: 'EXPIRED', f: 'IOC', er: '2' }).reports).toMatchObject([
      { type: 'expired', reason: 'the rest of an immediate-or-cancel order' },
    ]);
    expect(update({ x: 'EXPIRED', X: 'EXPIRED', f: 'IOC', er: undefined }).reports).toMatchObject([
      { type: 'expired', reason: 'expired at the venue' },
    ]);
  });

  test('of an amendment says what no report can', () => {
    expect(update({ x: 'AMENDMENT' })).toMatchObject({
      reports: [],
      beyondReports: expect.stringContaining('changed'),
    });
  });

  test.each([
    ['a stop', { o: 'STOP', sp: '61000' }, { type: 'stop-limit', stopTicks: 610_000 }],
    ['a trailing stop', { o: 'TRAILING_STOP_MARKET', p: '0', f: 'GTC' }, { type: 'stop-market', priceTicks: null }],
    [
      'a market order',
      { o: 'MARKET', p: '0', f: 'GTC', R: true },
      { type: 'market', priceTicks: null, reduceOnly: true },
    ],
    ['an order until a date', { f: 'GTD' }, { timeInForce: 'gtc', postOnly: false }],
    ['a sell', { S: 'SELL' }, { side: 'sell' }],
  ])('reads %s of another hand', (_name, fields, order) => {
    expect(update(fields).listed.order).toMatchObject(order);
  });

  test.each([
    ['another symbol', { s: 'XRPUSDT' }, '"s" is XRPUSDT'],
    ['an execution that is not known', { x: 'RESURRECTED' }, '"x" is RESURRECTED'],
    ['a side that is none', { S: 'toString' }, '"S" is toString'],
    ['a price between ticks', { p: '60000.05' }, '"p"'],
    ['a quantity that is a number', { q: 0.01 }, '"q" must be a text, not 0.01'],
    ['no order id', { i: undefined }, '"i" is missing'],
    ['an execution without a number', { ...tradeFields(0, 4, 4) }, '"t" is 0'],
    ['an execution of more than the sum', { ...tradeFields(5, 4, 3) }, '"l" is more than "z"'],
    ['an execution that never was', { ...tradeFields(5, 4, 4), T: 9_007_199_254_740_991 }, '"T" is no time'],
    ['an end without an end', { x: 'CANCELED', X: 'NEW' }, '"X" is NEW'],
    ['a finer fee than there are units', { ...tradeFields(5, 4, 4), n: '0.000000001' }, '"n"'],
  ])('refuses %s', (_name, fields, message) => {
    expect(() => update(fields)).toThrow(UnreadableError);
    expect(() => update(fields)).toThrow(message);
  });
});

describe('an order of the REST interface', () => {
  test('is read with its status', () => {
    const order = readOrder(orderJson(1, { status: 'PARTIALLY_FILLED', executedQty: '0.003' }), BY_SYMBOL);
    expect(order).toMatchObject({ venueOrderId: '8389765001', cumulativeLots: 3, status: 'PARTIALLY_FILLED' });
    expect([isOpen(order), endOf(order)]).toEqual([true, null]);
  });

  test.each([
    ['NEW', true, null],
    ['FILLED', false, null],
    ['CANCELED', false, 'cancelled'],
    ['REJECTED', false, 'rejected'],
    ['EXPIRED', false, 'expired'],
    ['EXPIRED_IN_MATCH', false, 'expired'],
  ])('%s', (status, open, end) => {
    const order = readOrder(orderJson(1, { status }), BY_SYMBOL);
    expect([isOpen(order), endOf(order)?.type ?? null]).toEqual([open, end]);
  });

  test('of a status that is not known proves nothing', () => {
    expect(() => endOf(readOrder(orderJson(1, { status: 'PENDING' }), BY_SYMBOL))).toThrow('PENDING');
  });

  test.each([null, 7, 'text', [], {}])('is not %o', (json) => {
    expect(() => readOrder(json, BY_SYMBOL)).toThrow(UnreadableError);
  });
});

test('a trade of the account is the same fill as its report', () => {
  expect(readUserTrade(tradeJson(1, 77, 4), idNo(1), BY_SYMBOL)).toEqual(FILL);
});
