import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { LoopMonitor, type LoopSpan, RESOLUTION_MS } from './loop-monitor.ts';

const BLOCK_MS = 40;

let monitor: LoopMonitor | undefined;
afterEach(() => monitor?.close());

function started(): LoopMonitor {
  monitor = new LoopMonitor();
  return monitor;
}

function block(forMs: number): void {
  const until = performance.now() + forMs;
  while (performance.now() < until);
}

function isOrdered({ delayMs: { p50, p99, p999, max } }: LoopSpan): boolean {
  return 0 <= p50 && p50 <= p99 && p99 <= p999 && p999 <= max;
}

describe('the loop monitor', () => {
  it('finds a block, by its length, and the time it took', async () => {
    const loop = started();
    await sleep(20);
    loop.read();
    await sleep(20);
    block(BLOCK_MS);
    await sleep(20);
    const { sinceLast } = loop.read();
    // The upper bound leaves a busy test machine room; the lower one is what the monitor promises.
    expect(sinceLast.delayMs.max).toBeGreaterThanOrEqual(BLOCK_MS - 2 * RESOLUTION_MS);
    expect(sinceLast.delayMs.max).toBeLessThanOrEqual(sinceLast.seconds * 1_000);
    expect(sinceLast.utilisation * sinceLast.seconds * 1_000).toBeGreaterThanOrEqual(BLOCK_MS * 0.9);
    expect(sinceLast.utilisation).toBeLessThan(1);
    expect(isOrdered(sinceLast)).toBe(true);
  });

  it('begins anew with each reading, and keeps the whole since the start', async () => {
    const loop = started();
    await sleep(20);
    block(BLOCK_MS);
    await sleep(20);
    loop.read();
    block(2);
    await sleep(20);
    const { sinceStart, sinceLast } = loop.read();
    expect(sinceStart.delayMs.max).toBeGreaterThanOrEqual(BLOCK_MS - 2 * RESOLUTION_MS);
    expect(sinceStart.seconds).toBeGreaterThan(sinceLast.seconds + BLOCK_MS / 1_000);
    expect(isOrdered(sinceStart)).toBe(true);
  });

  it('says nothing but zeros before the first firing', () => {
    const { sinceStart, sinceLast } = started().read();
    for (const { delayMs } of [sinceStart, sinceLast]) expect(delayMs).toEqual({ p50: 0, p99: 0, p999: 0, max: 0 });
  });

  it('measures nothing any more once closed', async () => {
    const loop = started();
    await sleep(5);
    loop.close();
    const before = loop.read().sinceStart.delayMs;
    block(BLOCK_MS);
    await sleep(10);
    expect(loop.read().sinceStart.delayMs).toEqual(before);
  });
});
