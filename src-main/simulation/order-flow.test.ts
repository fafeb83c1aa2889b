import { describe, expect, it } from 'vitest';
import type { Side } from '../../src-shared/domain/order.ts';
import { DEFAULT_ORDER_FLOW } from './default-order-flow.ts';
import { meanIntensities } from './hawkes.ts';
import { MatchingBook } from './matching-book.ts';
import { FLOW_TYPES, type FlowDecision, OrderFlow, type OrderFlowParameters } from './order-flow.ts';

const REFERENCE = 618_000;

function bookWith(bid: number, ask: number): MatchingBook {
  const book = new MatchingBook({ filled() {} });
  if (bid > 0) book.rest('buy', bid, 1_000_000);
  if (ask > 0) book.rest('sell', ask, 1_000_000);
  return book;
}

/** What the flow wants on a book that never changes. */
function decisions(flow: OrderFlow, book: MatchingBook, count: number): FlowDecision[] {
  return Array.from({ length: count }, () => flow.decide(book, REFERENCE));
}

function limits(of: readonly FlowDecision[], side: Side): (FlowDecision & { kind: 'limit' })[] {
  return of.filter(
    (decision): decision is FlowDecision & { kind: 'limit' } => decision.kind === 'limit' && decision.side === side,
  );
}

/** `count` touch orders per side in the flow's hands. */
function withResting(flow: OrderFlow, count: number): MatchingBook {
  const book = new MatchingBook({ filled() {} });
  for (let i = 0; i < count; i++) {
    flow.resting.add(0, book.rest('buy', REFERENCE - 1, 1));
    flow.resting.add(1, book.rest('sell', REFERENCE, 1));
  }
  return book;
}

describe('OrderFlow', () => {
  it('has events of every type in the mean intensities of its process', () => {
    const flow = new OrderFlow(DEFAULT_ORDER_FLOW, 1);
    const book = withResting(flow, 200);
    const counts = new Map<string, number>();
    const seconds = 600;
    while (flow.nextSeconds() < seconds) {
      const decision = flow.decide(book, REFERENCE);
      if (decision.kind === 'none') continue;
      const key = `${decision.kind} ${decision.side}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    meanIntensities(DEFAULT_ORDER_FLOW.hawkes).forEach((rate, type) => {
      const measured = (counts.get(FLOW_TYPES[type]) ?? 0) / seconds;
      // Market orders come in bursts: ten minutes know their rate to some 10 %.
      expect(Math.abs(measured / rate - 1)).toBeLessThan(0.3);
    });
  });

  it('never crosses, joins or improves the touch, or falls off behind it as the declared power law', () => {
    const { joinTouch, exponent, scaleTicks } = DEFAULT_ORDER_FLOW.placement;
    const all = decisions(new OrderFlow(DEFAULT_ORDER_FLOW, 2), bookWith(REFERENCE - 1, REFERENCE), 60_000);
    for (const [side, best, away] of [
      ['buy', REFERENCE - 1, -1],
      ['sell', REFERENCE, 1],
    ] as const) {
      const distances = limits(all, side).map(({ priceTicks }) => away * priceTicks - away * best);
      expect(Math.min(...distances)).toBe(0);
      expect(distances.filter((distance) => distance === 0).length / distances.length).toBeCloseTo(joinTouch, 1);
      const deep = distances.filter((distance) => distance > 0);
      expect(Math.max(...deep)).toBeLessThanOrEqual(DEFAULT_ORDER_FLOW.placement.maxTicks + 1);
      // The cut at maxTicks gives its share to the rest.
      const cut = (1 + DEFAULT_ORDER_FLOW.placement.maxTicks / scaleTicks) ** -exponent;
      for (const x of [50, 300, 1_000, 3_000]) {
        const beyond = deep.filter((distance) => distance > x).length / deep.length;
        expect(Math.abs(beyond - ((1 + x / scaleTicks) ** -exponent - cut) / (1 - cut))).toBeLessThan(0.03);
      }
    }
  });

  it('closes an open spread as often as declared', () => {
    const all = limits(
      decisions(new OrderFlow(DEFAULT_ORDER_FLOW, 3), bookWith(REFERENCE - 10, REFERENCE), 20_000),
      'buy',
    );
    const closing = all.filter(({ priceTicks }) => priceTicks === REFERENCE - 1).length;
    expect(closing / all.length).toBeCloseTo(DEFAULT_ORDER_FLOW.placement.closeSpread, 1);
  });

  it('opens an empty side beside the other one, and an empty book at the reference', () => {
    const besides = limits(decisions(new OrderFlow(DEFAULT_ORDER_FLOW, 4), bookWith(0, REFERENCE), 500), 'buy');
    expect(Math.max(...besides.map(({ priceTicks }) => priceTicks))).toBe(REFERENCE - 1);
    const opening = limits(decisions(new OrderFlow(DEFAULT_ORDER_FLOW, 4), bookWith(0, 0), 500), 'sell');
    expect(Math.min(...opening.map(({ priceTicks }) => priceTicks))).toBe(REFERENCE + 1);
  });

  it('places nothing below a price of one tick', () => {
    const all = decisions(new OrderFlow(DEFAULT_ORDER_FLOW, 5), bookWith(0, 1), 2_000);
    expect(limits(all, 'buy')).toEqual([]);
    const atFloor = limits(decisions(new OrderFlow(DEFAULT_ORDER_FLOW, 5), bookWith(1, 2), 2_000), 'buy');
    expect(new Set(atFloor.map(({ priceTicks }) => priceTicks))).toEqual(new Set([1]));
  });

  it('draws market sizes whose median is the declared one', () => {
    const all = decisions(new OrderFlow(DEFAULT_ORDER_FLOW, 6), bookWith(REFERENCE - 1, REFERENCE), 60_000);
    const lots = all.flatMap((decision) => (decision.kind === 'market' ? [decision.lots] : [])).sort((a, b) => a - b);
    expect(lots[0]).toBeGreaterThanOrEqual(1);
    expect(lots.at(-1)).toBeLessThanOrEqual(DEFAULT_ORDER_FLOW.marketLots.maxLots);
    expect(Math.abs(lots[lots.length >> 1] / DEFAULT_ORDER_FLOW.marketLots.medianLots - 1)).toBeLessThan(0.15);
  });

  it('cancels in proportion to the queue until its capacity, and nothing where nothing rests', () => {
    const cancelRate = (resting: number): number => {
      const flow = new OrderFlow(DEFAULT_ORDER_FLOW, 7);
      const book = withResting(flow, resting);
      return decisions(flow, book, 30_000).filter(({ kind }) => kind === 'cancel').length;
    };
    const half = Math.round(DEFAULT_ORDER_FLOW.cancels.capacity / 2);
    expect(cancelRate(0)).toBe(0);
    expect(cancelRate(half) / cancelRate(2 * half)).toBeCloseTo(0.5, 1);
    expect(cancelRate(8 * half)).toBe(cancelRate(4 * half));
  });

  it('cancels deep orders as much less as declared', () => {
    const flow = new OrderFlow(DEFAULT_ORDER_FLOW, 8);
    const book = withResting(flow, 10);
    for (let i = 0; i < 1_000; i++) flow.resting.add(2, book.rest('buy', REFERENCE - 100, 1));
    let [deep, touch] = [0, 0];
    for (const decision of decisions(flow, book, 60_000)) {
      if (decision.kind !== 'cancel' || decision.side !== 'buy') continue;
      if (book.priceOf(decision.handle) === REFERENCE - 100) deep += 1;
      else touch += 1;
    }
    expect(deep / touch / (100 * DEFAULT_ORDER_FLOW.cancels.deepWeight)).toBeCloseTo(1, 0);
  });

  it('goes on after a restore as if nothing had happened', () => {
    const flow = new OrderFlow(DEFAULT_ORDER_FLOW, 9);
    const book = withResting(flow, 20);
    decisions(flow, book, 100);
    const twin = new OrderFlow(DEFAULT_ORDER_FLOW, 10);
    twin.restore(structuredClone(flow.snapshot()));
    expect(decisions(twin, book, 500)).toEqual(decisions(flow, book, 500));
  });

  const { hawkes, placement, cancels } = DEFAULT_ORDER_FLOW;
  it.each<[string, Partial<OrderFlowParameters>]>([
    [
      'a process that explodes',
      { hawkes: { ...hawkes, branching: hawkes.branching.map((row) => row.map((entry) => entry * 2)) } },
    ],
    ['another number of types', { hawkes: { ...hawkes, baselinePerSecond: [1], branching: [[0.5]] } }],
    ['fewer cancels than limit orders', { hawkes: { ...hawkes, baselinePerSecond: [500, 500, 1, 1, 1, 1] } }],
    ['a share above 1', { placement: { ...placement, joinTouch: 1.1 } }],
    ['an exponent of zero', { placement: { ...placement, exponent: 0 } }],
    ['sizes without a median', { marketLots: { ...DEFAULT_ORDER_FLOW.marketLots, medianLots: Number.NaN } }],
    ['no capacity', { cancels: { ...cancels, capacity: 0 } }],
  ])('refuses %s', (_what, change) => {
    expect(() => new OrderFlow({ ...DEFAULT_ORDER_FLOW, ...change }, 1)).toThrow(RangeError);
  });
});
