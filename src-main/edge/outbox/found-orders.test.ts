import { describe, expect, it } from 'vitest';
import type { Lots } from '../../../src-shared/domain/instrument.ts';
import { parseMoney } from '../../../src-shared/domain/money.ts';
import type { Order } from '../../../src-shared/domain/order.ts';
import { micros } from '../../../src-shared/domain/time.ts';
import type { ListedOrder, OrderReport, VenueInput } from '../../core/engine/input.ts';
import { fillOf } from '../../testing/execution-desk.ts';
import { LINEAR } from '../../testing/fake-views.ts';
import { limitOrder, orderId } from './fixtures.ts';
import { SecondCheck } from './second-check.ts';

const PLENTY = parseMoney('1000000', LINEAR.settle);

function newCheck(): SecondCheck {
  const limits = { maxOrderLots: 20, maxPositionLots: 20, maxOrderNotional: PLENTY, maxPositionNotional: PLENTY };
  return new SecondCheck([LINEAR], [limits]);
}

function listed(order: Order, cumulativeLots = 0): ListedOrder {
  return { order, venueOrderId: 'v', cumulativeLots: cumulativeLots as Lots };
}

function report(id: string, said: OrderReport): VenueInput {
  return { kind: 'order-report', clientOrderId: orderId(id), report: said, seq: 0, at: micros(0) };
}

function account(openOrders: unknown): VenueInput {
  const none = { positions: [], otherPositions: [], balances: [] };
  const stamp = { venue: LINEAR.venue, askedAt: micros(0), seq: 0, at: micros(0) };
  return { kind: 'account-report', ...stamp, ...none, openOrders: openOrders as ListedOrder[] };
}

/** How many lots more may be bought. */
function room(check: SecondCheck): number {
  let lots = 20;
  for (; lots > 0; lots -= 1) {
    const copy = newCheck();
    copy.restore(structuredClone(check.snapshot()));
    if (copy.check({ kind: 'place-order', order: limitOrder('probe', lots) }).ok) return lots;
  }
  return lots;
}

describe('an order that a venue tells of', () => {
  it.each<[string, (order: Order) => VenueInput]>([
    ['by itself', (order) => report(order.clientOrderId, { type: 'seen', ...listed(order) })],
    ['in an account', (order) => account([listed(order)])],
  ])('%s counts until it has ended, once', (_, tell) => {
    const check = newCheck();
    const order = limitOrder('web', 7);
    for (let times = 0; times < 3; times += 1) check.observe(tell(order));
    expect(room(check)).toBe(13);
    expect(check.check({ kind: 'place-order', order }).ok).toBe(false);
    check.observe(report('web', { type: 'cancelled', reason: 'venue' }));
    check.observe(tell(order));
    expect(room(check)).toBe(20);
  });

  it('counts its fills once, those that came before it was told of among them', () => {
    const check = newCheck();
    const fill = (fillId: string, lots: number) =>
      report('web', { type: 'filled', fill: fillOf(orderId('web'), fillId, lots) });
    check.observe(fill('f1', 2));
    check.observe(report('web', { type: 'seen', ...listed(limitOrder('web', 7), 2) }));
    check.observe(fill('f1', 2));
    check.observe(fill('f2', 1));
    expect(check.snapshot().positionLots).toEqual([3]);
    expect(check.snapshot().open).toMatchObject([{ id: 'web', filledLots: 3, fillIds: ['f1', 'f2'] }]);
    expect(room(check)).toBe(20 - 3 - 4);
  });

  it('and that is filled whole already has ended', () => {
    const check = newCheck();
    check.observe(report('web', { type: 'filled', fill: fillOf(orderId('web'), 'f1', 7) }));
    check.observe(report('web', { type: 'seen', ...listed(limitOrder('web', 7), 7) }));
    expect(check.snapshot()).toMatchObject({ open: [], positionLots: [7] });
  });

  it('does not raise the known price', () => {
    const check = newCheck();
    check.observe(report('web', { type: 'seen', ...listed({ ...limitOrder('web', 7), priceTicks: 90_000 as never }) }));
    check.observe(report('web', { type: 'acknowledged', venueOrderId: 'v' }));
    expect(check.snapshot().knownPriceTicks).toEqual([0]);
  });

  it('and that cannot be counted lets nothing pass until it has ended', () => {
    const check = newCheck();
    check.observe(report('web', { type: 'seen', ...listed(limitOrder('web', Number.NaN)) }));
    expect(room(check)).toBe(0);
    check.observe(report('web', { type: 'cancelled', reason: 'venue' }));
    expect(room(check)).toBe(20);
  });

  it.each([null, 'x', [null], [{}], [{ order: null }]])('nobody minds an account that lists %o', (openOrders) => {
    const check = newCheck();
    check.observe(account(openOrders));
    expect(room(check)).toBe(20);
  });
});

it('a fill that a venue repeats counts once, however many orders have ended without one since', () => {
  const check = newCheck();
  const order = limitOrder('filled', 5);
  const repeated = report('filled', { type: 'filled', fill: fillOf(order.clientOrderId, 'f1', 5) });
  check.recall(order);
  check.observe(repeated);
  for (let place = 0; place < 20_001; place += 1) {
    check.recall(limitOrder(`o${place}`, 1));
    check.observe(report(`o${place}`, { type: 'cancelled', reason: 'venue' }));
  }
  check.observe(repeated);
  expect(check.snapshot().positionLots).toEqual([5]);
  expect(room(check)).toBe(15);
});
