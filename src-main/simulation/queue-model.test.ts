import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../testing/runs.ts';
import { createQueueModel, type QueueModelSpec, queueTraded } from './queue-model.ts';

const riskAverse: QueueModelSpec = { kind: 'risk-averse' };
const power = (exponent: number, form: 'share' | 'total' | 'fraction' = 'share'): QueueModelSpec => ({
  kind: 'power',
  exponent,
  form,
});
const every: QueueModelSpec[] = [
  riskAverse,
  ...(['share', 'total', 'fraction'] as const).flatMap((form) => [power(0.5, form), power(1, form), power(3, form)]),
  { kind: 'log', form: 'share' },
  { kind: 'log', form: 'total' },
];

/** Where an order with `ahead` in front ends up when its level goes from `previous` to `lots`, `traded` having printed. */
function aheadAfter(spec: QueueModelSpec, ahead: number, previous: number, lots: number, traded = 0): number {
  const position = { aheadLots: ahead, tradedLots: traded };
  createQueueModel(spec)(position, previous, lots);
  expect(position.tradedLots).toBe(0);
  return position.aheadLots;
}

describe('a trade at the order’s price', () => {
  it('reaches the order with what is left of it behind the queue', () => {
    // The example of hftbacktest's documentation ("Queue position"): 25 contracts ahead, 30 trade, an order of 5 is filled.
    const position = { aheadLots: 25, tradedLots: 0 };
    expect(queueTraded(position, 30)).toBe(5);
    expect(position).toEqual({ aheadLots: 0, tradedLots: 30 });
  });

  it('reaches it with whole lots only', () => {
    expect(queueTraded({ aheadLots: 2.5, tradedLots: 0 }, 5)).toBe(2);
    expect(queueTraded({ aheadLots: 2.5, tradedLots: 0 }, 2)).toBe(0);
  });
});

describe('risk-averse', () => {
  it('moves only when the level is shorter than its queue, or by trades', () => {
    expect(aheadAfter(riskAverse, 60, 100, 80)).toBe(60);
    expect(aheadAfter(riskAverse, 60, 100, 40)).toBe(40);
    expect(aheadAfter(riskAverse, 60, 100, 200)).toBe(60);
    expect(aheadAfter(riskAverse, 60, 100, 0)).toBe(0);
  });
});

describe('probabilistic', () => {
  // 60 ahead, 40 behind, 10 cancelled: the front loses (1 − p) · 10. Worked by hand.
  it.each([
    ['power 1, share: p = 40/100', power(1), 54],
    ['power 2, share: p = 1600/5200', power(2), 60 - (1 - 1600 / 5200) * 10],
    ['power 3, share: p = 64/280', power(3), 60 - (1 - 64 / 280) * 10],
    ['power 2, total: p = 1600/10000', power(2, 'total'), 51.6],
    ['power 2, fraction: p = 1 − 0.36', power(2, 'fraction'), 56.4],
    ['log, share: p = ln 41 / (ln 41 + ln 61)', { kind: 'log', form: 'share' }, 54.7461],
    ['log, total: p = ln 41 / ln 101', { kind: 'log', form: 'total' }, 58.0465],
  ] as const)('%s', (_name, spec, expected) => {
    expect(aheadAfter(spec, 60, 100, 90)).toBeCloseTo(expected, 4);
  });

  it('takes from the front what the back does not have', () => {
    // 50 ahead, 60 behind, 100 cancelled, p = 1 / (1 + (5/6)^16) = 0.949: the back would lose 94.9 and has 60.
    // All of it goes then, and the order is left at the end of the level.
    expect(aheadAfter(power(16), 50, 110, 10)).toBeCloseTo(10, 10);
    // With enough behind, it does not: 10 ahead, 90 behind, 60 cancelled, p = 0.9.
    expect(aheadAfter(power(1), 10, 100, 40)).toBeCloseTo(4, 10);
  });

  it('does not count a trade twice when the depth shows it', () => {
    // 100 in the level, all ahead. 30 trade: 70 ahead. The level then shows 70: nothing more has gone.
    const position = { aheadLots: 100, tradedLots: 0 };
    queueTraded(position, 30);
    createQueueModel(power(1))(position, 100, 70);
    expect(position).toEqual({ aheadLots: 70, tradedLots: 0 });
    // Without that memory the same change would have moved the order by another 21.
    expect(aheadAfter(power(1), 70, 100, 70)).toBeCloseTo(70 - 0.7 * 30, 10);
  });

  it('a level that grew by more than was traded leaves the order where the trades put it', () => {
    expect(aheadAfter(power(1), 70, 100, 90, 30)).toBe(70);
  });

  it('with nothing behind, every cancel was ahead', () => {
    expect(aheadAfter(power(3), 50, 50, 20)).toBe(20);
    expect(aheadAfter({ kind: 'log', form: 'total' }, 50, 50, 20)).toBe(20);
  });
});

describe('every model', () => {
  it('keeps an order between the front and the end of its level, and never moves it back', () => {
    const step = fc.record({ traded: fc.nat(50), lots: fc.nat(200) });
    fc.assert(
      fc.property(fc.constantFrom(...every), fc.nat(200), fc.array(step, { maxLength: 30 }), (spec, first, steps) => {
        const revise = createQueueModel(spec);
        const position = { aheadLots: first, tradedLots: 0 };
        let level = first;
        for (const { traded, lots } of steps) {
          const before = position.aheadLots;
          const beyond = queueTraded(position, traded);
          expect(beyond).toBe(Math.max(0, Math.floor(traded - before)));
          revise(position, level, lots);
          level = lots;
          expect(position.aheadLots).toBeGreaterThanOrEqual(0);
          expect(position.aheadLots).toBeLessThanOrEqual(Math.min(before, lots));
        }
      }),
      { seed: 42, numRuns: runs(300) },
    );
  });

  it('risk-averse is never ahead of a probabilistic one', () => {
    const cancel = fc.tuple(fc.integer({ min: 1, max: 500 }), fc.nat(500), fc.nat(500));
    fc.assert(
      fc.property(fc.constantFrom(...every), cancel, (spec, [level, ahead, lots]) => {
        const from = Math.min(ahead, level);
        expect(aheadAfter(spec, from, level, lots)).toBeLessThanOrEqual(aheadAfter(riskAverse, from, level, lots));
      }),
      { seed: 42, numRuns: runs(300) },
    );
  });

  it('refuses an exponent that makes no sense', () => {
    for (const exponent of [0, -1, Number.NaN, 17, Number.POSITIVE_INFINITY]) {
      expect(() => createQueueModel(power(exponent))).toThrow(/exponent must lie above 0/);
    }
  });
});
