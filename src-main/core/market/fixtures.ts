import { createInstrument, type Instrument, type InstrumentId } from '../../../src-shared/domain/instrument.ts';
import { type Micros, micros } from '../../../src-shared/domain/time.ts';
import type { Effect } from '../engine/effect.ts';
import { Engine, type EngineSnapshot } from '../engine/engine.ts';
import type { Fact } from '../engine/fact.ts';
import type { BookTicker, DepthSnapshot, DepthUpdate, MarketInput, MarkPrice, Trade } from '../engine/input.ts';
import type { Random } from '../engine/random.ts';
import { Market, type MarketSnapshot } from './market.ts';
import { DEFAULT_MARKET_CONFIG, type MarketConfig } from './market-config.ts';

/** Makers of market frames and streams for tests. A frame's `seq` and `at` are set by {@link TestDesk.feed}. */

export const BTC = 0 as InstrumentId;
export const START_AT = 1_723_161_255_000_000;

export type LevelList = readonly (readonly [priceTicks: number, lots: number])[];

export function testInstruments(count = 1): Instrument[] {
  return Array.from({ length: count }, (_, id) =>
    createInstrument(
      {
        venue: 'test',
        symbol: `I${id}`,
        kind: 'linear',
        base: 'BTC',
        quote: 'USDT',
        settle: 'USDT',
        tickSize: '0.1',
        lotSize: '0.001',
        multiplier: '1',
      },
      id,
    ),
  );
}

export function levelsOf(bids: LevelList, asks: LevelList) {
  const all = [...bids, ...asks];
  return {
    bidCount: bids.length,
    askCount: asks.length,
    priceTicks: Float64Array.from(all, ([priceTicks]) => priceTicks),
    lots: Float64Array.from(all, ([, lots]) => lots),
  };
}

const stamp = { seq: 0, at: micros(0), instrument: BTC, exchangeAt: START_AT };

export function depth(ids: readonly [number, number, number?], bids: LevelList, asks: LevelList = []): DepthUpdate {
  const [firstId, lastId, previousId = -1] = ids;
  return { kind: 'depth', ...stamp, ...levelsOf(bids, asks), firstId, lastId, previousId };
}

export function depthSnapshot(lastId: number, bids: LevelList, asks: LevelList): DepthSnapshot {
  return { kind: 'depth-snapshot', ...stamp, ...levelsOf(bids, asks), lastId };
}

export function ticker(updateId: number, bid: readonly [number, number], ask: readonly [number, number]): BookTicker {
  return {
    kind: 'book-ticker',
    ...stamp,
    updateId,
    bidTicks: bid[0],
    bidLots: bid[1],
    askTicks: ask[0],
    askLots: ask[1],
  };
}

export function trade(priceTicks: number, lots: number, exchangeAt = START_AT): Trade {
  return { kind: 'trade', ...stamp, exchangeAt, tradeId: 1, priceTicks, lots, aggressor: 'buy' };
}

export function markPrice(): MarkPrice {
  const funding = { fundingRate: 0.0001, nextFundingAt: START_AT + 3_600_000_000 };
  return { kind: 'mark-price', ...stamp, markPrice: 1_000.05, indexPrice: 999.95, ...funding };
}

/** A market room behind a real engine, with everything that left it. */
export class TestDesk {
  readonly market: Market;
  readonly facts: Fact[] = [];
  readonly effects: Effect[] = [];
  private readonly engine: Engine;

  constructor(config: Partial<MarketConfig> = {}, instruments: number | readonly Instrument[] = 1) {
    const listed = typeof instruments === 'number' ? testInstruments(instruments) : instruments;
    this.market = new Market(listed, { ...DEFAULT_MARKET_CONFIG, ...config });
    this.engine = new Engine([this.market], {
      fact: (fact) => this.facts.push(fact),
      effect: (effect) => this.effects.push(effect),
    });
  }

  start(): this {
    this.engine.accept({ kind: 'start', seq: 1, at: micros(START_AT), seed: 1, identity: '0'.repeat(32) });
    return this;
  }

  /** Feeds frames as the edge would, `stepMs` apart. */
  feed(frames: readonly MarketInput[], stepMs = 1): this {
    for (const frame of frames) {
      frame.seq = this.engine.seq + 1;
      frame.at = micros(this.engine.at + stepMs * 1_000);
      this.engine.accept(frame);
    }
    return this;
  }

  /** The link to a venue goes or comes. */
  link(up: boolean, venue = 'test'): this {
    const stamp = { seq: this.engine.seq + 1, at: micros(this.engine.at + 1_000) };
    this.engine.accept({ kind: 'venue-link', ...stamp, venue, up, detail: 'a test' });
    return this;
  }

  restart(): this {
    const stamp = { seq: this.engine.seq + 1, at: micros(this.engine.at + 1_000) };
    this.engine.accept({ kind: 'restart', ...stamp, seed: 1, crashed: true, lastWords: [] });
    return this;
  }

  /** Lets time pass: the clock's own input comes in. */
  wait(ms: number): this {
    this.engine.accept({ kind: 'timer', seq: this.engine.seq + 1, at: (this.engine.at + ms * 1_000) as Micros });
    return this;
  }

  /** Lets time pass until `until`, with a timer input whenever the room wants one. */
  runTimersUntil(until: Micros): this {
    for (let at = this.engine.nextTimerAt(); at <= until; at = this.engine.nextTimerAt()) {
      this.engine.accept({ kind: 'timer', seq: this.engine.seq + 1, at: micros(at) });
    }
    return until > this.engine.at ? this.wait((until - this.engine.at) / 1_000) : this;
  }

  get isProven(): boolean {
    return this.market.isProven(BTC);
  }

  get stats() {
    return this.market.stats().total;
  }

  /** Reasons and kinds of the facts about books, in order: `proven` or why it was quarantined. */
  get story(): string[] {
    return this.facts.flatMap((fact) => {
      if (fact.kind === 'book-proven') return ['proven'];
      return fact.kind === 'book-quarantined' ? [fact.reason] : [];
    });
  }

  snapshot(): { readonly engine: EngineSnapshot; readonly market: MarketSnapshot } {
    return structuredClone({ engine: this.engine.snapshot(), market: this.market.snapshot() });
  }

  restore(snapshot: { readonly engine: EngineSnapshot; readonly market: MarketSnapshot }): this {
    this.engine.restore(snapshot.engine);
    this.market.restore(snapshot.market);
    return this;
  }
}

export type Rule = 'spot' | 'futures';

/** A venue's book, and the stream of updates that it sends. Its frames are copies; nothing is reused. */
export class TestVenue {
  readonly bids = new Map<number, number>();
  readonly asks = new Map<number, number>();
  lastId = 1_000;
  private exchangeAt = START_AT;
  private readonly rule: Rule;
  private readonly random: Random;

  constructor(rule: Rule, random: Random) {
    this.rule = rule;
    this.random = random;
    for (let i = 1; i <= 20; i++) {
      this.bids.set(10_000 - i, 1 + random.below(100));
      this.asks.set(10_000 + i, 1 + random.below(100));
    }
  }

  /** A few changes anywhere, removals and levels that are not there among them; never crosses. */
  update(): DepthUpdate {
    const previousId = this.lastId;
    // Futures ids are shared among instruments: there is room between one update and the next.
    const firstId = previousId + 1 + (this.rule === 'futures' ? this.random.below(5) : 0);
    this.lastId = firstId + this.random.below(4);
    this.exchangeAt += this.random.below(100) * 1_000;
    const [bids, asks] = [this.changes(this.bids, -1), this.changes(this.asks, 1)];
    const frame = depth([firstId, this.lastId, this.rule === 'futures' ? previousId : -1], bids, asks);
    frame.exchangeAt = this.exchangeAt;
    return frame;
  }

  snapshot(): DepthSnapshot {
    const frame = depthSnapshot(this.lastId, [...this.bids], [...this.asks]);
    frame.exchangeAt = this.exchangeAt;
    return frame;
  }

  ticker(): BookTicker {
    const [bid, ask] = [Math.max(...this.bids.keys()), Math.min(...this.asks.keys())];
    const frame = ticker(this.lastId, [bid, this.bids.get(bid) ?? 0], [ask, this.asks.get(ask) ?? 0]);
    frame.exchangeAt = this.exchangeAt;
    return frame;
  }

  trade(): Trade {
    return trade(9_990 + this.random.below(20), 1 + this.random.below(50), this.exchangeAt);
  }

  private changes(side: Map<number, number>, direction: 1 | -1): LevelList {
    const changes: [number, number][] = [];
    for (let count = this.random.below(4); count > 0; count--) {
      const priceTicks = 10_000 + direction * (2 + this.random.below(40));
      const lots = this.random.below(3) === 0 ? 0 : 1 + this.random.below(100);
      changes.push([priceTicks, lots]);
      if (lots === 0) side.delete(priceTicks);
      else side.set(priceTicks, lots);
    }
    // One level of each side never goes, so that the venue always has a touch.
    const lots = 1 + this.random.below(100);
    changes.push([10_000 + direction, lots]);
    side.set(10_000 + direction, lots);
    return changes;
  }
}

/** The levels of one side of a desk's book, best first. */
export function bookLevels(desk: TestDesk, side: 'buy' | 'sell'): [number, number][] {
  const book = desk.market.book(BTC);
  const levels: [number, number][] = [];
  let ticks = side === 'buy' ? book.bestBidTicks() : book.bestAskTicks();
  for (; ticks >= 0; ticks = book.nextWorse(side, ticks)) levels.push([ticks, book.lotsAt(side, ticks)]);
  return levels;
}

/** The same of the venue's. */
export function venueLevels(venue: TestVenue, side: 'buy' | 'sell'): [number, number][] {
  const direction = side === 'buy' ? -1 : 1;
  return [...(side === 'buy' ? venue.bids : venue.asks)].sort(([a], [b]) => (a - b) * direction);
}
