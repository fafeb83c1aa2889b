import {
  accountV2,
  accountV3,
  balances,
  incomeRow,
  type MarkedPosition,
  positionRiskV2,
  positionRiskV3,
  userTrade,
} from './account-messages.ts';
import { FEES, LISTINGS, MAX_LEVERAGE } from './listings.ts';
import { type Operations, weight } from './operation.ts';
import {
  askedListings,
  flag,
  limitOf,
  optional,
  optionalInteger,
  type Params,
  page,
  required,
  requiredInteger,
  requiredListing,
} from './params.ts';
import type { RateLimits } from './rate-limits.ts';
import { invalid, Refusal, unsupported } from './refusal.ts';
import type { Venue } from './venue.ts';

/** Everything about the account, and the key to its stream of reports. One-way mode, cross margin, single asset. */
export function accountOperations(venue: Venue, limits: RateLimits): Operations {
  const { account, clock, userStream } = venue;
  const positions = (params: Params): MarkedPosition[] => {
    const asked = askedListings(params);
    return venue.positions().filter(({ position }) => asked.includes(position.listing));
  };
  return {
    'GET /fapi/v2/account': {
      security: 'signed',
      cost: weight(5),
      run: () => accountV2(account, venue.positions(), clock),
    },
    'GET /fapi/v3/account': {
      security: 'signed',
      cost: weight(5),
      run: () => accountV3(account, venue.positions(), clock),
    },
    'GET /fapi/v2/balance': {
      security: 'signed',
      cost: weight(5),
      run: () => balances(account, venue.positions(), clock),
    },
    'GET /fapi/v3/balance': {
      security: 'signed',
      cost: weight(5),
      run: () => balances(account, venue.positions(), clock),
    },
    'GET /fapi/v2/positionRisk': {
      security: 'signed',
      cost: weight(5),
      run: (params) => positionRiskV2(positions(params), clock),
    },
    'GET /fapi/v3/positionRisk': {
      security: 'signed',
      cost: weight(5),
      run: (params) => positionRiskV3(positions(params), clock),
    },
    'GET /fapi/v1/userTrades': {
      security: 'signed',
      cost: weight(5),
      run: (params) => {
        const { symbol } = requiredListing(params);
        const orderId = optionalInteger(params, 'orderId');
        const fromId = optionalInteger(params, 'fromId');
        const limit = limitOf(params, 500, 1_000);
        const rows = account.trades.filter(
          (trade) =>
            trade.symbol === symbol && (orderId ?? trade.orderId) === trade.orderId && trade.tradeId >= (fromId ?? 0),
        );
        const asked = fromId === null ? page(rows, params, limit, ({ at }) => clock.shown(at)) : rows.slice(0, limit);
        return asked.map((trade) => userTrade(trade, clock));
      },
    },
    'GET /fapi/v1/income': {
      security: 'signed',
      cost: weight(30),
      run: (params) => {
        const symbol = optional(params, 'symbol');
        const incomeType = optional(params, 'incomeType');
        const rows = account.income.filter(
          (row) => (symbol ?? row.symbol) === row.symbol && (incomeType ?? row.incomeType) === row.incomeType,
        );
        const asked = page(rows, params, limitOf(params, 100, 1_000), ({ at }) => clock.shown(at));
        return asked.map((row) => incomeRow(row, clock));
      },
    },
    'POST /fapi/v1/leverage': {
      security: 'signed',
      cost: weight(1),
      run: (params) => {
        const listing = requiredListing(params);
        const leverage = requiredInteger(params, 'leverage');
        if (leverage < 1 || leverage > MAX_LEVERAGE) throw new Refusal(-4028, `Leverage ${leverage} is not valid`);
        venue.setLeverage(listing, leverage);
        return { symbol: listing.symbol, leverage, maxNotionalValue: '1000000000' };
      },
    },
    'POST /fapi/v1/marginType': {
      security: 'signed',
      cost: weight(1),
      run: (params) => {
        requiredListing(params);
        const marginType = required(params, 'marginType');
        if (marginType === 'CROSSED') throw new Refusal(-4046, 'No need to change margin type.');
        throw marginType === 'ISOLATED' ? unsupported() : invalid('marginType');
      },
    },
    'GET /fapi/v1/positionSide/dual': {
      security: 'signed',
      cost: weight(30),
      run: () => ({ dualSidePosition: false }),
    },
    'POST /fapi/v1/positionSide/dual': {
      security: 'signed',
      cost: weight(1),
      run: (params) => {
        if (flag(params, 'dualSidePosition')) throw unsupported();
        throw new Refusal(-4059, 'No need to change position side.');
      },
    },
    'GET /fapi/v1/multiAssetsMargin': {
      security: 'signed',
      cost: weight(30),
      run: () => ({ multiAssetsMargin: false }),
    },
    'POST /fapi/v1/multiAssetsMargin': {
      security: 'signed',
      cost: weight(1),
      run: (params) => {
        if (flag(params, 'multiAssetsMargin')) throw unsupported();
        throw new Refusal(-4171, 'Adjusted asset mode is currently set and does not need to be adjusted repeatedly.');
      },
    },
    'GET /fapi/v1/commissionRate': {
      security: 'signed',
      cost: weight(20),
      run: (params) => ({
        symbol: requiredListing(params).symbol,
        makerCommissionRate: FEES.makerRate,
        takerCommissionRate: FEES.takerRate,
      }),
    },
    'GET /fapi/v1/accountConfig': {
      security: 'signed',
      cost: weight(5),
      run: () => ({
        feeTier: 0,
        canTrade: true,
        canDeposit: true,
        canWithdraw: true,
        dualSidePosition: false,
        updateTime: 0,
        multiAssetsMargin: false,
        tradeGroupId: -1,
      }),
    },
    'GET /fapi/v1/symbolConfig': {
      security: 'signed',
      cost: weight(5),
      run: (params) =>
        positions(params).map(({ position }) => ({
          symbol: position.listing.symbol,
          marginType: 'CROSSED',
          isAutoAddMargin: false,
          leverage: position.leverage,
          maxNotionalValue: '1000000000',
        })),
    },
    'GET /fapi/v1/rateLimit/order': {
      security: 'signed',
      cost: weight(1),
      run: () => limits.descriptions().filter(({ rateLimitType }) => rateLimitType === 'ORDERS'),
    },
    'GET /fapi/v1/adlQuantile': {
      security: 'signed',
      cost: weight(5),
      run: () => LISTINGS.map(({ symbol }) => ({ symbol, adlQuantile: { BOTH: 1 } })),
    },
    'POST /fapi/v1/listenKey': {
      security: 'key',
      cost: weight(1),
      run: () => ({ listenKey: userStream.open() }),
    },
    'PUT /fapi/v1/listenKey': {
      security: 'key',
      cost: weight(1),
      run: () => ({ listenKey: userStream.extend() }),
    },
    'DELETE /fapi/v1/listenKey': {
      security: 'key',
      cost: weight(1),
      run: () => {
        userStream.close();
        return {};
      },
    },
  };
}
