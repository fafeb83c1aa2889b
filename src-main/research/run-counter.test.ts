import { describe, expect, it } from 'vitest';
import type { ClientOrderId } from '../../src-shared/domain/order.ts';
import type { Fact } from '../core/engine/fact.ts';
import { FactChain } from './fact-chain.ts';
import { RunCounter } from './run-counter.ts';

let seq = 0;
/** A fact with just what is looked at. */
function fact(kind: Fact['kind'], body: object): Fact {
  seq += 1;
  return { kind, seq, at: 0, cause: 1, ...body } as unknown as Fact;
}

describe('the run counter', () => {
  it('tells partial fills from those that complete an order', () => {
    const counter = new RunCounter();
    counter.fold(fact('order-intended', { order: { clientOrderId: 'a', lots: 5 } }));
    counter.fold(fact('order-sent', { clientOrderId: 'a' }));
    counter.fold(fact('order-filled', { fill: { clientOrderId: 'a', lots: 2 } }));
    counter.fold(fact('order-filled', { fill: { clientOrderId: 'a', lots: 3 } }));
    expect(counter).toMatchObject({ orders: 1, fills: 2, partialFills: 1, cancels: 0 });
  });

  it('tells them of orders that were open before it began, too', () => {
    const counter = new RunCounter();
    counter.begin([{ clientOrderId: 'a' as ClientOrderId, remainingLots: 5 }]);
    counter.fold(fact('order-filled', { fill: { clientOrderId: 'a', lots: 2 } }));
    counter.fold(fact('order-filled', { fill: { clientOrderId: 'a', lots: 3 } }));
    expect(counter).toMatchObject({ intended: 0, fills: 2, partialFills: 1 });
  });

  it('counts cancels, and refusals by reason', () => {
    const counter = new RunCounter();
    for (const reason of ['mode', 'price-collar', 'mode']) counter.fold(fact('order-refused', { reason }));
    counter.fold(fact('order-cancelled', { clientOrderId: 'a' }));
    expect(counter.gateRefusals).toEqual({ mode: 2, 'price-collar': 1 });
    expect(counter.cancels).toBe(1);
  });
});

describe('the fact chain', () => {
  const facts = [fact('order-sent', { clientOrderId: 'a' }), fact('book-proven', { updateId: 1 })];

  function hashOf(...of: readonly Fact[]): FactChain {
    const chain = new FactChain();
    for (const one of of) chain.add(one);
    return chain;
  }

  it('stands for every fact in its order', () => {
    const [a, b] = facts;
    expect(hashOf(a, b).factsHash).toBe(hashOf(a, b).factsHash);
    expect(hashOf(b, a).factsHash).not.toBe(hashOf(a, b).factsHash);
    expect(hashOf(a).factsHash).not.toBe(hashOf(a, b).factsHash);
  });

  it('keeps a hash of the orders alone', () => {
    const [a, b] = facts;
    expect(hashOf(a, b).ordersHash).toBe(hashOf(a).ordersHash);
  });

  it('goes on from a snapshot', () => {
    const [a, b] = facts;
    const continued = new FactChain();
    continued.restore(hashOf(a).snapshot());
    continued.add(b);
    expect(continued.snapshot()).toEqual(hashOf(a, b).snapshot());
  });
});
