import { describe, expect, it } from 'vitest';
import type { Micros } from '../../../src-shared/domain/time.ts';
import type { Fact } from '../../core/engine/fact.ts';
import { clientOrderId } from '../../core/execution/client-order-id.ts';
import { EarlyOrders } from './early-orders.ts';

const IDENTITY = '0123456789abcdef0123456789abcdef';

function reserved(from: number, upTo: number): Fact {
  return { kind: 'order-ids-reserved', from, upTo, seq: 1, at: 0 as Micros, cause: 1 };
}

describe('orders that may leave early', () => {
  it('are those of a reserved number, once the reservation is on disk', () => {
    const turns = { appendedSeq: 7, durable: 6, durableSeq: () => turns.durable };
    const early = new EarlyOrders(IDENTITY, turns);
    early.heard(reserved(3, 4));
    expect(early.mayLeave(clientOrderId(IDENTITY, 3))).toBe(false);
    early.turnEnded();
    expect(early.mayLeave(clientOrderId(IDENTITY, 3))).toBe(false);
    turns.durable = 7;
    expect([2, 3, 4, 5].map((number) => early.mayLeave(clientOrderId(IDENTITY, number)))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it('are none of another journal', () => {
    const early = new EarlyOrders(IDENTITY, { appendedSeq: 1, durableSeq: () => 9 });
    early.heard(reserved(1, 1));
    early.turnEnded();
    expect(early.mayLeave(clientOrderId('f'.repeat(32), 1))).toBe(false);
  });
});
