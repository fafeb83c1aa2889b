import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { micros } from '../../../src-shared/domain/time.ts';
import { runs } from '../../testing/runs.ts';
import { Scheduler, type Timer } from './scheduler.ts';

function takeAll(scheduler: Scheduler, now: number): Timer[] {
  const taken: Timer[] = [];
  for (let timer = scheduler.takeDue(micros(now)); timer; timer = scheduler.takeDue(micros(now))) taken.push(timer);
  return taken;
}

describe('the scheduler', () => {
  it('gives what is due in order of time, then of asking', () => {
    const scheduler = new Scheduler();
    expect(scheduler.nextAt()).toBe(Number.POSITIVE_INFINITY);
    for (const [at, key] of [
      [5, 'a'],
      [3, 'b'],
      [5, 'c'],
      [9, 'd'],
      [3, 'e'],
    ] as const) {
      scheduler.schedule(micros(at), 'room', key);
    }
    expect(scheduler.nextAt()).toBe(3);
    expect(takeAll(scheduler, 2)).toEqual([]);
    expect(takeAll(scheduler, 5).map(({ key }) => key)).toEqual(['b', 'e', 'a', 'c']);
    expect(scheduler.nextAt()).toBe(9);
  });

  it('has one timer per room and key: asking again moves it to the back of its new time', () => {
    const scheduler = new Scheduler();
    scheduler.schedule(micros(1), 'room', 'a');
    scheduler.schedule(micros(1), 'other', 'a');
    scheduler.schedule(micros(1), 'room', 'a');
    expect(takeAll(scheduler, 1).map(({ room }) => room)).toEqual(['other', 'room']);
  });

  it('forgets what is cancelled; cancelling what is not there does nothing', () => {
    const scheduler = new Scheduler();
    scheduler.schedule(micros(1), 'room', 'a');
    scheduler.cancel('room', 'b');
    scheduler.cancel('other', 'a');
    expect(scheduler.nextAt()).toBe(1);
    scheduler.cancel('room', 'a');
    expect(takeAll(scheduler, 10)).toEqual([]);
  });

  it('behaves as a stably sorted list, with snapshot and restore anywhere', () => {
    const act = fc.record({
      type: fc.constantFrom('schedule', 'schedule', 'schedule', 'cancel', 'take', 'restore'),
      at: fc.integer({ min: 1, max: 20 }).map(micros),
      room: fc.constantFrom('a', 'b'),
      key: fc.constantFrom('x', 'y', 'z'),
    });
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
        let scheduler = new Scheduler();
        let model: Timer[] = [];
        for (const { type, at, room, key } of acts) {
          const others = model.filter((timer) => timer.room !== room || timer.key !== key);
          if (type === 'schedule') {
            scheduler.schedule(at, room, key);
            model = [...others, { at, room, key }].sort((one, other) => one.at - other.at);
          } else if (type === 'cancel') {
            scheduler.cancel(room, key);
            model = others;
          } else if (type === 'take') {
            expect(takeAll(scheduler, at)).toEqual(model.filter((timer) => timer.at <= at));
            model = model.filter((timer) => timer.at > at);
          } else {
            const copy = new Scheduler();
            copy.restore(structuredClone(scheduler.snapshot()));
            scheduler = copy;
          }
          expect(scheduler.nextAt()).toBe(model[0]?.at ?? Number.POSITIVE_INFINITY);
        }
        expect(scheduler.snapshot()).toEqual(model);
      }),
      { seed: 42, numRuns: runs(200) },
    );
  });

  it('hands out snapshots that do not change any more', () => {
    const scheduler = new Scheduler();
    scheduler.schedule(micros(1), 'room', 'a');
    const snapshot = scheduler.snapshot();
    scheduler.schedule(micros(2), 'room', 'b');
    expect(snapshot.length).toBe(1);
  });

  it('refuses to hold more timers than any desk has, and names who leaks', () => {
    const scheduler = new Scheduler();
    const timers = Array.from({ length: 100_000 }, (_, index) => ({ at: micros(1), room: 'r', key: `${index}` }));
    scheduler.restore(timers);
    expect(() => scheduler.schedule(micros(1), 'leaky', 'one')).toThrow(/more than 100000 timers: leaky/);
    scheduler.schedule(micros(2), 'r', '7');
    expect(scheduler.snapshot().length).toBe(100_000);
  });
});
