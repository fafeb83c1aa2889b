import { createInstrument, type Instrument } from '../../../src-shared/domain/instrument.ts';
import { parseMoney } from '../../../src-shared/domain/money.ts';
import { fixed } from './texts.ts';

/** One symbol of the venue, with the filters that its exchangeInfo states. */
export interface SymbolListing {
  readonly instrument: Instrument;
  readonly symbol: string;
  /** As in the names of streams. */
  readonly lowercase: string;
  /** Digits behind the point in the venue's texts, trailing zeros included. */
  readonly priceDecimals: number;
  readonly quantityDecimals: number;
  /** Where its generated market is built up around. */
  readonly openingTicks: number;
  readonly maxPriceTicks: number;
  readonly maxLots: number;
  readonly maxMarketLots: number;
  /** In units of 10^−8 USDT; an order that may add to the position is worth at least this much. */
  readonly minNotional: bigint;
  readonly minNotionalText: string;
  readonly onboardDate: number;
}

/** Open orders per symbol. */
export const MAX_OPEN_ORDERS = 200;
/** An order's limit is at most this far through the mark price, as a share of 10,000. */
export const PRICE_BAND = 500;
export const MAX_LEVERAGE = 125;
export const DEFAULT_LEVERAGE = 20;
/** Of the notional, as a share of 1,000. */
export const MAINTENANCE_PER_MILLE = 4n;
export const FEES = { makerRate: '0.0002', takerRate: '0.0005' } as const;

const VENUE = 'binance-usdm';

function listing(
  id: number,
  base: string,
  tickSize: string,
  openingTicks: number,
  minNotionalText: string,
  onboardDate: number,
): SymbolListing {
  const symbol = `${base}USDT`;
  const names = { venue: VENUE, symbol, kind: 'linear', base, quote: 'USDT', settle: 'USDT' } as const;
  const instrument = createInstrument({ ...names, tickSize, lotSize: '0.001', multiplier: '1' }, id);
  return {
    instrument,
    symbol,
    lowercase: symbol.toLowerCase(),
    priceDecimals: 2,
    quantityDecimals: 3,
    openingTicks,
    maxPriceTicks: 10 * openingTicks,
    maxLots: 1_000_000,
    maxMarketLots: 120_000,
    minNotional: parseMoney(minNotionalText, instrument.quote),
    minNotionalText,
    onboardDate,
  };
}

export const LISTINGS: readonly SymbolListing[] = [
  listing(0, 'BTC', '0.10', 618_000, '100', 1_569_398_400_000),
  listing(1, 'ETH', '0.01', 268_162, '20', 1_569_398_400_000),
];

/** A price as the venue writes it: `61800.20`. */
export function priceText(of: SymbolListing, ticks: number): string {
  return fixed(
    ticks * Number(of.instrument.tick.units) * 10 ** (of.priceDecimals - of.instrument.tick.decimals),
    of.priceDecimals,
  );
}

/** A quantity as the venue writes it: `0.014`. */
export function quantityText(of: SymbolListing, lots: number): string {
  return fixed(
    lots * Number(of.instrument.lot.units) * 10 ** (of.quantityDecimals - of.instrument.lot.decimals),
    of.quantityDecimals,
  );
}

/** One symbol as exchangeInfo describes it. */
export function symbolInfo(of: SymbolListing) {
  const { instrument, symbol, priceDecimals, quantityDecimals } = of;
  const step = quantityText(of, 1);
  return {
    symbol,
    pair: symbol,
    contractType: 'PERPETUAL',
    deliveryDate: 4_133_404_800_000,
    onboardDate: of.onboardDate,
    status: 'TRADING',
    maintMarginPercent: '2.5000',
    requiredMarginPercent: '5.0000',
    baseAsset: instrument.base,
    quoteAsset: instrument.quote,
    marginAsset: instrument.settle,
    pricePrecision: priceDecimals,
    quantityPrecision: quantityDecimals,
    baseAssetPrecision: 8,
    quotePrecision: 8,
    underlyingType: 'COIN',
    underlyingSubType: ['PoW'],
    triggerProtect: '0.0500',
    liquidationFee: '0.012500',
    marketTakeBound: '0.05',
    maxMoveOrderLimit: 10_000,
    filters: [
      {
        filterType: 'PRICE_FILTER',
        minPrice: priceText(of, 1),
        maxPrice: priceText(of, of.maxPriceTicks),
        tickSize: priceText(of, 1),
      },
      { filterType: 'LOT_SIZE', stepSize: step, minQty: step, maxQty: quantityText(of, of.maxLots) },
      { filterType: 'MARKET_LOT_SIZE', stepSize: step, minQty: step, maxQty: quantityText(of, of.maxMarketLots) },
      { filterType: 'MAX_NUM_ORDERS', limit: MAX_OPEN_ORDERS },
      { filterType: 'MAX_NUM_ALGO_ORDERS', limit: 10 },
      { filterType: 'MIN_NOTIONAL', notional: of.minNotionalText },
      {
        filterType: 'PERCENT_PRICE',
        multiplierUp: fixed(10_000 + PRICE_BAND, 4),
        multiplierDown: fixed(10_000 - PRICE_BAND, 4),
        multiplierDecimal: '4',
      },
    ],
    orderTypes: ['LIMIT', 'MARKET', 'STOP', 'STOP_MARKET', 'TAKE_PROFIT', 'TAKE_PROFIT_MARKET', 'TRAILING_STOP_MARKET'],
    timeInForce: ['GTC', 'IOC', 'FOK', 'GTX', 'GTD'],
    permissionSets: ['GRID', 'COPY'],
  };
}

/** The brackets of leverage and maintenance margin; one is enough for an account this small. */
export function leverageBrackets(of: SymbolListing) {
  const bracket = {
    bracket: 1,
    initialLeverage: MAX_LEVERAGE,
    notionalCap: 1_000_000_000,
    notionalFloor: 0,
    maintMarginRatio: 0.004,
    cum: 0,
  };
  return { symbol: of.symbol, notionalCoef: 1, brackets: [bracket] };
}
