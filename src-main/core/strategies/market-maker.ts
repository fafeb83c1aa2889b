import {
  type Instrument,
  type InstrumentId,
  instrumentKey,
  type Lots,
  type Ticks,
} from '../../../src-shared/domain/instrument.ts';
import type { Side } from '../../../src-shared/domain/order.ts';
import { afterMs, type Micros } from '../../../src-shared/domain/time.ts';
import type { OrderState } from '../execution/orders-view.ts';
import { remainingLots } from '../execution/orders-view.ts';
import { Volatility, type VolatilitySnapshot } from '../features/volatility.ts';
import { checkMarketMakerConfig, type MarketMakerConfig } from './market-maker-config.ts';
import { Quotes } from './quotes.ts';
import type { Decisions, OwnOrderFact, Strategy, StrategyViews } from './strategy.ts';

export interface MarketMakerSnapshot {
  readonly volatility: VolatilitySnapshot;
  readonly quoteLots: number;
  readonly buyNotBefore: Micros;
  readonly sellNotBefore: Micros;
  readonly hasNewFills: boolean;
}

/**
 * Market making in one instrument: one post-only order a side where {@link Quotes} says, while the volatility is known.
 *
 * A quote is moved by cancelling it and placing the new one when the venue says that the old one is gone: whatever gets
 * lost on the way, it never puts a second order beside one that can still trade. A quote that is close enough to where it
 * should be is left alone, and keeps its place in the queue. It has no memory of its orders: what is at work is read from
 * the orders view, so that an order that comes back from the dead is seen too. On an unproven book execution cancels.
 *
 * Inventory is the position as the desk knows it, around zero; on a spot market, where nothing can be sold short, from zero up.
 */
export class MarketMaker implements Strategy {
  readonly name: string;
  readonly instruments: readonly InstrumentId[];
  private readonly instrument: Instrument;
  private readonly config: MarketMakerConfig;
  private readonly views: StrategyViews;
  private readonly quotes: Quotes;
  private readonly volatility: Volatility;
  /** Size of a full quote; 0 before the first. Fixed then, so that the unit of inventory never changes. */
  private quoteLots = 0;
  /** A side that was refused stays out until then. */
  private buyNotBefore = 0 as Micros;
  private sellNotBefore = 0 as Micros;
  private hasNewFills = false;

  /** @throws RangeError naming the field of the configuration that makes no sense. */
  constructor(instrument: Instrument, config: MarketMakerConfig, views: StrategyViews) {
    checkMarketMakerConfig(config);
    this.name = `market-maker:${instrumentKey(instrument)}`;
    this.instruments = [instrument.id];
    this.instrument = instrument;
    this.config = config;
    this.views = views;
    this.quotes = new Quotes(config);
    this.volatility = new Volatility(config.volatility);
  }

  onBook(_instrument: InstrumentId, at: Micros, decisions: Decisions): void {
    this.volatility.observe(this.views.market.midTicks(this.instrument.id), at);
    this.quote(at, decisions);
  }

  onOrder(fact: OwnOrderFact): void {
    switch (fact.kind) {
      case 'order-filled':
        this.hasNewFills = true;
        break;
      case 'order-refused':
        this.stayOut(fact.intent.side, fact.at);
        break;
      case 'order-rejected':
      case 'order-expired':
      case 'order-cancelled':
        this.ended(this.views.orders.get(fact.clientOrderId), fact.at);
        break;
    }
  }

  onOrdersChanged(at: Micros, decisions: Decisions): void {
    this.quote(at, decisions);
  }

  onBookUnproven(): void {
    this.volatility.reset();
  }

  snapshot(): MarketMakerSnapshot {
    const { quoteLots, buyNotBefore, sellNotBefore, hasNewFills } = this;
    return { volatility: this.volatility.snapshot(), quoteLots, buyNotBefore, sellNotBefore, hasNewFills };
  }

  restore(snapshot: MarketMakerSnapshot): void {
    this.volatility.restore(snapshot.volatility);
    this.quoteLots = snapshot.quoteLots;
    this.buyNotBefore = snapshot.buyNotBefore;
    this.sellNotBefore = snapshot.sellNotBefore;
    this.hasNewFills = snapshot.hasNewFills;
  }

  private quote(at: Micros, decisions: Decisions): void {
    const { market, positions } = this.views;
    const mid = market.midTicks(this.instrument.id);
    const sigma = this.volatility.ticksPerRootSecond();
    if (Number.isNaN(mid) || Number.isNaN(sigma)) {
      this.withdrawAll(decisions, 'no mid or no volatility');
      return;
    }
    if (this.quoteLots === 0) this.quoteLots = lotsWorth(this.instrument, this.config.quoteNotional, mid);
    const position = positions.lots(this.instrument.id);
    this.quotes.place(mid, sigma, position / this.quoteLots, market.book(this.instrument.id));
    this.requote('buy', position, sigma, at, decisions);
    this.requote('sell', position, sigma, at, decisions);
    this.hasNewFills = false;
  }

  /** Brings one side closer to where it should be, by at most one act per order. */
  private requote(side: Side, position: number, sigma: number, at: Micros, decisions: Decisions): void {
    const wantedTicks = this.priceClearOfOwnOrders(side);
    const roomLots = wantedTicks > 0 ? this.roomLots(side, position) : 0;
    let isAtWork = false;
    for (const state of this.views.orders.open(this.instrument.id)) {
      if (!this.isOwn(state, side)) continue;
      if (remainingLots(state) > roomLots) withdraw(state, decisions, 'no room for it in the inventory');
      else if (this.isMisplaced(state, wantedTicks, sigma, at)) withdraw(state, decisions, 'requote');
      isAtWork = true;
    }
    if (isAtWork || at < (side === 'buy' ? this.buyNotBefore : this.sellNotBefore)) return;
    const step = this.instrument.orderStepLots;
    const lots = Math.floor(Math.min(this.quoteLots, roomLots) / step) * step;
    if (lots > 0) this.submit(side, wantedTicks, lots, decisions);
  }

  /** How far the side may still move the position. On a spot market nothing can be sold that is not held. */
  private roomLots(side: Side, position: number): number {
    const cap = this.config.maxInventoryQuotes * this.quoteLots;
    if (side === 'buy') return Math.max(0, cap - position);
    return Math.max(0, position + (this.instrument.kind === 'spot' ? 0 : cap));
  }

  private submit(side: Side, priceTicks: number, lots: number, decisions: Decisions): void {
    decisions.submit({
      instrument: this.instrument.id,
      side,
      type: 'limit',
      timeInForce: 'gtc',
      priceTicks: priceTicks as Ticks,
      stopTicks: null,
      lots: lots as Lots,
      postOnly: true,
      reduceOnly: false,
      replaces: null,
    });
  }

  /** The wanted price, moved out to where it cannot meet what the other side still has at work. */
  private priceClearOfOwnOrders(side: Side): number {
    let price = side === 'buy' ? this.quotes.bidTicks : this.quotes.askTicks;
    for (const state of this.views.orders.open(this.instrument.id)) {
      const { priceTicks } = state.order;
      if (priceTicks === null || state.origin !== this.name || state.order.side === side) continue;
      price = side === 'buy' ? Math.min(price, priceTicks - 1) : Math.max(price, priceTicks + 1);
    }
    return price;
  }

  /** Only what certainly rests at the venue is moved: an order whose fate is open is left to execution's questions. */
  private isMisplaced({ order, status, intendedAt }: OrderState, wanted: number, sigma: number, at: Micros): boolean {
    if (status !== 'acknowledged' && status !== 'partly-filled') return false;
    const isOff = Math.abs((order.priceTicks ?? wanted) - wanted) > this.config.requoteThresholdSigmas * sigma;
    return isOff && (this.hasNewFills || at >= afterMs(intendedAt, this.config.minQuoteLifeMs));
  }

  private withdrawAll(decisions: Decisions, reason: string): void {
    for (const state of this.views.orders.open(this.instrument.id)) {
      if (state.origin === this.name) withdraw(state, decisions, reason);
    }
  }

  private isOwn(state: OrderState, side: Side): boolean {
    return state.origin === this.name && state.order.side === side;
  }

  /** An end that nobody asked for is a refusal by another name: venues end a post-only order that would take in their own ways. */
  private ended(state: OrderState | undefined, at: Micros): void {
    if (state && !state.cancelRequested) this.stayOut(state.order.side, at);
  }

  private stayOut(side: Side, from: Micros): void {
    const until = afterMs(from, this.config.retryMs);
    if (side === 'buy') this.buyNotBefore = until;
    else this.sellNotBefore = until;
  }
}

/** Execution asks the venue until it is gone; asking execution once is enough. */
function withdraw(state: OrderState, decisions: Decisions, reason: string): void {
  if (!state.cancelRequested) decisions.cancel(state.order.clientOrderId, reason);
}

/**
 * The lots that are worth `quoteNotional` of the quote currency at `midTicks`, rounded down to what the venue accepts and at
 * least one step of it. An estimate for sizing, in floating point; what it costs is the ledger's to say.
 */
function lotsWorth(instrument: Instrument, quoteNotional: number, midTicks: number): number {
  const price = instrument.kind === 'inverse' ? 1 : midTicks * Number(instrument.tickSize);
  const lotWorth = Number(instrument.lotSize) * Number(instrument.multiplier) * price;
  const step = instrument.orderStepLots;
  return Math.max(1, Math.floor(quoteNotional / lotWorth / step)) * step;
}
