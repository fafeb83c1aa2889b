import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InstrumentId, Lots, Ticks } from '../../../src-shared/domain/instrument.ts';
import { parseMoney } from '../../../src-shared/domain/money.ts';
import type { Order, Side } from '../../../src-shared/domain/order.ts';
import { micros } from '../../../src-shared/domain/time.ts';
import type { OrderReport, VenueInput } from '../../core/engine/input.ts';
import { fillOf } from '../../testing/execution-desk.ts';
import { INVERSE, LINEAR } from '../../testing/fake-views.ts';
import { runs } from '../../testing/runs.ts';
import { limitOrder, orderId } from './fixtures.ts';
import { SecondCheck, type SecondVerdict } from './second-check.ts';

const INSTRUMENTS = [LINEAR, INVERSE];
const reason = 'venue';

function newCheck(): SecondCheck {
  return new SecondCheck(INSTRUMENTS, [
    {
      maxOrderLots: 10,
      maxPositionLots: 20,
      maxOrderNotional: parseMoney('12', LINEAR.settle),
      maxPositionNotional: parseMoney('25', LINEAR.settle),
    },
    {
      maxOrderLots: 10,
      maxPositionLots: 20,
      maxOrderNotional: parseMoney('0.2', INVERSE.settle),
      maxPositionNotional: parseMoney('0.4', INVERSE.settle),
    },
  ]);
}

function report(id: string, said: OrderReport, atMs = 0): VenueInput {
  return { kind: 'order-report', clientOrderId: orderId(id), report: said, seq: 0, at: micros(atMs * 1_000) };
}

/** What `check` would say of `order` now; it stays as it is. */
function verdictOn(check: SecondCheck, order: Order): SecondVerdict {
  const copy = newCheck();
  copy.restore(structuredClone(check.snapshot()));
  return copy.check({ kind: 'place-order', order });
}

describe('an order of an earlier run', () => {
  it('counts as open and was here before, whatever the limits are now', () => {
    const check = newCheck();
    check.recall(limitOrder('a', 19));
    expect(check.knows(orderId('a'))).toBe(true);
    expect(verdictOn(check, limitOrder('a')).ok).toBe(false);
    expect(verdictOn(check, limitOrder('b', 2))).toEqual({ ok: false, reason: 'worst case 21 lots held, at most 20' });
    expect(verdictOn(check, limitOrder('b', 1)).ok).toBe(true);
  });

  it('is counted once, and a second recall does not undo what was heard', () => {
    const check = newCheck();
    check.recall(limitOrder('a', 19));
    check.recall(limitOrder('a', 19));
    check.observe(report('a', { type: 'cancelled', reason }));
    check.recall(limitOrder('a', 19));
    expect(verdictOn(check, limitOrder('b', 9)).ok).toBe(true);
  });

  it('counts no more once it is known that it never left, and its price was never one', () => {
    const check = newCheck();
    check.recall({ ...limitOrder('a', 9), priceTicks: 90_000 as Ticks });
    expect(verdictOn(check, limitOrder('b', 2)).ok).toBe(false);
    check.observe(report('a', { type: 'blocked', reason }));
    expect(verdictOn(check, limitOrder('b', 9)).ok).toBe(true);
    expect(verdictOn(check, limitOrder('a', 1)).ok).toBe(false);
  });

  it.each([
    { lots: 1.5 as Lots },
    { lots: Number.NaN as Lots },
    { side: 'hold' as Side },
    { instrument: 7 as InstrumentId },
  ])('lets nothing pass while it cannot be counted: %o', (change) => {
    const check = newCheck();
    check.recall({ ...limitOrder('a'), ...change });
    expect(verdictOn(check, limitOrder('b'))).toEqual({
      ok: false,
      reason: 'order a cannot be counted',
    });
    const rejected = newCheck();
    rejected.restore(structuredClone(check.snapshot()));
    rejected.observe(report('a', { type: 'rejected', reason }));
    expect(verdictOn(rejected, limitOrder('b')).ok).toBe(true);
    check.observe(report('a', { type: 'filled', fill: fillOf(orderId('a'), 'f', 1) }));
    expect(verdictOn(check, limitOrder('b'))).toEqual({ ok: false, reason: expect.stringContaining('lost count') });
  });

  it.each<OrderReport>([
    { type: 'released' },
    { type: 'unanswered', reason },
    { type: 'filled', fill: fillOf(orderId('a'), 'f', 1) },
  ])('cannot be blocked once it may have left: $type', (left) => {
    const check = newCheck();
    check.recall(limitOrder('a', 19));
    check.observe(report('a', left));
    check.observe(report('a', { type: 'blocked', reason }));
    expect(verdictOn(check, limitOrder('b', 2)).ok).toBe(false);
  });
});

const anyTerms = fc.record({
  instrument: fc.constantFrom(LINEAR.id, LINEAR.id, INVERSE.id),
  side: fc.constantFrom<Side>('buy', 'sell'),
  lots: fc.integer({ min: 1, max: 12 }) as fc.Arbitrary<Lots>,
  priceTicks: fc.option(fc.integer({ min: 4_000, max: 25_000 }) as fc.Arbitrary<Ticks>, { freq: 4 }),
});
type Terms = typeof anyTerms extends fc.Arbitrary<infer T> ? T : never;

const anyStep = fc.oneof(
  { weight: 6, arbitrary: fc.record({ intend: anyTerms }) },
  { weight: 6, arbitrary: fc.record({ decide: fc.constantFrom('released', 'released', 'unanswered', 'blocked') }) },
  {
    weight: 8,
    arbitrary: fc.record({
      about: fc.nat(8),
      type: fc.constantFrom(
        'released',
        'acknowledged',
        'filled',
        'filled',
        'filled',
        'cancelled',
        'rejected',
        'expired',
        'not-found',
        'open',
        'blocked',
      ),
      lots: fc.integer({ min: 1, max: 12 }),
      priceTicks: fc.integer({ min: 4_000, max: 25_000 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ settles: fc.constantFrom(LINEAR.id, INVERSE.id) }) },
);
type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never;

function orderOf(id: string, { priceTicks, ...terms }: Terms): Order {
  const isMarket = priceTicks === null;
  return { ...limitOrder(id), ...terms, priceTicks, type: isMarket ? 'market' : 'limit', postOnly: !isMarket };
}

/** One check that lives through a run, and one that reads the same run from its journal. */
class TwoChecks {
  readonly lived = newCheck();
  readonly recalled = newCheck();
  /** Orders that stayed, and orders that left. */
  readonly seen = { blocked: 0, left: 0 };
  private intents = 0;
  private readonly undecided: Order[] = [];
  private readonly left: Order[] = [];
  private fills = 0;
  private settlements = 0;
  private atMs = 0;

  perform(step: Step): void {
    this.atMs += 7_000;
    if ('intend' in step) {
      this.intents += 1;
      const order = orderOf(`o${this.intents}`, step.intend);
      this.undecided.push(order);
      this.recalled.recall(order);
    } else if ('decide' in step) {
      this.decide(step.decide);
    } else if ('settles' in step) {
      this.settlements += 1;
      const settlementId = `s${this.settlements}`;
      this.observe({
        kind: 'settlement',
        settlementId,
        instrument: step.settles,
        priceTicks: 1,
        seq: 0,
        at: micros(0),
      });
    } else {
      const order = this.left[step.about];
      if (order !== undefined) this.observe(report(order.clientOrderId, this.reportOf(order, step), this.atMs));
    }
  }

  decideAll(): void {
    while (this.undecided.length > 0) this.decide('released');
  }

  /** What waited is sent, and the desk dies before it can write that down. */
  sendAllAndDie(): void {
    for (const order of this.undecided.splice(0)) this.lived.check({ kind: 'place-order', order });
  }

  private decide(outcome: string): void {
    const order = this.undecided.shift();
    if (order === undefined) return;
    const { ok } = this.lived.check({ kind: 'place-order', order });
    const type = ok ? outcome : 'blocked';
    if (type === 'blocked') this.seen.blocked += 1;
    else {
      this.seen.left += 1;
      this.left.push(order);
    }
    this.observe(report(order.clientOrderId, { type, reason } as OrderReport, this.atMs));
  }

  private reportOf(
    { clientOrderId, instrument, side }: Order,
    { type, lots, priceTicks }: Extract<Step, { about: number }>,
  ): OrderReport {
    if (type !== 'filled') return { type, reason, venueOrderId: 'v', cumulativeLots: 0 } as unknown as OrderReport;
    this.fills += 1;
    const fill = {
      ...fillOf(clientOrderId, `f${this.fills}`, lots),
      instrument,
      side,
      priceTicks: priceTicks as Ticks,
    };
    return { type, fill };
  }

  private observe(input: VenueInput): void {
    this.lived.observe(input);
    this.recalled.observe(input);
  }
}

describe('a check that recalls a run', () => {
  const anyRun = fc.array(anyStep, { maxLength: 50, size: 'max' });
  const probes = fc.array(anyTerms, { minLength: 6, maxLength: 6 });

  it('says of every later order what the check says that lived through the run', () => {
    const seen = { blocked: 0, left: 0, passed: 0, refused: 0 };
    fc.assert(
      fc.property(anyRun, probes, (steps, later) => {
        const two = new TwoChecks();
        for (const step of steps) two.perform(step);
        two.decideAll();
        for (const terms of later) {
          const order = orderOf('later', terms);
          const verdict = verdictOn(two.recalled, order);
          expect(verdict).toEqual(verdictOn(two.lived, order));
          seen[verdict.ok ? 'passed' : 'refused'] += 1;
        }
        for (const { id } of two.lived.snapshot().open) expect(two.recalled.knows(id)).toBe(true);
        seen.blocked += two.seen.blocked;
        seen.left += two.seen.left;
      }),
      { seed: 42, numRuns: runs(300) },
    );
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(200);
  });

  it('lets nothing pass that the other one would not, when the last sends were never written down', () => {
    const seen = { passed: 0, stricter: 0 };
    fc.assert(
      fc.property(anyRun, probes, (steps, later) => {
        const two = new TwoChecks();
        for (const step of steps) two.perform(step);
        two.sendAllAndDie();
        for (const terms of later) {
          const order = orderOf('later', terms);
          const { ok } = verdictOn(two.lived, order);
          if (!verdictOn(two.recalled, order).ok) {
            if (ok) seen.stricter += 1;
            continue;
          }
          seen.passed += 1;
          expect(ok).toBe(true);
        }
      }),
      { seed: 42, numRuns: runs(300) },
    );
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(50);
  });
});
