import {
  type Instrument,
  type InstrumentId,
  type Lots,
  notional,
  type Ticks,
} from '../../src-shared/domain/instrument.ts';
import { type Money, money } from '../../src-shared/domain/money.ts';
import { type ClientOrderId, type Fill, type Order, sign } from '../../src-shared/domain/order.ts';
import { type Micros, micros } from '../../src-shared/domain/time.ts';
import type { AccountReportInput, ListedOrder, OrderReport } from '../core/engine/input.ts';

interface VenueOrder {
  readonly order: Order;
  readonly venueOrderId: string;
  readonly fills: Fill[];
  isOpen: boolean;
}

/** Paid for each fill. */
const FEE = money(1_000n);

/**
 * A venue that remembers everything and gets nothing wrong; what of it reaches a desk is the test's to say. Its one account begins
 * with a million smallest units. Linear instruments only, of one currency: cash moves by realised profit and fees.
 */
export class FakeVenue {
  readonly name: string;
  private readonly instruments: readonly Instrument[];
  private readonly orders = new Map<ClientOrderId, VenueOrder>();
  private readonly lots: number[];
  /** By instrument: what its open lots cost, and what closing brought in so far, by average cost. */
  private readonly cost: bigint[];
  private cash = 1_000_000n;
  private made = 0;

  /** @param instruments all of the desk, each at the index of its id; the account is that of the first one's venue. */
  constructor(instruments: readonly Instrument[]) {
    this.instruments = instruments;
    this.name = instruments[0].venue;
    this.lots = instruments.map(() => 0);
    this.cost = instruments.map(() => 0n);
  }

  positionLots(instrument: InstrumentId): number {
    return this.lots[instrument];
  }

  /** Ids of open orders, oldest first. */
  openIds(): readonly ClientOrderId[] {
    return [...this.orders.values()].filter(({ isOpen }) => isOpen).map(({ order }) => order.clientOrderId);
  }

  has(id: ClientOrderId): boolean {
    return this.orders.has(id);
  }

  /** Takes an order in. */
  place(order: Order): OrderReport {
    this.made += 1;
    const venueOrderId = `v${this.made}`;
    this.orders.set(order.clientOrderId, { order, venueOrderId, fills: [], isOpen: true });
    return { type: 'acknowledged', venueOrderId };
  }

  /** Fills an open order, up to its size, and says so. */
  fill(id: ClientOrderId, lots: number, priceTicks: number): OrderReport {
    const entry = this.known(id);
    const { instrument, side } = entry.order;
    const part = Math.min(lots, entry.order.lots - filledOf(entry));
    this.made += 1;
    const fill: Fill = {
      clientOrderId: id,
      fillId: `f${this.made}`,
      instrument,
      side,
      priceTicks: priceTicks as Ticks,
      lots: part as Lots,
      fee: FEE,
      feeCurrency: this.instruments[instrument].settle,
      liquidity: 'maker',
      exchangeAt: micros(1),
    };
    entry.fills.push(fill);
    entry.isOpen = filledOf(entry) < entry.order.lots;
    this.trade(instrument, sign(side) * part, priceTicks);
    return { type: 'filled', fill };
  }

  cancel(id: ClientOrderId): OrderReport {
    const entry = this.orders.get(id);
    if (!entry?.isOpen) return { type: 'cancel-rejected', reason: 'no such open order' };
    entry.isOpen = false;
    return { type: 'cancelled', reason: 'as asked' };
  }

  deposit(amount: bigint): void {
    this.cash += amount;
  }

  /** The fills of an order so far, again. */
  fillsOf(id: ClientOrderId): readonly OrderReport[] {
    return this.known(id).fills.map((fill) => ({ type: 'filled', fill }));
  }

  /** The answer to a question about an order: all that there is to say of it, whatever was said before. */
  answer(id: ClientOrderId): readonly OrderReport[] {
    const entry = this.orders.get(id);
    if (entry === undefined) return [{ type: 'not-found' }];
    const { venueOrderId } = entry;
    const cumulativeLots = filledOf(entry) as Lots;
    const end: OrderReport = entry.isOpen
      ? { type: 'open', venueOrderId, cumulativeLots }
      : { type: 'cancelled', reason: 'ended' };
    return [{ type: 'seen', ...listedOf(entry) }, ...this.fillsOf(id), end];
  }

  seen(id: ClientOrderId): OrderReport {
    return { type: 'seen', ...listedOf(this.known(id)) };
  }

  /** Every order that was ever here. */
  allIds(): readonly ClientOrderId[] {
    return [...this.orders.keys()];
  }

  account(askedAt: Micros): Omit<AccountReportInput, 'seq' | 'at'> {
    const own = this.instruments.filter(({ venue }) => venue === this.name);
    return {
      kind: 'account-report',
      venue: this.name,
      askedAt,
      positions: own.map(({ id }) => ({ instrument: id, lots: this.lots[id] })),
      otherPositions: [],
      balances: [{ currency: own[0].settle, wallet: this.cash as Money }],
      openOrders: [...this.orders.values()].filter(({ isOpen }) => isOpen).map(listedOf),
    };
  }

  private trade(instrument: InstrumentId, lots: number, priceTicks: number): void {
    const of = this.instruments[instrument];
    const held = this.lots[instrument];
    const closing = Math.sign(held) === -Math.sign(lots) ? Math.min(Math.abs(held), Math.abs(lots)) : 0;
    const closed = Math.sign(held) * closing;
    const released = held === 0 ? 0n : (this.cost[instrument] * BigInt(closed)) / BigInt(held);
    this.cash += notional(of, priceTicks, closed) - released - FEE;
    this.cost[instrument] += notional(of, priceTicks, lots + closed) - released;
    this.lots[instrument] = held + lots;
  }

  private known(id: ClientOrderId): VenueOrder {
    const entry = this.orders.get(id);
    if (entry === undefined) throw new Error(`the venue has no order ${id}`);
    return entry;
  }
}

function filledOf({ fills }: VenueOrder): number {
  return fills.reduce((sum, { lots }) => sum + lots, 0);
}

function listedOf(entry: VenueOrder): ListedOrder {
  const { order, venueOrderId } = entry;
  return { order, venueOrderId, cumulativeLots: filledOf(entry) as Lots };
}
