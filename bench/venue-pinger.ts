import type { Decisions, Strategy, StrategyViews } from '../src-main/core/strategies/strategy.ts';
import type { Instrument, InstrumentId, Lots, Ticks } from '../src-shared/domain/instrument.ts';
import { MICROS_PER_MS, type Micros, micros } from '../src-shared/domain/time.ts';

/** How far below the touch its orders rest, as a share of the price: nobody trades there while they do. */
const AWAY = 0.005;
/** In the quote currency: more than the venue's least order. */
const NOTIONAL = 300;

/** Orders something that rests away from the touch, and takes it back as soon as the venue has acknowledged it; one at a time. */
export class Pinger implements Strategy {
  readonly name = 'pinger';
  readonly instruments: readonly InstrumentId[];
  private readonly instrument: Instrument;
  private readonly everyMs: number;
  private readonly views: StrategyViews;
  private isAwake = false;

  /** @param everyMs between two orders; 0: to every book. */
  constructor(instrument: Instrument, everyMs: number, views: StrategyViews) {
    this.instruments = [instrument.id];
    this.instrument = instrument;
    this.everyMs = everyMs;
    this.views = views;
  }

  onBook(_instrument: InstrumentId, at: Micros, decisions: Decisions): void {
    if (this.everyMs === 0) this.order(decisions);
    else if (!this.isAwake) this.onTimer('', at, decisions);
  }

  onTimer(_key: string, at: Micros, decisions: Decisions): void {
    this.isAwake = true;
    decisions.wakeAt(micros(at + this.everyMs * MICROS_PER_MS), 'order');
    this.order(decisions);
  }

  onOrdersChanged(_at: Micros, decisions: Decisions): void {
    for (const { order, status, cancelRequested } of this.own()) {
      if (status === 'acknowledged' && !cancelRequested) decisions.cancel(order.clientOrderId, 'acknowledged');
    }
  }

  snapshot(): boolean {
    return this.isAwake;
  }

  restore(snapshot: boolean): void {
    this.isAwake = snapshot;
  }

  private order(decisions: Decisions): void {
    if (this.own().length > 0) return;
    const { id } = this.instrument;
    const priceTicks = Math.floor(this.views.market.book(id).bestBidTicks() * (1 - AWAY));
    decisions.submit({
      ...{ instrument: id, side: 'buy', type: 'limit', timeInForce: 'gtc', stopTicks: null, replaces: null },
      ...{ priceTicks: priceTicks as Ticks, lots: this.lotsAt(priceTicks), postOnly: true, reduceOnly: false },
    });
  }

  private own() {
    return this.views.orders.open(this.instrument.id).filter(({ origin }) => origin === this.name);
  }

  private lotsAt(priceTicks: number): Lots {
    const { tickSize, lotSize, orderStepLots } = this.instrument;
    const lots = NOTIONAL / (priceTicks * Number(tickSize)) / Number(lotSize);
    return (Math.ceil(lots / orderStepLots) * orderStepLots) as Lots;
  }
}
