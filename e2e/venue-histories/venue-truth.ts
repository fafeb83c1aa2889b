import {
  type Instrument,
  type InstrumentId,
  notional,
  parseLots,
  parseTicks,
} from '../../src-shared/domain/instrument.ts';
import { parseMoney } from '../../src-shared/domain/money.ts';
import type { Side } from '../../src-shared/domain/order.ts';
import type { Entry, LogEntry } from '../simulators/binance-usdm/log.ts';

/** An execution as the venue knows it, in the desk's units. */
export interface TrueFill {
  readonly clientOrderId: string;
  readonly fillId: string;
  readonly instrument: InstrumentId;
  readonly side: Side;
  readonly priceTicks: number;
  readonly lots: number;
  readonly fee: bigint;
}

/** An order as the venue took it. */
export interface TrueOrder {
  readonly orderId: number;
  readonly clientOrderId: string;
  readonly instrument: Instrument;
  readonly side: Side;
  readonly priceTicks: number;
  readonly lots: number;
  /** Lots that may still trade; 0 once it has ended. */
  openLots: number;
}

/** What truly happened at the venue: a fold over its log, entry by entry, that shares no code with venue or desk. */
export class VenueTruth {
  readonly fills: TrueFill[] = [];
  /** In the order they were accepted. */
  readonly orders: TrueOrder[] = [];
  /** Received, in the currency's smallest unit. */
  funding = 0n;
  /** Of all fills: what selling brought less what buying cost, before fees. */
  cashFlow = 0n;
  fees = 0n;
  private readonly bySymbol: ReadonlyMap<string, Instrument>;
  private readonly byId = new Map<number, TrueOrder>();
  private readonly positions = new Map<InstrumentId, number>();

  constructor(instruments: readonly Instrument[]) {
    this.bySymbol = new Map(instruments.map((instrument) => [instrument.symbol, instrument]));
  }

  positionLots(instrument: InstrumentId): number {
    return this.positions.get(instrument) ?? 0;
  }

  /** Of one order, 0 when it has ended. */
  openLots(orderId: number): number {
    return this.known(orderId).openLots;
  }

  open(): readonly TrueOrder[] {
    return this.orders.filter(({ openLots }) => openLots > 0);
  }

  /** The most that could be held if everything on one side of the book were filled. */
  worstLots(instrument: InstrumentId): number {
    const resting = { buy: 0, sell: 0 };
    for (const order of this.open()) if (order.instrument.id === instrument) resting[order.side] += order.openLots;
    const position = this.positionLots(instrument);
    return Math.max(position + resting.buy, resting.sell - position);
  }

  take(entry: LogEntry): void {
    if (entry.kind === 'accepted') this.accepted(entry);
    else if (entry.kind === 'filled') this.filled(entry);
    else if (entry.kind === 'ended') this.known(entry.orderId).openLots = 0;
    else if (entry.kind === 'funded') this.funding += parseMoney(entry.amount, this.instrument(entry.symbol).settle);
    else if (entry.kind === 'amended') throw new Error(`order ${entry.orderId} was amended: nobody here does that`);
  }

  private accepted({ orderId, clientOrderId, symbol, side, price, quantity }: Entry<'accepted'>): void {
    const instrument = this.instrument(symbol);
    const lots = parseLots(instrument, quantity);
    const order: TrueOrder = {
      ...{ orderId, clientOrderId, instrument, side: sideOf(side), lots, openLots: lots },
      priceTicks: parseTicks(instrument, price),
    };
    this.orders.push(order);
    this.byId.set(orderId, order);
  }

  private filled({ orderId, clientOrderId, symbol, tradeId, commission, ...of }: Entry<'filled'>): void {
    const instrument = this.instrument(symbol);
    const { id, settle } = instrument;
    const [lots, priceTicks] = [parseLots(instrument, of.quantity), parseTicks(instrument, of.price)];
    const [side, fee] = [sideOf(of.side), parseMoney(commission, settle)];
    const direction = side === 'buy' ? 1 : -1;
    this.fills.push({ clientOrderId, fillId: String(tradeId), instrument: id, side, priceTicks, lots, fee });
    this.known(orderId).openLots -= lots;
    this.positions.set(id, this.positionLots(id) + direction * lots);
    this.cashFlow -= BigInt(direction) * notional(instrument, priceTicks, lots);
    this.fees += fee;
  }

  private known(orderId: number): TrueOrder {
    const order = this.byId.get(orderId);
    if (order === undefined) throw new Error(`the log speaks of order ${orderId}, which was never accepted`);
    return order;
  }

  private instrument(symbol: string): Instrument {
    const instrument = this.bySymbol.get(symbol);
    if (instrument === undefined) throw new Error(`${symbol} is no instrument of this desk`);
    return instrument;
  }
}

function sideOf(side: 'BUY' | 'SELL'): Side {
  return side === 'BUY' ? 'buy' : 'sell';
}
