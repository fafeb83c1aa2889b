import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { micros } from '../../../src-shared/domain/time.ts';
import { createRing, RingConsumer, RingProducer } from '../../threads/ring.ts';
import { factText, InlineDesk, T0, temporaryFolder } from './fixtures.ts';
import { openWritable } from './open.ts';
import type { Store } from './store.ts';
import { TicksHandshake } from './ticks-handshake.ts';
import { MAX_BATCH_RECORDS } from './writer.ts';

let folder: ReturnType<typeof temporaryFolder>;

beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

function stageTurn(desk: InlineDesk, records: number): void {
  for (let index = 0; index < records; index += 1) desk.stage('fact', micros(T0 + desk.lastSeq), factText(index));
  desk.publish();
}

/** Where the journal ends for the one who opens it next. */
function lastSeqOf(directory: string): number {
  const journal = openWritable(directory, { now: T0 });
  journal.db.close();
  journal.lock.release();
  return journal.lastSeq;
}

describe('a transaction', () => {
  it('never splits a turn, however long that is', () => {
    const desk = new InlineDesk(folder.path);
    const turns = [MAX_BATCH_RECORDS - 1, 7, 1, MAX_BATCH_RECORDS + 500, 2];
    for (const records of turns) stageTurn(desk, records);
    const durable: number[] = [];
    while (desk.writer.drain() > 0) durable.push(desk.durableSeq);
    expect(durable).toEqual([1 + 1_023 + 7, 1 + 1_023 + 7 + 1 + 1_524, 1 + 1_023 + 7 + 1 + 1_524 + 2]);
    desk.close();
  });

  it('leaves nothing of a turn in whose middle the disk fails', () => {
    for (const failAt of [1, 2, 6, 9, 10]) {
      const directory = `${folder.path}/${failAt}`;
      const desk = new InlineDesk(directory, (store) => failingInsert(store, failAt));
      // Turns of 5 records, each in a group of its own.
      for (let turn = 0; turn < 3; turn += 1) {
        stageTurn(desk, 5);
        desk.writer.drain();
      }
      expect(desk.status.failure()?.code).toBe('SQLITE_IOERR_WRITE');
      const wholeTurns = Math.floor((failAt - 1) / 5);
      expect(desk.durableSeq).toBe(1 + 5 * wholeTurns);
      desk.abandon();
      expect(lastSeqOf(directory)).toBe(1 + 5 * wholeTurns);
    }
  });
});

function failingInsert(store: Store, nth: number): Store {
  let count = 0;
  return {
    ...store,
    insert: (...row) => {
      count += 1;
      if (count >= nth) throw new Database.SqliteError('injected', 'SQLITE_IOERR_WRITE');
      store.insert(...row);
    },
  };
}

describe('the handshake with the ticks', () => {
  const frame = Buffer.alloc(64);

  it('waits until the ticks are written, and commits without those of a stuck worker', () => {
    const memory = createRing(64 * 1024);
    const [ticks, worker] = [new RingProducer(memory), new RingConsumer(memory)];
    const committed: boolean[] = [];
    const desk = new InlineDesk(
      folder.path,
      (store) => ({
        ...store,
        commit: () => {
          committed.push(ticks.usedBytes === 0);
          store.commit();
        },
      }),
      memory,
    );
    const turn = (): void => {
      stageTurn(desk, 1);
      desk.writer.drain();
    };
    ticks.offer(frame, frame.length);
    worker.next();
    worker.release();
    turn();
    ticks.offer(frame, frame.length);
    turn();
    expect(committed).toEqual([true, false]);
    expect(desk.durableSeq).toBe(3);
    desk.close();
  });

  it('does not wait again for a worker that did not move', () => {
    const memory = createRing(64 * 1024);
    const [ticks, worker] = [new RingProducer(memory), new RingConsumer(memory)];
    const handshake = new TicksHandshake(memory, 2);
    const wait = vi.spyOn(Atomics, 'wait');
    const hasWaited = (): boolean => {
      wait.mockClear();
      handshake.await();
      return wait.mock.calls.length > 0;
    };
    const writeOne = (): void => {
      worker.next();
      worker.release();
    };
    try {
      expect(hasWaited()).toBe(false);
      ticks.offer(frame, frame.length);
      ticks.offer(frame, frame.length);
      expect(hasWaited()).toBe(true);
      expect(hasWaited()).toBe(false);
      expect(hasWaited()).toBe(false);
      writeOne();
      expect(hasWaited()).toBe(true);
      writeOne();
      expect(hasWaited()).toBe(false);
      ticks.offer(frame, frame.length);
      expect(hasWaited()).toBe(true);
    } finally {
      wait.mockRestore();
    }
  });

  it('without a ring waits for nothing', () => {
    expect(() => new TicksHandshake(undefined, 2).await()).not.toThrow();
  });
});
