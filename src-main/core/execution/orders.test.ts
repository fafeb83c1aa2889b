import { describe, expect, it } from 'vitest';
import type { InstrumentId, Lots, Ticks } from '../../../src-shared/domain/instrument.ts';
import type { Money } from '../../../src-shared/domain/money.ts';
import type { ClientOrderId } from '../../../src-shared/domain/order.ts';
import { ExecutionDesk, fillOf } from '../../testing/execution-desk.ts';
import { LINEAR, limitIntent } from '../../testing/fake-views.ts';
import { canonical } from '../engine/canonical.ts';
import type { Fact } from '../engine/fact.ts';
import { MAX_FILL_IDS, MAX_FORGOTTEN_ORDERS } from './forgotten-orders.ts';
import { MAX_ENDED_ORDERS, MAX_FILLS_SHOWN, Orders } from './orders.ts';
import { averageFillTicks, remainingLots } from './orders-view.ts';

const buy = limitIntent('buy', 10, 9_990);

/** Facts of orders that are intended and at once cancelled. */
function* shortLives(count: number): Generator<Fact> {
  const desk = new ExecutionDesk();
  const stamp = { seq: 0, at: desk.turn.at, cause: 0 };
  const { replaces, origin, ...terms } = buy;
  for (let index = 0; index < count; index++) {
    const clientOrderId = `o${index}` as ClientOrderId;
    yield { ...stamp, kind: 'order-intended', order: { ...terms, clientOrderId }, origin, replaces };
    yield { ...stamp, kind: 'order-filled', fill: fillOf(clientOrderId, 'f1', 1) };
    yield { ...stamp, kind: 'order-cancelled', clientOrderId, reason: '' };
  }
}

describe('orders', () => {
  it('sums open lots by side, fills and ends taken off', () => {
    const desk = new ExecutionDesk();
    const first = desk.work(buy);
    desk.work(limitIntent('buy', 7, 9_991));
    desk.work(limitIntent('sell', 5, 10_010));
    desk.fill(first, 'f1', 4);
    expect(desk.orders.openLots(LINEAR.id, 'buy')).toBe(13);
    expect(desk.orders.openLots(LINEAR.id, 'sell')).toBe(5);
    desk.report(first, { type: 'cancelled', reason: '' });
    expect(desk.orders.openLots(LINEAR.id, 'buy')).toBe(7);
    expect(desk.orders.open(LINEAR.id)).toHaveLength(2);
  });

  it('keeps open and ended ones, in the order they came to the books', () => {
    const desk = new ExecutionDesk();
    const first = desk.work(buy);
    const second = desk.work(limitIntent('sell', 5, 10_010));
    desk.report(first, { type: 'cancelled', reason: '' });
    expect(desk.orders.kept().map(({ order, status }) => [order.clientOrderId, status])).toEqual([
      [first, 'cancelled'],
      [second, 'acknowledged'],
    ]);
  });

  it('knows nothing of instruments and orders that do not exist', () => {
    const orders = new Orders(1);
    expect(orders.open(5 as InstrumentId)).toEqual([]);
    expect(orders.openLots(5 as InstrumentId, 'buy')).toBe(0);
    expect(orders.get('x' as ClientOrderId)).toBeUndefined();
    expect(orders.hasFill('x' as ClientOrderId, 'f')).toBe(false);
    const [, , cancelled] = shortLives(1);
    orders.fold(cancelled);
    orders.fold({ ...cancelled, kind: 'order-unknown', clientOrderId: 'x' as ClientOrderId, reason: '' });
    expect(orders.snapshot()).toEqual(new Orders(1).snapshot());
  });

  it('averages over all fills, and shows the latest', () => {
    const desk = new ExecutionDesk();
    const id = desk.work(limitIntent('buy', 1_000, 9_990));
    expect(averageFillTicks(desk.state(id))).toBeNaN();
    let sum = 0n;
    for (let index = 1; index <= 80; index++) {
      const lots = 1 + (index % 3);
      desk.fill(id, `f${index}`, lots, { priceTicks: (9_900 + index) as Ticks });
      sum += BigInt(lots * (9_900 + index));
    }
    const state = desk.state(id);
    expect(state.filledTickLots).toBe(sum);
    expect(averageFillTicks(state)).toBeCloseTo(Number(sum) / state.filledLots, 9);
    expect(remainingLots(state)).toBe(1_000 - state.filledLots);
    expect(state.fills.map(({ fillId }) => fillId)).toEqual(
      Array.from({ length: MAX_FILLS_SHOWN }, (_, index) => `f${81 - MAX_FILLS_SHOWN + index}`),
    );
  });

  it('puts an order that came back among the open ones in the order of intent', () => {
    const desk = new ExecutionDesk();
    const ids = [1, 2, 3].map((lots) => desk.work(limitIntent('buy', lots, 9_990)));
    desk.report(ids[1], { type: 'rejected', reason: '' });
    desk.report(ids[2], { type: 'rejected', reason: '' });
    for (const id of [ids[2], ids[1]]) {
      desk.report(id, { type: 'open', venueOrderId: `v-${id}`, cumulativeLots: 0 as never });
    }
    expect(desk.orders.open(LINEAR.id).map(({ order }) => order.clientOrderId)).toEqual(ids);
  });

  it('keeps a bounded number of ended orders, and of ids after that', () => {
    const orders = new Orders(1);
    const total = MAX_ENDED_ORDERS + MAX_FORGOTTEN_ORDERS + 5;
    for (const fact of shortLives(total)) orders.fold(fact);
    const { count, orders: whole, ended, forgotten } = orders.snapshot();
    expect([whole.length, ended.length, forgotten.length]).toEqual([
      MAX_ENDED_ORDERS,
      MAX_ENDED_ORDERS,
      MAX_FORGOTTEN_ORDERS,
    ]);
    expect(count).toBe(total);
    expect(orders.forgotten('o4' as ClientOrderId)).toBeUndefined();
    expect(orders.forgotten('o5' as ClientOrderId)).toMatchObject({ instrument: LINEAR.id, side: 'buy' });
    expect(orders.hasFill('o5' as ClientOrderId, 'f1')).toBe(true);
    expect(orders.get(`o${total - 1}` as ClientOrderId)).toBeDefined();
  });

  it('remembers a bounded number of fill ids per order, forgotten or not', () => {
    const orders = new Orders(1);
    const facts = [...shortLives(MAX_ENDED_ORDERS + 1)];
    for (const fact of facts) orders.fold(fact);
    const [first, last] = ['o0', `o${MAX_ENDED_ORDERS}`] as ClientOrderId[];
    expect(orders.forgotten(first)).toBeDefined();
    const { seq, at, cause } = facts[0];
    for (const id of [first, last]) {
      for (let index = 2; index <= MAX_FILL_IDS + 1; index++) {
        orders.fold({ seq, at, cause, kind: 'order-filled', fill: fillOf(id, `f${index}`, 1) });
      }
      expect([orders.hasFill(id, 'f1'), orders.hasFill(id, 'f2')]).toEqual([false, true]);
    }
  });

  it('books a late fill of a forgotten order once, and notes its other reports as they deserve', () => {
    const desk = new ExecutionDesk();
    for (const fact of shortLives(MAX_ENDED_ORDERS + 1)) desk.turn.emit(fact);
    const id = 'o0' as ClientOrderId;
    expect(desk.orders.forgotten(id)).toBeDefined();
    const held = desk.positions.lots(LINEAR.id);
    desk.fill(id, 'f1', 1);
    expect(desk.turn.factsOf('order-anomaly')).toEqual([]);
    desk.fill(id, 'f2', 3);
    desk.fill(id, 'f2', 3);
    expect(desk.positions.lots(LINEAR.id)).toBe(held + 3);
    desk.report(id, { type: 'cancelled', reason: 'late' });
    desk.report(id, { type: 'open', venueOrderId: 'v', cumulativeLots: 0 as never });
    expect(desk.turn.factsOf('order-anomaly')).toMatchObject([{ report: 'filled' }, { report: 'open' }]);
  });

  it.each([
    ['of another order', { clientOrderId: 'o1' as ClientOrderId }],
    ['of another instrument', { instrument: 1 as InstrumentId }],
    ['of another side', { side: 'sell' as const }],
    ['of NaN lots', { lots: Number.NaN as Lots }],
    ['at no price', { priceTicks: 0 as Ticks }],
    ['without a fee', { fee: undefined as unknown as Money }],
  ])('books no fill of a forgotten order that is %s, however often it comes', (_, change) => {
    const desk = new ExecutionDesk();
    for (const fact of shortLives(MAX_ENDED_ORDERS + 1)) desk.turn.emit(fact);
    const restored = new Orders(2);
    restored.restore(structuredClone(desk.orders.snapshot()));
    desk.orders.restore(restored.snapshot());
    const held = desk.positions.lots(LINEAR.id);
    for (let times = 1; times <= 3; times++) {
      desk.fill('o0' as ClientOrderId, 'late', 7, change);
      expect(desk.turn.factsOf('order-anomaly')).toHaveLength(times);
    }
    expect(desk.positions.lots(LINEAR.id)).toBe(held);
    expect(desk.positions.lots(1 as InstrumentId)).toBe(0);
  });

  it('cancels a forgotten order that the venue still has open', () => {
    const desk = new ExecutionDesk();
    for (const fact of shortLives(MAX_ENDED_ORDERS + 1)) desk.turn.emit(fact);
    const clientOrderId = 'o0' as ClientOrderId;
    desk.report(clientOrderId, { type: 'open', venueOrderId: 'v', cumulativeLots: 0 as Lots });
    expect(desk.turn.takeEffects()).toEqual([{ kind: 'cancel-order', clientOrderId, instrument: LINEAR.id }]);
    expect(desk.turn.factsOf('order-cancel-requested').at(-1)).toMatchObject({ clientOrderId });
  });

  it('hands out snapshots that nothing changes later', () => {
    const desk = new ExecutionDesk();
    const id = desk.work(buy);
    desk.fill(id, 'f1', 1);
    const snapshot = desk.orders.snapshot();
    const before = canonical(snapshot);
    const restored = new Orders(2);
    restored.restore(snapshot);
    desk.fill(id, 'f2', 9);
    for (const fact of desk.turn.facts.slice(-1)) restored.fold(fact);
    expect(canonical(snapshot)).toBe(before);
    expect(canonical(restored.snapshot())).toBe(canonical(desk.orders.snapshot()));
  });
});
