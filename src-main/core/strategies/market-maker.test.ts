import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createInstrument, type InstrumentId, type Lots, type Ticks } from '../../../src-shared/domain/instrument.ts';
import type { OrderIntent, Side } from '../../../src-shared/domain/order.ts';
import { runs } from '../../testing/runs.ts';
import { perpetual, TestDesk } from '../../testing/strategy-desk.ts';
import type { OrderFact } from '../engine/fact.ts';
import { remainingLots } from '../execution/orders-view.ts';
import { MarketMaker } from './market-maker.ts';
import { DEFAULT_MARKET_MAKER, type MarketMakerConfig } from './market-maker-config.ts';

const IT = 0 as InstrumentId;
/** Warm after one second; σ of the saw-tooth below is some 30 ticks. */
const QUICK: MarketMakerConfig = {
  ...DEFAULT_MARKET_MAKER,
  requoteThresholdSigmas: 0.5,
  volatility: { halfLifeSeconds: 1, sampleMs: 100 },
};
/** 200 of a quote currency at 600,000 ticks of 0.1 and lots of 0.001. */
const QUOTE_LOTS = 3;

function deskOf(config = QUICK, instrument = perpetual(0)): TestDesk {
  return new TestDesk([instrument], (views) => [new MarketMaker(instrument, config, views)]);
}

function moveMid(desk: TestDesk, mid: number): void {
  desk.market.set(IT, { bid: mid - 1, ask: mid + 1 });
}

/** A mid that moves to and fro for `seconds`, back at 600,000 in the end. */
function warmUp(desk: TestDesk, seconds: number): void {
  for (let i = 1; i <= seconds * 10; i += 1) {
    moveMid(desk, 600_000 + (i % 2) * 10);
    desk.depth(0, 100);
  }
}

function warmDesk(config = QUICK): TestDesk {
  const desk = deskOf(config);
  warmUp(desk, 2);
  for (const side of ['buy', 'sell'] as const) for (const state of desk.open(side)) desk.acknowledge(state);
  return desk;
}

function priceOf(desk: TestDesk, side: Side): number {
  const [state] = desk.open(side);
  return state.order.priceTicks as number;
}

function confirmCancels(desk: TestDesk): void {
  for (const side of ['buy', 'sell'] as const) {
    for (const state of desk.open(side)) {
      if (!state.cancelRequested) continue;
      desk.happen({ kind: 'order-cancelled', clientOrderId: state.order.clientOrderId, reason: 'as asked' });
    }
  }
}

describe('the market maker', () => {
  it('says nothing while the volatility warms up, then quotes both sides', () => {
    const desk = deskOf();
    warmUp(desk, 0.9);
    expect(desk.entry.submitted).toEqual([]);
    warmUp(desk, 0.3);
    const [bid, ask] = desk.entry.submitted;
    expect(desk.entry.submitted).toHaveLength(2);
    const common = {
      origin: 'market-maker:test:BTC0',
      type: 'limit',
      timeInForce: 'gtc',
      postOnly: true,
      lots: QUOTE_LOTS,
    };
    expect(bid).toMatchObject({ ...common, side: 'buy' });
    expect(ask).toMatchObject({ ...common, side: 'sell' });
    expect(bid.priceTicks).toBeLessThan(600_000);
    expect(ask.priceTicks).toBeGreaterThan(600_000);
  });

  it('leaves a quote alone while it is close to where it should be', () => {
    const desk = warmDesk();
    warmUp(desk, 3);
    expect(desk.entry.submitted).toHaveLength(2);
    expect(desk.entry.cancelled).toEqual([]);
  });

  it('moves a quote once it is old enough, by cancelling it first', () => {
    const desk = warmDesk({ ...QUICK, minQuoteLifeMs: 5_000 });
    const before = priceOf(desk, 'buy');
    moveMid(desk, 600_200);
    desk.depth(0, 100);
    expect(desk.entry.cancelled).toEqual([]);
    desk.depth(0, 5_000);
    expect(desk.entry.cancelled.map(({ reason }) => reason)).toEqual(['requote', 'requote']);
    desk.depth(0, 5_000);
    expect(desk.entry.cancelled).toHaveLength(2);
    expect(desk.entry.submitted).toHaveLength(2);
    confirmCancels(desk);
    expect(desk.entry.submitted).toHaveLength(4);
    expect(priceOf(desk, 'buy')).toBeGreaterThan(before);
  });

  it('sells on a spot market only what it holds', () => {
    const desk = deskOf(QUICK, perpetual(0, { kind: 'spot' }));
    warmUp(desk, 2);
    expect(desk.open('sell')).toEqual([]);
    const [bid] = desk.open('buy');
    desk.acknowledge(bid);
    desk.fill(bid, QUOTE_LOTS);
    expect(desk.open('sell').map(({ order }) => order.lots)).toEqual([QUOTE_LOTS]);
  });

  it('answers a fill at once: refills the side, and leans the other against the new inventory', () => {
    const desk = warmDesk({ ...QUICK, minQuoteLifeMs: 60_000, gammaPerSigma: 0.2 });
    const [bid, ask] = [priceOf(desk, 'buy'), priceOf(desk, 'sell')];
    desk.fill(desk.open('buy')[0], QUOTE_LOTS);
    expect(desk.entry.submitted).toHaveLength(3);
    expect(priceOf(desk, 'buy')).toBeLessThan(bid);
    expect(desk.entry.cancelled).toHaveLength(1);
    confirmCancels(desk);
    expect(priceOf(desk, 'sell')).toBeLessThan(ask);
  });

  it('keeps what is left of a partly filled quote where it is', () => {
    const desk = warmDesk();
    desk.fill(desk.open('buy')[0], 1);
    expect(desk.entry.submitted).toHaveLength(2);
    expect(desk.entry.cancelled).toEqual([]);
  });

  it('stops the side that would take the inventory beyond its limit, and shrinks it before', () => {
    const desk = deskOf({ ...QUICK, maxInventoryQuotes: 2 });
    desk.positions.set(IT, 2 * QUOTE_LOTS - 1);
    warmUp(desk, 2);
    expect(desk.entry.submitted.map(({ side, lots }) => [side, lots])).toEqual([
      ['buy', 1],
      ['sell', QUOTE_LOTS],
    ]);
    desk.positions.set(IT, 2 * QUOTE_LOTS);
    desk.depth(0);
    expect(desk.entry.cancelled.map(({ reason }) => reason)).toEqual(['no room for it in the inventory']);
    confirmCancels(desk);
    desk.depth(0);
    expect(desk.open('buy')).toEqual([]);
    expect(desk.open('sell')).toHaveLength(1);
  });

  it('takes its quotes back when one side of the book is empty', () => {
    const desk = warmDesk();
    desk.market.set(IT, { bid: -1 });
    desk.depth(0);
    expect(desk.entry.cancelled.map(({ reason }) => reason)).toEqual([
      'no mid or no volatility',
      'no mid or no volatility',
    ]);
    confirmCancels(desk);
    expect(desk.entry.submitted).toHaveLength(2);
  });

  it('warms up anew after its book was unproven, with its old quotes taken back', () => {
    const desk = warmDesk();
    desk.quarantine(0);
    desk.market.set(IT, { isProven: true });
    desk.depth(0, 100);
    expect(desk.entry.cancelled).toHaveLength(2);
    confirmCancels(desk);
    warmUp(desk, 0.8);
    expect(desk.entry.submitted).toHaveLength(2);
    warmUp(desk, 0.4);
    expect(desk.entry.submitted).toHaveLength(4);
  });

  it('stays out for a while after the gate or the venue refused it, on that side alone', () => {
    const desk = deskOf({ ...QUICK, retryMs: 2_000 });
    desk.entry.isRefusing = true;
    warmUp(desk, 1.5);
    expect(desk.entry.submitted).toHaveLength(2);
    desk.entry.isRefusing = false;
    warmUp(desk, 2);
    expect(desk.entry.submitted).toHaveLength(4);

    const [{ order }] = desk.open('sell');
    desk.happen({ kind: 'order-rejected', clientOrderId: order.clientOrderId, reason: 'would take' });
    warmUp(desk, 1.9);
    expect(desk.entry.submitted).toHaveLength(4);
    warmUp(desk, 0.2);
    expect(desk.entry.submitted.at(-1)?.side).toBe('sell');
    expect(desk.entry.submitted).toHaveLength(5);
  });

  it('takes a cancel that it did not ask for as a refusal', () => {
    const desk = warmDesk();
    const [{ order }] = desk.open('buy');
    desk.happen({ kind: 'order-cancelled', clientOrderId: order.clientOrderId, reason: 'post-only' });
    expect(desk.entry.submitted).toHaveLength(2);
    warmUp(desk, 2.1);
    expect(desk.entry.submitted).toHaveLength(3);
  });

  it('does not meet its own order on the other side', () => {
    const desk = warmDesk();
    const ask = desk.open('sell')[0];
    desk.happen({ kind: 'order-unknown', clientOrderId: ask.order.clientOrderId, reason: 'silence' });
    moveMid(desk, 601_000);
    desk.depth(0, 1_000);
    confirmCancels(desk);
    expect(desk.open('sell')).toEqual([ask]);
    expect(priceOf(desk, 'buy')).toBe((ask.order.priceTicks as number) - 1);
  });

  it('sizes its quotes by what a lot is worth, in steps that the venue accepts', () => {
    const pair = { venue: 'test', symbol: 'X', base: 'BTC', quote: 'USD', tickSize: '0.1' };
    const inverse = createInstrument({ ...pair, kind: 'inverse', settle: 'BTC', lotSize: '1', multiplier: '10' }, 0);
    const sized = (instrument = inverse, quoteNotional = 200): number => {
      const desk = deskOf({ ...QUICK, quoteNotional }, instrument);
      warmUp(desk, 2);
      return desk.entry.submitted[0].lots;
    };
    expect(sized()).toBe(20);
    expect(sized(perpetual(0), 1_000)).toBe(16);
    expect(sized(perpetual(0, { orderStep: '0.005' }), 1_000)).toBe(15);
    expect(sized(perpetual(0), 1)).toBe(1);
  });

  it('does not quote a price that is none', () => {
    const desk = deskOf({ ...QUICK, gammaPerSigma: 1e-7, kPerSigma: 1e-5 });
    warmUp(desk, 2);
    expect(desk.entry.submitted.map(({ side }) => side)).toEqual(['sell']);
  });

  it('refuses a configuration that makes no sense, naming the field', () => {
    const wrong: readonly Partial<MarketMakerConfig>[] = [
      { gammaPerSigma: 0 },
      { kPerSigma: Number.NaN },
      { horizonSeconds: Number.POSITIVE_INFINITY },
      { quoteNotional: -1 },
      { maxInventoryQuotes: 0 },
      { maxInventoryQuotes: 1.5 },
      { minSpreadBps: -1 },
      { requoteThresholdSigmas: Number.NaN },
      { minQuoteLifeMs: 0.5 },
      { retryMs: 0 },
    ];
    for (const change of wrong) expect(() => deskOf({ ...QUICK, ...change })).toThrow(Object.keys(change)[0]);
  });
});

/** One thing that a market or a venue may do next. Venue answers go to one of the orders, old or new, whatever its state. */
type Step =
  | { readonly type: 'move'; readonly by: number; readonly afterMs: number }
  | { readonly type: 'quarantine' }
  | { readonly type: 'one-sided' }
  | { readonly type: 'refusing'; readonly is: boolean }
  | { readonly type: 'report'; readonly of: number; readonly kind: ReportKind; readonly lots: number };

const REPORT_KINDS = [
  'order-sent',
  'order-acknowledged',
  'order-filled',
  'order-rejected',
  'order-cancelled',
  'order-cancel-rejected',
  'order-expired',
  'order-unknown',
] as const;
type ReportKind = (typeof REPORT_KINDS)[number];

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 24,
    arbitrary: fc.record({
      type: fc.constant('move' as const),
      by: fc.integer({ min: -60, max: 60 }),
      afterMs: fc.integer({ min: 0, max: 400 }),
    }),
  },
  {
    weight: 40,
    arbitrary: fc.record({
      type: fc.constant('report' as const),
      of: fc.nat({ max: 3 }),
      kind: fc.constantFrom(...REPORT_KINDS),
      lots: fc.integer({ min: 1, max: QUOTE_LOTS }),
    }),
  },
  { weight: 1, arbitrary: fc.constant<Step>({ type: 'quarantine' }) },
  { weight: 1, arbitrary: fc.constant<Step>({ type: 'one-sided' }) },
  { weight: 1, arbitrary: fc.boolean().map((is): Step => ({ type: 'refusing', is })) },
);

function reportOf(desk: TestDesk, step: Extract<Step, { type: 'report' }>): OrderFact | undefined {
  const states = desk.orders.snapshot().orders;
  const state = states.at(-1 - step.of);
  if (state === undefined) return undefined;
  const { clientOrderId } = state.order;
  switch (step.kind) {
    case 'order-filled':
      return remainingLots(state) === 0 ? undefined : desk.fillOf(state, Math.min(step.lots, remainingLots(state)));
    case 'order-acknowledged':
      return { kind: step.kind, clientOrderId, venueOrderId: 'v' };
    case 'order-sent':
      return { kind: step.kind, clientOrderId };
    default:
      return { kind: step.kind, clientOrderId, reason: 'test' };
  }
}

class World {
  readonly desk: TestDesk;
  mid: number;

  constructor(desk: TestDesk, mid = 600_000) {
    this.desk = desk;
    this.mid = mid;
  }

  take(step: Step): void {
    const { desk } = this;
    if (step.type === 'move') {
      this.mid += step.by;
      desk.market.set(IT, { isProven: true, bid: this.mid - 1, ask: this.mid + 1 });
      desk.depth(0, step.afterMs);
    } else if (step.type === 'one-sided') {
      desk.market.set(IT, { ask: -1 });
      desk.depth(0);
    } else if (step.type === 'quarantine') {
      desk.quarantine(0);
    } else if (step.type === 'refusing') {
      desk.entry.isRefusing = step.is;
    } else {
      const fact = reportOf(desk, step);
      if (fact) desk.happen(fact);
    }
  }
}

/** Impatient, so that much happens in little time. */
const HASTY: MarketMakerConfig = {
  ...QUICK,
  minQuoteLifeMs: 100,
  retryMs: 200,
  volatility: { halfLifeSeconds: 0.3, sampleMs: 100 },
};

/** Checks every intent at the moment that it reaches order entry. */
function watchIntents(desk: TestDesk, check: (intent: OrderIntent) => void): void {
  const submit = desk.entry.submit.bind(desk.entry);
  desk.entry.submit = (intent, turn) => {
    check(intent);
    submit(intent, turn);
  };
}

describe('whatever happens', () => {
  const steps = fc.array(anyStep, { minLength: 10, maxLength: 150, size: 'max' });

  it('no order joins another of its side that can still trade, none crosses, none is too large, none on an unproven book', () => {
    let intents = 0;
    fc.assert(
      fc.property(steps, (taken) => {
        const desk = deskOf(HASTY);
        warmUp(desk, 1.5);
        const cap = HASTY.maxInventoryQuotes * QUOTE_LOTS;
        watchIntents(desk, (intent) => {
          intents += 1;
          const { side } = intent;
          const price = intent.priceTicks as Ticks;
          const position = desk.positions.lots(IT);
          const book = desk.market.book(IT);
          const others = desk.open(side === 'buy' ? 'sell' : 'buy').map(({ order }) => order.priceTicks as Ticks);
          expect(desk.market.isProven(IT)).toBe(true);
          expect(desk.market.midTicks(IT)).not.toBeNaN();
          expect(desk.open(side)).toEqual([]);
          expect(intent.postOnly).toBe(true);
          expect(intent.lots).toBeLessThanOrEqual(QUOTE_LOTS as Lots);
          if (side === 'buy') {
            expect(price).toBeLessThan(book.bestAskTicks());
            expect(position + intent.lots).toBeLessThanOrEqual(cap);
            for (const other of others) expect(price).toBeLessThan(other);
          } else {
            expect(price).toBeGreaterThan(book.bestBidTicks());
            expect(position - intent.lots).toBeGreaterThanOrEqual(-cap);
            for (const other of others) expect(price).toBeGreaterThan(other);
          }
        });
        const world = new World(desk);
        for (const step of taken) world.take(step);
      }),
      { seed: 42, numRuns: runs(150) },
    );
    expect(intents).toBeGreaterThan(500);
  });

  it('a restored market maker goes on as the one that was never stopped', () => {
    fc.assert(
      fc.property(steps, fc.nat({ max: 150 }), (taken, cut) => {
        const whole = deskOf(HASTY);
        warmUp(whole, 1.5);
        const world = new World(whole);
        let half: World | undefined;
        taken.forEach((step, i) => {
          if (i === cut % taken.length) {
            const desk = deskOf(HASTY);
            desk.restore(whole.snapshot());
            half = new World(desk, world.mid);
          }
          world.take(step);
          half?.take(step);
        });
        expect(half?.desk.snapshot().strategies).toEqual(whole.snapshot().strategies);
        expect(half?.desk.snapshot().orders).toEqual(whole.snapshot().orders);
      }),
      { seed: 42, numRuns: runs(50) },
    );
  });
});
