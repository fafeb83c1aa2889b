import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Core } from '../src-main/core/core.ts';
import { canonical, parseCanonical } from '../src-main/core/engine/canonical.ts';
import type { Effect } from '../src-main/core/engine/effect.ts';
import type { Fact } from '../src-main/core/engine/fact.ts';
import { type Input, isMarketInput, isVenueInput, type OrderReport } from '../src-main/core/engine/input.ts';
import { clientOrderId } from '../src-main/core/execution/client-order-id.ts';
import { DEFAULT_EXECUTION_SETTINGS } from '../src-main/core/execution/execution-settings.ts';
import { keepRemainder } from '../src-main/core/execution/remainder.ts';
import { depth, depthSnapshot } from '../src-main/core/market/fixtures.ts';
import { DEFAULT_MARKET_CONFIG } from '../src-main/core/market/market-config.ts';
import type { Decisions, Strategy } from '../src-main/core/strategies/strategy.ts';
import { Outbox } from '../src-main/edge/outbox/outbox.ts';
import { ReservedIds } from '../src-main/edge/outbox/reserved-ids.ts';
import { SecondCheck } from '../src-main/edge/outbox/second-check.ts';
import { TEST_IDENTITY } from '../src-main/testing/fake-turn.ts';
import { FakeVenue } from '../src-main/testing/fake-venue.ts';
import { LINEAR, limitIntent, WIDE_LIMITS } from '../src-main/testing/fake-views.ts';
import { runs } from '../src-main/testing/runs.ts';
import { createStopFlag, StopFlag } from '../src-main/threads/stop-flag.ts';
import type { ClientOrderId } from '../src-shared/domain/order.ts';
import { micros } from '../src-shared/domain/time.ts';

const BLOCK = 6;
type Unstamped = Omit<Input, 'seq' | 'at'>;

/** Buys and sells by turns, at every look at the book. */
class Eager implements Strategy {
  readonly name = 'eager';
  readonly instruments = [LINEAR.id];
  private looks = 0;

  onBook(_instrument: number, _at: number, decisions: Decisions): void {
    this.looks += 1;
    const side = this.looks % 2 === 0 ? 'buy' : 'sell';
    const { origin: _, ...intent } = limitIntent(side, 1 + (this.looks % 3), side === 'buy' ? 9_990 : 10_010);
    decisions.submit(intent);
  }

  snapshot(): number {
    return this.looks;
  }

  restore(): void {}
}

interface Journaled {
  readonly kind: 'input' | 'fact';
  readonly text: string;
}

/** What outlives every crash of the desk: the venue, and what of the journal was on disk. */
class World {
  readonly venue = new FakeVenue([LINEAR]);
  journal: Journaled[] = [];
  /** Where turns end in the journal: each is on disk whole or not at all. */
  turnEnds: number[] = [];
  durable = 0;
  at = 1;
  readonly counts = { early: 0, lost: 0, recovered: 0, crashes: 0, settled: 0 };
}

/** One life of a desk, from the journal on. */
class Life {
  readonly core: Core;
  private readonly world: World;
  private readonly secondCheck: SecondCheck;
  private readonly outbox: Outbox;
  private readonly reserved: ReservedIds;
  private effects: Effect[] = [];
  private facts: Fact[] = [];
  /** Reports on their way to the desk. */
  readonly inbound: { readonly id: ClientOrderId; readonly report: OrderReport }[] = [];
  private updateId: number;

  constructor(world: World, durability: 'before-send' | 'reserved-ids' = 'reserved-ids') {
    this.world = world;
    this.updateId = world.at * 10;
    this.core = new Core(
      {
        instruments: [LINEAR],
        limits: [WIDE_LIMITS],
        market: { ...DEFAULT_MARKET_CONFIG, staleAfterMs: 0 },
        execution: {
          ...DEFAULT_EXECUTION_SETTINGS,
          ...{ durability, reservedIds: BLOCK, reconcileEveryMs: 15_000, notFoundAnswers: 2, notFoundSpanMs: 500 },
        },
        remainder: keepRemainder,
        strategies: () => [new Eager()],
      },
      { fact: (fact) => this.facts.push(fact), effect: (effect) => this.effects.push(effect) },
    );
    this.secondCheck = new SecondCheck([LINEAR], [WIDE_LIMITS]);
    this.reserved = new ReservedIds(() => world.durable);
    this.outbox = new Outbox({
      secondCheck: this.secondCheck,
      stopFlag: new StopFlag(createStopFlag()),
      durableSeq: () => world.durable,
      mayLeaveEarly: (id) => this.reserved.mayLeaveEarly(id),
      send: (effect) => this.send(effect),
      now: () => world.at,
      heard: (id, report) => this.hear(id, report),
    });
    this.recover();
  }

  get secondLots(): number {
    return this.secondCheck.snapshot().positionLots[LINEAR.id];
  }

  turn(input: Unstamped): void {
    const { world, core } = this;
    world.at += 1;
    const stamped = { ...input, seq: core.lastSeq + 1, at: micros(world.at) } as Input;
    if (isVenueInput(stamped)) this.secondCheck.observe(stamped);
    if (!isMarketInput(stamped)) world.journal.push({ kind: 'input', text: canonical(stamped) });
    core.accept(stamped);
    const facts = this.facts.splice(0);
    for (const fact of facts) world.journal.push({ kind: 'fact', text: canonical(fact) });
    const recordSeq = world.journal.length;
    world.turnEnds.push(recordSeq);
    for (const fact of facts) this.noteFact(fact, recordSeq);
    for (const effect of this.effects.splice(0)) this.outbox.submit(effect, recordSeq);
    this.outbox.release();
  }

  /** The book moves, and the strategy orders. */
  book(): void {
    if (!this.core.market.isProven(LINEAR.id)) this.turn(depthSnapshot(this.updateId, [[9_999, 5]], [[10_001, 5]]));
    this.updateId += 1;
    this.turn(depth([this.updateId, this.updateId], [[9_999, 5 + (this.updateId % 3)]]));
  }

  /** All turns but the last `back` are on disk. */
  durable(back: number): void {
    const { world } = this;
    world.durable = Math.max(world.durable, world.turnEnds.at(-1 - back) ?? 0);
    this.outbox.release();
  }

  advance(ms: number): void {
    const { world, core } = this;
    const until = world.at + ms * 1_000;
    while (core.nextTimerAt() <= until) {
      world.at = Math.max(world.at, core.nextTimerAt() - 1);
      this.turn({ kind: 'timer' } as Unstamped);
      this.receive();
    }
    world.at = Math.max(world.at, until);
    this.outbox.release();
  }

  /** What is under way arrives. */
  receive(): void {
    for (let said = this.inbound.shift(); said; said = this.inbound.shift()) this.hear(said.id, said.report);
  }

  /** The first input of a run is on disk before anything follows it. */
  private begin(input: Unstamped): void {
    this.turn(input);
    this.durable(0);
  }

  private recover(): void {
    const { world, core, secondCheck } = this;
    if (world.journal.length === 0) {
      this.begin({ kind: 'start', seed: 1, identity: TEST_IDENTITY } as Unstamped);
      return;
    }
    for (const { kind, text } of world.journal) {
      if (kind === 'fact') {
        const fact = parseCanonical(text) as unknown as Fact;
        core.fold(fact);
        if (fact.kind === 'order-intended') secondCheck.recall(fact.order);
        else if (fact.kind === 'mode-changed') secondCheck.modeChanged(fact.to);
      } else {
        const input = parseCanonical(text) as unknown as Input;
        core.recall(input);
        if (isVenueInput(input)) secondCheck.observe(input);
      }
    }
    this.begin({ kind: 'restart', seed: 1, crashed: true, lastWords: [] } as Unstamped);
  }

  private noteFact(fact: Fact, recordSeq: number): void {
    const { counts } = this.world;
    if (fact.kind === 'mode-changed') this.outbox.modeChanged(fact.to);
    if (fact.kind === 'order-adopted') {
      expect(fact.origin).toBe('recovered');
      counts.recovered += 1;
    }
    if (fact.kind === 'order-ids-settled') counts.settled += 1;
    if (fact.kind !== 'order-ids-reserved') return;
    const count = fact.upTo - fact.from + 1;
    const ids = Array.from({ length: count }, (_, index) => clientOrderId(TEST_IDENTITY, fact.from + index));
    this.reserved.reserved(ids, recordSeq);
  }

  private send(effect: Effect): { readonly ok: true } {
    const { venue, counts } = this.world;
    switch (effect.kind) {
      case 'place-order': {
        const id = effect.order.clientOrderId;
        expect(venue.has(id)).toBe(false);
        // Nothing new leaves while an order is out there that the books do not have.
        for (const other of venue.allIds()) expect(this.core.knowsOrder(other)).toBe(true);
        if (this.world.journal.slice(0, this.world.durable).every(({ text }) => !text.includes(id))) counts.early += 1;
        this.inbound.push({ id, report: venue.place(effect.order) });
        break;
      }
      case 'cancel-order':
        this.inbound.push({ id: effect.clientOrderId, report: venue.cancel(effect.clientOrderId) });
        break;
      case 'query-order': {
        const answers = venue.answer(effect.clientOrderId);
        for (const report of answers) this.inbound.push({ id: effect.clientOrderId, report });
        break;
      }
      case 'request-account':
        for (const id of venue.allIds()) {
          for (const report of venue.fillsOf(id)) this.inbound.push({ id, report });
        }
        break;
    }
    return { ok: true };
  }

  private hear(clientOrderId: ClientOrderId, report: OrderReport): void {
    this.turn({ kind: 'order-report', clientOrderId, report } as Unstamped);
  }
}

const anyStep = fc.oneof(
  { weight: 10, arbitrary: fc.record({ do: fc.constant('book' as const) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('durable' as const), back: fc.nat(12) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('receive' as const) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('fill' as const), order: fc.nat(6), told: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 900 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('crash' as const) }) },
);

it('every order that left is in the journal or is found by its reserved id, wherever the desk dies', () => {
  const sum = new World().counts;
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 80, size: 'max' }), (steps) => {
      const world = new World();
      const { venue, counts } = world;
      let life = new Life(world);
      const crash = (): void => {
        world.journal.length = world.durable;
        world.turnEnds = world.turnEnds.filter((end) => end <= world.durable);
        counts.crashes += 1;
        counts.lost += venue.allIds().filter((id) => !world.journal.some(({ text }) => text.includes(id))).length;
        life = new Life(world);
      };
      for (const step of steps) {
        if (step.do === 'book') life.book();
        else if (step.do === 'durable') life.durable(step.back);
        else if (step.do === 'receive') life.receive();
        else if (step.do === 'wait') life.advance(step.ms);
        else if (step.do === 'crash') crash();
        else {
          const id = venue.openIds()[step.order];
          if (id === undefined) continue;
          const report = venue.fill(id, 1, 10_000);
          // What nobody knows is named before it is filled, as an edge does.
          if (step.told && life.core.knowsOrder(id)) life.inbound.push({ id, report });
        }
      }
      crash();
      life.durable(0);
      for (let rounds = 0; rounds < 40; rounds += 1) {
        life.receive();
        life.advance(1_000);
        life.durable(0);
      }
      for (const id of venue.allIds()) expect(life.core.knowsOrder(id)).toBe(true);
      expect(life.core.portfolio.lots(LINEAR.id)).toBe(venue.positionLots(LINEAR.id));
      expect(life.secondLots).toBe(venue.positionLots(LINEAR.id));
      expect(life.core.orders.allOpen()).toEqual([]);
      expect(venue.openIds()).toEqual([]);
      const before = venue.allIds().length;
      life.book();
      life.durable(0);
      life.receive();
      expect(venue.allIds()).toHaveLength(before + 1);
      for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += counts[key];
    }),
    { seed: 42, numRuns: runs(100) },
  );
  for (const [what, count] of Object.entries(sum)) expect(count, what).toBeGreaterThan(20);
});

it('a block that is used up before the next one is on disk makes orders wait', () => {
  const world = new World();
  const life = new Life(world);
  for (let times = 0; times < BLOCK + 4; times += 1) life.book();
  expect(world.venue.allIds()).toHaveLength(BLOCK);
  life.durable(0);
  expect(world.venue.allIds()).toHaveLength(BLOCK + 4);
});

it('without reserved ids nothing leaves before its record is on disk', () => {
  const world = new World();
  const life = new Life(world, 'before-send');
  life.durable(0);
  life.book();
  expect(world.venue.allIds()).toHaveLength(0);
  life.durable(0);
  expect(world.venue.allIds()).toHaveLength(1);
  expect(world.journal.some(({ text }) => text.includes('order-ids-reserved'))).toBe(false);
});
