import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createInstrument, type Instrument, specOf } from '../../../../src-shared/domain/instrument.ts';
import { VenueError } from '../venue.ts';
import { type CcxtExchange, loadCcxtExchange } from './ccxt-exchange.ts';
import { readRules, type VenueRules } from './rules.ts';
import { answered, BTC, ETH, ScriptedCalls } from './scripted-calls.ts';

/** As the venue lists it. */
function listed(symbol: string, baseAsset: string, tickSize: string, changes: Readonly<Record<string, unknown>> = {}) {
  return {
    ...{
      symbol,
      pair: symbol,
      contractType: 'PERPETUAL',
      deliveryDate: 4_133_404_800_000,
      onboardDate: 1_569_398_400_000,
    },
    ...{ status: 'TRADING', maintMarginPercent: '2.5000', requiredMarginPercent: '5.0000' },
    ...{ baseAsset, quoteAsset: 'USDT', marginAsset: 'USDT', pricePrecision: 2, quantityPrecision: 3 },
    ...{ baseAssetPrecision: 8, quotePrecision: 8, underlyingType: 'COIN', underlyingSubType: ['PoW'] },
    ...{ triggerProtect: '0.0500', liquidationFee: '0.012500', marketTakeBound: '0.05', maxMoveOrderLimit: 10_000 },
    filters: [
      { filterType: 'PRICE_FILTER', maxPrice: '4529764', minPrice: '556.80', tickSize },
      { filterType: 'LOT_SIZE', maxQty: '1000', minQty: '0.001', stepSize: '0.001' },
      { filterType: 'MARKET_LOT_SIZE', maxQty: '120', minQty: '0.001', stepSize: '0.001' },
      { filterType: 'MAX_NUM_ORDERS', limit: 200 },
      { filterType: 'MAX_NUM_ALGO_ORDERS', limit: 10 },
      { filterType: 'MIN_NOTIONAL', notional: '100' },
      { filterType: 'PERCENT_PRICE', multiplierDown: '0.9500', multiplierUp: '1.0500', multiplierDecimal: '4' },
    ],
    orderTypes: ['LIMIT', 'MARKET', 'STOP'],
    timeInForce: ['GTC', 'IOC', 'FOK', 'GTX', 'GTD'],
    ...changes,
  };
}

const RATE_LIMITS = [
  { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 1_200 },
  { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: 300 },
];

let exchange: CcxtExchange;
let calls: ScriptedCalls;
beforeAll(async () => {
  exchange = await loadCcxtExchange({ rest: 'https://venue.test', streams: '', orders: '' }, null, { nowMs: () => 0 });
});
beforeEach(() => {
  calls = new ScriptedCalls()
    .on('GET /fapi/v1/positionSide/dual', () => answered({ dualSidePosition: false }))
    .on('GET /fapi/v1/multiAssetsMargin', () => answered({ multiAssetsMargin: false }))
    .on('GET /fapi/v1/commissionRate', ({ params }) =>
      answered({ symbol: params.symbol, makerCommissionRate: '0.0002', takerCommissionRate: '0.0004' }),
    );
  list(listed('BTCUSDT', 'BTC', '0.10'), listed('ETHUSDT', 'ETH', '0.01'));
});

function list(...symbols: readonly unknown[]): void {
  calls.on('GET /fapi/v1/exchangeInfo', () => answered({ timezone: 'UTC', rateLimits: RATE_LIMITS, symbols }));
}

const read = (...instruments: readonly Instrument[]): Promise<VenueRules> =>
  readRules({ venue: 'binance-usdm', calls, exchange, instruments });

async function refusal(...instruments: readonly Instrument[]): Promise<string> {
  const error = await read(...instruments).then(
    () => new Error('not refused'),
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(VenueError);
  return (error as Error).message;
}

describe("the venue's rules", () => {
  it('are read where the desk trades what the venue lists', async () => {
    const rules = await read(BTC, ETH);
    expect(rules.rateLimits.map(({ name, limit }) => [name, limit])).toEqual([
      ['weight per 1m', 1_200],
      ['orders per 10s', 300],
    ]);
    expect(rules.fees(ETH.id)).toEqual({ maker: '0.0002', taker: '0.0004' });
  });

  it.each<[string, Partial<Parameters<typeof createInstrument>[0]>, string]>([
    [
      'tick size',
      { tickSize: '0.01' },
      'tickSize is 0.01 in the configuration and 0.10 at the venue. Change "tickSize" to it',
    ],
    [
      'lot size',
      { lotSize: '0.01' },
      'lotSize is 0.01 in the configuration and 0.001 at the venue. Change "lotSize" to it',
    ],
    [
      'order step',
      { orderStep: '0.002' },
      'orderStep is 0.002 in the configuration and 0.001 at the venue. Change "orderStep" to it',
    ],
    [
      'kind',
      { kind: 'inverse', settle: 'BTC' },
      'kind is inverse in the configuration and linear at the venue. Change "kind" to it',
    ],
    [
      'currency',
      { quote: 'USDC', settle: 'USDC' },
      'settle is USDC in the configuration and USDT at the venue. Change "settle" to it',
    ],
    [
      'multiplier',
      { multiplier: '10' },
      'multiplier is 10 in the configuration and 1 at the venue. Change "multiplier" to it',
    ],
  ])('refuse an instrument of another %s, with both and the remedy', async (_, change, said) => {
    expect(await refusal(createInstrument({ ...specOf(BTC), ...change }, 0), ETH)).toContain(
      `binance-usdm:BTCUSDT: ${said}`,
    );
  });

  it('take a number written otherwise, and a lot that is finer than the order step', async () => {
    const fine = createInstrument({ ...specOf(BTC), tickSize: '0.1', lotSize: '0.0001', orderStep: '0.00100' }, 0);
    await expect(read(fine)).resolves.toBeDefined();
  });

  it('refuse what the venue does not list, or does not trade', async () => {
    list(listed('BTCUSDT', 'BTC', '0.10', { status: 'SETTLING' }));
    const said = await refusal(BTC, ETH);
    expect(said).toContain('binance-usdm:BTCUSDT: its status at the venue is SETTLING, not TRADING');
    expect(said).toContain(
      'binance-usdm:ETHUSDT: the venue lists no such symbol. Correct it, or remove it from "instruments"',
    );
  });

  it('refuse an account in a mode that the desk does not count in', async () => {
    calls.on('GET /fapi/v1/multiAssetsMargin', () => answered({ multiAssetsMargin: true }));
    expect(await refusal(BTC)).toMatch(/^binance-usdm: .*multi-assets mode.*Single-Asset Mode/);
    calls.on('GET /fapi/v1/positionSide/dual', () => answered({ dualSidePosition: true }));
    expect(await refusal(BTC)).toMatch(/^binance-usdm: .*hedge mode.*One-way Mode/);
  });

  it('say what to look at when the key is refused, and are not guessed when nobody answers', async () => {
    calls.on('GET /fapi/v1/positionSide/dual', () => ({
      kind: 'refused',
      code: -2015,
      message: 'Invalid API-key, IP.',
    }));
    expect(await refusal(BTC)).toMatch(/^binance-usdm: .*-2015: Invalid API-key, IP\. Check the key/);
    calls.on('GET /fapi/v1/positionSide/dual', () => answered({}));
    expect(await refusal(BTC)).toMatch(/"dualSidePosition" is missing/);
    calls.on('GET /fapi/v1/positionSide/dual', () => ({ kind: 'unknown', reason: 'no answer' }));
    expect(await refusal(BTC)).toBe(
      'binance-usdm: its rules cannot be read: GET /fapi/v1/positionSide/dual: no answer',
    );
  });
});
