import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Lots, Ticks } from '../../src-shared/domain/instrument.ts';
import {
  type Fill,
  type Order,
  type OrderType,
  type Side,
  sign,
  type TimeInForce,
} from '../../src-shared/domain/order.ts';
import { type Micros, micros } from '../../src-shared/domain/time.ts';
import type { Effect } from '../core/engine/effect.ts';
import type { Input, MarketInput } from '../core/engine/input.ts';
import { DEFAULT_MARKET_CONFIG } from '../core/market/market-config.ts';
import { idOf, order, PERPETUAL, QUICK, trade } from '../testing/exchange-harness.ts';
import { depth, snapshotFrame, ticker } from '../testing/frames.ts';
import { runs } from '../testing/runs.ts';
import { ClosedMarket, DEFAULT_CLOSED_MARKET } from './closed-market.ts';
import { type ExchangeConfig, SimulatedExchange } from './exchange.ts';
import { createFees } from './fees.ts';
import type { MarketFactory } from './listing.ts';
import type { SelfTradePrevention } from './order-rules.ts';
import { RecordedMatcher } from './recorded-matcher.ts';

/** A place on the price axis, in steps from the middle of the market. */
type Offset = number;

interface Market {
  readonly factory: MarketFactory;
  readonly isRecorded: boolean;
  readonly middleTicks: number;
  readonly stepTicks: number;
  /** How much slower than a recorded test market its things happen. */
  readonly timeScale: number;
  readonly lotScale: number;
}

const recorded: Market = {
  factory: (_instrument, events) =>
    new RecordedMatcher(
      { market: DEFAULT_MARKET_CONFIG, queue: { kind: 'power', exponent: 2, form: 'share' }, usesBookTickers: true },
      events,
    ),
  isRecorded: true,
  middleTicks: 1_000,
  stepTicks: 1,
  timeScale: 1,
  lotScale: 1,
};

const closed: Market = {
  factory: (instrument, events) =>
    new ClosedMarket(
      { ...DEFAULT_CLOSED_MARKET, instrument: instrument.id, seed: 7, startAt: micros(1_000), warmUpSeconds: 0.5 },
      events,
      events,
    ),
  isRecorded: false,
  middleTicks: DEFAULT_CLOSED_MARKET.openingTicks,
  stepTicks: 2,
  timeScale: 2_000,
  lotScale: 1_000,
};

interface Terms {
  readonly side: Side;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  readonly price: Offset;
  readonly stop: Offset;
  readonly lots: number;
  readonly postOnly: boolean;
  readonly reduceOnly: boolean;
}

type Action =
  | { readonly place: Terms }
  | { readonly replace: number; readonly by: Terms }
  | { readonly cancel: number }
  | { readonly query: number }
  | { readonly mid: Offset; readonly bidLots: number; readonly askLots: number }
  | { readonly touch: Offset; readonly lots: number }
  | { readonly print: Offset; readonly lots: number; readonly aggressor: Side }
  | { readonly waitMicros: number };

const offset = fc.integer({ min: -6, max: 6 });
const side = fc.constantFrom<Side>('buy', 'sell');
const size = fc.integer({ min: 1, max: 20 });
const number = fc.nat(30);
const terms: fc.Arbitrary<Terms> = fc.record({
  side,
  type: fc.constantFrom<OrderType>('limit', 'limit', 'limit', 'market', 'stop-market', 'stop-limit'),
  timeInForce: fc.constantFrom<TimeInForce>('gtc', 'gtc', 'gtc', 'ioc', 'fok'),
  price: offset,
  stop: offset,
  lots: size,
  postOnly: fc.constantFrom(false, false, true),
  reduceOnly: fc.constantFrom(false, false, true),
});
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ place: terms }) },
  { weight: 1, arbitrary: fc.record({ replace: number, by: terms }) },
  { weight: 1, arbitrary: fc.record({ cancel: number }) },
  { weight: 1, arbitrary: fc.record({ query: number }) },
  { weight: 2, arbitrary: fc.record({ mid: offset, bidLots: size, askLots: size }) },
  { weight: 1, arbitrary: fc.record({ touch: offset, lots: size }) },
  { weight: 3, arbitrary: fc.record({ print: offset, lots: size, aggressor: side }) },
  { weight: 2, arbitrary: fc.record({ waitMicros: fc.nat(60) }) },
);
const actions = fc.array(action, { minLength: 30, maxLength: 80, size: 'max' });
const selfTrade = fc.constantFrom<SelfTradePrevention>('cancel-resting', 'cancel-incoming', 'cancel-both');

/** Plays actions against an exchange; at operation `cut` it goes on with a copy restored from the snapshot. */
class Play {
  readonly inputs: Input[] = [];
  readonly orders: Order[] = [];
  exchange: SimulatedExchange;
  private at = micros(1_000);
  private operations = 0;
  private updateId = 1;
  private readonly market: Market;
  private readonly config: ExchangeConfig;
  private readonly cut: number;

  constructor(market: Market, mode: SelfTradePrevention, cut: number) {
    this.market = market;
    this.config = { ...QUICK, selfTrade: mode };
    this.cut = cut;
    this.exchange = this.create();
    if (market.isRecorded)
      this.frame(
        snapshotFrame(
          1,
          [
            [998, 9],
            [997, 9],
          ],
          [
            [1_002, 9],
            [1_003, 9],
          ],
        ),
      );
  }

  deliver(input: Input): void {
    this.inputs.push(structuredClone(input));
  }

  play(all: readonly Action[]): this {
    for (const act of all) {
      this.pass(4);
      this.act(act);
    }
    this.pass(1_000);
    return this;
  }

  fillsOf(placed: Order): Fill[] {
    const seen = new Map<string, Fill>();
    for (const input of this.inputs) {
      if (input.kind !== 'order-report' || input.report.type !== 'filled') continue;
      if (input.clientOrderId === placed.clientOrderId) seen.set(input.report.fill.fillId, input.report.fill);
    }
    return [...seen.values()];
  }

  private create(): SimulatedExchange {
    return new SimulatedExchange([PERPETUAL], this.config, this.market.factory);
  }

  private act(act: Action): void {
    if ('waitMicros' in act) this.pass(act.waitMicros);
    else if ('place' in act) this.send({ kind: 'place-order', order: this.order(act.place) });
    else if ('replace' in act) {
      const target = this.orders[act.replace];
      if (target !== undefined) {
        this.send({ kind: 'replace-order', target: target.clientOrderId, order: this.order(act.by) });
      }
    } else if ('cancel' in act) {
      this.send({ kind: 'cancel-order', clientOrderId: idOf(`o${act.cancel}`), instrument: PERPETUAL.id });
    } else if ('query' in act) {
      this.send({ kind: 'query-order', clientOrderId: idOf(`o${act.query}`), instrument: PERPETUAL.id });
    } else if (this.market.isRecorded) {
      this.frame(this.frameOf(act));
    }
  }

  private frameOf(act: Extract<Action, { mid: number } | { touch: number } | { print: number }>): MarketInput {
    if ('print' in act) return trade(this.ticks(act.print), act.lots, act.aggressor);
    if ('touch' in act) {
      // Newer than the depth until the next update comes.
      return ticker(this.updateId + 1, [this.ticks(act.touch) - 1, act.lots], [this.ticks(act.touch) + 1, act.lots]);
    }
    this.updateId += 1;
    // Clears the way, so that the recorded book itself is never crossed.
    const clear = Array.from({ length: 21 }, (_, i): [number, number] => [990 + i, 0]);
    const mid = this.ticks(act.mid);
    const bids: [number, number][] = [
      [mid - 1, act.bidLots],
      [mid - 2, 5],
    ];
    return depth(this.updateId, this.updateId, [...clear, ...bids], [...clear, [mid + 1, act.askLots], [mid + 2, 5]]);
  }

  private ticks(steps: Offset): number {
    return this.market.middleTicks + steps * this.market.stepTicks;
  }

  private order({ price, stop, lots, ...rest }: Terms): Order {
    const isLimited = rest.type === 'limit' || rest.type === 'stop-limit';
    const isStop = rest.type === 'stop-market' || rest.type === 'stop-limit';
    const placed = order(`o${this.orders.length}`, {
      ...rest,
      lots: (lots * this.market.lotScale) as Lots,
      priceTicks: isLimited ? (this.ticks(price) as Ticks) : null,
      stopTicks: isStop ? (this.ticks(stop) as Ticks) : null,
    });
    this.orders.push(placed);
    return placed;
  }

  private send(effect: Effect): void {
    this.exchange.send(effect, this.at);
    this.operated();
  }

  private frame(input: MarketInput): void {
    this.runUntil(this.at);
    this.exchange.market(input, this.at);
    this.operated();
  }

  private pass(duration: number): void {
    this.runUntil(micros(this.at + duration * this.market.timeScale));
  }

  private runUntil(until: Micros): void {
    while (this.exchange.nextAt() <= until) {
      this.exchange.step(this);
      this.operated();
    }
    this.at = until;
  }

  private operated(): void {
    this.operations += 1;
    if (this.operations !== this.cut) return;
    const snapshot = this.exchange.snapshot();
    const kept = structuredClone(snapshot);
    // What the original does from here on must not show in its snapshot.
    while (this.market.isRecorded && this.exchange.nextAt() < Number.POSITIVE_INFINITY) {
      this.exchange.step({ deliver: () => {} });
    }
    expect(snapshot).toEqual(kept);
    this.exchange = this.create();
    this.exchange.restore(kept);
    expect(this.exchange.snapshot()).toEqual(kept);
  }
}

describe.each([
  ['a recorded market', recorded, 250],
  ['a closed market', closed, 40],
] as const)('an exchange with %s', (_name, market, numRuns) => {
  it('fills no order beyond its lots or its limit, and keeps its word on every order type', () => {
    const fees = createFees(QUICK.fees['binance-usdm']);
    let [fillCount, makerCount, partial] = [0, 0, 0];
    fc.assert(
      fc.property(actions, selfTrade, (all, mode) => {
        const play = new Play(market, mode, -1).play(all);
        let position = 0;
        for (const placed of play.orders) {
          const fills = play.fillsOf(placed);
          const filled = fills.reduce((sum, fill) => sum + fill.lots, 0);
          expect(filled).toBeLessThanOrEqual(placed.lots);
          if (placed.timeInForce === 'fok') expect([0, placed.lots]).toContain(filled);
          fillCount += fills.length;
          if (filled > 0 && filled < placed.lots) partial += 1;
          for (const fill of fills) {
            if (fill.liquidity === 'maker') makerCount += 1;
            position += sign(fill.side) * fill.lots;
            expect(fill.side).toBe(placed.side);
            if (placed.priceTicks !== null) {
              expect(sign(placed.side) * (placed.priceTicks - fill.priceTicks)).toBeGreaterThanOrEqual(0);
            }
            if (placed.postOnly) expect(fill.liquidity).toBe('maker');
            expect(fill.fee).toBe(fees(PERPETUAL, fill.priceTicks, fill.lots, fill.liquidity));
          }
        }
        expect(play.exchange.positionLots(PERPETUAL.id)).toBe(position);
      }),
      { seed: 42, numRuns: runs(numRuns) },
    );
    // The property must have had something to look at.
    expect(Math.min(fillCount, makerCount, partial)).toBeGreaterThan(10);
  });

  it('reports each order’s life in order: an answer first, one end, nothing after it but answers to questions', () => {
    fc.assert(
      fc.property(actions, selfTrade, (all, mode) => {
        const withoutQueries = all.filter((act) => !('query' in act));
        const play = new Play(market, mode, -1).play(withoutQueries);
        for (const placed of play.orders) {
          const types = play.inputs.flatMap((input) =>
            input.kind === 'order-report' && input.clientOrderId === placed.clientOrderId ? [input.report.type] : [],
          );
          const life = types.filter((type) => type !== 'cancel-rejected').join(' ');
          expect(life).toMatch(/^(rejected|acknowledged( triggered)?( filled)*( cancelled| expired| replaced)?)?$/);
        }
        const ats = play.inputs.filter((input) => input.kind === 'order-report').map(({ at }) => at);
        expect(ats).toEqual([...ats].sort((a, b) => a - b));
      }),
      { seed: 43, numRuns: runs(numRuns) },
    );
  });

  it('never lets a reduce-only order open, enlarge or turn a position', () => {
    let reductions = 0;
    fc.assert(
      fc.property(actions, selfTrade, (all, mode) => {
        const play = new Play(market, mode, -1).play(all);
        const reducing = new Set(
          play.orders.filter((placed) => placed.reduceOnly).map((placed) => placed.clientOrderId),
        );
        const seen = new Set<string>();
        let position = 0;
        for (const input of play.inputs) {
          if (input.kind !== 'order-report' || input.report.type !== 'filled') continue;
          const { fill } = input.report;
          if (seen.has(fill.fillId)) continue;
          seen.add(fill.fillId);
          const after = position + sign(fill.side) * fill.lots;
          if (reducing.has(fill.clientOrderId)) {
            reductions += 1;
            expect(Math.abs(after)).toBeLessThan(Math.abs(position));
            expect(after * position).toBeGreaterThanOrEqual(0);
          }
          position = after;
        }
      }),
      { seed: 44, numRuns: runs(numRuns) },
    );
    expect(reductions).toBeGreaterThan(10);
  });

  it('goes on from a snapshot of any moment as if nothing had been', () => {
    fc.assert(
      fc.property(actions, selfTrade, fc.nat(150), (all, mode, cut) => {
        const whole = new Play(market, mode, -1).play(all);
        const halves = new Play(market, mode, cut).play(all);
        expect(halves.inputs).toEqual(whole.inputs);
        expect(halves.exchange.snapshot()).toEqual(whole.exchange.snapshot());
      }),
      { seed: 45, numRuns: runs(numRuns) },
    );
  });
});
