import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Micros } from '../../../src-shared/domain/time.ts';
import { runs } from '../../testing/runs.ts';
import type { MarketInput } from '../engine/input.ts';
import { depth, depthSnapshot, markPrice, TestDesk, ticker, trade } from './fixtures.ts';

const BIDS = [[9_999, 5]] as const;
const ASKS = [[10_001, 7]] as const;
const STALE_MS = 5_000;

function proven(config = {}): TestDesk {
  const desk = new TestDesk({ staleAfterMs: STALE_MS, ...config }).start();
  return desk.feed([depth([10, 12], BIDS, ASKS), depthSnapshot(11, BIDS, ASKS)]);
}

const nextUpdate = (id: number): MarketInput => depth([id, id], []);

describe('a proven book whose stream goes silent', () => {
  it('is given up after the declared time, once, and says for how long nothing was heard', () => {
    const desk = proven().feed([nextUpdate(13)]);
    desk.wait(STALE_MS - 1);
    expect(desk.isProven).toBe(true);
    desk.wait(1);
    expect(desk.isProven).toBe(false);
    desk.wait(60_000).wait(60_000);
    expect(desk.story).toEqual(['proven', 'stale']);
    expect(desk.facts.at(-1)).toMatchObject({ kind: 'book-quarantined', detail: expect.stringContaining('5000 ms') });
  });

  it('asks for no snapshot as long as it is silent, and for one when it is heard again', () => {
    const desk = proven();
    const asked = desk.effects.length;
    desk.wait(STALE_MS).wait(60_000);
    expect(desk.effects).toHaveLength(asked);
    desk.feed([nextUpdate(13)]);
    expect(desk.effects.slice(asked)).toEqual([{ kind: 'request-snapshot', instrument: 0 }]);
    desk.feed([depthSnapshot(13, BIDS, ASKS), nextUpdate(14)]);
    expect(desk.isProven).toBe(true);
    desk.wait(STALE_MS);
    expect(desk.story).toEqual(['proven', 'stale', 'proven', 'stale']);
  });

  it('is not believed although the next update would have followed', () => {
    expect(
      proven()
        .wait(STALE_MS)
        .feed([nextUpdate(13)]).isProven,
    ).toBe(false);
  });

  it.each([
    ['an update', () => nextUpdate(13), true],
    ['a ticker', () => ticker(12, [9_999, 5], [10_001, 7]), true],
    ['a trade', () => trade(10_000, 1), true],
    ['a snapshot, which answers the desk', () => depthSnapshot(12, BIDS, ASKS), false],
    ['a mark price, which has a stream of its own', () => markPrice(), false],
    ['a trade that is refused', () => trade(10_000, -1), false],
  ] as const)('%s counts as a sign of life: %s', (_, frame, counts) => {
    const desk = proven().wait(STALE_MS - 10);
    desk.feed([frame()]).wait(10);
    expect(desk.isProven).toBe(counts);
  });

  it('is watched by one timer, which no frame moves', () => {
    const desk = proven();
    const [timer] = desk.snapshot().engine.timers;
    for (let id = 13; id < 100; id += 1) desk.feed([nextUpdate(id)]);
    expect(desk.snapshot().engine.timers).toEqual([timer]);
  });

  it('is watched anew after it was disconnected, however often', () => {
    const desk = proven();
    for (let id = 20; id < 100; id += 20) {
      desk
        .link(false)
        .link(true)
        .feed([nextUpdate(id), depthSnapshot(id, BIDS, ASKS), nextUpdate(id + 1)]);
    }
    expect(desk.isProven).toBe(true);
    expect(desk.snapshot().engine.timers).toHaveLength(1);
    desk.wait(STALE_MS - 1);
    expect(desk.isProven).toBe(true);
    expect(desk.wait(1).isProven).toBe(false);
  });

  it('is left alone while the link is down, and where the watch is off', () => {
    expect(proven().link(false).wait(60_000).story).toEqual(['proven', 'disconnected']);
    const unwatched = proven({ staleAfterMs: 0 }).wait(86_400_000);
    expect([unwatched.isProven, unwatched.snapshot().engine.timers]).toEqual([true, []]);
  });
});

describe('whatever the times of frames and timers', () => {
  /** µs to the next input, and whether that is a frame or a timer. */
  const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 7_000_000 }), fc.boolean()), { maxLength: 40 });

  it('a book is stale exactly when a timer finds the last frame too old, and a copy agrees from any point on', () => {
    fc.assert(
      fc.property(steps, fc.nat(40), (all, cut) => {
        const desk = proven();
        let copy: TestDesk | null = null;
        let [id, believed, heardAt] = [12, true, desk.snapshot().engine.at as number];
        all.forEach(([micros, isFrame], place) => {
          if (place === cut) copy = new TestDesk({ staleAfterMs: STALE_MS }).restore(desk.snapshot());
          const now = desk.snapshot().engine.at + micros;
          if (isFrame) id += 1;
          for (const each of copy === null ? [desk] : [desk, copy]) {
            if (isFrame) each.feed([nextUpdate(id)], micros / 1_000);
            else each.wait(micros / 1_000);
          }
          if (isFrame) heardAt = now;
          else if (now - heardAt >= STALE_MS * 1_000) believed = false;
          expect(desk.isProven).toBe(believed);
        });
        if (copy !== null) expect((copy as TestDesk).snapshot()).toEqual(desk.snapshot());
      }),
      { seed: 42, numRuns: runs(200) },
    );
  });

  it('a driver that sends timers when they are asked for finds it out in the very microsecond', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 4_999_999 }), { minLength: 1, maxLength: 20 }), (gaps) => {
        const desk = proven();
        let heardAt = desk.snapshot().engine.at as number;
        gaps.forEach((gap, place) => {
          heardAt += gap;
          desk.runTimersUntil(heardAt as Micros).feed([nextUpdate(13 + place)], 0);
        });
        desk.runTimersUntil((heardAt + 60_000_000) as Micros);
        expect(desk.story).toEqual(['proven', 'stale']);
        expect(desk.facts.at(-1)?.at).toBe(heardAt + STALE_MS * 1_000);
      }),
      { seed: 42, numRuns: runs(100) },
    );
  });
});
