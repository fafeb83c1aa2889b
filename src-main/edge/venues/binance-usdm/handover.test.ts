import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InstrumentId } from '../../../../src-shared/domain/instrument.ts';
import { micros } from '../../../../src-shared/domain/time.ts';
import type { BookTicker, DepthUpdate, MarkPrice, Trade } from '../../../core/engine/input.ts';
import { runs } from '../../../testing/runs.ts';
import { Handover, type StreamFrame, type StreamFrameKind } from './handover.ts';

const KINDS: readonly StreamFrameKind[] = ['depth', 'trade', 'book-ticker', 'mark-price'];

interface Numbered {
  readonly kind: StreamFrameKind;
  readonly instrument: number;
  readonly number: number;
  /** Of the depth update before. */
  readonly previous: number;
}

const stamped = { seq: 0, at: micros(0), exchangeAt: 0 };
const depth: DepthUpdate = {
  ...{ kind: 'depth', ...stamped, instrument: 0 as InstrumentId, firstId: 0, lastId: 0, previousId: 0 },
  ...{ bidCount: 1, askCount: 1, priceTicks: new Float64Array(8), lots: new Float64Array(8) },
};
const trade = {
  kind: 'trade',
  ...stamped,
  instrument: 0,
  tradeId: 0,
  priceTicks: 1,
  lots: 1,
  aggressor: 'buy',
} as Trade;
const ticker = { kind: 'book-ticker', ...stamped, instrument: 0, updateId: 0 } as BookTicker;
const mark = { kind: 'mark-price', ...stamped, instrument: 0, markPrice: 1 } as MarkPrice;

/** The same objects each time, as a reader reuses its frames. */
function frameOf({ kind, instrument, number, previous }: Numbered): StreamFrame {
  const id = instrument as InstrumentId;
  switch (kind) {
    case 'depth':
      depth.priceTicks.fill(number, 0, 2);
      return Object.assign(depth, { instrument: id, firstId: previous + 1, lastId: number, previousId: previous });
    case 'trade':
      return Object.assign(trade, { instrument: id, tradeId: number });
    case 'book-ticker':
      return Object.assign(ticker, { instrument: id, updateId: number });
    case 'mark-price':
      return Object.assign(mark, { instrument: id, exchangeAt: number });
  }
}

function numberIn(frame: StreamFrame): number {
  switch (frame.kind) {
    case 'depth':
      return frame.lastId;
    case 'trade':
      return frame.tradeId;
    case 'book-ticker':
      return frame.updateId;
    case 'mark-price':
      return frame.exchangeAt;
  }
}

/** What was handed on, by lane: numbers, and for depth that each holds its own levels. */
class Received {
  readonly lanes = new Map<string, number[]>();
  readonly add = (frame: StreamFrame): void => {
    const lane = `${frame.kind} ${frame.instrument}`;
    const number = numberIn(frame);
    if (frame.kind === 'depth') expect([frame.priceTicks[0], frame.priceTicks[1]]).toEqual([number, number]);
    this.lanes.set(lane, [...(this.lanes.get(lane) ?? []), number]);
  };

  expectAll(sent: readonly Numbered[]): void {
    const expected = new Map<string, number[]>();
    for (const { kind, instrument, number } of sent) {
      const lane = `${kind} ${instrument}`;
      expected.set(lane, [...(expected.get(lane) ?? []), number]);
    }
    expect(this.lanes).toEqual(expected);
  }
}

const TICK_MS = 1_000;
/** Less than a tick, as a handover demands. */
const MOST_DELAY_MS = 900;

interface History {
  readonly lanes: readonly Pick<Numbered, 'kind' | 'instrument'>[];
  readonly sent: readonly (Numbered & { readonly atMs: number })[];
  /** When the next connection is subscribed; frames from then on come on it too. */
  readonly beginMs: number;
  readonly delays: { readonly current: readonly number[]; readonly next: readonly number[] };
}

const lane = fc.record({ kind: fc.constantFrom(...KINDS), instrument: fc.constantFrom(0, 3) });
const delaysMs = fc.array(fc.integer({ min: 0, max: MOST_DELAY_MS }), { minLength: 1, maxLength: 20 });

const history: fc.Arbitrary<History> = fc
  .record({
    lanes: fc.array(lane, { minLength: 1, maxLength: 3 }),
    draws: fc.array(
      fc.record({
        lane: fc.nat(),
        step: fc.integer({ min: 1, max: 5 }),
        waitMs: fc.oneof(
          { weight: 20, arbitrary: fc.integer({ min: 0, max: 50 }) },
          { weight: 1, arbitrary: fc.integer({ min: 0, max: 4_000 }) },
        ),
      }),
      { minLength: 1, maxLength: 150 },
    ),
    beginShare: fc.double({ min: 0, max: 1, noNaN: true }),
    delays: fc.record({ current: delaysMs, next: delaysMs }),
  })
  .map(({ lanes, draws, beginShare, delays }) => {
    const lasts = new Map<string, number>();
    let atMs = 0;
    const sent = draws.map((draw) => {
      const { kind, instrument } = lanes[draw.lane % lanes.length] ?? { kind: 'depth', instrument: 0 };
      const previous = lasts.get(`${kind} ${instrument}`) ?? 100;
      lasts.set(`${kind} ${instrument}`, previous + draw.step);
      atMs += draw.waitMs;
      return { kind, instrument, number: previous + draw.step, previous, atMs };
    });
    return { lanes, sent, beginMs: Math.floor(beginShare * atMs), delays };
  });

type Event = { readonly atMs: number; readonly order: number; run(): void };

/** One connection's deliveries: each frame late by some delay, and never before the one in front of it. */
function deliveries(
  sent: History['sent'],
  delays: readonly number[],
  order: number,
  deliver: (frame: StreamFrame) => void,
) {
  let lastMs = 0;
  return sent.map((numbered, index): Event => {
    lastMs = Math.max(lastMs, numbered.atMs + (delays[index % delays.length] ?? 0));
    return { atMs: lastMs, order, run: () => deliver(frameOf(numbered)) };
  });
}

/** Plays a handover in time. @param lostMs when the next connection is lost again. */
function play({ lanes, sent, beginMs, delays }: History, lostMs: number | null) {
  const received = new Received();
  const kinds = [...new Set(lanes.map(({ kind }) => kind))];
  const ids = [...new Set(lanes.map(({ instrument }) => instrument))];
  const handover = new Handover(
    ids.map((id) => ({ id: id as InstrumentId })),
    kinds,
    received.add,
  );
  let state: 'before' | 'overlap' | 'after' | 'abandoned' = 'before';
  const look = (): void => {
    if (state !== 'overlap' || !handover.isReady) return;
    state = 'after';
    handover.complete();
  };
  const fromOld = (frame: StreamFrame): void => {
    if (state === 'after') return;
    handover.current(frame);
    look();
  };
  const fromNew = (frame: StreamFrame): void => {
    if (state === 'abandoned') return;
    if (state === 'after') handover.current(frame);
    else handover.next(frame);
    look();
  };
  const begin = (): void => {
    state = 'overlap';
    handover.begin();
  };
  const lose = (): void => {
    if (state !== 'overlap') return;
    state = 'abandoned';
    handover.abandon();
  };
  const endMs = (sent.at(-1)?.atMs ?? 0) + 10 * TICK_MS;
  const ticks = Array.from({ length: Math.ceil((endMs - beginMs) / TICK_MS) }, (_, index): Event => {
    const run = (): void => {
      if (state !== 'overlap') return;
      handover.tick();
      look();
    };
    return { atMs: beginMs + (index + 1) * TICK_MS, order: 3, run };
  });
  const events: Event[] = [
    ...deliveries(sent, delays.current, 1, fromOld),
    { atMs: beginMs, order: 0, run: begin },
    ...deliveries(
      sent.filter(({ atMs }) => atMs >= beginMs),
      delays.next,
      2,
      fromNew,
    ),
    ...ticks,
    ...(lostMs === null ? [] : [{ atMs: lostMs, order: 4, run: lose }]),
  ];
  events.sort((a, b) => a.atMs - b.atMs || a.order - b.order);
  for (const { run } of events) run();
  return { received, state: state as string };
}

describe('a handover', () => {
  it('comes to its end, and hands on every frame once and in order, whatever the delays', () => {
    fc.assert(
      fc.property(history, (drawn) => {
        const { received, state } = play(drawn, null);
        expect(state).toBe('after');
        received.expectAll(drawn.sent);
      }),
      { seed: 42, numRuns: runs(500) },
    );
  });

  it('that is abandoned at any moment leaves nothing behind', () => {
    fc.assert(
      fc.property(history, fc.nat({ max: 4_000 }), (drawn, afterMs) => {
        const { received } = play(drawn, drawn.beginMs + afterMs);
        received.expectAll(drawn.sent);
      }),
      { seed: 42, numRuns: runs(500) },
    );
  });

  const numbered = (number: number, kind: StreamFrameKind = 'depth'): StreamFrame =>
    frameOf({ kind, instrument: 0, number, previous: number - 10 });

  function started(kinds: readonly StreamFrameKind[] = ['depth']) {
    const received = new Received();
    const handover = new Handover([{ id: 0 as InstrumentId }], kinds, received.add);
    return { handover, lane: () => received.lanes.get('depth 0') };
  }

  it('is ready when the next connection continues where the current one stands', () => {
    const { handover, lane } = started();
    handover.current(numbered(110));
    handover.begin();
    handover.next(numbered(120));
    expect(handover.isReady).toBe(true);
    expect(lane()).toEqual([110]);
    handover.complete();
    expect(lane()).toEqual([110, 120]);
  });

  it('waits for the current connection while the next one is ahead', () => {
    const { handover, lane } = started();
    handover.current(numbered(110));
    handover.begin();
    for (const number of [130, 140]) handover.next(numbered(number));
    expect(handover.isReady).toBe(false);
    handover.current(numbered(120));
    expect(handover.isReady).toBe(true);
    handover.complete();
    expect(lane()).toEqual([110, 120, 130, 140]);
  });

  it('leaves out what the next connection repeats, also after it took over', () => {
    const { handover, lane } = started();
    handover.current(numbered(110));
    handover.current(numbered(120));
    handover.begin();
    handover.next(numbered(110));
    handover.complete();
    handover.current(numbered(120));
    handover.current(numbered(130));
    expect(lane()).toEqual([110, 120, 130]);
  });

  it('hides no duplicate of a single connection: that is for the core to see', () => {
    const { handover, lane } = started();
    for (const number of [110, 110, 130, 120]) handover.current(numbered(number));
    expect(lane()).toEqual([110, 110, 130, 120]);
  });

  it('does not wait for a lane in which nothing happens', () => {
    const { handover } = started(['depth', 'trade']);
    handover.current(numbered(110));
    handover.begin();
    handover.next(numbered(120));
    for (let tick = 1; tick <= 3; tick += 1) {
      expect(handover.isReady).toBe(false);
      handover.tick();
    }
    expect(handover.isReady).toBe(true);
  });

  it('is not ready by time alone while the current connection has something to say', () => {
    const { handover } = started();
    handover.begin();
    for (let number = 110; number < 200; number += 10) {
      handover.current(numbered(number));
      handover.tick();
    }
    expect(handover.isReady).toBe(false);
  });

  it('knows nothing of one before it that failed', () => {
    const { handover, lane } = started();
    handover.current(numbered(100));
    handover.begin();
    handover.next(numbered(120));
    handover.abandon();
    expect(handover.isReady).toBe(false);
    handover.begin();
    handover.current(numbered(110));
    expect(handover.isReady).toBe(false);
    handover.next(numbered(130));
    handover.current(numbered(120));
    handover.complete();
    expect(lane()).toEqual([100, 110, 120, 130]);
  });

  it('holds a limited number of frames, and is not ready by what it let go', () => {
    const { handover, lane } = started();
    handover.current(numbered(100));
    handover.begin();
    handover.next(numbered(120));
    for (let number = 130; number <= 120 + 4_096 * 10; number += 10) handover.next(numbered(number));
    handover.current(numbered(110));
    expect(handover.isReady).toBe(false);
    expect(lane()).toEqual([100, 110]);
    handover.current(numbered(120 + 4_095 * 10));
    expect(handover.isReady).toBe(true);
    handover.complete();
    expect(lane()?.slice(2)).toEqual([120 + 4_095 * 10, 120 + 4_096 * 10]);
  });

  it('takes another numbering after a loss for what it is', () => {
    const { handover, lane } = started();
    handover.current(numbered(1_000));
    handover.reset();
    handover.begin();
    handover.next(numbered(20));
    expect(handover.isReady).toBe(false);
    handover.current(numbered(10));
    expect(handover.isReady).toBe(true);
    handover.complete();
    expect(lane()).toEqual([1_000, 10, 20]);
  });
});
