import { setTimeout as sleep } from 'node:timers/promises';
import type { Instrument, InstrumentId, Lots, Ticks } from '../../../../src-shared/domain/instrument.ts';
import type { ClientOrderId, Fill, Order, Side } from '../../../../src-shared/domain/order.ts';
import { micros } from '../../../../src-shared/domain/time.ts';
import { Core } from '../../../core/core.ts';
import type { Effect } from '../../../core/engine/effect.ts';
import type { AccountReportInput, Input, OrderReport } from '../../../core/engine/input.ts';
import { Random } from '../../../core/engine/random.ts';
import type { BookView } from '../../../core/market/market-view.ts';
import type { Venue, VenueLinkOutput, VenueParts } from '../../../edge/venues/venue.ts';
import { coreConfig } from '../../config/core-config.ts';
import type { ConfigFile } from '../../config/schema.ts';
import { DeskClock } from '../../desk-clock.ts';

export interface VenueRigOptions {
  readonly name: string;
  readonly config: ConfigFile;
  readonly instruments: readonly Instrument[];
  readonly create: (parts: VenueParts) => Venue;
  /** Where client order ids come from. */
  readonly seed: number;
  readonly faults?: AdapterFaults | undefined;
}

/** An adapter that errs, to show that the checks find it. */
export interface AdapterFaults {
  /** Effects that it takes and does not hand on. */
  readonly swallows?: (effect: Effect) => boolean;
  /** What it makes of an input. */
  readonly tells?: (input: VenueLinkOutput) => readonly VenueLinkOutput[];
  /** How long is waited for what it owes. */
  readonly patienceMs: number;
}

/** The venue did not do what a check asks of it. */
export class CheckFailure extends Error {
  override readonly name = 'CheckFailure';
}

const POLL_MS = 5;
const PATIENCE_MS = 10_000;
/** Worth enough for every venue's smallest order. */
const LEAST_VALUE = 200;
/** How far from the touch an order rests that is not meant to trade, as a share of the price. */
const AWAY = 0.02;
const ID_WORDS = 4;

/** A venue with nobody behind it but a core that keeps its books: orders are sent by hand, and what is said of them is kept. */
export class VenueRig {
  readonly venue: Venue;
  readonly instrument: Instrument;
  readonly accounts: AccountReportInput[] = [];
  /** Of the link to the venue, as it was told. */
  readonly links: boolean[] = [];
  /** Everything that was said in words. */
  readonly texts: string[] = [];
  private readonly reports = new Map<ClientOrderId, OrderReport[]>();
  private readonly own = new Set<ClientOrderId>();
  private readonly core: Core;
  private readonly clock = new DeskClock();
  private readonly random: Random;
  private readonly pump: NodeJS.Timeout;
  private readonly faults: AdapterFaults;

  constructor({ name, config, instruments, create, seed, faults = { patienceMs: PATIENCE_MS } }: VenueRigOptions) {
    this.faults = faults;
    this.random = new Random(seed);
    this.instrument = instruments[0] as Instrument;
    const effect = (wanted: Effect): void => {
      this.venue.send(wanted);
    };
    this.core = new Core(coreConfig(config, instruments, 'none'), { fact() {}, effect });
    this.venue = create({
      name,
      instruments,
      now: () => this.clock.now(),
      onInput: (input) => {
        for (const told of this.faults.tells?.(input) ?? [input]) this.heard(told);
      },
      onLink: (up, detail) => this.linked(name, up, detail),
      knows: (id) => this.own.has(id),
      engineAliveAt: () => this.clock.now(),
      told: (news) => this.texts.push(news),
    });
    this.pump = setInterval(() => this.ring(), POLL_MS);
  }

  async start(): Promise<void> {
    await this.venue.connect();
    this.accept({ kind: 'start', seq: 0, at: micros(0), seed: 1, identity: '0'.repeat(32) });
    this.venue.begin();
  }

  async end(): Promise<void> {
    clearInterval(this.pump);
    await this.venue.end();
  }

  get isProven(): boolean {
    return this.core.market.isProven(this.instrument.id);
  }

  get book(): BookView {
    return this.core.market.book(this.instrument.id);
  }

  /** An order that rests away from the touch, but for what `terms` says. */
  order(side: Side, terms: Partial<Omit<Order, 'clientOrderId' | 'side'>> = {}): Order {
    const touch = side === 'buy' ? this.book.bestBidTicks() : this.book.bestAskTicks();
    const away = Math.round(touch * (side === 'buy' ? 1 - AWAY : 1 + AWAY));
    const clientOrderId = this.newId();
    this.own.add(clientOrderId);
    return {
      clientOrderId,
      instrument: this.instrument.id as InstrumentId,
      side,
      type: 'limit',
      timeInForce: 'gtc',
      priceTicks: away as Ticks,
      stopTicks: null,
      lots: this.lotsWorth(LEAST_VALUE),
      postOnly: false,
      reduceOnly: false,
      ...terms,
    };
  }

  /** One that takes what it can get now. */
  taker(side: Side, terms: Partial<Omit<Order, 'clientOrderId' | 'side'>> = {}): Order {
    return this.order(side, { type: 'market', timeInForce: 'ioc', priceTicks: null, ...terms });
  }

  /** A whole number of order steps that is worth at least `value` in the quote currency. */
  lotsWorth(value: number): Lots {
    const { orderStepLots } = this.instrument;
    const price = this.book.bestBidTicks() * Number(this.instrument.tickSize);
    const lots = value / (price * Number(this.instrument.lotSize));
    return (Math.ceil(lots / orderStepLots) * orderStepLots) as Lots;
  }

  newId(): ClientOrderId {
    const word = (): string => this.random.uint32().toString(16).padStart(8, '0');
    return Array.from({ length: ID_WORDS }, word).join('') as ClientOrderId;
  }

  /** @throws CheckFailure when it is not taken. */
  send(effect: Effect): void {
    if (this.faults.swallows?.(effect)) return;
    const sent = this.venue.send(effect);
    if (!sent.ok) throw new CheckFailure(`${effect.kind} was not taken: ${sent.reason}`);
  }

  place(order: Order): void {
    this.send({ kind: 'place-order', order });
  }

  cancel({ clientOrderId, instrument }: Order): void {
    this.send({ kind: 'cancel-order', clientOrderId, instrument });
  }

  query({ clientOrderId, instrument }: Pick<Order, 'clientOrderId' | 'instrument'>): void {
    this.send({ kind: 'query-order', clientOrderId, instrument });
  }

  /** What was said of an order, oldest first. */
  said(of: Pick<Order, 'clientOrderId'>): readonly OrderReport[] {
    return this.reports.get(of.clientOrderId) ?? [];
  }

  fills(of: Pick<Order, 'clientOrderId'>): readonly Fill[] {
    return this.said(of).flatMap((report) => (report.type === 'filled' ? [report.fill] : []));
  }

  /** Resolves with the first report of one of `types` after the first `after`. @throws CheckFailure when none comes. */
  async report(of: Order, types: readonly OrderReport['type'][], after = 0): Promise<OrderReport> {
    const found = (): OrderReport | undefined =>
      this.said(of)
        .slice(after)
        .find(({ type }) => types.includes(type));
    await this.until(
      () => found() !== undefined,
      () => `${types.join(' or ')} (heard: ${this.said(of).map(describeReport).join(', ') || 'nothing'})`,
    );
    return found() as OrderReport;
  }

  /** @throws CheckFailure naming `what` when it does not become true in time. */
  async until(holds: () => boolean, what: () => string): Promise<void> {
    const { patienceMs } = this.faults;
    const giveUpMs = performance.now() + patienceMs;
    while (!holds()) {
      if (performance.now() > giveUpMs) throw new CheckFailure(`waited ${patienceMs / 1_000} s for ${what()}`);
      await sleep(POLL_MS);
    }
  }

  private heard(input: VenueLinkOutput): void {
    if (input.kind === 'order-report') {
      const reports = this.reports.get(input.clientOrderId);
      if (reports) reports.push(input.report);
      else this.reports.set(input.clientOrderId, [input.report]);
    }
    if (input.kind === 'account-report') this.accounts.push(input);
    this.accept(input);
  }

  private linked(venue: string, up: boolean, detail: string): void {
    this.links.push(up);
    this.texts.push(detail);
    this.accept({ kind: 'venue-link', seq: 0, at: micros(0), venue, up, detail });
  }

  private accept(input: Input): void {
    input.seq = this.core.lastSeq + 1;
    input.at = this.clock.now();
    this.core.accept(input);
  }

  private ring(): void {
    if (this.core.nextTimerAt() <= this.clock.now()) this.accept({ kind: 'timer', seq: 0, at: micros(0) });
  }
}

function describeReport(report: OrderReport): string {
  return 'reason' in report ? `${report.type}: ${report.reason}` : report.type;
}
