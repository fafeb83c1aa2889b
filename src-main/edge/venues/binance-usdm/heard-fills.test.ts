import { expect, test } from 'vitest';
import type { Fill } from '../../../../src-shared/domain/order.ts';
import { HeardFills } from './heard-fills.ts';
import { idNo } from './order-fixtures.ts';

const fill = (number: number, fillId: string, lots: number) => ({ clientOrderId: idNo(number), fillId, lots }) as Fill;

test('counts each fill of each order once', () => {
  const fills = new HeardFills();
  for (const heard of [fill(1, '5', 3), fill(2, '6', 1), fill(1, '7', 4), fill(1, '5', 3)]) fills.heard(heard);
  expect([1, 2, 3].map((number) => fills.lots(idNo(number)))).toEqual([7, 1, 0]);
});

test('forgets the order that nothing was heard of for longest', () => {
  const fills = new HeardFills();
  fills.heard(fill(1, '1', 1));
  fills.heard(fill(2, '2', 1));
  fills.heard(fill(1, '3', 1));
  for (let number = 3; number <= 10_001; number += 1) fills.heard(fill(number, '4', 1));
  expect([1, 2, 3].map((number) => fills.lots(idNo(number)))).toEqual([2, 0, 1]);
});
