import { describe, expect, it } from 'vitest';
import { isTerminal, ORDER_STATUSES, opposite, sign } from './order.ts';

describe('an order status', () => {
  it('is terminal when the order can never trade again; unknown is not', () => {
    expect(ORDER_STATUSES.filter(isTerminal)).toEqual(['filled', 'cancelled', 'replaced', 'rejected', 'expired']);
  });

  it('is listed once', () => {
    expect(new Set(ORDER_STATUSES).size).toBe(ORDER_STATUSES.length);
  });
});

describe('a side', () => {
  it('has an opposite of the opposite sign', () => {
    for (const side of ['buy', 'sell'] as const) {
      expect(opposite(opposite(side))).toBe(side);
      expect(sign(opposite(side))).toBe(-sign(side));
    }
    expect(sign('buy')).toBe(1);
  });
});
