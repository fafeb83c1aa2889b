import { describe, expect, it } from 'vitest';
import type { InstrumentId } from '../../src-shared/domain/instrument.ts';
import { micros } from '../../src-shared/domain/time.ts';
import type { DepthUpdate, Trade } from '../core/engine/input.ts';
import { copyFrame, FeedDelay } from './feed-delay.ts';

const COMMON = { seq: 0, at: micros(0), exchangeAt: -1, instrument: 0 as InstrumentId };

function trade(tradeId: number): Trade {
  return { kind: 'trade', ...COMMON, tradeId, priceTicks: 1, lots: 1, aggressor: 'buy' };
}

function tradeIdsOf(delay: FeedDelay): number[] {
  const ids: number[] = [];
  while (delay.nextAt() < Number.POSITIVE_INFINITY) ids.push((delay.take() as Trade).tradeId);
  return ids;
}

describe('frames under way to the desk', () => {
  it('arrive in their order, none before the one ahead of it', () => {
    const delay = new FeedDelay();
    delay.push(trade(1), micros(500));
    delay.push(trade(2), micros(300));
    expect(delay.nextAt()).toBe(500);
    delay.take();
    expect(delay.nextAt()).toBe(500);
  });

  it('are copies: a reader that reuses its frame changes nothing', () => {
    const delay = new FeedDelay();
    const reused = trade(1);
    delay.push(reused, micros(10));
    reused.tradeId = 2;
    delay.push(reused, micros(20));
    expect(tradeIdsOf(delay)).toEqual([1, 2]);
  });

  it('lose nothing over many, and come back from a snapshot', () => {
    const delay = new FeedDelay();
    const all = Array.from({ length: 5_000 }, (_, index) => index);
    for (const id of all) delay.push(trade(id), micros(id));
    for (const id of all.slice(0, 3_000)) expect((delay.take() as Trade).tradeId).toBe(id);
    const restored = new FeedDelay();
    restored.restore(structuredClone(delay.snapshot()));
    expect(tradeIdsOf(restored)).toEqual(all.slice(3_000));
    expect(tradeIdsOf(delay)).toEqual(all.slice(3_000));
  });
});

describe('a copied frame', () => {
  it('holds its levels and not the reader’s spare room', () => {
    const frame: DepthUpdate = {
      kind: 'depth',
      ...COMMON,
      firstId: 1,
      lastId: 2,
      previousId: 0,
      bidCount: 1,
      askCount: 1,
      priceTicks: Float64Array.of(10, 11, 99, 99),
      lots: Float64Array.of(1, 2, 99, 99),
    };
    const copy = copyFrame(frame) as DepthUpdate;
    frame.priceTicks[0] = 7;
    expect([...copy.priceTicks]).toEqual([10, 11]);
    expect([...copy.lots]).toEqual([1, 2]);
  });
});
