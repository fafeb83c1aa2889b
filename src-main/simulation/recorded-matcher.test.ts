import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ticks } from '../../src-shared/domain/instrument.ts';
import type { Side } from '../../src-shared/domain/order.ts';
import { micros } from '../../src-shared/domain/time.ts';
import type { MarketInput } from '../core/engine/input.ts';
import { DEFAULT_MARKET_CONFIG } from '../core/market/market-config.ts';
import { idOf, trade } from '../testing/exchange-harness.ts';
import { depth, snapshotFrame, ticker } from '../testing/frames.ts';
import { runs } from '../testing/runs.ts';
import { RecordedMatcher, type RecordedMatcherConfig } from './recorded-matcher.ts';

const CONFIG: RecordedMatcherConfig = {
  market: DEFAULT_MARKET_CONFIG,
  queue: { kind: 'power', exponent: 1, form: 'share' },
  usesBookTickers: true,
};
const NOW = micros(1_000);

function harness(config: Partial<RecordedMatcherConfig> = {}) {
  const fills: string[] = [];
  const matcher = new RecordedMatcher(
    { ...CONFIG, ...config },
    {
      executed: (id, priceTicks, lots, liquidity, at) => {
        expect(at).toBe(NOW);
        fills.push(`${id} ${lots}@${priceTicks} ${liquidity}`);
      },
    },
  );
  /** Returns the executions since the last look. */
  const seen = (): string[] => fills.splice(0);
  return {
    matcher,
    seen,
    apply: (input: MarketInput): string[] => {
      matcher.apply(input, NOW);
      return seen();
    },
    rest: (name: string, side: Side, priceTicks: number, lots: number) =>
      matcher.rest(idOf(name), side, priceTicks as Ticks, lots),
    take: (name: string, side: Side, limitTicks: number | null, lots: number): string[] => {
      const taken = matcher.take(idOf(name), side, limitTicks as Ticks | null, lots, NOW);
      const executions = seen();
      expect(executions.reduce((sum, text) => sum + Number(/ (\d+)@/.exec(text)?.[1]), 0)).toBe(taken);
      return executions;
    },
  };
}

/** Bids 999 × 5, 998 × 7; asks 1001 × 4, 1002 × 6. */
function live(config: Partial<RecordedMatcherConfig> = {}) {
  const made = harness(config);
  made.apply(
    snapshotFrame(
      100,
      [
        [999, 5],
        [998, 7],
      ],
      [
        [1_001, 4],
        [1_002, 6],
      ],
    ),
  );
  return made;
}

describe('before the first snapshot', () => {
  it('nothing trades', () => {
    const { matcher, apply, rest, take } = harness();
    rest('a', 'buy', 1_000, 5);
    expect(matcher.isLive()).toBe(false);
    expect(matcher.apply(trade(900, 50), NOW)).toBe(false);
    expect(apply(ticker(5, [899, 1], [900, 1]))).toEqual([]);
    expect(apply(depth(1, 2, [], [[900, 3]]))).toEqual([]);
    expect(take('b', 'buy', null, 5)).toEqual([]);
    expect([matcher.bestOpposite('buy'), matcher.available('buy', null, 9)]).toEqual([-1, 0]);
  });
});

describe('a taker', () => {
  it('walks the levels up to its limit', () => {
    const { matcher, take } = live();
    expect(matcher.bestOpposite('buy')).toBe(1_001);
    expect(matcher.available('buy', 1_001 as Ticks, 100)).toBe(4);
    expect(matcher.available('buy', null, 100)).toBe(10);
    expect(matcher.available('buy', null, 7)).toBe(7);
    expect(take('a', 'buy', 1_000, 5)).toEqual([]);
    expect(take('a', 'buy', 1_002, 7)).toEqual(['a 4@1001 taker', 'a 3@1002 taker']);
    expect(take('b', 'sell', 998, 50)).toEqual(['b 5@999 taker', 'b 7@998 taker']);
  });

  it('does not take the same lots twice before the level changes', () => {
    const { matcher, apply, take } = live();
    take('a', 'buy', null, 7);
    expect(matcher.bestOpposite('buy')).toBe(1_002);
    expect(take('b', 'buy', null, 50)).toEqual(['b 3@1002 taker']);
    expect(matcher.bestOpposite('buy')).toBe(-1);
    apply(depth(101, 102, [], [[1_002, 8]]));
    expect(take('c', 'buy', null, 50)).toEqual(['c 8@1002 taker']);
  });
});

describe('a resting order', () => {
  it('is filled by what a trade at its price has beyond the queue ahead', () => {
    const { apply, rest } = live();
    rest('a', 'buy', 999, 6);
    expect(apply(trade(999, 3))).toEqual([]);
    expect(apply(trade(999, 4))).toEqual(['a 2@999 maker']);
    expect(apply(trade(999, 9))).toEqual(['a 4@999 maker']);
    expect(apply(trade(999, 9))).toEqual([]);
  });

  it('meets only sellers when it buys, and buyers when it sells', () => {
    const { apply, rest } = live();
    rest('a', 'buy', 1_000, 6);
    rest('b', 'sell', 1_000, 6);
    expect(apply(trade(1_000, 2, 'buy'))).toEqual(['b 2@1000 maker']);
    expect(apply(trade(1_000, 3, 'sell'))).toEqual(['a 3@1000 maker']);
  });

  it('is filled at its own price by a trade through it, with that trade’s lots, and stands at the front then', () => {
    const { apply, rest } = live();
    rest('a', 'buy', 999, 6);
    expect(apply(trade(998, 2))).toEqual(['a 2@999 maker']);
    expect(apply(trade(999, 1))).toEqual(['a 1@999 maker']);
    expect(apply(trade(1_000, 9))).toEqual([]);
  });

  it('of several, the best price goes first, then the first to come, and no lot fills two', () => {
    const { apply, rest } = live();
    rest('late', 'sell', 1_001, 5);
    rest('later', 'sell', 1_001, 5);
    rest('best', 'sell', 1_000, 3);
    rest('far', 'sell', 1_003, 5);
    // 12 bought up to 1001: 3 of them meet `best`; 4 stood ahead at 1001; 5 are left.
    expect(apply(trade(1_001, 12, 'buy'))).toEqual(['best 3@1000 maker', 'late 5@1001 maker']);
    expect(apply(trade(1_001, 2, 'buy'))).toEqual(['later 2@1001 maker']);
  });

  it('moves forward by cancels as the queue model says', () => {
    const { matcher, apply, rest } = live();
    apply(depth(101, 101, [[998, 60]], []));
    rest('a', 'buy', 998, 5);
    apply(depth(102, 102, [[998, 100]], []));
    // 60 ahead, 40 behind, 10 cancelled, p = 0.4: 54 ahead.
    apply(depth(103, 103, [[998, 90]], []));
    expect(matcher.snapshot().buys[0]).toMatchObject({ aheadLots: 54, levelLots: 90 });
    // 20 trade, and the book shows it: 34 ahead. Then the rest of the queue and 3 lots.
    expect(apply(trade(998, 20))).toEqual([]);
    apply(depth(104, 104, [[998, 70]], []));
    expect(apply(trade(998, 37))).toEqual(['a 3@998 maker']);
  });

  it('is filled when the opposite best comes to its price, with what stands there', () => {
    const { apply, rest } = live();
    rest('a', 'buy', 999, 6);
    rest('b', 'buy', 998, 6);
    expect(
      apply(
        depth(
          101,
          101,
          [
            [999, 0],
            [998, 0],
            [997, 1],
          ],
          [[999, 2]],
        ),
      ),
    ).toEqual(['a 2@999 maker']);
    expect(apply(depth(102, 102, [[996, 1]], []))).toEqual([]);
    expect(apply(depth(103, 103, [], [[998, 9]]))).toEqual(['a 4@999 maker', 'b 5@998 maker']);
  });

  it('is filled by a newer ticker that comes to its price, unless tickers are off', () => {
    const on = live();
    on.rest('a', 'sell', 1_001, 6);
    expect(on.apply(ticker(105, [1_001, 4], [1_002, 1]))).toEqual(['a 4@1001 maker']);
    expect(on.apply(ticker(105, [1_001, 9], [1_002, 1]))).toEqual([]);
    const off = live({ usesBookTickers: false });
    off.rest('a', 'sell', 1_001, 6);
    expect(off.apply(ticker(105, [1_001, 4], [1_002, 1]))).toEqual([]);
  });

  it('can be taken out', () => {
    const { matcher, apply, rest } = live();
    rest('a', 'buy', 1_000, 6);
    rest('b', 'sell', 1_000, 6);
    apply(trade(1_000, 2));
    expect(matcher.remove(idOf('a'))).toBe(4);
    expect(matcher.remove(idOf('a'))).toBe(0);
    expect(matcher.remove(idOf('b'))).toBe(6);
    expect(apply(trade(1_000, 9))).toEqual([]);
  });

  it('keeps its place over a hole in the recording', () => {
    const { matcher, apply, rest } = live();
    rest('a', 'buy', 998, 5);
    apply(depth(105, 105, [[998, 1]], []));
    expect(matcher.isLive()).toBe(false);
    expect(apply(trade(990, 5))).toEqual([]);
    apply(snapshotFrame(110, [[998, 3]], [[1_001, 4]]));
    expect(apply(trade(998, 4))).toEqual(['a 1@998 maker']);
  });
});

describe('whatever comes', () => {
  const side = fc.constantFrom<Side>('buy', 'sell');
  const near = fc.integer({ min: 990, max: 1_010 });
  const lots = fc.integer({ min: 1, max: 30 });
  const levels = fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.nat(20)), { maxLength: 5 });
  const action = fc.oneof(
    fc.record({ bids: levels, asks: levels, mid: fc.integer({ min: 995, max: 1_005 }) }),
    fc.record({ print: near, lots, aggressor: side }),
    fc.record({ rest: near, lots, side }),
    fc.record({ take: near, lots, side }),
    fc.record({ remove: fc.nat(20) }),
  );

  it('own orders get no more than they want, at their price or better, and no lot of a trade fills two', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), fc.nat(60), (actions, cut) => {
        const orders = new Map<string, { side: Side; priceTicks: number; open: number }>();
        let frameLots = 0;
        const listen = (id: string, priceTicks: number, filled: number) => {
          const order = orders.get(id);
          if (order === undefined) throw new Error(`unknown order ${id}`);
          order.open -= filled;
          frameLots += filled;
          expect(order.open).toBeGreaterThanOrEqual(0);
          expect(order.side === 'buy' ? priceTicks <= order.priceTicks : priceTicks >= order.priceTicks).toBe(true);
        };
        let matcher = new RecordedMatcher(CONFIG, { executed: listen });
        matcher.apply(snapshotFrame(1, [[990, 9]], [[1_010, 9]]), NOW);
        let id = 1;
        actions.forEach((act, index) => {
          if (index === cut) {
            const copy = new RecordedMatcher(CONFIG, { executed: listen });
            copy.restore(structuredClone(matcher.snapshot()));
            expect(copy.snapshot()).toEqual(matcher.snapshot());
            matcher = copy;
          }
          frameLots = 0;
          const name = `o${index}`;
          if ('mid' in act) {
            id += 1;
            // Clears the way, so that the recorded book itself is never crossed.
            const clear = Array.from({ length: 21 }, (_, i): [number, number] => [990 + i, 0]);
            const bids = act.bids.map(([d, n]): [number, number] => [act.mid - d, n]);
            const asks = act.asks.map(([d, n]): [number, number] => [act.mid + d, n]);
            matcher.apply(depth(id, id, [...clear, ...bids], [...clear, ...asks]), NOW);
          } else if ('print' in act) {
            matcher.apply(trade(act.print, act.lots, act.aggressor), NOW);
            expect(frameLots).toBeLessThanOrEqual(act.lots);
          } else if ('rest' in act) {
            orders.set(name, { side: act.side, priceTicks: act.rest, open: act.lots });
            const left = act.lots - matcher.take(idOf(name), act.side, act.rest as Ticks, act.lots, NOW);
            if (left > 0) matcher.rest(idOf(name), act.side, act.rest as Ticks, left);
          } else if ('take' in act) {
            orders.set(name, { side: act.side, priceTicks: act.take, open: act.lots });
            const could = matcher.available(act.side, act.take as Ticks, act.lots);
            expect(matcher.take(idOf(name), act.side, act.take as Ticks, act.lots, NOW)).toBe(could);
          } else {
            const target = [...orders.keys()][act.remove];
            const removed = target === undefined ? 0 : matcher.remove(idOf(target));
            if (removed > 0) expect(orders.get(target as string)?.open).toBe(removed);
          }
        });
        expect(matcher.isLive()).toBe(true);
      }),
      { seed: 42, numRuns: runs(200) },
    );
  });
});
