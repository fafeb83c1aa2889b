import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Lots } from '../../../src-shared/domain/instrument.ts';
import { type ClientOrderId, type Order, type Side, sign } from '../../../src-shared/domain/order.ts';
import { ExecutionDesk, fillOf } from '../../testing/execution-desk.ts';
import { LINEAR, limitIntent } from '../../testing/fake-views.ts';
import { runs } from '../../testing/runs.ts';
import type { OrderReport } from '../engine/input.ts';

const reason = 'venue';

interface VenueOrder {
  readonly order: Order;
  filledLots: number;
  isOpen: boolean;
}

/** A venue that fills, ends and answers when the test says, and whose reports come late, or never. */
class Venue {
  readonly desk = new ExecutionDesk({ limits: { maxOrderLots: 12 }, settings: { notFoundSpanMs: 5_000 } });
  readonly seen = { slices: 0, lateFills: 0, unknown: 0 };
  private readonly orders: VenueOrder[] = [];
  private readonly underWay: { readonly id: ClientOrderId; readonly report: OrderReport }[] = [];
  private lots = 0;
  private fills = 0;

  get open(): readonly VenueOrder[] {
    return this.orders.filter(({ isOpen }) => isOpen);
  }

  /** Takes what the desk sent. Whatever it is, at the time when it was asked for it could not cross zero. */
  listen(): void {
    const { desk } = this;
    for (const effect of desk.turn.takeEffects()) {
      if (effect.kind !== 'place-order') continue;
      const { order } = effect;
      this.orders.push({ order, filledLots: 0, isOpen: true });
      desk.report(order.clientOrderId, { type: 'released' });
      if (desk.flatten.instruments().length === 0) continue;
      this.seen.slices += 1;
      const held = desk.positions.lots(LINEAR.id);
      expect(desk.state(order.clientOrderId).origin).toBe('operator');
      expect(order.reduceOnly).toBe(true);
      expect(order.lots).toBeLessThanOrEqual(-sign(order.side) * held);
      expect(desk.orders.open(LINEAR.id)).toHaveLength(1);
    }
  }

  fill(index: number, lots: number, isLate: boolean): void {
    const entry = this.open[index % Math.max(1, this.open.length)];
    if (entry === undefined) return;
    const { order } = entry;
    const reducible = Math.max(0, -sign(order.side) * this.lots);
    const most = Math.min(order.lots - entry.filledLots, order.reduceOnly ? reducible : Number.POSITIVE_INFINITY);
    const filled = Math.min(lots, most);
    if (filled <= 0) return;
    const before = this.lots;
    this.fills += 1;
    entry.filledLots += filled;
    entry.isOpen = entry.filledLots < order.lots;
    this.lots += sign(order.side) * filled;
    if (order.reduceOnly) expect(Math.sign(this.lots) * Math.sign(before)).toBeGreaterThanOrEqual(0);
    const fill = { ...fillOf(order.clientOrderId, `f${this.fills}`, filled), side: order.side };
    this.tell(order.clientOrderId, { type: 'filled', fill }, isLate);
    if (isLate) this.seen.lateFills += 1;
  }

  end(index: number, type: 'cancelled' | 'rejected' | 'expired', isLate: boolean): void {
    const entry = this.open[index % Math.max(1, this.open.length)];
    if (entry === undefined) return;
    entry.isOpen = false;
    this.tell(entry.order.clientOrderId, { type, reason }, isLate);
  }

  /** Of any order that it ever had. */
  answer(index: number, type: 'open' | 'unanswered' | 'not-found' | 'acknowledged'): void {
    const entry = this.orders[index % Math.max(1, this.orders.length)];
    if (entry === undefined) return;
    const id = entry.order.clientOrderId;
    const cumulativeLots = entry.filledLots as Lots;
    if (type === 'open' && entry.isOpen) this.tell(id, { type, venueOrderId: id, cumulativeLots }, false);
    else if (type === 'acknowledged') this.tell(id, { type, venueOrderId: id }, false);
    else this.tell(id, { type: 'unanswered', reason }, false);
    if (this.desk.state(id).status === 'unknown') this.seen.unknown += 1;
  }

  deliver(): void {
    const next = this.underWay.shift();
    if (next) this.tell(next.id, next.report, false);
  }

  /** Everything becomes known, and nothing stands in the way any more. */
  clearUp(): void {
    this.desk.market.unproven.clear();
    for (let round = 0; round < 400 && this.desk.flatten.instruments().length > 0; round += 1) {
      while (this.underWay.length > 0) this.deliver();
      for (const { order } of [...this.open]) {
        this.fill(
          this.open.findIndex((entry) => entry.order === order),
          order.lots,
          false,
        );
        this.end(
          this.open.findIndex((entry) => entry.order === order),
          'expired',
          false,
        );
      }
      // What was ended long ago is said again: the desk may have asked.
      for (const { order, isOpen } of this.orders) {
        if (!isOpen && this.desk.state(order.clientOrderId).status === 'unknown')
          this.tell(order.clientOrderId, { type: 'cancelled', reason }, false);
      }
      this.desk.turn.advance(250);
      this.listen();
    }
  }

  private tell(id: ClientOrderId, report: OrderReport, isLate: boolean): void {
    if (isLate) this.underWay.push({ id, report });
    else this.desk.report(id, report);
    this.listen();
  }
}

const late = fc.boolean();
const index = fc.nat(7);
const anyStep = fc.oneof(
  fc.record({ kind: fc.constant('fill' as const), index, lots: fc.integer({ min: 1, max: 8 }), late }),
  fc.record({ kind: fc.constant('fill' as const), index, lots: fc.integer({ min: 1, max: 8 }), late }),
  fc.record({
    kind: fc.constant('end' as const),
    index,
    how: fc.constantFrom('cancelled' as const, 'rejected' as const, 'expired' as const),
    late,
  }),
  fc.record({
    kind: fc.constant('answer' as const),
    index,
    how: fc.constantFrom('open' as const, 'unanswered' as const, 'not-found' as const, 'acknowledged' as const),
  }),
  fc.constant({ kind: 'deliver' as const }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 3_000 }) }),
  fc.record({ kind: fc.constant('book' as const), proven: fc.boolean() }),
  fc.record({ kind: fc.constant('mode' as const), mode: fc.constantFrom('normal', 'pause', 'reduce') }),
);
type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never;

function perform(venue: Venue, step: Step): void {
  const { desk } = venue;
  switch (step.kind) {
    case 'fill':
      venue.fill(step.index, step.lots, step.late);
      break;
    case 'end':
      venue.end(step.index, step.how, step.late);
      break;
    case 'answer':
      venue.answer(step.index, step.how);
      break;
    case 'deliver':
      venue.deliver();
      break;
    case 'wait':
      desk.turn.advance(step.ms);
      break;
    case 'book':
      if (step.proven) desk.market.unproven.clear();
      else desk.market.unproven.add(LINEAR.id);
      break;
    case 'mode':
      desk.operator({ type: 'set-mode', mode: step.mode as 'normal' });
      break;
  }
  venue.listen();
}

it('never sells or buys more than is held, whatever fills late, in part, or is unknown, and ends flat once all is known', () => {
  const seen = { slices: 0, lateFills: 0, unknown: 0, flat: 0, gaveUp: 0 };
  const orders = fc.array(
    fc.record({ side: fc.constantFrom<Side>('buy', 'sell', 'buy'), lots: fc.integer({ min: 1, max: 12 }) }),
    { minLength: 1, maxLength: 6 },
  );
  const steps = fc.array(anyStep, { maxLength: 40, size: 'max' });
  fc.assert(
    fc.property(orders, steps, steps, (placed, before, after) => {
      const venue = new Venue();
      const { desk } = venue;
      for (const { side, lots } of placed) {
        const priceTicks = side === 'buy' ? 9_990 : 10_010;
        desk.execution.submit(limitIntent(side, lots, priceTicks), desk.turn);
      }
      venue.listen();
      for (const step of before) perform(venue, step);
      desk.operator({ type: 'flatten', instruments: [LINEAR.id] });
      venue.listen();
      for (const step of after) perform(venue, step);
      venue.clearUp();
      const [end, ...others] = desk.turn.factsOf('flatten-ended');
      expect([end?.instrument, others]).toEqual([LINEAR.id, []]);
      seen.slices += venue.seen.slices;
      seen.lateFills += venue.seen.lateFills;
      seen.unknown += venue.seen.unknown;
      if (end.outcome === 'flat') seen.flat += 1;
      else seen.gaveUp += 1;
    }),
    { seed: 42, numRuns: runs(300) },
  );
  for (const [what, count] of Object.entries(seen)) if (what !== 'gaveUp') expect(count, what).toBeGreaterThan(100);
  expect(seen.gaveUp).toBeLessThan(seen.flat / 10);
});
