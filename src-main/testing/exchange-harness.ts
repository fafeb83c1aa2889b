import { createInstrument, type InstrumentId, type Lots, type Ticks } from '../../src-shared/domain/instrument.ts';
import type { ClientOrderId, Fill, Order } from '../../src-shared/domain/order.ts';
import { type Micros, micros } from '../../src-shared/domain/time.ts';
import type { Effect } from '../core/engine/effect.ts';
import type { Input, OrderReport, Trade } from '../core/engine/input.ts';
import { type ExchangeConfig, SimulatedExchange } from '../simulation/exchange.ts';
import type { MarketFactory } from '../simulation/listing.ts';
import { FakeMatcher } from './fake-matcher.ts';

export const PERPETUAL = createInstrument(
  {
    venue: 'binance-usdm',
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

export const QUICK: ExchangeConfig = {
  latency: {
    feed: { kind: 'constant', latencyMicros: 5 },
    entry: { kind: 'constant', latencyMicros: 10 },
    response: { kind: 'constant', latencyMicros: 20 },
  },
  fees: { 'binance-usdm': { makerRate: '0.0002', takerRate: '0.0005' } },
  selfTrade: 'cancel-resting',
  maxEndedOrders: 1_000,
};

export function idOf(name: string): ClientOrderId {
  return name as ClientOrderId;
}

/** A good-till-cancelled buy of 10 lots at 1000 ticks, but for what `terms` says. */
export function order(name: string, terms: Partial<Omit<Order, 'clientOrderId'>> = {}): Order {
  return {
    clientOrderId: idOf(name),
    instrument: PERPETUAL.id,
    side: 'buy',
    type: 'limit',
    timeInForce: 'gtc',
    priceTicks: 1_000 as Ticks,
    stopTicks: null,
    lots: 10 as Lots,
    postOnly: false,
    reduceOnly: false,
    ...terms,
  };
}

export function trade(priceTicks: number, lots: number, aggressor: 'buy' | 'sell' = 'sell'): Trade {
  const instrument = 0 as InstrumentId;
  return { kind: 'trade', seq: 0, at: micros(0), instrument, exchangeAt: -1, tradeId: 1, priceTicks, lots, aggressor };
}

/** One report as a short text, e.g. `a filled 3@1000 maker`. */
export function textOf(id: ClientOrderId, report: OrderReport): string {
  switch (report.type) {
    case 'filled':
      return `${id} filled ${report.fill.lots}@${report.fill.priceTicks} ${report.fill.liquidity}`;
    case 'replaced':
      return `${id} replaced by ${report.by}`;
    case 'open':
      return `${id} open ${report.cumulativeLots}`;
    default:
      return 'reason' in report ? `${id} ${report.type} ${report.reason}` : `${id} ${report.type}`;
  }
}

/** An exchange of one instrument with a fake market, and a desk that writes down what reaches it. */
export class ExchangeHarness {
  readonly exchange: SimulatedExchange;
  readonly inputs: Input[] = [];
  /** Reports as they reached the desk. */
  readonly reports: string[] = [];
  readonly fills: Fill[] = [];
  at: Micros = micros(1_000);
  private matcher: FakeMatcher | undefined;

  constructor(config: Partial<ExchangeConfig> = {}, marketFor?: MarketFactory) {
    const fake: MarketFactory = (_instrument, events) => {
      this.matcher = new FakeMatcher(events);
      return this.matcher;
    };
    this.exchange = new SimulatedExchange([PERPETUAL], { ...QUICK, ...config }, marketFor ?? fake);
  }

  get market(): FakeMatcher {
    if (this.matcher === undefined) throw new Error('this harness has a market of its own');
    return this.matcher;
  }

  deliver(input: Input): void {
    this.inputs.push(input);
    if (input.kind !== 'order-report') return;
    this.reports.push(textOf(input.clientOrderId, input.report));
    if (input.report.type === 'filled') this.fills.push(input.report.fill);
  }

  /** Hands in effects one after the other at the same time, without letting any of them arrive. */
  send(...effects: Effect[]): void {
    for (const effect of effects) this.exchange.send(effect, this.at);
  }

  /** Steps until nothing is under way, and returns the reports that reached the desk since the last call of it. */
  run(): string[] {
    while (this.exchange.nextAt() < Number.POSITIVE_INFINITY) {
      this.at = micros(Math.max(this.at, this.exchange.nextAt()));
      this.exchange.step(this);
    }
    return this.reports.splice(0);
  }

  place(...orders: Order[]): string[] {
    this.send(...orders.map((placed): Effect => ({ kind: 'place-order', order: placed })));
    return this.run();
  }

  replace(target: string, by: Order): string[] {
    this.send({ kind: 'replace-order', target: idOf(target), order: by });
    return this.run();
  }

  cancel(name: string): string[] {
    this.send({ kind: 'cancel-order', clientOrderId: idOf(name), instrument: PERPETUAL.id });
    return this.run();
  }

  query(name: string): string[] {
    this.send({ kind: 'query-order', clientOrderId: idOf(name), instrument: PERPETUAL.id });
    return this.run();
  }

  /** A trade of the public, at the exchange now; what follows from it reaches the desk. */
  trade(priceTicks: number, lots: number, aggressor: 'buy' | 'sell' = 'sell'): string[] {
    this.exchange.market(trade(priceTicks, lots, aggressor), this.at);
    return this.run();
  }

  position(): number {
    return this.exchange.positionLots(PERPETUAL.id);
  }
}
