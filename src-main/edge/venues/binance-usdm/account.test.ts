import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ClientOrderId } from '../../../../src-shared/domain/order.ts';
import { micros } from '../../../../src-shared/domain/time.ts';
import type { VenueLinkOutput } from '../venue.ts';
import { AccountKeeper } from './account.ts';
import type { Outcome, RestCall } from './outcome.ts';
import { type Answer, answered, BTC, ETH, ScriptedCalls } from './scripted-calls.ts';

const NOW_MS = 1_700_000_000_000;
const UNKNOWN: Outcome = { kind: 'unknown', reason: 'status 502' };
const DESK_ORDER = '00112233445566778899aabbccddeeff';

/** An answer of `GET /fapi/v1/order` or one entry of `openOrders`. */
function venueOrder(orderId: number, clientOrderId: string, changes: Readonly<Record<string, unknown>> = {}) {
  return {
    ...{
      orderId,
      symbol: 'BTCUSDT',
      status: 'NEW',
      clientOrderId,
      price: '60000.00',
      avgPrice: '0.00',
      origQty: '0.010',
    },
    ...{ executedQty: '0.000', cumQuote: '0.0000000', timeInForce: 'GTX', type: 'LIMIT', reduceOnly: false },
    ...{ closePosition: false, side: 'BUY', positionSide: 'BOTH', stopPrice: '0.00', workingType: 'CONTRACT_PRICE' },
    ...{ priceProtect: false, origType: 'LIMIT', priceMatch: 'NONE', selfTradePreventionMode: 'EXPIRE_MAKER' },
    ...{ goodTillDate: 0, time: NOW_MS, updateTime: NOW_MS },
    ...changes,
  };
}

function venueTrade(id: number, orderId: number, changes: Readonly<Record<string, unknown>> = {}) {
  return {
    ...{ symbol: 'BTCUSDT', id, orderId, side: 'BUY', price: '60000.00', qty: '0.002', realizedPnl: '0.00000000' },
    ...{ quoteQty: '120.0000000', commission: '0.02400000', commissionAsset: 'USDT', time: NOW_MS - 5_000 },
    ...{ positionSide: 'BOTH', buyer: true, maker: true },
    ...changes,
  };
}

function venuePosition(symbol: string, positionAmt: string, positionSide = 'BOTH') {
  return {
    ...{ symbol, positionSide, positionAmt, entryPrice: '60000.0', breakEvenPrice: '60012.0', markPrice: '60010.1' },
    ...{ unRealizedProfit: '0.02', liquidationPrice: '0', isolatedMargin: '0', notional: '120', marginAsset: 'USDT' },
    ...{ isolatedWallet: '0', initialMargin: '6', maintMargin: '0.5', adl: 2, updateTime: NOW_MS },
  };
}

const balance = (asset: string, amount: string) => ({
  ...{ accountAlias: 'SgsR', asset, balance: amount, crossWalletBalance: amount, crossUnPnl: '0.00000000' },
  ...{ availableBalance: amount, maxWithdrawAmount: amount, marginAvailable: true, updateTime: NOW_MS },
});

const payment = (tranId: number, symbol = 'BTCUSDT') => ({
  ...{ symbol, incomeType: 'FUNDING_FEE', income: '-0.37500000', asset: 'USDT', info: 'FUNDING_FEE' },
  ...{ time: NOW_MS - 1_000, tranId, tradeId: '' },
});

let trades: ReturnType<typeof venueTrade>[];
let income: ReturnType<typeof payment>[];
let calls: ScriptedCalls;
let inputs: VenueLinkOutput[];
let news: string[];
let overdue: string[];
let known: Set<string>;
let keeper: AccountKeeper;

/** Each answer takes 10 ms. */
const later =
  (answer: Answer): Answer =>
  async (call) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    setTimeout(resolve, 10);
    await promise;
    return answer(call);
  };

beforeEach(() => {
  vi.useFakeTimers({ now: NOW_MS });
  [trades, income, inputs, news, overdue, known] = [[], [], [], [], [], new Set([DESK_ORDER])];
  calls = new ScriptedCalls()
    .on(
      'GET /fapi/v1/userTrades',
      later(({ params: { symbol, fromId, startTime, endTime } }) => {
        const after = trades.filter((trade) => trade.symbol === symbol && trade.id >= Number(fromId ?? 0));
        return answered(
          after.filter(({ time }) => fromId !== undefined || (time >= Number(startTime) && time <= Number(endTime))),
        );
      }),
    )
    .on(
      'GET /fapi/v1/income',
      later(({ params }) => answered(income.filter(({ time }) => time >= Number(params.startTime)))),
    )
    .on(
      'GET /fapi/v1/openOrders',
      later(({ params }) => answered(params.symbol === 'BTCUSDT' ? [venueOrder(7, DESK_ORDER)] : [])),
    )
    .on(
      'GET /fapi/v3/positionRisk',
      later(() => answered([venuePosition('BTCUSDT', '-0.250'), venuePosition('ADAUSDT', '30')])),
    )
    .on(
      'GET /fapi/v3/balance',
      later(() => answered([balance('USDT', '122607.35137903'), balance('BNB', '0.00000000'), balance('BTC', '0.5')])),
    )
    .on(
      'GET /fapi/v1/order',
      later(({ params }) => answered(venueOrder(Number(params.orderId), DESK_ORDER, { executedQty: '0.002' }))),
    );
  keeper = new AccountKeeper({
    parts: {
      ...{ name: 'binance-usdm', instruments: [BTC, ETH], now: () => micros(Date.now() * 1_000) },
      onInput: (input) => inputs.push(input),
      knows: (id) => known.has(id),
      told: (text) => news.push(text),
    },
    calls,
    clock: { nowMs: () => Date.now() },
    sinceMs: NOW_MS - 3_600_000,
    onOverdue: (detail) => overdue.push(detail),
  });
});
afterEach(() => {
  keeper.close();
  vi.useRealTimers();
});

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const kinds = (): string[] => inputs.map((input) => (input.kind === 'order-report' ? input.report.type : input.kind));

/** Runs `act` when the venue is asked for `path` the next time, before it answers. */
function once(path: string, act: () => void): void {
  const original = calls.call.bind(calls);
  calls.call = async (request: RestCall) => {
    if (request.path === path) {
      calls.call = original;
      act();
    }
    return original(request);
  };
}

describe("the keeper of a venue's account", () => {
  it('reports what the account holds, whole', async () => {
    keeper.request();
    await pass(1_000);
    expect(inputs).toEqual([
      {
        ...{ kind: 'account-report', venue: 'binance-usdm', seq: 0 },
        at: (NOW_MS + 70) * 1_000,
        askedAt: (NOW_MS + 30) * 1_000,
        positions: [
          { instrument: BTC.id, lots: -250 },
          { instrument: ETH.id, lots: 0 },
        ],
        otherPositions: ['ADAUSDT'],
        balances: [
          { currency: 'USDT', wallet: 12_260_735_137_903n },
          { currency: 'BTC', wallet: 50_000_000n },
        ],
        openOrders: [
          {
            venueOrderId: '7',
            cumulativeLots: 0,
            order: {
              ...{ clientOrderId: DESK_ORDER, instrument: BTC.id, side: 'buy', type: 'limit', timeInForce: 'gtc' },
              ...{ priceTicks: 600_000, stopTicks: null, lots: 10, postOnly: true, reduceOnly: false },
            },
          },
        ],
      },
    ]);
    expect(
      calls.asked.every(({ use, security, method }) => use === 'question' && security === 'signed' && method === 'GET'),
    ).toBe(true);
  });

  it('hands over trades and funding before the report, and each of them once', async () => {
    trades = [
      venueTrade(900, 7),
      venueTrade(901, 7, { side: 'BUY', maker: false, commission: '0.00003', commissionAsset: 'BNB' }),
    ];
    income = [payment(55)];
    keeper.request();
    await pass(1_000);
    expect(kinds()).toEqual(['filled', 'filled', 'funding', 'account-report']);
    expect(inputs[1]).toMatchObject({
      clientOrderId: DESK_ORDER,
      report: {
        fill: { fillId: '901', lots: 2, priceTicks: 600_000, fee: 3_000n, feeCurrency: 'BNB', liquidity: 'taker' },
      },
    });
    expect(inputs[2]).toMatchObject({ instrument: BTC.id, fundingId: '55', amount: -37_500_000n, currency: 'USDT' });
    keeper.request();
    await pass(1_000);
    expect(kinds().slice(4)).toEqual(['account-report']);
    expect(calls.askedOf('/fapi/v1/order')).toHaveLength(1);
  });

  it('tells of an order that the desk does not know before its fills, as it was before them', async () => {
    trades = [venueTrade(900, 8), venueTrade(901, 8)];
    calls.on('GET /fapi/v1/order', () =>
      answered(venueOrder(8, 'web_abc', { executedQty: '0.007', side: 'SELL', timeInForce: 'GTC' })),
    );
    keeper.request();
    await pass(1_000);
    expect(kinds()).toEqual(['seen', 'filled', 'filled', 'account-report']);
    expect(inputs[0]).toMatchObject({
      clientOrderId: 'web_abc',
      report: { venueOrderId: '8', cumulativeLots: 3, order: { side: 'sell', lots: 10, postOnly: false } },
    });
    expect(inputs[1]).toMatchObject({ clientOrderId: 'web_abc' as ClientOrderId });
  });

  it('asks for an order by a number that no double holds, and names it so', async () => {
    trades = [venueTrade(900, 0, { orderId: '8389765512345678901' })];
    calls.on('GET /fapi/v1/order', ({ params }) => answered(venueOrder(0, 'web_abc', params)));
    keeper.request();
    await pass(1_000);
    expect(inputs[0]).toMatchObject({ report: { type: 'seen', venueOrderId: '8389765512345678901' } });
  });

  it.each([
    ['a trade', () => trades.push(venueTrade(950, 7))],
    ['a payment', () => income.push(payment(56))],
    ['word of the account', () => keeper.accountMoved()],
  ])('asks again when %s came while it asked', async (_, change) => {
    once('/fapi/v3/balance', change);
    keeper.request();
    await pass(1_000);
    expect(calls.askedOf('/fapi/v3/balance')).toHaveLength(2);
    expect(kinds().at(-1)).toBe('account-report');
    expect(kinds().filter((kind) => kind === 'account-report')).toHaveLength(1);
    expect(inputs.at(-1)).toMatchObject({ askedAt: (NOW_MS + (kinds().includes('filled') ? 90 : 70)) * 1_000 });
  });

  it('gives up on an account that never stands still, says so, and tries again', async () => {
    calls.on('GET /fapi/v3/balance', () => {
      keeper.accountMoved();
      return answered([]);
    });
    keeper.request();
    await pass(900);
    expect(inputs).toEqual([]);
    expect(calls.askedOf('/fapi/v3/balance')).toHaveLength(5);
    expect(news).toEqual([
      'the account could not be compared (it changed 5 times while it was asked for); asked again in 1 s',
    ]);
    calls.on('GET /fapi/v3/balance', () => answered([]));
    await pass(1_500);
    expect(kinds()).toEqual(['account-report']);
  });

  it.each([
    '/fapi/v1/userTrades',
    '/fapi/v1/income',
    '/fapi/v1/openOrders',
    '/fapi/v3/positionRisk',
    '/fapi/v3/balance',
  ])('reports nothing while %s fails, and asks again ever later', async (path) => {
    calls.on(`GET ${path}`, () => UNKNOWN);
    keeper.request();
    await pass(20_000);
    expect(inputs).toEqual([]);
    expect(news.map((text) => /asked again in (\d+) s/.exec(text)?.[1])).toEqual(['1', '2', '4', '8', '16']);
    expect(news[0]).toContain(`GET ${path}: status 502`);
    expect(overdue).toEqual([expect.stringContaining(path)]);
  });

  it('asks at once when somebody asks while it waits after a failure', async () => {
    calls.on('GET /fapi/v3/balance', () => UNKNOWN);
    keeper.request();
    await pass(8_000);
    calls.on('GET /fapi/v3/balance', () => answered([balance('USDT', '1')]));
    keeper.request();
    await pass(500);
    expect(kinds()).toEqual(['account-report']);
    expect(overdue.length).toBe(1);
  });

  it('loses no trade whose order is not found at first', async () => {
    trades = [venueTrade(900, 7)];
    calls.on('GET /fapi/v1/order', () => ({ kind: 'refused', code: -2013, message: 'Order does not exist.' }));
    keeper.request();
    await pass(500);
    expect([inputs.length, news.length]).toEqual([0, 1]);
    calls.on('GET /fapi/v1/order', () => answered(venueOrder(7, DESK_ORDER)));
    await pass(2_000);
    expect(kinds()).toEqual(['filled', 'account-report']);
  });

  it('reports nothing of an account in hedge mode', async () => {
    calls.on('GET /fapi/v3/positionRisk', () => answered([venuePosition('BTCUSDT', '0.1', 'LONG')]));
    keeper.request();
    await pass(500);
    expect(inputs).toEqual([]);
    expect(news[0]).toMatch(/hedge mode/);
  });

  it('tells of funding that it cannot book', async () => {
    income = [payment(57, 'ADAUSDT')];
    keeper.request();
    await pass(1_000);
    expect(kinds()).toEqual(['account-report']);
    expect(news).toEqual(['funding of ADAUSDT, which is no instrument of this desk: not booked']);
  });

  it('does one thing at a time, and remembers that more was wanted', async () => {
    keeper.request();
    await pass(20);
    keeper.request();
    keeper.request();
    await pass(2_000);
    expect(kinds()).toEqual(['account-report', 'account-report']);
    expect(inputs[1]).toMatchObject({ askedAt: (NOW_MS + 100) * 1_000 });
  });

  it('hands over nothing once it is closed', async () => {
    trades = [venueTrade(900, 7)];
    keeper.request();
    await pass(15);
    keeper.close();
    await pass(60_000);
    expect([inputs, news]).toEqual([[], []]);
    keeper.request();
    await pass(1_000);
    expect(inputs).toEqual([]);
  });
});
