import type { Instrument, InstrumentId } from '../../src-shared/domain/instrument.ts';
import type { ClientOrderId, Order, Side } from '../../src-shared/domain/order.ts';
import { micros } from '../../src-shared/domain/time.ts';
import { Core } from '../core/core.ts';
import type { Effect } from '../core/engine/effect.ts';
import type { Fact } from '../core/engine/fact.ts';
import type { AccountReportInput, Input, OperatorCommand, OrderReport } from '../core/engine/input.ts';
import { DEFAULT_EXECUTION_SETTINGS, type ExecutionSettings } from '../core/execution/execution-settings.ts';
import { keepRemainder } from '../core/execution/remainder.ts';
import { depth, depthSnapshot } from '../core/market/fixtures.ts';
import { DEFAULT_MARKET_CONFIG } from '../core/market/market-config.ts';
import type { Decisions, Strategy } from '../core/strategies/strategy.ts';
import { TEST_IDENTITY } from './fake-turn.ts';
import { FakeVenue } from './fake-venue.ts';
import { LINEAR, limitIntent, WIDE_LIMITS } from './fake-views.ts';

export type Unstamped = Omit<Input, 'seq' | 'at'>;

const SETTINGS = {
  ...DEFAULT_EXECUTION_SETTINGS,
  reconcileEveryMs: 15_000,
  foreignOrders: 'adopt',
  notFoundSpanMs: 2_000,
} as const;

/** Orders what the test wants, at its next look at the book. */
class Puppet implements Strategy {
  readonly name = 'puppet';
  readonly instruments = [LINEAR.id];
  readonly wanted: { readonly side: Side; readonly lots: number; readonly priceTicks: number }[] = [];

  onBook(_instrument: InstrumentId, _at: number, decisions: Decisions): void {
    for (const { side, lots, priceTicks } of this.wanted.splice(0)) {
      const { origin: _, ...intent } = limitIntent(side, lots, priceTicks);
      decisions.submit(intent);
    }
  }

  snapshot(): null {
    return null;
  }

  restore(): void {}
}

/** A whole core and a venue with its account; what the core asks the venue for is answered when the test says so. */
export class AccountBench {
  readonly inputs: Input[] = [];
  readonly facts: Fact[] = [];
  effects: Effect[] = [];
  readonly venue: FakeVenue;
  readonly core: Core;
  private readonly puppet = new Puppet();
  private at: number;
  private updateId = 1;
  private foreigners = 0;
  private commands = 0;

  /**
   * @param at the time of the first input, µs.
   * @param venue one that is there already: a desk that goes on.
   */
  constructor(settings: Partial<ExecutionSettings> = {}, at = 1, venue = new FakeVenue([LINEAR])) {
    const instruments: readonly Instrument[] = [LINEAR];
    this.venue = venue;
    this.at = at;
    this.core = new Core(
      {
        instruments,
        limits: instruments.map(() => WIDE_LIMITS),
        market: { ...DEFAULT_MARKET_CONFIG, staleAfterMs: 0 },
        execution: { ...SETTINGS, ...settings },
        remainder: keepRemainder,
        strategies: () => [this.puppet],
      },
      { fact: (fact) => this.facts.push(fact), effect: (effect) => this.effects.push(effect) },
    );
  }

  /** A desk that has begun, and has asked for its account. */
  static started(settings: Partial<ExecutionSettings> = {}): AccountBench {
    const bench = new AccountBench(settings);
    bench.send({ kind: 'start', seed: 1, identity: TEST_IDENTITY } as Unstamped);
    return bench;
  }

  /** A desk whose account agreed with its books a while ago. */
  static reconciled(settings: Partial<ExecutionSettings> = {}): AccountBench {
    const bench = AccountBench.started(settings);
    bench.answerAccount();
    bench.effects.length = 0;
    return bench;
  }

  get now(): number {
    return this.at;
  }

  send(input: Unstamped, waitMicros = 1): void {
    this.at += waitMicros;
    const stamped = { ...input, seq: this.core.lastSeq + 1, at: micros(this.at) } as Input;
    this.inputs.push(stamped);
    this.core.accept(stamped);
  }

  /** Lets `ms` pass: every timer that is due on the way rings at its own time. */
  advance(ms: number): void {
    const until = this.at + ms * 1_000;
    while (this.core.nextTimerAt() <= until) {
      this.send({ kind: 'timer' } as Unstamped, Math.max(1, this.core.nextTimerAt() - this.at));
    }
    if (until > this.at) this.send({ kind: 'timer' } as Unstamped, until - this.at);
  }

  hear(clientOrderId: ClientOrderId, report: OrderReport): void {
    this.send({ kind: 'order-report', clientOrderId, report } as Unstamped);
  }

  operator(command: OperatorCommand): void {
    this.commands += 1;
    const commandId = `c${this.commands}`;
    this.send({ kind: 'operator', commandId, operator: 'ada', reason: 'a test', command } as Unstamped);
  }

  link(up: boolean): void {
    this.send({ kind: 'venue-link', venue: this.venue.name, up, detail: 'a test' } as Unstamped);
  }

  /** The book is proven, or moves on, and the strategy orders what is wanted. */
  want(side: Side, lots: number, priceTicks: number): void {
    if (!this.core.market.isProven(LINEAR.id)) this.send(depthSnapshot(this.updateId, [[9_999, 5]], [[10_001, 5]]));
    this.puppet.wanted.push({ side, lots, priceTicks });
    this.updateId += 1;
    this.send(depth([this.updateId, this.updateId], [[9_999, 5 + (this.updateId % 3)]]));
  }

  /** The orders that left the desk since the last time reach the venue, which says so. */
  deliver(): readonly ClientOrderId[] {
    const orders = this.effects.flatMap((effect) => (effect.kind === 'place-order' ? [effect.order] : []));
    this.effects = this.effects.filter(({ kind }) => kind !== 'place-order');
    for (const order of orders) {
      this.hear(order.clientOrderId, { type: 'released' });
      this.hear(order.clientOrderId, this.venue.place(order));
    }
    return orders.map(({ clientOrderId }) => clientOrderId);
  }

  /** An order that rests at the venue: wanted, sent, acknowledged. */
  work(side: Side, lots: number, priceTicks: number): ClientOrderId {
    this.want(side, lots, priceTicks);
    const [id] = this.deliver();
    if (id === undefined) throw new Error(`refused: ${JSON.stringify(this.facts.at(-1))}`);
    return id;
  }

  /** Another hand sends an order to the venue, which has told nobody yet. */
  foreign(side: Side, lots: number, priceTicks = 10_000): ClientOrderId {
    this.foreigners += 1;
    const clientOrderId = `web_${this.foreigners}` as ClientOrderId;
    const { origin: _, replaces: __, ...terms } = limitIntent(side, lots, priceTicks);
    const order: Order = { ...terms, clientOrderId };
    this.venue.place(order);
    return clientOrderId;
  }

  /** The venue's account as of `askedAt`, now unless the test says otherwise. */
  account(change: Partial<AccountReportInput> = {}): Unstamped {
    return { ...this.venue.account(micros(this.at)), ...change } as Unstamped;
  }

  /** Hands in what the venue holds, asked for just now. */
  answerAccount(change: Partial<AccountReportInput> = {}): void {
    this.effects = this.effects.filter(({ kind }) => kind !== 'request-account');
    this.at += 1;
    this.send(this.account(change));
  }

  /** How often the account was asked for since the last time. */
  takeRequests(): number {
    const count = this.effects.filter(({ kind }) => kind === 'request-account').length;
    this.effects = this.effects.filter(({ kind }) => kind !== 'request-account');
    return count;
  }

  factsOf<K extends Fact['kind']>(kind: K): Extract<Fact, { kind: K }>[] {
    return this.facts.filter((fact): fact is Extract<Fact, { kind: K }> => fact.kind === kind);
  }

  /** Kinds of the facts since the last time. */
  takeFacts(): string[] {
    return this.facts.splice(0).map(({ kind }) => kind);
  }
}
