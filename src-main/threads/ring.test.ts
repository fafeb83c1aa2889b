import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../testing/runs.ts';
import {
  createRing,
  MAX_RESERVED_RECORD_BYTES,
  maxRecordBytes,
  RESERVED_BYTES,
  RingConsumer,
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

type Step = { readonly offer: number; readonly reserved: boolean } | { readonly take: number };

describe('the ring', () => {
  it('hands over every record unchanged and in order, whatever wraps around, and refuses only when it is full', () => {
    const step: fc.Arbitrary<Step> = fc.oneof(
      fc.record({ offer: fc.integer({ min: 0, max: maxRecordBytes(CAPACITY) }), reserved: fc.boolean() }),
      fc.record({ offer: fc.integer({ min: 0, max: 600 }), reserved: fc.constant(false) }),
      fc.record({ take: fc.integer({ min: 0, max: 40 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const { producer, consumer } = ringPair();
        const queue: Buffer[] = [];
        let queuedBytes = 0;
        let index = 0;
        for (const one of steps) {
          if ('offer' in one) {
            index += 1;
            const record = Buffer.alloc(one.offer, index & 0xff);
            const accepted = producer.offer(record, record.length, one.reserved);
            // What is skipped at the end is shorter than the record that did not fit there.
            const framed = one.offer + 8;
            const room = CAPACITY - (one.reserved ? 0 : RESERVED_BYTES) - queuedBytes;
            if (accepted) queue.push(record);
            if (accepted) queuedBytes += 4 + Math.ceil(one.offer / 4) * 4;
            else expect(room - producer.usedBytes + queuedBytes).toBeLessThan(2 * framed);
          } else {
            for (let n = 0; n < one.take && queue.length > 0; n += 1) {
              const expected = queue.shift() as Buffer;
              queuedBytes -= 4 + Math.ceil(expected.length / 4) * 4;
              expect(consumer.next()).toBe(true);
              expect(taken(consumer).equals(expected)).toBe(true);
            }
            if (queue.length === 0) expect(consumer.next()).toBe(false);
            consumer.release();
          }
        }
        for (const expected of queue) {
          expect(consumer.next()).toBe(true);
          expect(taken(consumer).equals(expected)).toBe(true);
        }
        expect(consumer.next()).toBe(false);
        consumer.release();
        expect(producer.usedBytes).toBe(0);
      }),
      { seed: 42, numRuns: runs(60) },
    );
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
