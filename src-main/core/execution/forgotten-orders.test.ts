import { expect, it } from 'vitest';
import type { InstrumentId } from '../../../src-shared/domain/instrument.ts';
import type { ClientOrderId } from '../../../src-shared/domain/order.ts';
import { type ForgottenOrder, ForgottenOrders, MAX_FORGOTTEN_ORDERS } from './forgotten-orders.ts';

const id = (name: string): ClientOrderId => name as ClientOrderId;

function order(name: string, ...fillIds: string[]): ForgottenOrder {
  return { clientOrderId: id(name), instrument: 0 as InstrumentId, side: 'buy', fillIds };
}

it('an order with fills outlives any number of orders without', () => {
  const forgotten = new ForgottenOrders();
  forgotten.add(order('filled', 'f1'));
  forgotten.add(order('filled late'));
  forgotten.addFill(id('filled late'), 'f2');
  forgotten.add(order('without'));
  for (let place = 0; place < MAX_FORGOTTEN_ORDERS; place += 1) forgotten.add(order(`o${place}`));
  expect(forgotten.get(id('filled'))?.fillIds).toEqual(['f1']);
  expect(forgotten.get(id('filled late'))?.fillIds).toEqual(['f2']);
  expect(forgotten.get(id('without'))).toBeUndefined();
  expect(forgotten.snapshot()).toHaveLength(MAX_FORGOTTEN_ORDERS + 2);
});

it('a fill of an order that is not remembered changes nothing', () => {
  const forgotten = new ForgottenOrders();
  forgotten.addFill(id('a stranger'), 'f1');
  expect(forgotten.snapshot()).toEqual([]);
});

it('it is what its snapshot says, and forgets in the same order', () => {
  const forgotten = new ForgottenOrders();
  for (const name of ['a', 'b']) forgotten.add(order(name));
  forgotten.addFill(id('a'), 'f1');
  const copy = new ForgottenOrders();
  copy.add(order('gone'));
  copy.restore(structuredClone(forgotten.snapshot()));
  for (let place = 0; place < MAX_FORGOTTEN_ORDERS; place += 1) {
    for (const each of [forgotten, copy]) each.add(order(`o${place}`, 'f'));
  }
  expect(copy.snapshot()).toEqual(forgotten.snapshot());
  expect([copy.get(id('a')), copy.get(id('b'))]).toEqual([undefined, order('b')]);
});
