import { describe, expect, it } from 'vitest';
import type { InstrumentId } from '../../src-shared/domain/instrument.ts';
import { micros } from '../../src-shared/domain/time.ts';
import type { Trade } from '../core/engine/input.ts';
import { PacedSource } from './paced-source.ts';
import type { MarketSource } from './virtual-desk.ts';

function tradeAt(ms: number): Trade {
  const common = { seq: 0, at: micros(ms * 1_000), exchangeAt: -1, instrument: 0 as InstrumentId };
  return { kind: 'trade', ...common, tradeId: ms, priceTicks: 1, lots: 1, aggressor: 'buy' };
}

/** Frames at these ms, with one read needed before the first. */
function sourceOf(...times: readonly number[]): MarketSource {
  const frames = times.map(tradeAt);
  let hasRead = false;
  return {
    next: () => (hasRead ? (frames.shift() ?? null) : undefined),
    read: async () => {
      hasRead = true;
    },
  };
}

describe('a paced source', () => {
  it('holds each frame back for as long as the recording took', async () => {
    let nowMs = 5_000;
    const paced = new PacedSource(sourceOf(1_000, 1_000, 1_250), () => nowMs);
    expect(paced.next()).toBeUndefined();
    await paced.read();
    expect(paced.next()?.at).toBe(1_000_000);
    expect(paced.next()?.at).toBe(1_000_000);
    expect(paced.next()).toBeUndefined();
    nowMs += 249;
    expect(paced.next()).toBeUndefined();
    nowMs += 1;
    expect(paced.next()?.at).toBe(1_250_000);
    expect(paced.next()).toBeNull();
  });

  it('waits out what is left when asked to', async () => {
    const paced = new PacedSource(sourceOf(0, 20));
    await paced.read();
    const startMs = performance.now();
    for (let frame = paced.next(); frame !== null; frame = paced.next()) if (frame === undefined) await paced.read();
    expect(performance.now() - startMs).toBeGreaterThan(15);
  });
});
