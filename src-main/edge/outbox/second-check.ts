import { type Instrument, instrumentKey, notional } from '../../../src-shared/domain/instrument.ts';
import type { ControlMode } from '../../../src-shared/domain/mode.ts';
import type { ClientOrderId, Fill, Order } from '../../../src-shared/domain/order.ts';
import type { Effect } from '../../core/engine/effect.ts';
import type { AccountReportInput, OrderReportInput, SettlementInput, VenueInput } from '../../core/engine/input.ts';
import type { InstrumentLimits } from '../../core/execution/limits.ts';
import {
  type CountedOrder,
  CountedOrders,
  type CountedOrdersSnapshot,
  forgetOldest,
  MAX_OPEN,
  unfilled,
} from './counted-orders.ts';
import { dearer, exceeds, isCountable, isPrice } from './second-check-values.ts';

export type SecondVerdict = { readonly ok: true } | { readonly ok: false; readonly reason: string };

export interface SecondCheckSettings {
  /** Added to the known price of an instrument to value an order without a limit price. */
  readonly marketMarginBps: number;
  /** Not-found answers in a row, and the time they must span, before an order stops counting. */
  readonly notFoundAnswers: number;
  readonly notFoundSpanMs: number;
}

export const DEFAULT_SECOND_CHECK_SETTINGS: SecondCheckSettings = {
  marketMarginBps: 500,
  notFoundAnswers: 5,
  notFoundSpanMs: 60_000,
};

export interface SecondCheckSnapshot extends CountedOrdersSnapshot {
  readonly mode: ControlMode;
  /** By instrument id, signed. */
  readonly positionLots: readonly number[];
  /** By instrument id; 0 before the first. */
  readonly knownPriceTicks: readonly number[];
  readonly settlements: readonly string[];
  readonly lost: string | null;
}

/** Settlements whose ids are remembered; a repetition of something older counts twice. */
const MEMORY = 20_000;

const OK: SecondVerdict = { ok: true };

/**
 * The last look at mode, position and notional before an order leaves, redundant on purpose: it shares no code with the gate, trusts
 * none of its state, and knows only the effects and reports that pass by. It keeps its own count of every position and every
 * order that may still trade, and refuses whatever it cannot account for. No clock: a replay makes it say the same.
 */
export class SecondCheck {
  private readonly instruments: readonly Instrument[];
  private readonly limits: readonly (InstrumentLimits | undefined)[];
  private readonly settings: SecondCheckSettings;
  private mode: ControlMode = 'normal';
  private positionLots: number[];
  /**
   * By instrument, in ticks; 0 before the first. A fill sets it: a fill proves where the market is. An order that left raises it
   * (lowers it, for an inverse): an order only claims a price, and may only make the count stricter. The price of an order of
   * which nothing was heard yet is used for the next check, and not kept. Until the first fill all prices are the desk's own: if
   * they are all too low by one factor, only limits in lots show it, so `notional-only` leaves such a desk's first orders to the
   * gate's collar.
   */
  private knownPriceTicks: number[];
  private readonly orders = new CountedOrders();
  private settlements = new Set<string>();
  /** Why the count can no longer be trusted; nothing passes from then on. */
  private lost: string | null = null;

  /** @param limits by instrument id; an instrument or a limit that is absent lets nothing pass. */
  constructor(
    instruments: readonly Instrument[],
    limits: readonly (InstrumentLimits | undefined)[],
    settings: SecondCheckSettings = DEFAULT_SECOND_CHECK_SETTINGS,
  ) {
    this.instruments = instruments;
    this.limits = limits;
    this.settings = settings;
    this.positionLots = instruments.map(() => 0);
    this.knownPriceTicks = instruments.map(() => 0);
  }

  /** From here on nothing leaves that `mode` forbids, whatever was intended before. */
  modeChanged(mode: ControlMode): void {
    this.mode = mode;
  }

  /** Whether `effect` may leave. An order that may is counted from here on, until a report says that it cannot trade. */
  check(effect: Effect): SecondVerdict {
    switch (effect.kind) {
      case 'cancel-order':
      case 'query-order':
      case 'request-snapshot':
      case 'request-account':
        return OK;
      case 'place-order':
      case 'replace-order': {
        const reason = this.objection(effect.order);
        if (reason !== null) return { ok: false, reason };
        this.orders.count(effect.order);
        return OK;
      }
      default:
        return { ok: false, reason: `an effect of an unknown kind: ${JSON.stringify(effect)}` };
    }
  }

  /**
   * Counts an order that the journal says was intended in an earlier run: it may have left, and must not leave again. Nothing is
   * objected to: what cannot be counted lets nothing else pass until a report ends it. In the journal's order, orders before the
   * reports about them, this makes a check as strict as the one that lived through that run.
   */
  recall(order: Order): void {
    if (!this.knows(order.clientOrderId)) this.orders.count(order);
  }

  /** Whether the order passed here, was recalled or was found at a venue, so that a venue may have heard of it. */
  knows(id: ClientOrderId): boolean {
    return this.orders.get(id) !== undefined;
  }

  /** Hears what a venue, or the outbox itself, says. Before the core or after it: it makes no difference here. */
  observe(input: VenueInput): void {
    if (input.kind === 'order-report') this.hear(input);
    else if (input.kind === 'account-report') this.hearAccount(input);
    else if (input.kind === 'settlement') this.settle(input);
  }

  snapshot(): SecondCheckSnapshot {
    return {
      mode: this.mode,
      positionLots: [...this.positionLots],
      knownPriceTicks: [...this.knownPriceTicks],
      ...this.orders.snapshot(),
      settlements: [...this.settlements],
      lost: this.lost,
    };
  }

  restore(snapshot: SecondCheckSnapshot): void {
    this.mode = snapshot.mode;
    this.positionLots = [...snapshot.positionLots];
    this.knownPriceTicks = [...snapshot.knownPriceTicks];
    this.orders.restore(snapshot);
    this.settlements = new Set(snapshot.settlements);
    this.lost = snapshot.lost;
  }

  /** Why `order` may not leave; null when nothing stands against it. */
  private objection(order: Order): string | null {
    if (this.mode === 'emergency') return 'in emergency nothing leaves but cancels';
    if (this.lost !== null) return `the second check lost count: ${this.lost}`;
    const id = order.clientOrderId;
    if (this.knows(id)) return `order ${id} was here before: one intent, one send`;
    if (this.orders.isFull) return `more than ${MAX_OPEN} orders are open`;
    const instrument = this.instruments[order.instrument];
    if (instrument === undefined) return `instrument ${order.instrument} is not known`;
    const { maxOrderLots, maxPositionLots, maxOrderNotional, maxPositionNotional } =
      this.limits[order.instrument] ?? {};
    if (
      maxOrderLots === undefined ||
      maxPositionLots === undefined ||
      maxOrderNotional === undefined ||
      maxPositionNotional === undefined
    ) {
      return `${instrumentKey(instrument)} lacks a limit of order or position`;
    }
    if (!this.isAccountable(order)) {
      return `an order to ${order.side} ${order.lots} lots makes no sense`;
    }
    const priceTicks = this.valuePrice(order, instrument);
    if (priceTicks === null) return `${instrumentKey(instrument)}: no price is known to value the order at`;

    // Everything on the order's side fills, nothing on the other side does.
    let exposure = BigInt(this.positionLots[order.instrument]) * (order.side === 'buy' ? 1n : -1n);
    for (const other of this.orders.open()) {
      if (!this.isAccountable(other)) return `order ${other.id} cannot be counted`;
      if (other.instrument === order.instrument && other.side === order.side) exposure += BigInt(unfilled(other));
    }
    exposure += BigInt(order.lots);
    const forbidden = this.modeObjection(order, exposure);
    if (forbidden !== null) return forbidden;
    if (exceeds(BigInt(order.lots), maxOrderLots)) return `order of ${order.lots} lots, at most ${maxOrderLots}`;
    if (exceeds(exposure, maxPositionLots)) return `worst case ${exposure} lots held, at most ${maxPositionLots}`;
    if (exposure > BigInt(Number.MAX_SAFE_INTEGER)) return `worst case ${exposure} lots held: out of range`;
    try {
      const orderValue = notional(instrument, priceTicks, order.lots);
      if (orderValue > maxOrderNotional) return `order worth ${orderValue}, at most ${maxOrderNotional}`;
      const positionValue = notional(instrument, priceTicks, Number(exposure));
      if (positionValue > maxPositionNotional)
        return `worst case ${positionValue} held, at most ${maxPositionNotional}`;
    } catch (error) {
      return `its value cannot be told: ${(error as Error).message}`;
    }
    return null;
  }

  /** @param exposure worst case held on the order's side, with the order; what is against it counts as negative. */
  private modeObjection({ reduceOnly }: Order, exposure: bigint): string | null {
    const { mode } = this;
    if (mode === 'normal') return null;
    if (!reduceOnly) return `in ${mode} only reduce-only orders leave`;
    return exposure > 0n
      ? `in ${mode} an order may not go beyond the position: worst case ${exposure} lots held`
      : null;
  }

  /**
   * The dearer of the order's own price and the known one: a sell below the market trades above its limit. Without a limit the
   * order has a margin against the desk on top. Null when there is no price.
   */
  private valuePrice({ priceTicks, stopTicks, instrument: id }: Order, of: Instrument): number | null {
    const own = priceTicks ?? stopTicks;
    if (own !== null && !isCountable(own)) return null;
    let dearest = dearer(of, own ?? 0, this.knownPriceTicks[id]);
    if (dearest === 0) return null;
    for (const other of this.orders.open()) {
      if (!other.hasLeft && other.instrument === id) dearest = dearer(of, dearest, other.priceTicks);
    }
    if (priceTicks !== null) return dearest;
    const margin = Math.ceil((dearest * this.settings.marketMarginBps) / 10_000);
    return of.kind === 'inverse' ? Math.max(1, dearest - margin) : dearest + margin;
  }

  private hearAccount({ openOrders }: AccountReportInput): void {
    if (!Array.isArray(openOrders)) return;
    for (const listed of openOrders) this.orders.find(listed);
  }

  private hear({ clientOrderId: id, report, at }: OrderReportInput): void {
    if (report?.type === 'filled') {
      this.hearFill(id, report.fill);
      return;
    }
    if (!report) return;
    if (report.type === 'seen') {
      this.orders.find(report);
      return;
    }
    const order = this.orders.get(id);
    if (order === undefined) return;
    if (report.type === 'not-found') {
      this.hearNotFound(order, at);
      return;
    }
    if (report.type === 'blocked') {
      // What left cannot have stayed: this is about a second attempt to send it.
      if (!order.hasLeft) this.orders.end(order, true);
      return;
    }
    this.noteLeft(order);
    // A refused cancel proves nothing: it is what a venue says of an order that it does not know.
    if (report.type === 'unanswered' || report.type === 'cancel-rejected') return;
    order.notFound = 0;
    switch (report.type) {
      case 'rejected':
      case 'expired':
        this.orders.end(order, true);
        break;
      case 'cancelled':
      case 'replaced':
        this.orders.end(order, false);
        break;
      case 'open':
        this.orders.revive(order);
        break;
      case 'released':
      case 'acknowledged':
      case 'triggered':
        if (order.endIsWeak) this.orders.revive(order);
        break;
    }
  }

  private noteLeft(order: CountedOrder): void {
    if (order.hasLeft) return;
    order.hasLeft = true;
    const of = this.instruments[order.instrument];
    if (of === undefined) return;
    this.knownPriceTicks[of.id] = dearer(of, order.priceTicks, this.knownPriceTicks[of.id]);
  }

  private isAccountable({ instrument, side, lots }: Pick<CountedOrder, 'instrument' | 'side' | 'lots'>): boolean {
    return this.instruments[instrument] !== undefined && isCountable(lots) && (side === 'buy' || side === 'sell');
  }

  private hearNotFound(order: CountedOrder, at: number): void {
    if (order.notFound === 0) order.notFoundSince = at;
    order.notFound += 1;
    const spanMs = (at - order.notFoundSince) / 1_000;
    if (order.notFound >= this.settings.notFoundAnswers && spanMs >= this.settings.notFoundSpanMs)
      this.orders.end(order, true);
  }

  private hearFill(id: ClientOrderId, fill: Fill): void {
    const order = this.orders.get(id);
    const of = this.instruments[fill?.instrument];
    const isPlausible =
      of !== undefined &&
      isCountable(fill.lots) &&
      isPrice(of, fill.priceTicks) &&
      (fill.side === 'buy' || fill.side === 'sell');
    const isAsOrdered =
      order === undefined ||
      (this.isAccountable(order) && order.side === fill?.side && order.instrument === fill.instrument);
    if (!isPlausible || !isAsOrdered) {
      this.lost = `fill ${fill?.fillId} of order ${id} cannot be one of it`;
      return;
    }
    if (order === undefined) {
      if (!this.orders.addStray({ id, fillId: fill.fillId, lots: fill.lots })) return;
    } else {
      if (order.fillIds.includes(fill.fillId)) return;
      this.noteLeft(order);
      this.orders.addFill(order, fill.fillId, fill.lots);
      order.notFound = 0;
    }
    this.positionLots[fill.instrument] += fill.side === 'buy' ? fill.lots : -fill.lots;
    if (isCountable(fill.priceTicks)) this.knownPriceTicks[fill.instrument] = fill.priceTicks;
    if (order === undefined) return;
    if (unfilled(order) === 0) this.orders.end(order, false);
    else if (order.endIsWeak) this.orders.revive(order);
  }

  private settle({ settlementId, instrument, priceTicks }: SettlementInput): void {
    const of = this.instruments[instrument];
    if (of === undefined || of.kind === 'spot' || !isPrice(of, priceTicks)) {
      this.lost = `settlement ${settlementId} of instrument ${instrument} at ${priceTicks} ticks cannot be`;
      return;
    }
    if (this.settlements.has(settlementId)) return;
    this.settlements.add(settlementId);
    forgetOldest(this.settlements, MEMORY);
    this.positionLots[instrument] = 0;
  }
}
