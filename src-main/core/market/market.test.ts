import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InstrumentId } from '../../../src-shared/domain/instrument.ts';
import { runs } from '../../testing/runs.ts';
import type { Turn } from '../engine/engine.ts';
import type { Input, MarketInput } from '../engine/input.ts';
import { Random } from '../engine/random.ts';
import {
  BTC,
  depth,
  depthSnapshot,
  markPrice,
  TestDesk,
  TestVenue,
  testInstruments,
  ticker,
  trade,
} from './fixtures.ts';
import { Market } from './market.ts';
import { DEFAULT_MARKET_CONFIG, type MarketConfig } from './market-config.ts';

const BIDS = [[100, 5]] as const;
const ASKS = [[103, 7]] as const;
const OTHER = 1 as InstrumentId;

function of<T extends MarketInput>(instrument: number, frame: T): T {
  frame.instrument = instrument as InstrumentId;
  return frame;
}

describe('Market', () => {
  it('shows each instrument’s book, mid and last trade, and only a proven book’s mid', () => {
    const desk = new TestDesk({}, 2).start();
    const { market } = desk;
    expect([market.isProven(BTC), market.midTicks(BTC), market.lastTradeTicks(BTC)]).toEqual([
      false,
      Number.NaN,
      Number.NaN,
    ]);
    desk.feed([depthSnapshot(11, BIDS, ASKS)]);
    expect([market.isProven(BTC), market.midTicks(BTC)]).toEqual([false, Number.NaN]);
    desk.feed([depth([12, 12], []), trade(101, 1), of(OTHER, trade(7, 1))]);
    expect([market.isProven(BTC), market.midTicks(BTC), market.lastTradeTicks(BTC)]).toEqual([true, 101.5, 101]);
    expect([market.isProven(OTHER), market.lastTradeTicks(OTHER)]).toEqual([false, 7]);
    expect([market.book(BTC).bestBidLots(), market.book(OTHER).bestBidTicks()]).toEqual([5, -1]);
    expect([market.bars(BTC).open('1h')?.count, market.bars(OTHER).open('1s')?.openTicks]).toEqual([1, 7]);
  });

  it('knows when the last frame of each instrument came that was not refused', () => {
    const desk = new TestDesk({}, 2).start();
    const { market } = desk;
    const at = () => desk.snapshot().engine.at;
    expect([market.lastFrameAt(BTC), market.lastFrameAt(OTHER)]).toEqual([null, null]);
    const frames = [depthSnapshot(11, BIDS, ASKS), depth([12, 12], []), trade(101, 1), ticker(12, [100, 5], [103, 7])];
    for (const frame of frames) {
      desk.feed([frame]);
      expect(market.lastFrameAt(BTC)).toBe(at());
    }
    const last = at();
    desk.feed([trade(101, -1), ticker(12, [-1, 1], [2, 1])]);
    expect([market.lastFrameAt(BTC), market.lastFrameAt(OTHER)]).toEqual([last, null]);
    desk.feed([of(OTHER, trade(7, 1))]);
    expect(market.lastFrameAt(OTHER)).toBe(at());
    desk.restart();
    expect(market.lastFrameAt(BTC)).toBeNull();
  });

  it('shows the last mark price and funding of each instrument that were not refused', () => {
    const desk = new TestDesk({}, 2).start();
    const { market } = desk;
    const later = { ...markPrice(), markPrice: 1_001, fundingRate: -1 };
    const { indexPrice, nextFundingAt } = later;
    desk.feed([markPrice(), later, { ...markPrice(), markPrice: Number.NaN }]);
    const at = desk.snapshot().engine.at - 1_000;
    expect(market.markPrice(BTC)).toEqual({ markPrice: 1_001, indexPrice, fundingRate: -1, nextFundingAt, at });
    expect(market.markPrice(OTHER)).toBeNull();
    expect(desk.stats).toMatchObject({ frames: 3, rejected: { 'bad-price': 1 } });
    expect([market.lastFrameAt(BTC), desk.facts.length]).toEqual([null, 1]);
    desk.restart();
    expect(market.markPrice(BTC)).toBeNull();
  });

  it.each([-1, 2, 0.5, Number.NaN, 2 ** 32, 1e308])(
    'refuses frames of instrument %s, which is not on the whitelist',
    (id) => {
      const desk = new TestDesk({}, 2).start();
      const before = desk.snapshot().market.feeds;
      desk.feed([
        of(id, trade(1, 1)),
        of(id, ticker(1, [1, 1], [2, 1])),
        of(id, depth([1, 1], [])),
        of(id, depthSnapshot(1, [], [])),
      ]);
      expect(desk.stats).toMatchObject({ frames: 4, rejected: { 'unknown-instrument': 4 }, lastRejectedSeq: 5 });
      expect([desk.snapshot().market.feeds, desk.effects]).toEqual([before, []]);
    },
  );

  it('says which instrument has no book, rather than show an empty one', () => {
    const { market } = new TestDesk();
    expect(market.isProven(5 as InstrumentId)).toBe(false);
    for (const ask of ['book', 'bars', 'midTicks', 'lastTradeTicks'] as const) {
      expect(() => market[ask](5 as InstrumentId)).toThrow(/no instrument 5: the whitelist has 1/);
    }
  });

  it('counts by instrument and in total', () => {
    const desk = new TestDesk({}, 2).start();
    desk.feed([depth([10, 12], BIDS, ASKS), depthSnapshot(11, BIDS, ASKS), depth([20, 21], [])]);
    desk.feed([of(OTHER, depth([5, 5], BIDS, ASKS)), of(OTHER, trade(1, -1)), trade(1, 0)]);
    desk.feed([depthSnapshot(21, BIDS, ASKS), depth([22, 22], []), ticker(22, [100, 5], [103, 7])]);
    const { instruments, total } = desk.market.stats();
    expect(instruments['test:I0']).toMatchObject({
      frames: 7,
      rejected: { 'bad-quantity': 1 },
      gaps: 1,
      resyncs: 1,
      quarantines: 1,
      tickerCheck: { compared: 1, matched: 1, mismatched: 0 },
    });
    expect(instruments['test:I1']).toMatchObject({ frames: 2, rejected: { 'bad-quantity': 1 }, proofs: 0, resyncs: 0 });
    expect(total).toMatchObject({
      frames: 9,
      rejected: { 'bad-quantity': 2 },
      lastRejectedSeq: 7,
      gaps: 1,
      resyncs: 1,
      snapshotRequests: 3,
      tickerCheck: { compared: 1, matched: 1, mismatched: 0 },
    });
  });

  it('tells the probe of market inputs, and of no others', () => {
    const market = new Market(testInstruments());
    const stages: string[] = [];
    const turn = { reached: (stage: string) => stages.push(stage) } as unknown as Turn;
    market.accept(trade(1, 1), turn);
    market.accept({ kind: 'timer', seq: 2, at: 1 } as Input, turn);
    expect(stages).toEqual(['book']);
  });

  it('refuses an instrument at another place than its id', () => {
    expect(() => new Market(testInstruments(2).reverse())).toThrow(/test:I1 has id 1, and place 0/);
  });

  it.each([
    ['timestampToleranceMs', -1],
    ['snapshotRetryMs', 0],
    ['staleAfterMs', -1],
    ['maxBufferedUpdates', 0.5],
    ['maxBufferedLevels', Number.NaN],
    ['maxLevelsPerSide', 0],
    ['maxPendingTickers', 1e308],
    ['maxClosedBars', -3],
    ['maxDeviationPercent', 0],
    ['maxDeviationPercent', 100],
    ['maxDeviationPercent', Number.NaN],
  ] satisfies [keyof MarketConfig, number][])('refuses the configuration %s: %s', (field, value) => {
    expect(() => new Market(testInstruments(), { ...DEFAULT_MARKET_CONFIG, [field]: value })).toThrow(
      `market.${field}`,
    );
  });
});

describe('the link to a venue', () => {
  const [here, other] = testInstruments(2);
  const listed = [here, { ...other, venue: 'abroad' }];
  const proven = (): MarketInput[] => [
    ...[depthSnapshot(11, BIDS, ASKS), depth([12, 12], [])],
    ...[of(OTHER, depthSnapshot(11, BIDS, ASKS)), of(OTHER, depth([12, 12], []))],
  ];
  const start = () => new TestDesk({ snapshotRetryMs: 100 }, listed).start().feed(proven());
  const links = ({ facts }: TestDesk) => facts.flatMap((fact) => (fact.kind === 'venue-link-changed' ? [fact] : []));

  it('is up to begin with; a change is a fact, a repetition or a stranger is none', () => {
    const desk = start();
    expect([desk.market.isConnected(BTC), desk.market.isConnected(OTHER)]).toEqual([true, true]);
    desk.link(true).link(false).link(false).link(false, 'nowhere').link(true).link(true);
    expect(links(desk)).toMatchObject([
      { venue: 'test', up: false, detail: 'a test' },
      { venue: 'test', up: true },
    ]);
    expect(desk.market.isConnected(5 as InstrumentId)).toBe(false);
  });

  it('takes the proof of its books with it, and nobody is asked until it is back', () => {
    const desk = start();
    const asked = desk.effects.length;
    desk.link(false).wait(1_000);
    expect([desk.market.isConnected(BTC), desk.market.isConnected(OTHER)]).toEqual([false, true]);
    expect([desk.market.isProven(BTC), desk.market.isProven(OTHER)]).toEqual([false, true]);
    expect(desk.market.book(BTC).bestBidTicks()).toBe(-1);
    expect(desk.story).toEqual(['proven', 'proven', 'disconnected']);
    expect(desk.effects).toHaveLength(asked);
    desk.link(true);
    expect(desk.effects.slice(asked)).toEqual([{ kind: 'request-snapshot', instrument: BTC }]);
    desk.wait(100);
    expect(desk.effects.slice(asked)).toHaveLength(2);
    desk.feed([depthSnapshot(31, BIDS, ASKS), depth([32, 32], [])]);
    expect(desk.story).toEqual(['proven', 'proven', 'disconnected', 'proven']);
  });

  it('ends a wait for a snapshot, and what was kept for it', () => {
    const desk = new TestDesk({ snapshotRetryMs: 100 }, listed).start().feed([depth([20, 21], [])]);
    desk.link(false).wait(1_000);
    expect(desk.effects).toHaveLength(1);
    expect(desk.story).toEqual([]);
    expect(desk.stats).toMatchObject({ discarded: 1, quarantines: 0 });
    desk.link(true).feed([depthSnapshot(31, BIDS, ASKS), depth([32, 32], [])]);
    expect(desk.story).toEqual(['proven']);
  });

  it('is part of the snapshot', () => {
    const desk = start().link(false, 'abroad');
    const copy = new TestDesk({ snapshotRetryMs: 100 }, listed).restore(desk.snapshot());
    expect([copy.market.isConnected(BTC), copy.market.isConnected(OTHER)]).toEqual([true, false]);
    expect(links(copy.link(false, 'abroad'))).toEqual([]);
  });
});

it('is as it was in the beginning after a restart, however often', () => {
  const { instruments: _, ...fresh } = new TestDesk({}, 2).market.snapshot();
  const desk = new TestDesk({}, 2).start();
  for (let run = 0; run < 3; run++) {
    desk.feed([depthSnapshot(11, BIDS, ASKS), depth([12, 12], []), trade(101, 1), ticker(15, [1, 1], [9, 1])]);
    desk.feed([of(OTHER, depth([10, 12], [])), of(7, trade(1, 1))]).link(false);
    desk.restart();
    expect(desk.market.snapshot()).toMatchObject(fresh);
  }
});

describe('snapshot and restore', () => {
  /** Two venues' frames, with faults now and then, and snapshots that mend them. */
  function stream(seed: number, length: number): MarketInput[] {
    const random = new Random(seed);
    const venues = [new TestVenue('spot', random), new TestVenue('futures', random)];
    return Array.from({ length }, () => {
      const instrument = random.below(2);
      const venue = venues[instrument];
      const draw = random.below(20);
      if (draw === 0) venue.update();
      if (draw <= 1) return of(instrument, venue.snapshot());
      if (draw <= 9) return of(instrument, venue.update());
      if (draw <= 14) return of(instrument, venue.ticker());
      if (draw === 15) return of(random.below(5), trade(random.below(3) * 10_000, 1));
      if (draw === 16) return of(instrument, { ...markPrice(), fundingRate: random.below(3) - 1.5 });
      return of(instrument, venue.trade());
    });
  }

  it('in the middle of a stream change nothing that comes after', () => {
    const books = { maxClosedBars: 3, maxPendingTickers: 4, maxBufferedUpdates: 6 };
    const config = { ...books, snapshotRetryMs: 20, staleAfterMs: 10 };
    fc.assert(
      fc.property(fc.nat(), fc.nat({ max: 120 }), (seed, cut) => {
        const whole = new TestDesk(config, 2).start().feed(stream(seed, 120), 3);
        const [first, second] = [new TestDesk(config, 2).start(), new TestDesk(config, 2)];
        const frames = stream(seed, 120);
        first.feed(frames.slice(0, cut), 3);
        const snapshot = first.snapshot();
        second.restore(snapshot);
        expect(second.snapshot()).toEqual(snapshot);
        second.feed(frames.slice(cut), 3);
        expect(second.snapshot()).toEqual(whole.snapshot());
        expect([...first.facts, ...second.facts]).toEqual(whole.facts);
        expect([...first.effects, ...second.effects]).toEqual(whole.effects);
        expect(second.market.stats()).toEqual(whole.market.stats());
      }),
      { seed: 42, numRuns: runs(60) },
    );
  });

  it('is an independent copy', () => {
    const desk = new TestDesk().start().feed([depth([10, 12], BIDS, ASKS)]);
    const snapshot = desk.market.snapshot();
    const copy = structuredClone(snapshot);
    desk.feed([depthSnapshot(11, BIDS, ASKS), trade(100, 1), ticker(40, [100, 1], [103, 1]), trade(1, -1)]);
    expect(snapshot).toEqual(copy);
  });

  it('refuses a snapshot of another whitelist', () => {
    const snapshot = new TestDesk({}, 2).market.snapshot();
    expect(() => new TestDesk().market.restore(snapshot)).toThrow(/\[test:I0, test:I1\].*\[test:I0\]/);
  });
});
