import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { micros } from '../../src-shared/domain/time.ts';
import { runs } from '../testing/runs.ts';
import { Connection, createLatency, type LatencySpec } from './latency.ts';

const table: LatencySpec = {
  kind: 'interpolated',
  rows: [
    { at: 1_000, latencyMicros: 100 },
    { at: 2_000, latencyMicros: 300 },
    { at: 2_300, latencyMicros: 0 },
  ],
};

describe('latency models', () => {
  it('constant is constant', () => {
    const latency = createLatency({ kind: 'constant', latencyMicros: 250 }, 'entry');
    expect([0, 1, 1e15].map((at) => latency(micros(at)))).toEqual([250, 250, 250]);
  });

  it.each([
    [0, 100, 'before the table: its first'],
    [1_000, 100, 'on a row'],
    [1_500, 200, 'halfway'],
    [1_003, 100, 'cut to whole microseconds: 100 + 0.6'],
    [2_000, 300, 'on a row'],
    [2_100, 200, 'falling'],
    [2_299, 1, 'falling, cut towards the row before: 300 − 299'],
    [2_300, 0, 'on the last row'],
    [9_000, 0, 'after the table: its last'],
  ])('at %i it is %i µs (%s)', (at, expected) => {
    expect(createLatency(table, 'entry')(micros(at))).toBe(expected);
  });

  it('interpolation stays between its two rows, in whole microseconds', () => {
    const rows = fc
      .uniqueArray(fc.record({ at: fc.nat(1_000_000), latencyMicros: fc.nat(500_000) }), {
        selector: (row) => row.at,
        minLength: 2,
        maxLength: 20,
      })
      .map((list) => list.sort((a, b) => a.at - b.at));
    fc.assert(
      fc.property(rows, fc.nat(1_100_000), (list, at) => {
        const latency = createLatency({ kind: 'interpolated', rows: list }, 'feed')(micros(at));
        const before = list.findLast((row) => row.at <= at) ?? list[0];
        const after = list.find((row) => row.at >= at) ?? list[list.length - 1];
        expect(Number.isSafeInteger(latency)).toBe(true);
        expect(latency).toBeGreaterThanOrEqual(Math.min(before.latencyMicros, after.latencyMicros));
        expect(latency).toBeLessThanOrEqual(Math.max(before.latencyMicros, after.latencyMicros));
      }),
      { seed: 42, numRuns: runs(200) },
    );
  });

  it('says what is wrong with a table', () => {
    const build = (rows: { at: number; latencyMicros: number }[]) => () =>
      createLatency({ kind: 'interpolated', rows }, 'response');
    expect(build([])).toThrow('response latency: the table has no rows');
    expect(build([{ at: 1, latencyMicros: -1 }])).toThrow('response latency, row 0: -1');
    expect(build([{ at: 1.5, latencyMicros: 1 }])).toThrow(/safe integer/);
    expect(
      build([
        { at: 5, latencyMicros: 1 },
        { at: 5, latencyMicros: 1 },
      ]),
    ).toThrow('response latency, row 1: its time 5 is not after the row before');
    expect(() => createLatency({ kind: 'constant', latencyMicros: 0.5 }, 'feed')).toThrow('feed latency: 0.5');
  });
});

describe('Connection', () => {
  it('lets no message overtake the one before', () => {
    const connection = new Connection(createLatency(table, 'entry'));
    expect([1_000, 2_000, 2_250, 2_300, 2_301].map((at) => connection.arrivalOf(micros(at)))).toEqual([
      1_100, 2_300, 2_300, 2_300, 2_301,
    ]);
  });

  it('keeps its order across a snapshot', () => {
    const connection = new Connection(createLatency(table, 'entry'));
    connection.arrivalOf(micros(2_000));
    const copy = new Connection(createLatency(table, 'entry'));
    copy.restore(connection.snapshot());
    expect(copy.arrivalOf(micros(2_250))).toBe(2_300);
  });
});
