import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { BenchDesk, cancel, place } from './fixtures.ts';
import type { StopThreadData } from './stop-thread.ts';

function sharedWord(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
}

/** A desk, and another thread that is about to stop it. */
async function threatenedDesk() {
  const desk = new BenchDesk();
  const words = { go: sharedWord(), done: sharedWord(), sent: sharedWord(), sentWhenSet: sharedWord() };
  const workerData: StopThreadData = { flag: desk.stopMemory, ...words };
  const worker = new Worker(new URL('stop-thread.ts', import.meta.url), { workerData });
  await once(worker, 'message');
  const letStop = () => {
    Atomics.store(words.go, 0, 1);
    Atomics.notify(words.go, 0);
  };
  return { desk, ...words, letStop, ended: once(worker, 'exit') };
}

describe('a stop flag that another thread sets', () => {
  it('shuts the outbox while its own loop is blocked, and leaves the way open for cancels', async () => {
    const { desk, done, letStop, ended } = await threatenedDesk();
    desk.turn(place('a'));
    desk.turn(place('b'));
    expect(desk.durable(1)).toEqual(['place a']);
    letStop();
    // No event reaches this thread from here on: only the memory tells.
    expect(Atomics.wait(done, 0, 0, 20_000)).not.toBe('timed-out');
    expect(desk.durable()).toEqual([]);
    expect(desk.turn(place('c'), cancel('a'))).toEqual(['cancel a']);
    expect(desk.told).toEqual(['released a', 'blocked b: stopped', 'blocked c: stopped']);
    await ended;
  });

  it('lets at most the one order pass that was in the door, however busy the loop is', async () => {
    const { desk, done, sent, sentWhenSet, letStop, ended } = await threatenedDesk();
    desk.durableSeq = Number.POSITIVE_INFINITY;
    desk.onSent = () => Atomics.add(sent, 0, 1);
    desk.onTold = (id) => desk.report(id, { type: 'rejected', reason: 'venue' });
    let count = 0;
    for (; count < 100; count += 1) desk.turn(place(`o${count}`));
    letStop();
    for (; count < 100_000 && Atomics.load(done, 0) === 0; count += 1) desk.turn(place(`o${count}`));
    expect(Atomics.wait(done, 0, 0, 20_000)).not.toBe('timed-out');
    for (const end = count + 100; count < end; count += 1) desk.turn(place(`o${count}`));
    expect(desk.told.at(-1)).toContain('stopped');
    expect(Atomics.load(sent, 0)).toBeGreaterThanOrEqual(100);
    expect(Atomics.load(sent, 0) - Atomics.load(sentWhenSet, 0)).toBeLessThanOrEqual(1);
    await ended;
  });
});
