import { describe, expect, it } from 'vitest';
import { BenchDesk, orderId, place } from './fixtures.ts';
import { ReservedIds } from './reserved-ids.ts';

const ids = (...names: string[]) => names.map(orderId);

describe('reserved ids', () => {
  it('let orders leave early once their reservation is on disk', () => {
    let durableSeq = 4;
    const reserved = new ReservedIds(() => durableSeq);
    reserved.reserved(ids('a', 'b'), 5);
    expect(reserved.mayLeaveEarly(orderId('a'))).toBe(false);
    durableSeq = 5;
    expect(reserved.mayLeaveEarly(orderId('a'))).toBe(true);
    expect(reserved.mayLeaveEarly(orderId('b'))).toBe(true);
    expect(reserved.mayLeaveEarly(orderId('c'))).toBe(false);
  });

  it('that could not be written down let nothing leave', () => {
    const reserved = new ReservedIds(() => Number.MAX_SAFE_INTEGER);
    reserved.reserved(ids('a'), Number.POSITIVE_INFINITY);
    expect(reserved.mayLeaveEarly(orderId('a'))).toBe(false);
  });

  it('are forgotten one day, oldest first', () => {
    const reserved = new ReservedIds(() => 1);
    reserved.reserved(ids('first', 'second'), 1);
    reserved.reserved(
      Array.from({ length: 99_999 }, (_, index) => orderId(`o${index}`)),
      1,
    );
    expect(['first', 'second', 'o0'].map((name) => reserved.mayLeaveEarly(orderId(name)))).toEqual([false, true, true]);
  });
});

describe('an outbox with reserved ids', () => {
  const desk = () => new BenchDesk({ mayLeaveEarly: (id) => id !== orderId('late') });

  it('lets them leave in the turn that made them, one after the other', () => {
    const bench = desk();
    expect(bench.turn(place('a'), place('b'))).toEqual(['place a', 'place b']);
    expect(bench.durableSeq).toBe(0);
    expect(bench.takeTold()).toEqual(['released a', 'released b']);
  });

  it('lets nobody pass an order that waits for its record', () => {
    const bench = desk();
    expect(bench.turn(place('late'), place('b'))).toEqual([]);
    expect(bench.durable()).toEqual(['place late', 'place b']);
  });

  it('checks them as any other, and stops them as any other', () => {
    const bench = desk();
    bench.outbox.modeChanged('emergency');
    expect(bench.turn(place('a'))).toEqual([]);
    expect(bench.takeTold()).toEqual(['blocked a: in emergency nothing leaves but cancels']);
    const stopped = desk();
    stopped.stop();
    expect(stopped.turn(place('a'))).toEqual([]);
    expect(stopped.takeTold()).toEqual(['blocked a: stopped']);
  });
});
