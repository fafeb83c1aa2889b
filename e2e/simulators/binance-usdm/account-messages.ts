import { notional, parseLots, parseTicks } from '../../../src-shared/domain/instrument.ts';
import {
  type Account,
  type AccountTrade,
  absolute,
  entryPrice,
  type Income,
  type Position,
  type PositionMargin,
} from './account.ts';
import type { VenueClock } from './clock.ts';
import { quantityText, type SymbolListing } from './listings.ts';
import { listingOf } from './params.ts';
import { amountText } from './texts.ts';

/** A position with what it ties up at the present mark price. */
export interface MarkedPosition {
  readonly position: Position;
  readonly margin: PositionMargin;
  readonly mark: bigint;
  /** Open orders of its symbol. */
  readonly openOrders: number;
}

const MAX_NOTIONAL = '1000000000';

interface Totals {
  readonly wallet: bigint;
  readonly unrealised: bigint;
  readonly positionMargin: bigint;
  readonly orderMargin: bigint;
  readonly maintenance: bigint;
  readonly available: bigint;
}

function totals(account: Account, positions: readonly MarkedPosition[]): Totals {
  const sum = (of: (margin: PositionMargin) => bigint) =>
    positions.reduce((total, { margin }) => total + of(margin), 0n);
  return {
    wallet: account.wallet,
    unrealised: sum(({ unrealised }) => unrealised),
    positionMargin: sum(({ positionMargin }) => positionMargin),
    orderMargin: sum(({ orderMargin }) => orderMargin),
    maintenance: sum(({ maintenance }) => maintenance),
    available: account.available(positions.map(({ margin }) => margin)),
  };
}

function asset(of: Totals, updateTime: number) {
  return {
    asset: 'USDT',
    walletBalance: amountText(of.wallet),
    unrealizedProfit: amountText(of.unrealised),
    marginBalance: amountText(of.wallet + of.unrealised),
    maintMargin: amountText(of.maintenance),
    initialMargin: amountText(of.positionMargin + of.orderMargin),
    positionInitialMargin: amountText(of.positionMargin),
    openOrderInitialMargin: amountText(of.orderMargin),
    crossWalletBalance: amountText(of.wallet),
    crossUnPnl: amountText(of.unrealised),
    availableBalance: amountText(of.available),
    maxWithdrawAmount: amountText(of.available),
    updateTime,
  };
}

function accountTotals(of: Totals) {
  return {
    totalInitialMargin: amountText(of.positionMargin + of.orderMargin),
    totalMaintMargin: amountText(of.maintenance),
    totalWalletBalance: amountText(of.wallet),
    totalUnrealizedProfit: amountText(of.unrealised),
    totalMarginBalance: amountText(of.wallet + of.unrealised),
    totalPositionInitialMargin: amountText(of.positionMargin),
    totalOpenOrderInitialMargin: amountText(of.orderMargin),
    totalCrossWalletBalance: amountText(of.wallet),
    totalCrossUnPnl: amountText(of.unrealised),
    availableBalance: amountText(of.available),
    maxWithdrawAmount: amountText(of.available),
  };
}

/** Whether the third version of the answers mentions it at all. */
function isOfInterest({ position, openOrders }: MarkedPosition): boolean {
  return position.lots !== 0 || openOrders > 0;
}

function updated({ position }: MarkedPosition, clock: VenueClock): number {
  return position.updateTime === 0 ? 0 : clock.shown(position.updateTime);
}

/** `GET /fapi/v3/account`. */
export function accountV3(account: Account, positions: readonly MarkedPosition[], clock: VenueClock) {
  const all = totals(account, positions);
  return {
    ...accountTotals(all),
    assets: [asset(all, clock.shown(account.walletAt))],
    positions: positions.filter(isOfInterest).map((marked) => ({
      symbol: marked.position.listing.symbol,
      positionSide: 'BOTH',
      positionAmt: quantityText(marked.position.listing, marked.position.lots),
      unrealizedProfit: amountText(marked.margin.unrealised),
      isolatedMargin: '0',
      notional: amountText(marked.margin.notional),
      isolatedWallet: '0',
      initialMargin: amountText(marked.margin.positionMargin + marked.margin.orderMargin),
      maintMargin: amountText(marked.margin.maintenance),
      updateTime: updated(marked, clock),
    })),
  };
}

/** `GET /fapi/v2/account`. */
export function accountV2(account: Account, positions: readonly MarkedPosition[], clock: VenueClock) {
  const all = totals(account, positions);
  return {
    feeTier: 0,
    feeBurn: false,
    canTrade: true,
    canDeposit: true,
    canWithdraw: true,
    updateTime: 0,
    multiAssetsMargin: false,
    tradeGroupId: -1,
    ...accountTotals(all),
    assets: [{ ...asset(all, clock.shown(account.walletAt)), marginAvailable: true }],
    positions: positions.map((marked) => ({
      symbol: marked.position.listing.symbol,
      initialMargin: amountText(marked.margin.positionMargin + marked.margin.orderMargin),
      maintMargin: amountText(marked.margin.maintenance),
      unrealizedProfit: amountText(marked.margin.unrealised),
      positionInitialMargin: amountText(marked.margin.positionMargin),
      openOrderInitialMargin: amountText(marked.margin.orderMargin),
      leverage: String(marked.position.leverage),
      isolated: false,
      entryPrice: entryPrice(marked.position),
      breakEvenPrice: entryPrice(marked.position),
      maxNotional: MAX_NOTIONAL,
      bidNotional: '0',
      askNotional: '0',
      positionSide: 'BOTH',
      positionAmt: quantityText(marked.position.listing, marked.position.lots),
      notional: amountText(marked.margin.notional),
      isolatedWallet: '0',
      updateTime: updated(marked, clock),
    })),
  };
}

/** `GET /fapi/v2/balance` and `/fapi/v3/balance`. */
export function balances(account: Account, positions: readonly MarkedPosition[], clock: VenueClock) {
  const all = totals(account, positions);
  return [
    {
      accountAlias: 'SgsR',
      asset: 'USDT',
      balance: amountText(all.wallet),
      crossWalletBalance: amountText(all.wallet),
      crossUnPnl: amountText(all.unrealised),
      availableBalance: amountText(all.available),
      maxWithdrawAmount: amountText(all.available),
      marginAvailable: true,
      updateTime: clock.shown(account.walletAt),
    },
  ];
}

/** `GET /fapi/v3/positionRisk`. */
export function positionRiskV3(positions: readonly MarkedPosition[], clock: VenueClock) {
  return positions.filter(isOfInterest).map((marked) => ({
    symbol: marked.position.listing.symbol,
    positionSide: 'BOTH',
    positionAmt: quantityText(marked.position.listing, marked.position.lots),
    entryPrice: entryPrice(marked.position),
    breakEvenPrice: entryPrice(marked.position),
    markPrice: amountText(marked.mark),
    unRealizedProfit: amountText(marked.margin.unrealised),
    liquidationPrice: '0',
    isolatedMargin: '0',
    notional: amountText(marked.margin.notional),
    marginAsset: 'USDT',
    isolatedWallet: '0',
    initialMargin: amountText(marked.margin.positionMargin + marked.margin.orderMargin),
    maintMargin: amountText(marked.margin.maintenance),
    positionInitialMargin: amountText(marked.margin.positionMargin),
    openOrderInitialMargin: amountText(marked.margin.orderMargin),
    adl: 1,
    bidNotional: '0',
    askNotional: '0',
    updateTime: updated(marked, clock),
  }));
}

/** `GET /fapi/v2/positionRisk`. */
export function positionRiskV2(positions: readonly MarkedPosition[], clock: VenueClock) {
  return positions.map((marked) => ({
    symbol: marked.position.listing.symbol,
    positionAmt: quantityText(marked.position.listing, marked.position.lots),
    entryPrice: entryPrice(marked.position),
    breakEvenPrice: entryPrice(marked.position),
    markPrice: amountText(marked.mark),
    unRealizedProfit: amountText(marked.margin.unrealised),
    liquidationPrice: '0',
    leverage: String(marked.position.leverage),
    maxNotionalValue: MAX_NOTIONAL,
    marginType: 'cross',
    isolatedMargin: amountText(0n),
    isAutoAddMargin: 'false',
    positionSide: 'BOTH',
    notional: amountText(marked.margin.notional),
    isolatedWallet: '0',
    updateTime: updated(marked, clock),
  }));
}

/** One row of `GET /fapi/v1/userTrades`. */
export function userTrade(trade: AccountTrade, clock: VenueClock) {
  const { instrument } = listingOf(trade.symbol);
  const quote = notional(instrument, parseTicks(instrument, trade.price), parseLots(instrument, trade.quantity));
  return {
    symbol: trade.symbol,
    id: trade.tradeId,
    orderId: trade.orderId,
    side: trade.side,
    price: trade.price,
    qty: trade.quantity,
    realizedPnl: amountText(trade.realised),
    quoteQty: amountText(absolute(quote), 5),
    commission: trade.commission,
    commissionAsset: 'USDT',
    time: clock.shown(trade.at),
    positionSide: 'BOTH',
    maker: trade.maker,
    buyer: trade.side === 'BUY',
  };
}

/** One row of `GET /fapi/v1/income`. */
export function incomeRow(of: Income, clock: VenueClock) {
  return {
    symbol: of.symbol,
    incomeType: of.incomeType,
    income: amountText(of.amount),
    asset: 'USDT',
    time: clock.shown(of.at),
    info: of.tradeId === '' ? of.incomeType : of.tradeId,
    tranId: of.tranId,
    tradeId: of.tradeId,
  };
}

/** ACCOUNT_UPDATE after a fill (with its position) or a funding payment of a cross position (without). */
export function accountUpdate(
  account: Account,
  reason: 'ORDER' | 'FUNDING_FEE',
  changed: { readonly listing: SymbolListing; readonly unrealised: bigint } | null,
  balanceChange: bigint,
  at: number,
  clock: VenueClock,
) {
  const wallet = amountText(account.wallet);
  const position = changed === null ? null : account.position(changed.listing);
  return {
    e: 'ACCOUNT_UPDATE',
    E: clock.shownNow(),
    T: clock.shown(at),
    a: {
      m: reason,
      B: [{ a: 'USDT', wb: wallet, cw: wallet, bc: amountText(balanceChange) }],
      P:
        changed === null || position === null
          ? []
          : [
              {
                s: changed.listing.symbol,
                pa: quantityText(changed.listing, position.lots),
                ep: entryPrice(position),
                cr: amountText(position.realised),
                up: amountText(changed.unrealised),
                mt: 'cross',
                iw: '0',
                ps: 'BOTH',
                ma: 'USDT',
                bep: entryPrice(position),
              },
            ],
    },
  };
}
