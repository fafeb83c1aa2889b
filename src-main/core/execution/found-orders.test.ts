import { describe, expect, it } from 'vitest';
import type { Lots } from '../../../src-shared/domain/instrument.ts';
import type { ClientOrderId, Order } from '../../../src-shared/domain/order.ts';
import { ExecutionDesk } from '../../testing/execution-desk.ts';
import { LINEAR, limitIntent } from '../../testing/fake-views.ts';
import type { ListedOrder, OrderReport } from '../engine/input.ts';
import type { ExecutionSettings } from './execution-settings.ts';

const FOREIGN = 'web_1 from a phone' as ClientOrderId;

/** As the venue lists an order that another hand sent. */
function listed(order: Partial<Order> = {}, more: Partial<ListedOrder> = {}): ListedOrder {
  const { origin: _, replaces: __, ...terms } = limitIntent('buy', 10, 9_990);
  const whole = { ...terms, clientOrderId: FOREIGN, ...order };
  return { order: whole, venueOrderId: 'v1', cumulativeLots: 0 as Lots, ...more };
}

function deskWith(
  foreignOrders: ExecutionSettings['foreignOrders'] = 'alarm',
  settings: Partial<ExecutionSettings> = {},
) {
  return new ExecutionDesk({ settings: { foreignOrders, ...settings } });
}

function see(desk: ExecutionDesk, of: ListedOrder = listed()): void {
  desk.report(of.order.clientOrderId, { type: 'seen', ...of });
}

describe('an order of another hand', () => {
  it('is one of the books once its venue has told of it, and counts', () => {
    const desk = deskWith();
    see(desk);
    expect(desk.turn.factsOf('order-adopted')).toMatchObject([{ ...listed(), origin: 'foreign', handling: 'alarm' }]);
    expect(desk.state(FOREIGN)).toMatchObject({ status: 'acknowledged', venueOrderId: 'v1', origin: 'foreign' });
    expect(desk.orders.openLots(LINEAR.id, 'buy')).toBe(10);
    expect(desk.effects()).toEqual([]);
    desk.fill(FOREIGN, 'f1', 4);
    expect(desk.positions.lots(LINEAR.id)).toBe(4);
    expect(desk.orders.openLots(LINEAR.id, 'buy')).toBe(6);
  });

  it('holds no more than a venue said of it, whatever else came along', () => {
    const desk = deskWith();
    see(desk, { ...listed({ more: 1 } as Partial<Order>), status: 'NEW' } as ListedOrder);
    const [{ seq: _, at: __, cause: ___, ...fact }] = desk.turn.factsOf('order-adopted');
    expect(fact).toEqual({ kind: 'order-adopted', ...listed(), origin: 'foreign', handling: 'alarm' });
  });

  it('is adopted once, however often it is seen', () => {
    const desk = deskWith();
    see(desk);
    const facts = desk.turn.facts.length;
    see(desk);
    see(desk);
    expect(desk.turn.facts).toHaveLength(facts);
    expect(desk.effects()).toEqual([]);
  });

  it('takes no number of an intent', () => {
    const desk = deskWith();
    const alone = new ExecutionDesk();
    see(desk);
    const intent = limitIntent('sell', 1, 10_010);
    expect(desk.submit(intent)).toBe(alone.submit(intent));
  });

  it('of which fills are missing is asked for until they have come', () => {
    const desk = deskWith();
    see(desk, listed({}, { cumulativeLots: 4 as Lots }));
    expect(desk.state(FOREIGN).status).toBe('unknown');
    expect(desk.orders.openLots(LINEAR.id, 'buy')).toBe(10);
    expect(desk.effects()).toEqual([`query-order ${FOREIGN}`]);
    desk.fill(FOREIGN, 'f1', 4);
    expect(desk.state(FOREIGN)).toMatchObject({ status: 'partly-filled', filledLots: 4 });
  });

  it('goes at once where the policy says so, unless all of it is filled', () => {
    const desk = deskWith('cancel');
    see(desk);
    expect(desk.effects()).toEqual([`cancel-order ${FOREIGN}`]);
    const other = 'other' as ClientOrderId;
    see(desk, listed({ clientOrderId: other }, { cumulativeLots: 10 as Lots }));
    expect(desk.effects()).toEqual([`query-order ${other}`]);
  });

  it.each(['adopt', 'alarm'] as const)(
    'is left alone by policy %s: book, restart and partial fills do not concern it',
    (policy) => {
      const desk = deskWith(policy);
      const reprice = new ExecutionDesk({
        settings: { foreignOrders: policy },
        remainder: () => ({ kind: 'cancel', reason: 'small' }),
      });
      see(desk);
      desk.turn.emit({ kind: 'book-quarantined', instrument: LINEAR.id, reason: 'gap', detail: '' });
      desk.turn.send({ kind: 'timer' });
      expect(desk.effects()).toEqual([]);
      desk.restart();
      expect(desk.effects()).toEqual([`query-order ${FOREIGN}`]);
      see(reprice);
      reprice.fill(FOREIGN, 'f1', 4);
      expect(reprice.effects()).toEqual([]);
    },
  );

  it('is reached by cancel-all, flatten and Emergency', () => {
    const all = deskWith();
    see(all);
    all.operator({ type: 'cancel-all', instruments: null });
    expect(all.effects()).toEqual([`cancel-order ${FOREIGN}`]);

    const flattened = deskWith();
    see(flattened);
    flattened.fill(FOREIGN, 'f1', 4);
    flattened.operator({ type: 'flatten', instruments: null });
    expect(flattened.effects()).toEqual([`cancel-order ${FOREIGN}`]);
    expect(flattened.turn.factsOf('strategy-stopped').map(({ origin }) => origin)).not.toContain('foreign');
    flattened.report(FOREIGN, { type: 'cancelled', reason: 'desk' });
    expect(flattened.effects()).toEqual(['place-order']);

    const emergency = deskWith();
    emergency.operator({ type: 'set-mode', mode: 'emergency' });
    see(emergency);
    expect(emergency.effects()).toEqual([`cancel-order ${FOREIGN}`]);
  });

  it('counts against the limits of the desk’s own orders', () => {
    const desk = new ExecutionDesk({ settings: { foreignOrders: 'adopt' }, limits: { maxPositionLots: 12 } });
    see(desk);
    const submission = desk.execution.submit(limitIntent('buy', 3, 9_990), desk.turn);
    expect(submission).toEqual({ accepted: false, reason: 'max-position-lots' });
  });

  it.each<[string, ListedOrder]>([
    ['another id', { ...listed(), order: { ...listed().order, clientOrderId: 'x' as ClientOrderId } }],
    ['no order', { ...listed(), order: null as never }],
    ['an unknown instrument', listed({ instrument: 9 as never })],
    ['no side', listed({ side: 'both' as never })],
    ['no lots', listed({ lots: 0 as Lots })],
    ['more lots than can be added up', listed({ lots: Number.MAX_SAFE_INTEGER as Lots })],
    ['lots that are no number', listed({ lots: Number.NaN as Lots })],
    ['more filled than there is', listed({}, { cumulativeLots: 11 as Lots })],
    ['a fractional price', listed({ priceTicks: 1.5 as never })],
    ['no type', listed({ type: 'iceberg' as never })],
    ['no id of the venue', listed({}, { venueOrderId: 7 as never })],
  ])('with %s is no order, and a person is told', (_, of) => {
    const desk = deskWith();
    desk.report(FOREIGN, { type: 'seen', ...of });
    expect(desk.orders.allOpen()).toEqual([]);
    expect(desk.turn.factsOf('order-anomaly')).toMatchObject([{ report: 'seen' }]);
  });

  it('needs an id of 1 to 64 characters', () => {
    const desk = deskWith();
    for (const clientOrderId of ['', 'x'.repeat(65)] as ClientOrderId[]) see(desk, listed({ clientOrderId }));
    expect(desk.orders.allOpen()).toEqual([]);
    see(desk, listed({ clientOrderId: 'x'.repeat(64) as ClientOrderId }));
    expect(desk.orders.allOpen()).toHaveLength(1);
  });
});

describe('a fill of an order that nobody knows', () => {
  it('is a fact once, and is not booked', () => {
    const desk = deskWith();
    desk.fill(FOREIGN, 'f1', 4);
    desk.fill(FOREIGN, 'f1', 4);
    desk.fill(FOREIGN, 'f2', 1);
    expect(desk.turn.factsOf('order-fill-unclaimed').map(({ fillId }) => fillId)).toEqual(['f1', 'f2']);
    expect(desk.positions.lots(LINEAR.id)).toBe(0);
  });

  it('is booked once when it comes again after the order was seen', () => {
    const desk = deskWith();
    desk.fill(FOREIGN, 'f1', 4);
    see(desk, listed({}, { cumulativeLots: 4 as Lots }));
    desk.fill(FOREIGN, 'f1', 4);
    desk.fill(FOREIGN, 'f1', 4);
    expect(desk.positions.lots(LINEAR.id)).toBe(4);
  });
});

describe('an order of the books that its venue tells of', () => {
  it('stays ended, also one that was adopted', () => {
    const desk = deskWith();
    see(desk);
    desk.report(FOREIGN, { type: 'expired', reason: 'venue' });
    desk.effects();
    const facts = desk.turn.facts.length;
    see(desk);
    expect(desk.turn.facts).toHaveLength(facts);
    expect(desk.effects()).toEqual([]);
  });

  it('is acknowledged', () => {
    const desk = deskWith();
    const id = desk.submit(limitIntent('buy', 10, 9_990));
    see(desk, listed({ clientOrderId: id }, { venueOrderId: 'v-own' }));
    expect(desk.state(id)).toMatchObject({ status: 'acknowledged', venueOrderId: 'v-own', origin: 'maker' });
    expect(desk.turn.factsOf('order-adopted')).toEqual([]);
  });

  it('under a second id of the venue is an anomaly, and changes nothing', () => {
    const desk = deskWith();
    const id = desk.work(limitIntent('buy', 10, 9_990));
    desk.effects();
    see(desk, listed({ clientOrderId: id }, { venueOrderId: 'v-second' }));
    expect(desk.turn.factsOf('order-anomaly')).toMatchObject([{ clientOrderId: id, report: 'acknowledged' }]);
    expect(desk.state(id)).toMatchObject({ status: 'acknowledged', venueOrderId: `v-${id}` });
    expect(desk.effects()).toEqual([]);
  });

  it.each<OrderReport>([
    { type: 'acknowledged', venueOrderId: 'v-second' },
    { type: 'open', venueOrderId: 'v-second', cumulativeLots: 0 as Lots },
  ])('and whose id another hand uses again has ended: the other one is in no count, and goes (%o)', (report) => {
    const desk = deskWith('adopt');
    see(desk);
    desk.fill(FOREIGN, 'f1', 10);
    desk.effects();
    desk.report(FOREIGN, report);
    expect(desk.effects()).toEqual([`cancel-order ${FOREIGN}`]);
    expect(desk.turn.factsOf('order-anomaly')).toHaveLength(1);
    expect(desk.state(FOREIGN).status).toBe('filled');
    desk.fill(FOREIGN, 'f2', 4);
    expect(desk.positions.lots(LINEAR.id)).toBe(14);
  });
});
