import type { Instrument } from '../../../src-shared/domain/instrument.ts';
import { type ControlMode, MODE_TABLE } from '../../../src-shared/domain/mode.ts';
import type { OrderIntent, OrderTerms } from '../../../src-shared/domain/order.ts';
import { MICROS_PER_MS, type Micros } from '../../../src-shared/domain/time.ts';
import { shown } from '../engine/shown.ts';
import type { MarketView } from '../market/market-view.ts';
import type { PositionsView } from '../portfolio/positions-view.ts';
import type { CountersView } from './counters.ts';
import { isReducing } from './exposure.ts';
import type { CompleteLimits, LimitName } from './limits.ts';
import type { OrdersView } from './orders-view.ts';
import { OPERATOR_ORIGIN } from './origins.ts';
import type { ReconciliationView } from './reconciliation.ts';
import { termsError } from './terms.ts';

export type RefusalReason =
  | 'instrument-unknown'
  | 'terms-invalid'
  | 'limit-absent'
  /** The mode lets nothing of this origin out. */
  | 'mode'
  /** The mode lets only reducing orders out, and this is none. */
  | 'not-reducing'
  | 'strategy-stopped'
  /** The link to the venue is down. */
  | 'venue-down'
  /** What the venue made of the orders that were open there when the desk lost sight of them is not known yet. */
  | 'venue-not-reconciled'
  | 'book-unproven'
  | 'no-price'
  | 'replaces-not-open'
  | 'price-collar'
  | 'max-order-lots'
  | 'max-order-notional'
  | 'max-position-lots'
  | 'max-position-notional'
  /** A spot market sells only what is held, and what other orders do not sell already. */
  | 'spot-not-held'
  | 'max-open-orders'
  | 'message-rate'
  | 'duplicate-intent';

/** What was compared, by name. Money as text, in the settlement currency's smallest unit. */
export type Figures = Readonly<Record<string, number | string>>;

export type Verdict =
  /** `reduceOnly`: the order has to carry that flag, whatever the intent says. */
  | { readonly admitted: true; readonly reduceOnly: boolean }
  | { readonly admitted: false; readonly reason: RefusalReason; readonly figures: Figures };

/** Everything that a decision depends on besides the intent, mode and time. */
export interface GateViews {
  readonly market: MarketView;
  readonly positions: PositionsView;
  readonly orders: OrdersView;
  readonly counters: CountersView;
  readonly reconciliation: ReconciliationView;
  /** By instrument id: complete limits, or the name of the one that is absent. */
  readonly limits: readonly (CompleteLimits | LimitName)[];
}

const ADMITTED: Verdict = { admitted: true, reduceOnly: false };
const ADMITTED_REDUCE_ONLY: Verdict = { admitted: true, reduceOnly: true };

function refuse(reason: RefusalReason, figures: Figures): Verdict {
  return { admitted: false, reason, figures };
}

/**
 * The first door: whether an order may go. Every order passes here, those of operators too, and nothing is assumed: what is
 * absent, unproven or out of range refuses. A pure function: it reads, and changes nothing.
 */
export function decide(intent: OrderIntent, views: GateViews, mode: ControlMode, at: Micros): Verdict {
  const instrument = views.market.instruments[intent.instrument];
  // An intent without an instrument would equal a hole in the whitelist.
  if (instrument === undefined || instrument.id !== intent.instrument)
    return refuse('instrument-unknown', { instrument: shown(intent.instrument) });
  const invalid = termsError(intent, instrument);
  if (invalid !== null) return refuse('terms-invalid', { terms: invalid });
  const limits = views.limits[intent.instrument];
  if (limits === undefined) return refuse('limit-absent', { limit: 'all' });
  if (typeof limits === 'string') return refuse('limit-absent', { limit: limits });
  return (
    checkMode(intent, views, mode) ??
    checkStopped(intent, views) ??
    checkVenue(instrument, views) ??
    checkReplaced(intent, views) ??
    checkAmounts(intent, instrument, views, limits) ??
    checkRates(intent, views, limits, at) ??
    (intent.reduceOnly || MODE_TABLE[mode].opening ? ADMITTED : ADMITTED_REDUCE_ONLY)
  );
}

function checkMode(intent: OrderIntent, { positions, orders }: GateViews, mode: ControlMode): Verdict | null {
  const permits = MODE_TABLE[mode];
  if (permits.opening) return null;
  if (!(intent.origin === OPERATOR_ORIGIN ? permits.operatorReducing : permits.strategyReducing)) {
    return refuse('mode', { mode });
  }
  const positionLots = positions.lots(intent.instrument);
  const openLots = orders.openLots(intent.instrument, intent.side);
  if (isReducing(intent.side, intent.lots, positionLots, openLots)) return null;
  return refuse('not-reducing', { mode, positionLots, openLots, orderLots: intent.lots, side: intent.side });
}

function checkStopped(intent: OrderIntent, { counters }: GateViews): Verdict | null {
  if (intent.origin === OPERATOR_ORIGIN) return null;
  const cause = counters.stopCause(intent.origin, intent.instrument);
  return cause === undefined ? null : refuse('strategy-stopped', { origin: intent.origin, cause });
}

function checkVenue({ id, venue }: Instrument, { market, reconciliation }: GateViews): Verdict | null {
  if (!market.isConnected(id)) return refuse('venue-down', { venue });
  const unansweredOrders = reconciliation.unanswered(venue);
  return unansweredOrders === 0 ? null : refuse('venue-not-reconciled', { venue, unansweredOrders });
}

/** A replacement takes the place of an order that is surely live: in doubt about the old one there might soon be two. */
function checkReplaced(intent: OrderIntent, { orders }: GateViews): Verdict | null {
  if (intent.replaces === null) return null;
  const old = orders.get(intent.replaces);
  if (old === undefined) return refuse('replaces-not-open', { status: 'not known' });
  const isLive = old.status === 'acknowledged' || old.status === 'partly-filled';
  if (!isLive || old.cancelRequested) return refuse('replaces-not-open', { status: old.status });
  if (old.order.instrument !== intent.instrument || old.order.side !== intent.side) {
    return refuse('replaces-not-open', { instrument: old.order.instrument, side: old.order.side });
  }
  for (const other of orders.open(intent.instrument)) {
    if (other.replaces === intent.replaces) {
      return refuse('replaces-not-open', { status: old.status, replacedBy: other.order.clientOrderId });
    }
  }
  return null;
}

/** Price, quantity, notional and position. */
function checkAmounts(
  intent: OrderIntent,
  instrument: Instrument,
  { market, positions, orders }: GateViews,
  limits: CompleteLimits,
): Verdict | null {
  if (!market.isProven(instrument.id)) return refuse('book-unproven', {});
  const midTicks = market.midTicks(instrument.id);
  if (!(midTicks > 0)) return refuse('no-price', { midTicks: String(midTicks) });
  const outOfCollar = collarBreach(intent, market, midTicks, limits.collarBps);
  if (outOfCollar !== null) return outOfCollar;

  const valueTicks = valuationTicks(intent, instrument, midTicks, limits.collarBps);
  if (intent.lots > limits.maxOrderLots) {
    return refuse('max-order-lots', { orderLots: intent.lots, maxOrderLots: limits.maxOrderLots });
  }
  if (!limits.orderNotional.allows(valueTicks, intent.lots)) {
    const figures = { orderLots: intent.lots, valueTicks, maxOrderNotional: String(limits.orderNotional.max) };
    return refuse('max-order-notional', figures);
  }

  const positionLots = positions.lots(instrument.id);
  const openLots = orders.openLots(instrument.id, intent.side);
  if (instrument.kind === 'spot' && intent.side === 'sell' && positionLots < openLots + intent.lots) {
    return refuse('spot-not-held', { positionLots, openLots, orderLots: intent.lots });
  }
  const held = intent.side === 'buy' ? positionLots : -positionLots;
  // Held on the order's own side when everything there fills and nothing on the other side does.
  const worstLots = held + openLots + intent.lots;
  const withinLots = Number.isSafeInteger(worstLots) && worstLots <= limits.maxPositionLots;
  if (!withinLots) {
    const maxPositionLots = String(limits.maxPositionLots);
    return refuse('max-position-lots', { positionLots, openLots, orderLots: intent.lots, maxPositionLots });
  }
  if (worstLots > 0 && !limits.positionNotional.allows(valueTicks, worstLots)) {
    const maxPositionNotional = String(limits.positionNotional.max);
    return refuse('max-position-notional', { worstLots, valueTicks, maxPositionNotional });
  }
  return null;
}

/** Both ways: a price far below the market is as surely a mistake as one far above. */
function collarBreach(terms: OrderTerms, market: MarketView, midTicks: number, collarBps: number): Verdict | null {
  for (const priceTicks of [terms.priceTicks, terms.stopTicks, touchTicks(terms, market)]) {
    if (priceTicks === null) continue;
    if (Math.abs(priceTicks - midTicks) * 10_000 <= collarBps * midTicks) continue;
    return refuse('price-collar', { priceTicks, midTicks, collarBps });
  }
  return null;
}

/** The price that a market order would meet first; null for an order that names its own. */
function touchTicks({ type, side, instrument }: OrderTerms, market: MarketView): number | null {
  if (type !== 'market') return null;
  const book = market.book(instrument);
  return side === 'buy' ? book.bestAskTicks() : book.bestBidTicks();
}

/**
 * The price in whole ticks at which an order counts. For a limit order its own or the mid, whichever makes it larger (a sell
 * below the market trades above its limit). An order without a limit may trade anywhere: it counts at the far end of the collar
 * around the mid or its trigger.
 */
function valuationTicks(terms: OrderTerms, { kind }: Instrument, midTicks: number, collarBps: number): number {
  const isInverse = kind === 'inverse';
  const ownTicks = terms.priceTicks ?? terms.stopTicks ?? midTicks;
  const baseTicks = isInverse ? Math.min(ownTicks, midTicks) : Math.max(ownTicks, midTicks);
  const marginTicks = terms.priceTicks === null ? (baseTicks * collarBps) / 10_000 : 0;
  return isInverse ? Math.max(1, Math.floor(baseTicks - marginTicks)) : Math.ceil(baseTicks + marginTicks);
}

function checkRates(
  intent: OrderIntent,
  { orders, counters }: GateViews,
  limits: CompleteLimits,
  at: Micros,
): Verdict | null {
  const open = orders.open(intent.instrument);
  if (open.length >= limits.maxOpenOrders) {
    return refuse('max-open-orders', { openOrders: open.length, maxOpenOrders: limits.maxOpenOrders });
  }
  const sinceAt = at - limits.duplicateWindowMs * MICROS_PER_MS;
  for (const state of open) {
    if (state.intendedAt > sinceAt && state.origin === intent.origin && sameTerms(state.order, intent)) {
      const { duplicateWindowMs } = limits;
      return refuse('duplicate-intent', { duplicateOf: state.order.clientOrderId, duplicateWindowMs });
    }
  }
  if (counters.messagesExhausted(intent.instrument, at)) {
    return refuse('message-rate', { orderMessagesPerSecond: limits.orderMessagesPerSecond });
  }
  return null;
}

/** Flags do not tell two orders apart: the same price and quantity twice is what a repetition looks like. */
function sameTerms(a: OrderTerms, b: OrderTerms): boolean {
  return (
    a.side === b.side &&
    a.type === b.type &&
    a.timeInForce === b.timeInForce &&
    a.priceTicks === b.priceTicks &&
    a.stopTicks === b.stopTicks &&
    a.lots === b.lots
  );
}
