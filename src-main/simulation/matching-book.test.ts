import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { opposite, type Side } from '../../src-shared/domain/order.ts';
import { runs } from '../testing/runs.ts';
import { MAX_ORDER_LOTS, MAX_ORDERS, MatchingBook, slotOf } from './matching-book.ts';
import { MAX_PRICE_TICKS } from './price-ladder.ts';

interface ModelOrder {
  readonly id: number;
  readonly side: Side;
  readonly price: number;
  lots: number;
}

/** The obviously right matching: one array in the order of arrival, searched from the start every time. */
class ModelBook {
  readonly orders: ModelOrder[] = [];

  match(taker: number, side: Side, limit: number | null, lots: number, fills: number[][]): number {
    let left = lots;
    while (left > 0) {
      const makers = this.orders
        .filter((order) => order.side !== side)
        .filter(({ price }) => limit === null || (side === 'buy' ? price <= limit : price >= limit))
        .sort((a, b) => (side === 'buy' ? a.price - b.price : b.price - a.price));
      const maker = makers[0];
      if (maker === undefined) break;
      const executed = Math.min(left, maker.lots);
      left -= executed;
      maker.lots -= executed;
      if (maker.lots === 0) this.remove(maker.id);
      fills.push([taker, maker.id, maker.price, executed]);
    }
    return lots - left;
  }

  remove(id: number): number {
    const index = this.orders.findIndex((order) => order.id === id);
    return index < 0 ? 0 : this.orders.splice(index, 1)[0].lots;
  }

  levels(side: Side): number[][] {
    const prices = new Set(this.orders.filter((order) => order.side === side).map(({ price }) => price));
    return [...prices]
      .sort((a, b) => (side === 'buy' ? b - a : a - b))
      .map((price) => [price, this.lotsAt(side, price)]);
  }

  lotsAt(side: Side, price: number): number {
    return this.orders
      .filter((order) => order.side === side && order.price === price)
      .reduce((sum, { lots }) => sum + lots, 0);
  }
}

function levels(book: MatchingBook, side: Side): number[][] {
  const found: number[][] = [];
  for (let price = book.bestTicks(side); price >= 0; price = book.nextWorse(side, price))
    found.push([price, book.lotsAt(side, price)]);
  return found;
}

const side = fc.constantFrom<Side>('buy', 'sell');
const lots = fc.integer({ min: 1, max: 30 });
const price = fc.integer({ min: 90, max: 110 });
const command = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('limit' as const), side, price, lots }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('take' as const), side, price: fc.option(price), lots }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('cancel' as const), target: fc.nat({ max: 200 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restore' as const) }) },
);

describe('MatchingBook', () => {
  it('does what a plain array with price–time priority does, whatever comes, across snapshot and restore', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 200 }), (commands) => {
        const fills: number[][] = [];
        const expected: number[][] = [];
        const idOf = new Map<number, number>();
        const listener = {
          filled: (taker: number, maker: number, at: number, quantity: number) =>
            fills.push([taker, maker, at, quantity]),
        };
        let book = new MatchingBook(listener);
        const model = new ModelBook();
        const handles: number[] = [];
        for (const next of commands) {
          const id = handles.length;
          const before = fills.length;
          if (next.kind === 'limit') {
            const executed = model.match(id, next.side, next.price, next.lots, expected);
            if (executed < next.lots)
              model.orders.push({ id, side: next.side, price: next.price, lots: next.lots - executed });
            const handle = book.limit(next.side, next.price, next.lots);
            expect(book.lotsOf(handle)).toBe(next.lots - executed);
            expect(book.priceOf(handle)).toBe(executed < next.lots ? next.price : -1);
            handles.push(handle);
            idOf.set(handle, id);
            for (const fill of fills.slice(before)) expect(fill[0]).toBe(handle);
          } else if (next.kind === 'take') {
            const couldTake = book.available(next.side, next.price, next.lots);
            const executed = model.match(id, next.side, next.price, next.lots, expected);
            expect(couldTake).toBe(executed);
            expect(book.take(next.side, next.price, next.lots)).toBe(executed);
          } else if (next.kind === 'cancel') {
            expect(book.cancel(handles[next.target] ?? -1)).toBe(model.remove(next.target));
          } else {
            const snapshot = structuredClone(book.snapshot());
            book = new MatchingBook(listener);
            book.limit('buy', 1, 1);
            book.restore(snapshot);
            expect(book.snapshot()).toEqual(snapshot);
          }
          for (const of of ['buy', 'sell'] as const) {
            expect(levels(book, of)).toEqual(model.levels(of));
            expect(book.levelCount(of)).toBe(model.levels(of).length);
          }
          const best = [...(model.levels('buy')[0] ?? [-1, 0]), ...(model.levels('sell')[0] ?? [-1, 0])];
          expect([book.bestBidTicks(), book.bestBidLots(), book.bestAskTicks(), book.bestAskLots()]).toEqual(best);
        }
        expect(fills.map(([, maker, at, quantity]) => [idOf.get(maker), at, quantity])).toEqual(
          expected.map(([, maker, at, quantity]) => [maker, at, quantity]),
        );
      }),
      { seed: 42, numRuns: runs(150) },
    );
  });

  it('keeps the queue of a level in the order of arrival', () => {
    const book = new MatchingBook({ filled() {} });
    const [a, b, c] = [book.limit('buy', 100, 1), book.limit('buy', 100, 2), book.limit('buy', 100, 3)];
    expect(book.queueAt('buy', 100)).toEqual([a, b, c]);
    book.cancel(b);
    const d = book.rest('buy', 100, 4);
    expect(book.queueAt('buy', 100)).toEqual([a, c, d]);
    expect(book.queueAt('buy', 99)).toEqual([]);
  });

  it('never lets a handle of a gone order reach the order that took its slot', () => {
    const book = new MatchingBook({ filled() {} });
    const first = book.limit('sell', 100, 5);
    book.cancel(first);
    const second = book.limit('sell', 100, 7);
    expect(slotOf(second)).toBe(slotOf(first));
    expect(book.cancel(first)).toBe(0);
    expect(book.lotsOf(second)).toBe(7);
    for (const stranger of [-1, Number.NaN, 12345]) expect(book.cancel(stranger)).toBe(0);
  });

  it.each([
    ['a fractional price', 1.5, 1],
    ['price zero', 0, 1],
    ['a price beyond the index', MAX_PRICE_TICKS + 1, 1],
    ['no quantity', 100, 0],
    ['NaN lots', 100, Number.NaN],
    ['more lots than a book can sum up', 100, Math.ceil(MAX_ORDER_LOTS) + 1],
  ])('refuses %s and stays as it was', (_what, priceTicks, quantity) => {
    const book = new MatchingBook({ filled() {} });
    book.limit('sell', 100, 5);
    const before = book.snapshot();
    expect(() => book.limit('buy', priceTicks, quantity)).toThrow(RangeError);
    expect(() => book.rest('buy', priceTicks, quantity)).toThrow(RangeError);
    expect(book.snapshot()).toEqual(before);
  });

  it('rests no order that crosses', () => {
    const book = new MatchingBook({ filled() {} });
    for (const of of ['buy', 'sell'] as const) {
      book.limit(of, 100, 5);
      expect(() => book.rest(opposite(of), 100, 1)).toThrow(/crosses/);
      book.take(opposite(of), null, 5);
    }
  });

  it('refuses an order beyond its limit of orders, and takes one again when another left', () => {
    const book = new MatchingBook({ filled() {} });
    const first = book.limit('buy', 1, 1);
    for (let i = 1; i < MAX_ORDERS; i++) book.limit('buy', 1 + (i % 500), 1);
    expect(() => book.limit('buy', 1, 1)).toThrow(/full/);
    book.cancel(first);
    expect(book.lotsOf(book.limit('buy', 1, 1))).toBe(1);
  });
});
