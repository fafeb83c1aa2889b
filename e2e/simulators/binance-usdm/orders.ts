import { notional, parseLots, parseTicks } from '../../../src-shared/domain/instrument.ts';
import { priceText, quantityText, type SymbolListing } from './listings.ts';
import type { Entry, LogEntry } from './log.ts';
import { listingOf } from './params.ts';

export type OrderStatus = 'NEW' | 'PARTIALLY_FILLED' | 'FILLED' | Entry<'ended'>['status'];

/** One order as the venue keeps it. */
export interface VenueOrder {
  readonly orderId: number;
  readonly clientOrderId: string;
  readonly listing: SymbolListing;
  readonly side: 'BUY' | 'SELL';
  readonly type: 'LIMIT' | 'MARKET';
  readonly timeInForce: Entry<'accepted'>['timeInForce'];
  readonly reduceOnly: boolean;
  /** ms; 0 for an order that does not end by itself. */
  readonly goodTillDate: number;
  /** When it was accepted, ms. */
  readonly time: number;
  /** 0 for a market order. */
  priceTicks: number;
  lots: number;
  executedLots: number;
  /** Of all its fills, in units of 10^−8 of the quote currency. */
  quote: bigint;
  status: OrderStatus;
  updateTime: number;
  readonly amendments: Amendment[];
}

export interface Amendment {
  readonly id: number;
  readonly at: number;
  readonly price: { readonly before: string; readonly after: string };
  readonly quantity: { readonly before: string; readonly after: string };
}

export function isOpen({ status }: VenueOrder): boolean {
  return status === 'NEW' || status === 'PARTIALLY_FILLED';
}

/** Ended orders that can still be asked after. */
const MAX_ENDED = 50_000;
const FIRST_ORDER_ID = 8_389_765_000_000;

/** Every order of the account: a fold over the venue's log. */
export class Orders {
  private readonly byId = new Map<number, VenueOrder>();
  private readonly openByClientId = new Map<string, VenueOrder>();
  /** The latest order of each id, which may have ended. */
  private readonly latestByClientId = new Map<string, VenueOrder>();
  private lastOrderId = FIRST_ORDER_ID;
  private lastAmendmentId = 0;

  /** An id that no order had, nor any attempt at one. */
  takeId(): number {
    this.lastOrderId += 1;
    return this.lastOrderId;
  }

  get(orderId: number): VenueOrder | undefined {
    return this.byId.get(orderId);
  }

  open(listing: SymbolListing | null): VenueOrder[] {
    const all = [...this.openByClientId.values()];
    return listing === null ? all : all.filter((order) => order.listing === listing);
  }

  /** In the order they were accepted. */
  all(listing: SymbolListing): VenueOrder[] {
    return [...this.byId.values()].filter((order) => order.listing === listing);
  }

  findOpen(clientOrderId: string): VenueOrder | undefined {
    return this.openByClientId.get(clientOrderId);
  }

  /** An open order before an ended one, the latest of these. */
  find(clientOrderId: string): VenueOrder | undefined {
    return this.latestByClientId.get(clientOrderId);
  }

  apply(entry: LogEntry): void {
    switch (entry.kind) {
      case 'accepted':
        this.accepted(entry);
        break;
      case 'amended':
        this.amended(entry);
        break;
      case 'filled':
        this.filled(entry);
        break;
      case 'ended':
        this.end(this.known(entry), entry.status, entry.at);
        break;
    }
  }

  private accepted(entry: Entry<'accepted'>): void {
    const { orderId, clientOrderId, side, type, timeInForce, reduceOnly, goodTillDate } = entry;
    const listing = listingOf(entry.symbol);
    const order: VenueOrder = {
      orderId,
      clientOrderId,
      listing,
      side,
      type,
      timeInForce,
      reduceOnly,
      goodTillDate,
      time: entry.at,
      priceTicks: parseTicks(listing.instrument, entry.price),
      lots: parseLots(listing.instrument, entry.quantity),
      executedLots: 0,
      quote: 0n,
      status: 'NEW',
      updateTime: entry.at,
      amendments: [],
    };
    this.lastOrderId = Math.max(this.lastOrderId, orderId);
    this.byId.set(orderId, order);
    this.openByClientId.set(clientOrderId, order);
    this.latestByClientId.set(clientOrderId, order);
    if (this.byId.size - this.openByClientId.size > MAX_ENDED) this.forgetOldest();
  }

  private amended(entry: Entry<'amended'>): void {
    const order = this.known(entry);
    const { listing, priceTicks, lots } = order;
    const { instrument } = listing;
    this.lastAmendmentId += 1;
    order.amendments.push({
      id: this.lastAmendmentId,
      at: entry.at,
      price: { before: priceText(listing, priceTicks), after: entry.price },
      quantity: { before: quantityText(listing, lots), after: entry.quantity },
    });
    order.priceTicks = parseTicks(instrument, entry.price);
    order.lots = parseLots(instrument, entry.quantity);
    order.updateTime = entry.at;
  }

  private filled(entry: Entry<'filled'>): void {
    const order = this.known(entry);
    const { instrument } = order.listing;
    const lots = parseLots(instrument, entry.quantity);
    order.executedLots += lots;
    order.quote += notional(instrument, parseTicks(instrument, entry.price), lots);
    order.updateTime = entry.at;
    if (order.executedLots === order.lots) this.end(order, 'FILLED', entry.at);
    else order.status = 'PARTIALLY_FILLED';
  }

  private end(order: VenueOrder, status: OrderStatus, at: number): void {
    order.status = status;
    order.updateTime = at;
    this.openByClientId.delete(order.clientOrderId);
  }

  private known({ orderId }: { readonly orderId: number }): VenueOrder {
    const order = this.byId.get(orderId);
    if (order === undefined) throw new Error(`the log speaks of order ${orderId}, which was never accepted`);
    return order;
  }

  private forgetOldest(): void {
    for (const order of this.byId.values()) {
      if (isOpen(order)) continue;
      this.byId.delete(order.orderId);
      if (this.latestByClientId.get(order.clientOrderId) === order) this.latestByClientId.delete(order.clientOrderId);
      return;
    }
  }
}
