import { createInstrument, type Instrument, type InstrumentId } from '../../src-shared/domain/instrument.ts';
import { parseMoney } from '../../src-shared/domain/money.ts';
import { type OrderIntent, type Side, sign } from '../../src-shared/domain/order.ts';
import type { Room } from '../core/engine/engine.ts';
import type { Fact } from '../core/engine/fact.ts';
import type { InstrumentLimits } from '../core/execution/limits.ts';
import type { BookView, MarketView } from '../core/market/market-view.ts';
import type { FillCheck, PositionsView } from '../core/portfolio/positions-view.ts';

/** One lot at one tick is worth 10^4 smallest units of USDT. */
export const LINEAR = createInstrument(
  {
    venue: 'test',
    symbol: 'BTCUSDT',
    kind: 'linear',
    base: 'BTC',
    quote: 'USDT',
    settle: 'USDT',
    tickSize: '0.1',
    lotSize: '0.001',
    multiplier: '1',
  },
  0,
);

export const INVERSE = createInstrument(
  {
    venue: 'test',
    symbol: 'BTCUSD',
    kind: 'inverse',
    base: 'BTC',
    quote: 'USD',
    settle: 'BTC',
    tickSize: '0.5',
    lotSize: '1',
    multiplier: '100',
  },
  1,
);

/** Limits that let the tests' small orders pass; a test tightens the one it is about. */
export const WIDE_LIMITS: Required<InstrumentLimits> = {
  collarBps: 500,
  maxOrderLots: 1_000,
  maxOrderNotional: parseMoney('1000000', LINEAR.settle),
  maxPositionLots: 1_000,
  maxPositionNotional: parseMoney('1000000', LINEAR.settle),
  maxOpenOrders: 100,
  maxMessagesPerSecond: 1_000,
  messagesReservedForCancels: 100,
  duplicateWindowMs: 0,
  maxExecutionsPerWindow: 1_000,
  executionWindowMs: 1_000,
};

/** A strategy's post-only limit order of LINEAR. */
export function limitIntent(
  side: Side,
  lots: number,
  priceTicks: number,
  more: Partial<OrderIntent> = {},
): OrderIntent {
  return {
    instrument: LINEAR.id,
    side,
    type: 'limit',
    timeInForce: 'gtc',
    priceTicks: priceTicks as OrderIntent['priceTicks'],
    stopTicks: null,
    lots: lots as OrderIntent['lots'],
    postOnly: true,
    reduceOnly: false,
    origin: 'maker',
    replaces: null,
    ...more,
  };
}

/** Books of one level a side, set by the test; 9,999 to 10,001 to begin with. */
export class FakeMarket implements MarketView {
  readonly instruments: readonly Instrument[];
  readonly unproven = new Set<InstrumentId>();
  readonly disconnected = new Set<InstrumentId>();
  bidTicks = 9_999;
  askTicks = 10_001;

  constructor(instruments: readonly Instrument[] = [LINEAR, INVERSE]) {
    this.instruments = instruments;
  }

  isProven(instrument: InstrumentId): boolean {
    return !this.unproven.has(instrument);
  }

  isConnected(instrument: InstrumentId): boolean {
    return !this.disconnected.has(instrument);
  }

  book(): BookView {
    return {
      bestBidTicks: () => this.bidTicks,
      bestAskTicks: () => this.askTicks,
      bestBidLots: () => 1,
      bestAskLots: () => 1,
      lotsAt: () => 1,
      nextWorse: () => -1,
      levelCount: () => 1,
    };
  }

  midTicks(instrument: InstrumentId): number {
    const isTwoSided = this.bidTicks > 0 && this.askTicks > 0;
    return this.isProven(instrument) && isTwoSided ? (this.bidTicks + this.askTicks) / 2 : Number.NaN;
  }

  lastTradeTicks(): number {
    return Number.NaN;
  }
}

/** Positions as the sum of fills and settlements; a test may set them. */
export class FakePositions implements Room, PositionsView, FillCheck {
  readonly name = 'positions';
  readonly held = new Map<InstrumentId, number>();

  lots(instrument: InstrumentId): number {
    return this.held.get(instrument) ?? 0;
  }

  fillFault(): string | null {
    return null;
  }

  fold(fact: Fact): void {
    if (fact.kind === 'position-settled') this.held.set(fact.instrument, 0);
    if (fact.kind !== 'order-filled') return;
    const { instrument, side, lots } = fact.fill;
    this.held.set(instrument, this.lots(instrument) + sign(side) * lots);
  }
}
