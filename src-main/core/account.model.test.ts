import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ClientOrderId, Side } from '../../src-shared/domain/order.ts';
import { sign } from '../../src-shared/domain/order.ts';
import { AccountBench, type Unstamped } from '../testing/account-bench.ts';
import { LINEAR } from '../testing/fake-views.ts';
import { runs } from '../testing/runs.ts';
import { isVenueInput, type OrderReport } from './engine/input.ts';

/** Whether the desk hears of it. */
const heard = fc.boolean();
const order = fc.nat(12);
const side = fc.constantFrom<Side>('buy', 'sell');
const anyStep = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('own' as const), side, lots: fc.integer({ min: 1, max: 9 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('foreign' as const), side, heard }) },
  {
    weight: 10,
    arbitrary: fc.record({ do: fc.constant('fill' as const), order, lots: fc.integer({ min: 1, max: 5 }), heard }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('cancel' as const), order, heard }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('account' as const), heard }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('ask' as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('answer' as const), heard }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('again' as const), input: fc.nat(200) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 20_000 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('link' as const), up: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const), crashed: fc.boolean() }) },
);
type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never;

/** A desk, a venue, and between them a line on which anything may be lost and come again. */
class LossyDesk {
  readonly bench = AccountBench.started();
  /** Fills that were reported of orders that were in the books by then, signed lots by id. */
  readonly booked = new Map<string, number>();
  repeated = 0;
  /** The account as it was when it was asked for, on its way. */
  private underWay: Unstamped | null = null;

  perform(step: Step): void {
    const { bench } = this;
    const { venue } = bench;
    switch (step.do) {
      case 'own':
        bench.want(step.side, step.lots, step.side === 'buy' ? 9_990 : 10_010);
        bench.deliver();
        break;
      case 'foreign': {
        const id = bench.foreign(step.side, 5);
        if (step.heard) this.hear(id, venue.seen(id));
        break;
      }
      case 'fill': {
        const id = venue.openIds()[step.order];
        if (id === undefined) break;
        const report = venue.fill(id, step.lots, 10_000);
        if (step.heard) this.hear(id, report);
        break;
      }
      case 'cancel': {
        const id = venue.openIds()[step.order];
        if (id === undefined) break;
        const report = venue.cancel(id);
        if (step.heard) this.hear(id, report);
        break;
      }
      case 'ask':
        this.underWay = bench.account();
        break;
      case 'account':
        if (step.heard) this.account();
        else this.underWay = null;
        break;
      case 'answer':
        this.answer(step.heard);
        break;
      case 'again':
        this.again(step.input);
        break;
      case 'wait':
        bench.advance(step.ms);
        break;
      case 'link':
        bench.link(step.up);
        break;
      case 'restart':
        bench.send({ kind: 'restart', seed: 1, crashed: step.crashed, lastWords: [] } as Unstamped);
        break;
    }
    this.check();
  }

  hear(id: ClientOrderId, report: OrderReport): void {
    const isKnown = this.bench.core.knowsOrder(id);
    // An edge names an order first; only fills are let through without, to see what becomes of them.
    if (!isKnown && report.type === 'cancelled') this.bench.hear(id, this.bench.venue.seen(id));
    if (report.type === 'filled' && isKnown) {
      this.booked.set(report.fill.fillId, sign(report.fill.side) * report.fill.lots);
    }
    this.bench.hear(id, report);
  }

  /** What an edge hands in when it was asked for the account: first what it knows to be missing, then the account. */
  account(): void {
    const { bench } = this;
    const account = this.underWay ?? bench.account();
    this.underWay = null;
    for (const id of bench.venue.allIds()) {
      if (!bench.core.knowsOrder(id)) this.hear(id, bench.venue.seen(id));
      for (const report of bench.venue.fillsOf(id)) this.hear(id, report);
    }
    bench.send(account);
  }

  /** Cancels are carried out, and questions answered. */
  answer(isHeard: boolean): void {
    const { bench } = this;
    for (const effect of bench.effects.splice(0)) {
      if (effect.kind === 'cancel-order') {
        const report = bench.venue.cancel(effect.clientOrderId);
        if (isHeard) this.hear(effect.clientOrderId, report);
      } else if (effect.kind === 'query-order' && isHeard) {
        for (const report of bench.venue.answer(effect.clientOrderId)) this.hear(effect.clientOrderId, report);
      }
    }
  }

  /** Something that a venue said once, once more. Answers to questions are answers only when they were asked. */
  private again(index: number): void {
    const said = this.bench.inputs.filter(isVenueInput);
    const input = said[index % Math.max(1, said.length)];
    if (input === undefined || input.kind === 'order-report') {
      const isAnswer = input === undefined || ['open', 'not-found', 'released'].includes(input.report.type);
      if (isAnswer) return;
      const before = this.standing();
      this.hear(input.clientOrderId, input.report);
      this.repeated += 1;
      // A fill that was no order's the first time may be one's now.
      if (input.report.type !== 'filled') expect(this.standing()).toEqual(before);
    } else {
      const before = this.standing();
      this.bench.send(input);
      expect(this.standing()).toEqual(before);
    }
  }

  private standing(): unknown {
    const { core } = this.bench;
    return [core.orders.snapshot().orders, core.portfolio.snapshot(), core.modes.mode];
  }

  private check(): void {
    const { core } = this.bench;
    let lots = 0;
    for (const part of this.booked.values()) lots += part;
    expect(core.portfolio.lots(LINEAR.id)).toBe(lots);
    expect(core.portfolio.ledgerBalanced()).toBe(true);
  }
}

it('books each fill of an order that it was told of once, whatever is lost or repeated, and agrees after one account', () => {
  const seen = { repeated: 0, adopted: 0, fills: 0, lost: 0, reconciled: 0 };
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 60, size: 'max' }), (steps) => {
      const desk = new LossyDesk();
      const { bench } = desk;
      const { core, venue } = bench;
      for (const step of steps) desk.perform(step);
      if (core.portfolio.lots(LINEAR.id) !== venue.positionLots(LINEAR.id)) seen.lost += 1;

      bench.link(true);
      bench.advance(15_000);
      desk.perform({ do: 'account', heard: false });
      desk.account();
      expect(core.portfolio.lots(LINEAR.id)).toBe(venue.positionLots(LINEAR.id));
      for (let rounds = 0; rounds < 3; rounds += 1) {
        desk.answer(true);
        bench.advance(5_000);
      }
      desk.account();
      desk.answer(true);
      expect(
        core.orders
          .allOpen()
          .map(({ order: { clientOrderId } }) => clientOrderId)
          .sort(),
      ).toEqual([...venue.openIds()].sort());
      expect(core.accountStatus(venue.name)).toMatchObject({ differences: 0 });

      bench.advance(61_000);
      const facts = bench.facts.length;
      desk.account();
      expect(bench.facts.slice(facts).map(({ kind }) => kind)).toEqual(['account-reconciled']);
      expect(bench.factsOf('reconciliation-difference').filter(({ subject }) => subject === 'balance')).toEqual([]);
      const adopted = bench.factsOf('order-adopted').map(({ order: { clientOrderId } }) => clientOrderId);
      expect(new Set(adopted).size).toBe(adopted.length);
      seen.adopted += adopted.length;
      seen.fills += desk.booked.size;
      seen.repeated += desk.repeated;
      seen.reconciled += bench.factsOf('account-reconciled').length;
    }),
    { seed: 42, numRuns: runs(200) },
  );
  for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(50);
});
