import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../testing/runs.ts';
import {
  createRing,
  MAX_RESERVED_RECORD_BYTES,
  maxRecordBytes,
  RingConsumer,
  RingFollower,
  RingProducer,
} from './ring.ts';

const CAPACITY = 64 * 1024;

function ringPair(): { producer: RingProducer; consumer: RingConsumer } {
  const memory = createRing(CAPACITY);
  return { producer: new RingProducer(memory), consumer: new RingConsumer(memory) };
}

function taken(consumer: RingConsumer): Buffer {
  return Buffer.from(consumer.bytes.subarray(consumer.offset, consumer.offset + consumer.length));
}

type Step =
  | { readonly stage: number; readonly reserved: boolean }
  | { readonly publish: true }
  | { readonly discard: true }
  | { readonly take: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ stage: fc.integer({ min: 0, max: maxRecordBytes(CAPACITY) }), reserved: fc.boolean() }),
  { weight: 4, arbitrary: fc.record({ stage: fc.integer({ min: 0, max: 600 }), reserved: fc.constant(false) }) },
  { weight: 2, arbitrary: fc.record({ publish: fc.constant<true>(true) }) },
  fc.record({ discard: fc.constant<true>(true) }),
  { weight: 2, arbitrary: fc.record({ take: fc.integer({ min: 0, max: 40 }) }) },
);

/** What a ring should do, without its memory: the records that the consumer may see, and those of the turn being staged. */
class Model {
  readonly visible: { readonly record: Buffer; readonly endsTurn: boolean }[] = [];
  staged: Buffer[] = [];

  publish(): void {
    const last = this.staged.length - 1;
    this.visible.push(...this.staged.map((record, index) => ({ record, endsTurn: index === last })));
    this.staged = [];
  }
}

describe('the ring', () => {
  it('hands over exactly the published turns, whole and in order, and refuses only when it is full', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const { producer, consumer } = ringPair();
        const model = new Model();
        const takeOne = (): void => {
          const expected = model.visible.shift();
          expect(consumer.next()).toBe(expected !== undefined);
          if (expected === undefined) return;
          expect(taken(consumer).equals(expected.record)).toBe(true);
          expect(consumer.endsTurn).toBe(expected.endsTurn);
        };
        for (const [index, one] of steps.entries()) {
          if ('stage' in one) {
            const record = Buffer.alloc(one.stage, index & 0xff);
            const { freeBytes, usedBytes } = producer;
            const framed = 4 + Math.ceil(one.stage / 4) * 4;
            const accepted = producer.stage(record, record.length, one.reserved);
            if (accepted) model.staged.push(record);
            else expect(producer.usedBytes).toBe(usedBytes);
            // What is skipped at the ring's end is shorter than the record that did not fit there.
            const free = one.reserved ? CAPACITY - usedBytes : freeBytes;
            if (!accepted) expect(free).toBeLessThan(2 * framed);
            else expect(free).toBeGreaterThanOrEqual(framed);
          } else if ('publish' in one) {
            producer.publish();
            model.publish();
          } else if ('discard' in one) {
            producer.discard();
            model.staged = [];
          } else {
            for (let n = 0; n < one.take; n += 1) takeOne();
            consumer.release();
          }
          expect(producer.isStaging).toBe(model.staged.length > 0);
        }
        producer.discard();
        while (model.visible.length > 0) takeOne();
        takeOne();
        consumer.release();
        expect(producer.usedBytes).toBe(0);
      }),
      { seed: 42, numRuns: runs(100) },
    );
  });

  it('takes a record of its own only between turns', () => {
    const { producer, consumer } = ringPair();
    producer.stage(Buffer.from('one'), 3);
    expect(() => producer.offer(Buffer.from('two'), 3)).toThrow(/within a turn/);
    expect(consumer.next()).toBe(false);
    producer.discard();
    expect(producer.offer(Buffer.from('two'), 3)).toBe(true);
    expect(consumer.next()).toBe(true);
    expect(taken(consumer).toString()).toBe('two');
  });

  it('keeps room for a last message when it is full, wherever the end falls', () => {
    for (let skew = 0; skew < 60; skew += 1) {
      const { producer, consumer } = ringPair();
      for (let n = 0; n < skew; n += 1) {
        producer.offer(Buffer.alloc(1_000), 1_000);
        consumer.next();
        consumer.release();
      }
      while (producer.offer(Buffer.alloc(700), 700));
      expect(producer.offer(Buffer.alloc(700), 700)).toBe(false);
      const last = Buffer.alloc(MAX_RESERVED_RECORD_BYTES, 7);
      expect(producer.offer(last, last.length, true)).toBe(true);
      let found: Buffer = Buffer.alloc(0);
      while (consumer.next()) found = taken(consumer);
      expect(found.equals(last)).toBe(true);
    }
  });

  it('gives no room back before the consumer releases what it has walked over', () => {
    const { producer, consumer } = ringPair();
    while (producer.offer(Buffer.alloc(1_000), 1_000));
    while (consumer.next());
    expect(producer.offer(Buffer.alloc(1_000), 1_000)).toBe(false);
    consumer.release();
    expect(producer.offer(Buffer.alloc(1_000), 1_000)).toBe(true);
  });

  it('refuses what no ring of its size can take, and odd sizes', () => {
    const { producer } = ringPair();
    const long = Buffer.alloc(maxRecordBytes(CAPACITY) + 1);
    expect(() => producer.offer(long, long.length)).toThrow(/takes 16380/);
    expect(() => createRing(100_000)).toThrow(/power of two/);
    expect(() => createRing(1_024)).toThrow(/power of two/);
  });
});

describe('a follower of the ring', () => {
  it('sees how far the consumer is, and waits no longer than it was told', () => {
    const memory = createRing(CAPACITY);
    const [producer, consumer, follower] = [
      new RingProducer(memory),
      new RingConsumer(memory),
      new RingFollower(memory),
    ];
    expect(follower.waitUntil(follower.target(), 0)).toBe(true);
    producer.stage(Buffer.alloc(100), 100);
    expect(follower.target()).toBe(follower.position());
    producer.publish();
    const target = follower.target();
    consumer.next();
    expect(follower.waitUntil(target, 2)).toBe(false);
    producer.offer(Buffer.alloc(100), 100);
    consumer.release();
    expect(follower.waitUntil(target, 0)).toBe(true);
    expect(follower.waitUntil(follower.target(), 2)).toBe(false);
  });

  it('is woken by a consumer in another thread', async () => {
    const memory = createRing(CAPACITY);
    const [producer, follower] = [new RingProducer(memory), new RingFollower(memory)];
    const slowConsumer = `
      const { workerData } = require('node:worker_threads');
      import(workerData.ring).then(({ RingConsumer }) => {
        const consumer = new RingConsumer(workerData.memory);
        while (!consumer.next()) consumer.sleep(consumer.wakes(), 10);
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
        consumer.release();
      });`;
    const ring = new URL('./ring.ts', import.meta.url).href;
    const worker = new Worker(slowConsumer, { eval: true, workerData: { memory, ring } });
    producer.offer(Buffer.alloc(100), 100);
    expect(follower.waitUntil(follower.target(), 60_000)).toBe(true);
    await worker.terminate();
  });

  it('wakes a dozing consumer, which its producer does not', async () => {
    const memory = createRing(CAPACITY);
    const [producer, follower] = [new RingProducer(memory), new RingFollower(memory)];
    const dozingConsumer = `
      const { workerData, parentPort } = require('node:worker_threads');
      import(workerData.ring).then(({ RingConsumer }) => {
        const consumer = new RingConsumer(workerData.memory);
        parentPort.postMessage('dozing');
        consumer.doze(consumer.wakes(), 60_000);
        consumer.next();
        consumer.release();
      });`;
    const ring = new URL('./ring.ts', import.meta.url).href;
    const worker = new Worker(dozingConsumer, { eval: true, workerData: { memory, ring } });
    await once(worker, 'message');
    producer.offer(Buffer.alloc(100), 100);
    expect(follower.waitUntil(memoryHead(memory), 20)).toBe(false);
    expect(follower.waitUntil(follower.target(), 10_000)).toBe(true);
    await worker.terminate();
  });
});

/** Where everything published ends, read without waking anybody. */
function memoryHead(memory: SharedArrayBuffer): number {
  return new Int32Array(memory)[0] as number;
}
