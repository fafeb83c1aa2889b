import { notional } from '../../../src-shared/domain/instrument.ts';
import { LISTINGS, leverageBrackets, priceText, quantityText, type SymbolListing, symbolInfo } from './listings.ts';
import { depthResult, isBuyerMaker, shownMs } from './market-messages.ts';
import { type Operations, weight, weightBySymbol } from './operation.ts';
import { askedListings, limitOf, optional, optionalInteger, type Params, page, requiredListing } from './params.ts';
import type { RateLimits } from './rate-limits.ts';
import { Refusal } from './refusal.ts';
import { amountText } from './texts.ts';
import type { Venue } from './venue.ts';

const DEPTH_LIMITS = [5, 10, 20, 50, 100, 500, 1_000];
const DAY_MS = 86_400_000;

/** What anybody may ask. */
export function marketOperations(venue: Venue, limits: RateLimits): Operations {
  const { clock } = venue;
  /** One object for one symbol, a list for all of them. */
  const perSymbol = (params: Params, of: (listing: SymbolListing) => object): object => {
    const rows = askedListings(params).map(of);
    return optional(params, 'symbol') === null ? rows : rows[0];
  };
  return {
    'GET /fapi/v1/ping': { security: 'none', cost: weight(1), run: () => ({}) },
    'GET /fapi/v1/time': { security: 'none', cost: weight(1), run: () => ({ serverTime: clock.shownNow() }) },
    'GET /fapi/v1/exchangeInfo': {
      security: 'none',
      cost: weight(1),
      run: () => ({
        timezone: 'UTC',
        serverTime: clock.shownNow(),
        futuresType: 'U_MARGINED',
        rateLimits: limits.descriptions(),
        exchangeFilters: [],
        assets: [{ asset: 'USDT', marginAvailable: true, autoAssetExchange: '-10000' }],
        symbols: LISTINGS.map(symbolInfo),
      }),
    },
    'GET /fapi/v1/depth': {
      security: 'none',
      cost: (params) => weight(depthWeight(optionalInteger(params, 'limit') ?? 500))(),
      run: (params) => {
        const listing = requiredListing(params);
        const limit = optionalInteger(params, 'limit') ?? 500;
        if (!DEPTH_LIMITS.includes(limit)) throw new Refusal(-4021, `${limit} is not valid depth limit.`);
        return depthResult(listing, venue.matching.depth(listing.instrument.id), limit, clock);
      },
    },
    'GET /fapi/v1/trades': {
      security: 'none',
      cost: weight(5),
      run: (params) => {
        const listing = requiredListing(params);
        const { trades } = venue.market(listing);
        return trades.slice(-limitOf(params, 500, 1_000)).map((trade) => ({
          id: trade.tradeId,
          price: priceText(listing, trade.priceTicks),
          qty: quantityText(listing, trade.lots),
          quoteQty: amountText(notional(listing.instrument, trade.priceTicks, trade.lots), 2),
          time: shownMs(trade.exchangeAt, clock),
          isBuyerMaker: isBuyerMaker(trade),
        }));
      },
    },
    'GET /fapi/v1/aggTrades': {
      security: 'none',
      cost: weight(20),
      run: (params) => {
        const listing = requiredListing(params);
        const { trades } = venue.market(listing);
        const asked = page(trades, params, limitOf(params, 500, 1_000), ({ exchangeAt }) => shownMs(exchangeAt, clock));
        return asked.map((trade) => ({
          a: trade.tradeId,
          p: priceText(listing, trade.priceTicks),
          q: quantityText(listing, trade.lots),
          nq: quantityText(listing, trade.lots),
          f: trade.tradeId,
          l: trade.tradeId,
          T: shownMs(trade.exchangeAt, clock),
          m: isBuyerMaker(trade),
        }));
      },
    },
    'GET /fapi/v1/ticker/bookTicker': {
      security: 'none',
      cost: weightBySymbol(2, 5),
      run: (params) => perSymbol(params, (listing) => bestPrices(venue, listing)),
    },
    'GET /fapi/v1/ticker/price': {
      security: 'none',
      cost: weightBySymbol(1, 2),
      run: (params) => perSymbol(params, (listing) => lastPrice(venue, listing)),
    },
    'GET /fapi/v2/ticker/price': {
      security: 'none',
      cost: weightBySymbol(1, 2),
      run: (params) => perSymbol(params, (listing) => lastPrice(venue, listing)),
    },
    'GET /fapi/v1/ticker/24hr': {
      security: 'none',
      cost: weightBySymbol(1, 40),
      run: (params) => perSymbol(params, (listing) => dayStatistics(venue, listing)),
    },
    'GET /fapi/v1/premiumIndex': {
      security: 'none',
      cost: weightBySymbol(1, 10),
      run: (params) => perSymbol(params, (listing) => premiumIndex(venue, listing)),
    },
    'GET /fapi/v1/fundingRate': {
      security: 'none',
      cost: weight(1),
      run: (params) => {
        const rows = askedListings(params).flatMap(({ symbol, instrument }) =>
          venue.funding[instrument.id].past.map(({ rate, nextMs }) => ({
            symbol,
            fundingRate: rate,
            fundingTime: clock.shown(nextMs),
            markPrice: '',
          })),
        );
        return page(rows, params, limitOf(params, 100, 1_000), ({ fundingTime }) => fundingTime);
      },
    },
    'GET /fapi/v1/leverageBracket': {
      security: 'signed',
      cost: weight(1),
      run: (params) => askedListings(params).map(leverageBrackets),
    },
  };
}

function depthWeight(limit: number): number {
  if (limit <= 50) return 2;
  if (limit <= 100) return 5;
  return limit <= 500 ? 10 : 20;
}

function bestPrices(venue: Venue, listing: SymbolListing) {
  const { ticker } = venue.market(listing);
  if (ticker === null) throw new Refusal(-1112, 'No orders on book for symbol.');
  return {
    symbol: listing.symbol,
    bidPrice: priceText(listing, ticker.bidTicks),
    bidQty: quantityText(listing, ticker.bidLots),
    askPrice: priceText(listing, ticker.askTicks),
    askQty: quantityText(listing, ticker.askLots),
    time: shownMs(ticker.exchangeAt, venue.clock),
    lastUpdateId: ticker.updateId,
  };
}

function lastPrice(venue: Venue, listing: SymbolListing) {
  const last = venue.market(listing).trades.at(-1);
  const price = priceText(listing, last?.priceTicks ?? listing.openingTicks);
  return { symbol: listing.symbol, price, time: venue.clock.shownNow() };
}

function premiumIndex(venue: Venue, listing: SymbolListing) {
  const { rate, nextMs } = venue.funding[listing.instrument.id].next;
  const price = amountText(venue.market(listing).mark());
  return {
    symbol: listing.symbol,
    markPrice: price,
    indexPrice: price,
    estimatedSettlePrice: price,
    lastFundingRate: rate,
    interestRate: '0.00010000',
    nextFundingTime: venue.clock.shown(nextMs),
    time: venue.clock.shownNow(),
  };
}

/** Of the trades that are remembered, which are the last ones. */
function dayStatistics(venue: Venue, listing: SymbolListing) {
  const { trades } = venue.market(listing);
  const prices = trades.length > 0 ? trades.map(({ priceTicks }) => priceTicks) : [listing.openingTicks];
  const [open, last] = [prices[0], prices[prices.length - 1]];
  const lots = trades.reduce((sum, trade) => sum + trade.lots, 0);
  const quote = trades.reduce((sum, trade) => sum + notional(listing.instrument, trade.priceTicks, trade.lots), 0n);
  const now = venue.clock.shownNow();
  return {
    symbol: listing.symbol,
    priceChange: priceText(listing, last - open),
    priceChangePercent: (((last - open) / open) * 100).toFixed(3),
    weightedAvgPrice: priceText(listing, Math.round(prices.reduce((sum, price) => sum + price, 0) / prices.length)),
    lastPrice: priceText(listing, last),
    lastQty: quantityText(listing, trades.at(-1)?.lots ?? 0),
    openPrice: priceText(listing, open),
    highPrice: priceText(
      listing,
      prices.reduce((a, b) => Math.max(a, b)),
    ),
    lowPrice: priceText(
      listing,
      prices.reduce((a, b) => Math.min(a, b)),
    ),
    volume: quantityText(listing, lots),
    quoteVolume: amountText(quote, 2),
    openTime: now - DAY_MS,
    closeTime: now,
    firstId: trades.at(0)?.tradeId ?? 0,
    lastId: trades.at(-1)?.tradeId ?? 0,
    count: trades.length,
  };
}
