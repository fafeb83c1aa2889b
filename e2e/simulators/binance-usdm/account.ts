import { divideHalfEven } from '../../../src-shared/domain/decimal.ts';
import { notional, parseLots, parseTicks } from '../../../src-shared/domain/instrument.ts';
import { parseMoney } from '../../../src-shared/domain/money.ts';
import { DEFAULT_LEVERAGE, LISTINGS, MAINTENANCE_PER_MILLE, type SymbolListing } from './listings.ts';
import type { Entry, LogEntry } from './log.ts';
import { listingOf } from './params.ts';
import { amountText } from './texts.ts';

/** A position at its average entry price; one-way mode, cross margin. Amounts in units of 10^−8 USDT. */
export interface Position {
  readonly listing: SymbolListing;
  /** Signed. */
  lots: number;
  /** What was paid for it; signed like the lots. */
  cost: bigint;
  /** In sum, before fees. */
  realised: bigint;
  leverage: number;
  /** ms; 0 before the first change. */
  updateTime: number;
}

export interface AccountTrade extends Entry<'filled'> {
  readonly realised: bigint;
}

export interface Income {
  readonly symbol: string;
  readonly incomeType: 'REALIZED_PNL' | 'COMMISSION' | 'FUNDING_FEE';
  readonly amount: bigint;
  readonly at: number;
  readonly tranId: number;
  /** Of the trade it belongs to; empty for funding. */
  readonly tradeId: string;
}

/** Margin and profit of one position, at a mark price; units of 10^−8 USDT. */
export interface PositionMargin {
  readonly notional: bigint;
  readonly unrealised: bigint;
  readonly positionMargin: bigint;
  readonly orderMargin: bigint;
  readonly maintenance: bigint;
}

const FIRST_TRAN_ID = 9_689_322_000;
/** Of trades and of income; the oldest beyond it are forgotten. */
const MAX_HISTORY = 100_000;

/** Wallet, positions, trades and income of the one account: a fold over the venue's log. */
export class Account {
  /** Units of 10^−8 USDT. */
  wallet = 0n;
  readonly positions: readonly Position[];
  readonly trades: AccountTrade[] = [];
  readonly income: Income[] = [];
  walletAt = 0;
  private lastTranId = FIRST_TRAN_ID;

  constructor() {
    this.positions = LISTINGS.map((listing) => ({
      listing,
      lots: 0,
      cost: 0n,
      realised: 0n,
      leverage: DEFAULT_LEVERAGE,
      updateTime: 0,
    }));
  }

  position(of: SymbolListing): Position {
    return this.positions[of.instrument.id];
  }

  apply(entry: LogEntry): void {
    switch (entry.kind) {
      case 'started':
        // The first run brought the money.
        if (this.walletAt === 0) this.credit(amountOf(entry.balance), entry.at);
        break;
      case 'filled':
        this.filled(entry);
        break;
      case 'funded':
        this.earn('FUNDING_FEE', entry.symbol, amountOf(entry.amount), entry.at, '');
        break;
      case 'leverage-set':
        this.position(listingOf(entry.symbol)).leverage = entry.leverage;
        break;
    }
  }

  /**
   * @param orders the open ones of `of`. The side that would need more margin counts, as at the venue.
   */
  margin(of: SymbolListing, mark: bigint, orders: readonly OrderSize[]): PositionMargin {
    const { lots, cost, leverage } = this.position(of);
    const value = valueAt(of, mark, lots);
    let bids = value;
    let asks = -value;
    for (const order of orders) {
      if (order.reduceOnly) continue;
      const worth = sizeAt(of, mark, order);
      if (order.side === 'BUY') bids += worth;
      else asks += worth;
    }
    const exposure = [bids, asks].reduce((most, side) => (side > most ? side : most), absolute(value));
    const positionMargin = absolute(value) / BigInt(leverage);
    return {
      notional: value,
      unrealised: value - cost,
      positionMargin,
      orderMargin: exposure / BigInt(leverage) - positionMargin,
      maintenance: (absolute(value) * MAINTENANCE_PER_MILLE) / 1_000n,
    };
  }

  /** What is left for new positions, given what each symbol ties up. */
  available(margins: readonly PositionMargin[]): bigint {
    let left = this.wallet;
    for (const { unrealised, positionMargin, orderMargin } of margins)
      left += unrealised - positionMargin - orderMargin;
    return left > 0n ? left : 0n;
  }

  private filled(entry: Entry<'filled'>): void {
    const listing = listingOf(entry.symbol);
    const position = this.position(listing);
    const lots = parseLots(listing.instrument, entry.quantity) * (entry.side === 'BUY' ? 1 : -1);
    const value = notional(listing.instrument, parseTicks(listing.instrument, entry.price), lots);
    const realised = trade(position, lots, value);
    position.realised += realised;
    position.updateTime = entry.at;
    this.trades.push({ ...entry, realised });
    bound(this.trades);
    const tradeId = String(entry.tradeId);
    if (realised !== 0n) this.earn('REALIZED_PNL', entry.symbol, realised, entry.at, tradeId);
    this.earn('COMMISSION', entry.symbol, -amountOf(entry.commission), entry.at, tradeId);
  }

  private earn(incomeType: Income['incomeType'], symbol: string, amount: bigint, at: number, tradeId: string): void {
    this.lastTranId += 1;
    this.income.push({ symbol, incomeType, amount, at, tranId: this.lastTranId, tradeId });
    bound(this.income);
    this.credit(amount, at);
  }

  private credit(amount: bigint, at: number): void {
    this.wallet += amount;
    this.walletAt = at;
  }
}

/** An order that is not there yet. */
export interface OrderSize {
  readonly side: 'BUY' | 'SELL';
  /** 0: at the mark price. */
  readonly priceTicks: number;
  readonly lots: number;
  readonly executedLots: number;
  readonly reduceOnly: boolean;
}

/** `lots` at a mark price, in units of 10^−8 USDT. */
export function valueAt(of: SymbolListing, mark: bigint, lots: number): bigint {
  const { lot } = of.instrument;
  return divideHalfEven(mark * BigInt(lots) * lot.units, 10n ** BigInt(lot.decimals));
}

function sizeAt(of: SymbolListing, mark: bigint, order: OrderSize): bigint {
  const open = order.lots - order.executedLots;
  return order.priceTicks === 0 ? valueAt(of, mark, open) : notional(of.instrument, order.priceTicks, open);
}

/** Moves the position; what was closed is taken out at its average cost. @returns what that realised. */
function trade(position: Position, lots: number, value: bigint): bigint {
  const isOpposite = position.lots * lots < 0;
  if (!isOpposite) {
    position.lots += lots;
    position.cost += value;
    return 0n;
  }
  const closing = Math.min(Math.abs(lots), Math.abs(position.lots));
  const costOut = divideHalfEven(position.cost * BigInt(closing), BigInt(Math.abs(position.lots)));
  const valueOut = divideHalfEven(value * BigInt(closing), BigInt(Math.abs(lots)));
  position.lots += lots;
  position.cost = position.cost - costOut + (value - valueOut);
  return -valueOut - costOut;
}

export function amountOf(text: string): bigint {
  return parseMoney(text, LISTINGS[0].instrument.settle);
}

export function absolute(amount: bigint): bigint {
  return amount < 0n ? -amount : amount;
}

/** Average entry price with 5 decimals; `0.00000` when there is no position. */
export function entryPrice({ lots, cost, listing }: Position): string {
  if (lots === 0) return amountText(0n, 5);
  const { lot } = listing.instrument;
  return amountText(divideHalfEven(cost * 10n ** BigInt(lot.decimals), BigInt(lots) * lot.units), 5);
}

function bound(rows: unknown[]): void {
  if (rows.length > MAX_HISTORY) rows.splice(0, MAX_HISTORY / 10);
}
