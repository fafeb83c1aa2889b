import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createInstrument, type InstrumentId } from '../../../../src-shared/domain/instrument.ts';
import { LatencyRecorder } from '../latency-recorder.ts';
import type { Outcome, RestCall } from './outcome.ts';
import { Snapshots } from './snapshots.ts';

const BTC = createInstrument(
  {
    ...{ venue: 'binance-test', symbol: 'BTCUSDT', kind: 'linear', base: 'BTC', quote: 'USDT', settle: 'USDT' },
    ...{ tickSize: '0.10', lotSize: '0.001', multiplier: '1' },
  },
  4,
);

function book(lastUpdateId: number): Outcome {
  const levels = {
    bids: [['61800.10', '1.500']],
    asks: [
      ['61800.20', '0.250'],
      ['61800.30', '2.000'],
    ],
  };
  return { kind: 'answered', json: { lastUpdateId, E: 1_723_161_256_299, T: 1_723_161_256_298, ...levels } };
}

describe('snapshots', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function made(hasDepth = true) {
    const calls: RestCall[] = [];
    const answers: ((outcome: Outcome) => void)[] = [];
    const heard: unknown[] = [];
    const told: string[] = [];
    const latencies = new LatencyRecorder();
    const state = { hasDepth };
    const snapshots = new Snapshots({
      calls: {
        call: (call) => {
          calls.push(call);
          return new Promise((resolve) => answers.push(resolve));
        },
      },
      venue: 'binance-test',
      instruments: [BTC],
      hasDepthOf: () => state.hasDepth,
      onSnapshot: (frame) => {
        const count = frame.bidCount + frame.askCount;
        heard.push({
          ...{ seq: frame.seq, instrument: frame.instrument, lastId: frame.lastId, exchangeAt: frame.exchangeAt },
          levels: [[...frame.priceTicks.subarray(0, count)], [...frame.lots.subarray(0, count)]],
        });
        frame.seq = 99;
      },
      latencies,
      told: (news) => told.push(news),
    });
    const answer = async (outcome: Outcome): Promise<void> => {
      answers.shift()?.(outcome);
      await vi.advanceTimersByTimeAsync(0);
    };
    return { snapshots, calls, answer, heard, told, latencies, state };
  }

  it('are asked for, read and handed over', async () => {
    const { snapshots, calls, answer, heard, latencies } = made();
    snapshots.request(BTC.id);
    expect(calls).toMatchObject([
      {
        method: 'GET',
        path: '/fapi/v1/depth',
        params: { symbol: 'BTCUSDT', limit: 1_000 },
        security: 'none',
        weight: 20,
      },
    ]);
    await vi.advanceTimersByTimeAsync(20);
    await answer(book(7));
    snapshots.request(BTC.id);
    await answer(book(8));
    const levels = [
      [618_001, 618_002, 618_003],
      [1_500, 250, 2_000],
    ];
    const frame = { seq: 0, instrument: 4, exchangeAt: 1_723_161_256_298_000, levels };
    expect(heard).toEqual([
      { ...frame, lastId: 7 },
      { ...frame, lastId: 8 },
    ]);
    expect(latencies.summary()).toMatchObject([{ name: 'snapshot', samples: 2, max: expect.closeTo(20, 0) }]);
  });

  it('are one request at a time; who asked meanwhile gets a newer one', async () => {
    const { snapshots, calls, answer, heard } = made();
    for (let count = 0; count < 3; count += 1) snapshots.request(BTC.id);
    expect(calls).toHaveLength(1);
    await answer(book(7));
    expect(calls).toHaveLength(2);
    await answer(book(8));
    expect(calls).toHaveLength(2);
    expect(heard).toMatchObject([{ lastId: 7 }, { lastId: 8 }]);
  });

  it('wait for the first depth frame, without which they would prove nothing', async () => {
    const { snapshots, calls } = made(false);
    snapshots.depthCame(BTC.id);
    snapshots.request(BTC.id);
    snapshots.request(BTC.id);
    await vi.advanceTimersByTimeAsync(100);
    expect(calls).toHaveLength(0);
    snapshots.depthCame(BTC.id);
    snapshots.depthCame(BTC.id);
    expect(calls).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(calls).toHaveLength(1);
  });

  it('do not wait for long for a depth frame that does not come', async () => {
    const { snapshots, calls } = made(false);
    snapshots.request(BTC.id);
    await vi.advanceTimersByTimeAsync(300);
    expect(calls).toHaveLength(1);
  });

  it.each<[string, Outcome, RegExp]>([
    ['refused', { kind: 'refused', code: -1121, message: 'Invalid symbol.' }, /refused: Invalid symbol/],
    ['not accepted', { kind: 'not-accepted', reason: '429' }, /not-accepted: 429/],
    ['not answered', { kind: 'unknown', reason: 'timed out' }, /unknown: timed out/],
    ['no object', { kind: 'answered', json: null }, /no object/],
    ['without its id', { kind: 'answered', json: { bids: [], asks: [] } }, /lastUpdateId/],
    ['off its steps', { kind: 'answered', json: { lastUpdateId: 1, bids: [['0.05', '1']], asks: [] } }, /bids\[0\]/],
  ])('that are %s are told, and the next request is a new one', async (_what, outcome, message) => {
    const { snapshots, calls, answer, heard, told } = made();
    snapshots.request(BTC.id);
    await answer(outcome);
    expect(heard).toEqual([]);
    expect(told).toEqual([expect.stringMatching(message)]);
    expect(told[0]).toContain('BTCUSDT');
    snapshots.request(BTC.id);
    expect(calls).toHaveLength(2);
  });

  it('of another venue are refused', () => {
    expect(() => made().snapshots.request(0 as InstrumentId)).toThrow(RangeError);
  });

  it('come to an end when closed', async () => {
    const { snapshots, answer, heard, told } = made();
    snapshots.request(BTC.id);
    snapshots.close();
    await answer(book(7));
    expect([heard, told]).toEqual([[], []]);
    const waiting = made(false);
    waiting.snapshots.request(BTC.id);
    waiting.snapshots.close();
    expect(vi.getTimerCount()).toBe(0);
  });
});
