import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InstrumentId, Ticks } from '../../src-shared/domain/instrument.ts';
import type { ClientOrderId, Liquidity, Side } from '../../src-shared/domain/order.ts';
import { MICROS_PER_SECOND, type Micros, micros } from '../../src-shared/domain/time.ts';
import type { DepthSnapshot, DepthUpdate, Levels, MarketInput } from '../core/engine/input.ts';
import type { BookView } from '../core/market/market-view.ts';
import { runs } from '../testing/runs.ts';
import { ClosedMarket, type ClosedMarketOptions, DEFAULT_CLOSED_MARKET } from './closed-market.ts';
import { DEFAULT_ORDER_FLOW } from './default-order-flow.ts';
import { meanIntensities } from './hawkes.ts';
import type { OrderFlowParameters } from './order-flow.ts';
import { compare } from './reference-statistics.ts';
import { type MarketStatistics, StylisedFacts } from './stylised-facts.ts';

const START = micros(1_700_000_000_000_000);
const SIDES: readonly Side[] = ['buy', 'sell'];

interface Execution {
  readonly id: ClientOrderId;
  readonly priceTicks: number;
  readonly lots: number;
  readonly liquidity: Liquidity;
  readonly at: Micros;
}

class Observed {
  readonly frames: MarketInput[] = [];
  readonly executions: Execution[] = [];
  readonly market: ClosedMarket;

  constructor(seed: number, options: Partial<ClosedMarketOptions> = {}) {
    this.market = new ClosedMarket(
      { ...DEFAULT_CLOSED_MARKET, instrument: 3 as InstrumentId, seed, startAt: START, warmUpSeconds: 5, ...options },
      {
        executed: (id, priceTicks, lots, liquidity, at) =>
          this.executions.push({ id, priceTicks, lots, liquidity, at }),
      },
      {
        published: (input, at) => {
          if (at !== input.exchangeAt) throw new Error(`published at ${at}, stamped ${input.exchangeAt}`);
          this.frames.push(input);
        },
      },
    );
  }

  runTo(at: number): void {
    while (this.market.nextAt() <= at) this.market.step();
  }

  runSeconds(seconds: number): void {
    this.runTo(START + seconds * MICROS_PER_SECOND);
  }

  depths(): DepthUpdate[] {
    return this.frames.filter((frame): frame is DepthUpdate => frame.kind === 'depth');
  }
}

/** A book as a desk keeps it: plain maps, filled by frames alone. */
class Rebuilt {
  private readonly sides: Readonly<Record<Side, Map<number, number>>> = { buy: new Map(), sell: new Map() };
  private lastId: number;
  private isFirst = true;

  constructor(snapshot: DepthSnapshot) {
    this.lastId = snapshot.lastId;
    this.set(snapshot);
  }

  /** By the rules of the venue's documentation; false for an update that is older than the snapshot. */
  apply(update: DepthUpdate): boolean {
    if (update.lastId < this.lastId) return false;
    if (this.isFirst) expect(update.firstId).toBeLessThanOrEqual(this.lastId);
    else expect(update.previousId).toBe(this.lastId);
    this.isFirst = false;
    this.lastId = update.lastId;
    this.set(update);
    return true;
  }

  levels(side: Side): number[][] {
    return [...this.sides[side]].sort(([a], [b]) => (side === 'buy' ? b - a : a - b));
  }

  private set({ bidCount, askCount, priceTicks, lots }: Levels): void {
    for (let i = 0; i < bidCount + askCount; i++) {
      const side = this.sides[i < bidCount ? 'buy' : 'sell'];
      if (lots[i] === 0) side.delete(priceTicks[i]);
      else side.set(priceTicks[i], lots[i]);
    }
  }
}

function levels(book: BookView, side: Side): number[][] {
  const found: number[][] = [];
  let price = side === 'buy' ? book.bestBidTicks() : book.bestAskTicks();
  for (; price >= 0; price = book.nextWorse(side, price)) found.push([price, book.lotsAt(side, price)]);
  return found;
}

const orderId = (index: number): ClientOrderId => index.toString(16).padStart(32, '0') as ClientOrderId;
const ticks = (price: number): Ticks => price as Ticks;

const deskAction = fc.record({
  waitMicros: fc.nat({ max: 300_000 }),
  kind: fc.constantFrom('take', 'rest', 'remove', 'snapshot'),
  side: fc.constantFrom(...SIDES),
  lots: fc.integer({ min: 1, max: 5_000 }),
  behind: fc.nat({ max: 10 }),
  target: fc.nat({ max: 20 }),
});

describe('ClosedMarket', () => {
  it('publishes frames from which anyone rebuilds its book exactly, whatever the desk does in it', () => {
    fc.assert(
      fc.property(fc.nat(), fc.array(deskAction, { minLength: 1, maxLength: 20 }), (seed, actions) => {
        const observed = new Observed(seed, { warmUpSeconds: 1 });
        const { market } = observed;
        let now: Micros = START;
        let rebuilt = new Rebuilt(market.depthSnapshot(now));
        let seen = 0;
        const catchUp = (): void => {
          // The book is compared right after each depth update, so steps are taken one by one.
          while (market.nextAt() <= now) {
            market.step();
            for (; seen < observed.frames.length; seen++) {
              const frame = observed.frames[seen];
              if (frame.kind !== 'depth' || !rebuilt.apply(frame)) continue;
              for (const side of SIDES) expect(rebuilt.levels(side)).toEqual(levels(market.book, side));
            }
          }
        };
        actions.forEach(({ waitMicros, kind, side, lots, behind, target }, index) => {
          now = micros(now + waitMicros);
          catchUp();
          if (kind === 'take') market.take(orderId(index), side, null, lots, now);
          else if (kind === 'remove') market.remove(orderId(target));
          else if (kind === 'snapshot') rebuilt = new Rebuilt(market.depthSnapshot(now));
          else {
            const best = side === 'buy' ? market.book.bestBidTicks() : market.book.bestAskTicks();
            if (best < 0) return;
            market.rest(orderId(index), side, ticks(side === 'buy' ? best - behind : best + behind), lots, now);
          }
        });
        now = micros(now + 200_000);
        catchUp();
        for (const side of SIDES) expect(levels(market.book, side).length).toBe(market.book.levelCount(side));
      }),
      { seed: 42, numRuns: runs(25) },
    );
  });

  it('numbers depth updates without a gap, at its interval, and publishes nothing before its start', () => {
    const observed = new Observed(1);
    observed.runSeconds(10);
    const depths = observed.depths();
    expect(depths.length).toBeGreaterThan(150);
    for (let i = 1; i < depths.length; i++) {
      expect(depths[i].previousId).toBe(depths[i - 1].lastId);
      expect(depths[i].firstId).toBe(depths[i].previousId + 1);
      expect(depths[i].lastId).toBeGreaterThanOrEqual(depths[i].firstId);
      expect((depths[i].exchangeAt - START) % 50_000).toBe(0);
    }
    for (let i = 1; i < observed.frames.length; i++) {
      expect(observed.frames[i].exchangeAt).toBeGreaterThanOrEqual(observed.frames[i - 1].exchangeAt);
    }
    expect(observed.frames[0].exchangeAt).toBeGreaterThanOrEqual(START);
    expect(observed.frames.every(({ instrument }) => instrument === 3)).toBe(true);
  });

  it('says in its book ticker what its depth says at the same update id', () => {
    const observed = new Observed(2);
    const rebuilt = new Rebuilt(observed.market.depthSnapshot(START));
    observed.runSeconds(20);
    let compared = 0;
    let ticker: MarketInput | undefined;
    for (const frame of observed.frames) {
      if (frame.kind === 'book-ticker') ticker = frame;
      if (frame.kind !== 'depth') continue;
      rebuilt.apply(frame);
      if (ticker?.kind !== 'book-ticker' || ticker.updateId !== frame.lastId) continue;
      compared += 1;
      expect([rebuilt.levels('buy')[0], rebuilt.levels('sell')[0]]).toEqual([
        [ticker.bidTicks, ticker.bidLots],
        [ticker.askTicks, ticker.askLots],
      ]);
    }
    expect(compared).toBeGreaterThan(20);
  });

  it('numbers trades one by one, each at a price that was the best', () => {
    const observed = new Observed(3);
    observed.runSeconds(20);
    const trades = observed.frames.filter((frame) => frame.kind === 'trade');
    expect(trades.length).toBeGreaterThan(50);
    trades.forEach(({ tradeId, lots }, index) => {
      expect(tradeId).toBe(index + 1);
      expect(lots).toBeGreaterThan(0);
    });
  });

  it('is the same market for the same seed, and another for another', () => {
    const [first, second, other] = [new Observed(4), new Observed(4), new Observed(5)];
    for (const observed of [first, second, other]) observed.runSeconds(5);
    expect(second.frames).toEqual(first.frames);
    expect(other.frames).not.toEqual(first.frames);
  });

  it('goes on after a restore as if nothing had happened, desk orders included', () => {
    const act = (observed: Observed, from: number): void => {
      const { market } = observed;
      observed.runSeconds(from + 1);
      const now = micros(START + (from + 1) * MICROS_PER_SECOND);
      market.take(orderId(from), 'buy', null, 700, now);
      market.rest(orderId(from + 1), 'sell', ticks(market.bestOpposite('buy')), 40, now);
      market.rest(orderId(from + 2), 'buy', ticks(market.bestOpposite('sell')), 40_000, now);
      observed.runSeconds(from + 2);
      market.remove(orderId(from + 2));
    };
    const whole = new Observed(6);
    act(whole, 0);
    const snapshot = structuredClone(whole.market.snapshot());
    const [frames, executions] = [whole.frames.length, whole.executions.length];
    act(whole, 10);
    const restored = new Observed(7);
    restored.runSeconds(0.3);
    restored.frames.length = 0;
    restored.market.restore(snapshot);
    expect(restored.market.snapshot()).toEqual(snapshot);
    act(restored, 10);
    expect(restored.frames).toEqual(whole.frames.slice(frames));
    expect(restored.executions).toEqual(whole.executions.slice(executions));
    expect(restored.market.snapshot()).toEqual(whole.market.snapshot());
  });

  it('executes the desk as a taker at the prices that it was shown', () => {
    const { market, executions, frames } = new Observed(8);
    const [[best, bestLots], [second]] = levels(market.book, 'sell');
    expect(market.bestOpposite('buy')).toBe(best);
    expect(market.available('buy', ticks(best), bestLots + 50)).toBe(bestLots);
    expect(market.available('buy', null, bestLots + 1)).toBe(bestLots + 1);
    expect(market.take(orderId(1), 'buy', ticks(best), bestLots + 50, START)).toBe(bestLots);
    expect(market.take(orderId(2), 'buy', null, 1, START)).toBe(1);
    const filled = (id: ClientOrderId): Execution[] => executions.filter((execution) => execution.id === id);
    expect(filled(orderId(1)).reduce((sum, { lots }) => sum + lots, 0)).toBe(bestLots);
    expect(new Set(filled(orderId(1)).map(({ priceTicks }) => priceTicks))).toEqual(new Set([best]));
    expect(filled(orderId(2))).toEqual([
      { id: orderId(2), priceTicks: second, lots: 1, liquidity: 'taker', at: START },
    ]);
    const trades = frames.filter((frame) => frame.kind === 'trade');
    expect(trades.map(({ priceTicks, lots, aggressor }) => [priceTicks, lots, aggressor])).toEqual(
      executions.map(({ priceTicks, lots }) => [priceTicks, lots, 'buy']),
    );
    expect(frames.at(-1)).toMatchObject({ kind: 'book-ticker', askTicks: second });
  });

  it('executes the desk as a maker only after the queue before it, and no more than it rested', () => {
    const observed = new Observed(9);
    const { market, executions } = observed;
    const price = ticks(market.bestOpposite('sell'));
    const ahead = market.book.lotsAt('buy', price);
    market.rest(orderId(1), 'buy', price, 30, START);
    market.take(orderId(2), 'sell', price, ahead, START);
    expect(executions.filter(({ id }) => id === orderId(1))).toEqual([]);
    market.take(orderId(3), 'sell', price, 10, START);
    expect(executions.filter(({ id }) => id === orderId(1))).toEqual([
      { id: orderId(1), priceTicks: price, lots: 10, liquidity: 'maker', at: START },
    ]);
    expect(market.remove(orderId(1))).toBe(20);
    expect(market.remove(orderId(1))).toBe(0);
  });

  it('forgets a desk order that was filled whole', () => {
    const { market, executions } = new Observed(10);
    const price = ticks(market.bestOpposite('sell') + 1);
    // A spread of one tick leaves no room for a new best bid: the ask goes first.
    market.take(orderId(0), 'buy', price, market.available('buy', price, 1e6) || 1, START);
    market.rest(orderId(1), 'buy', price, 30, START);
    expect(market.take(orderId(2), 'sell', price, 100, START)).toBe(30);
    expect(executions.at(-2)).toMatchObject({ id: orderId(1), lots: 30, liquidity: 'maker' });
    expect(market.remove(orderId(1))).toBe(0);
  });

  it('refuses what is out of order, and an id that rests already', () => {
    const observed = new Observed(11);
    const { market } = observed;
    observed.runSeconds(1);
    expect(() => market.take(orderId(1), 'buy', null, 1, START)).toThrow(/out of order/);
    const late = micros(Math.ceil(market.nextAt()) + 1);
    expect(() => market.rest(orderId(1), 'buy', ticks(1), 1, late)).toThrow(/out of order/);
    const now = micros(START + MICROS_PER_SECOND);
    market.rest(orderId(1), 'buy', ticks(1), 1, now);
    expect(() => market.rest(orderId(1), 'buy', ticks(1), 1, now)).toThrow(/rests already/);
  });

  it.each([
    ['an interval of zero', { depthIntervalMs: 0 }],
    ['a fractional interval', { depthIntervalMs: 1.5 }],
    ['a negative warm-up', { warmUpSeconds: -1 }],
  ])('refuses %s', (_what, options) => {
    expect(() => new Observed(1, options)).toThrow(RangeError);
  });

  it('comes back when the desk has bought the whole book', () => {
    const observed = new Observed(12);
    const { market } = observed;
    for (const side of SIDES) {
      const everything = market.available(side, null, Number.MAX_SAFE_INTEGER);
      expect(market.take(orderId(1), side, null, everything, START)).toBe(everything);
      expect(market.bestOpposite(side)).toBe(-1);
    }
    observed.runSeconds(2);
    for (const side of SIDES) expect(market.bestOpposite(side)).toBeGreaterThan(0);
  });

  it('keeps its depth over half an hour', () => {
    const observed = new Observed(13, { warmUpSeconds: 20 });
    const depths: number[] = [];
    for (let minute = 0; minute < 30; minute++) {
      observed.runSeconds(60 * minute);
      observed.frames.length = 0;
      depths.push(SIDES.reduce((sum, side) => sum + observed.market.book.levelCount(side), 0));
    }
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(depths.slice(15)) / mean(depths.slice(0, 15))).toBeGreaterThan(0.75);
    expect(mean(depths.slice(15)) / mean(depths.slice(0, 15))).toBeLessThan(1.33);
  });
});

describe('the default flow', () => {
  const measure = (seed: number, flow: OrderFlowParameters, seconds: number): MarketStatistics => {
    const facts = new StylisedFacts();
    const market: ClosedMarket = new ClosedMarket(
      { ...DEFAULT_CLOSED_MARKET, flow, instrument: 0 as InstrumentId, seed, startAt: START },
      { executed() {} },
      {
        published(input) {
          if (input.kind === 'trade') facts.trade(input.exchangeAt, input.aggressor, input.lots);
          else if (input.kind === 'depth') facts.book(input.exchangeAt, market.book);
        },
      },
    );
    while (market.nextAt() < START + seconds * MICROS_PER_SECOND) market.step();
    return facts.statistics();
  };

  // In five minutes the autocorrelations alone leave their bands for one seed in five; see reference-statistics.ts.
  it.each([1, 2, 3])('meets every band of the recording in 25 minutes (seed %i)', (seed) => {
    const rows = compare(measure(seed, DEFAULT_ORDER_FLOW, 1_500));
    expect(rows.filter(({ within }) => !within)).toEqual([]);
  });

  it('misses the branching band without excitation, at the same rates', () => {
    const { hawkes } = DEFAULT_ORDER_FLOW;
    const poisson = {
      ...DEFAULT_ORDER_FLOW,
      hawkes: {
        ...hawkes,
        baselinePerSecond: meanIntensities(hawkes),
        branching: hawkes.branching.map((row) => row.map(() => 0)),
      },
    };
    for (const seed of [1, 2, 3]) {
      const rows = compare(measure(seed, poisson, 300));
      const row = (figure: string) => rows.find((candidate) => candidate.figure === figure);
      expect(row('branching ratio of taker orders')?.within).toBe(false);
      expect(row('branching ratio of taker orders')?.simulated).toBeLessThan(0.2);
      expect(row('taker orders per second')?.within).toBe(true);
    }
  });
});
