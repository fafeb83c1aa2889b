import { describe, expect, it } from 'vitest';
import type { ControlMode } from '../../../src-shared/domain/mode.ts';
import type { Effect } from '../../core/engine/effect.ts';
import { fillOf } from '../../testing/execution-desk.ts';
import {
  BenchDesk,
  cancel,
  limitOrder,
  MAX_WAIT_MS,
  MAX_WAITING,
  MOST_LOTS,
  orderId,
  place,
  query,
  replace,
  SNAPSHOT,
} from './fixtures.ts';
import { Outbox, type ReleaseProbe } from './outbox.ts';

describe('the outbox', () => {
  it('lets an order out when the turn that made it is on disk, and not before', () => {
    const desk = new BenchDesk();
    expect(desk.turn(place('a'), replace('x', 'b'))).toEqual([]);
    expect(desk.turn(place('c'))).toEqual([]);
    expect(desk.outbox.waitingCount).toBe(3);
    expect(desk.takeTold()).toEqual([]);
    expect(desk.durable(1)).toEqual(['place a', 'replace x by b']);
    expect(desk.takeTold()).toEqual(['released a', 'released b']);
    expect(desk.durable(2)).toEqual(['place c']);
    expect(desk.durable()).toEqual([]);
  });

  it('lets an order out in its own turn when that is on disk already', () => {
    const desk = new BenchDesk();
    desk.durableSeq = 1;
    expect(desk.turn(place('a'))).toEqual(['place a']);
  });

  it('never holds up a cancel, a question or a request, whatever waits and whatever stopped', () => {
    const desk = new BenchDesk();
    desk.turn(place('a'));
    expect(desk.turn(cancel('x'), query('x'), SNAPSHOT)).toEqual(['cancel x', 'query x', 'snapshot']);
    desk.stop();
    desk.durableSeq = Number.NaN;
    expect(desk.turn(cancel('x'), query('x'), SNAPSHOT)).toEqual(['cancel x', 'query x', 'snapshot']);
  });

  it('tells of a cancel that did not leave', () => {
    const unsent: string[] = [];
    const desk = new BenchDesk({ unsent: (effect, reason) => unsent.push(`${effect.kind}: ${reason}`) });
    desk.link = 'down';
    desk.turn(cancel('x'));
    desk.link = 'breaks';
    desk.turn(query('x'));
    expect(unsent).toEqual(['cancel-order: not connected', 'query-order: the socket closed']);
    expect(desk.told).toEqual([]);
  });

  it('withdraws everything that waits once it is stopped, durable or not, and lets nothing in its place', () => {
    const desk = new BenchDesk();
    desk.turn(place('a'), place('b'));
    desk.stop();
    expect(desk.takeTold()).toEqual(['blocked a: stopped', 'blocked b: stopped']);
    desk.durableSeq = 10;
    expect(desk.turn(place('c'))).toEqual([]);
    expect(desk.takeTold()).toEqual(['blocked c: stopped']);
  });

  it('looks at the stop flag after the second check, and has the check count the order no more', () => {
    const desk = new BenchDesk();
    const { secondCheck } = desk;
    desk.outbox = new Outbox({
      secondCheck: {
        check: (effect) => {
          const verdict = secondCheck.check(effect);
          desk.stopFlag.set();
          return verdict;
        },
        observe: (input) => secondCheck.observe(input),
        knows: (id) => secondCheck.knows(id),
        modeChanged: () => {},
      },
      stopFlag: desk.stopFlag,
      durableSeq: () => 1,
      send: () => {
        throw new Error('unreachable');
      },
      now: () => 0,
      heard: (id, report) => {
        desk.told.push(report.type);
        desk.report(id, report);
      },
    });
    desk.turn(place('a'));
    expect(desk.told).toEqual(['blocked']);
    expect(secondCheck.snapshot().open).toEqual([]);
  });

  it.each<[ControlMode, string[], string[]]>([
    ['normal', ['place opening', 'place reducing'], []],
    ['pause', ['place reducing'], ['blocked opening: in pause only reduce-only orders leave']],
    ['reduce', ['place reducing'], ['blocked opening: in reduce only reduce-only orders leave']],
    ['emergency', [], ['opening', 'reducing'].map((id) => `blocked ${id}: in emergency nothing leaves but cancels`)],
  ])('knows the mode: in %s, of orders that waited before it was, it lets out %j', (mode, sent, blocked) => {
    const desk = new BenchDesk();
    desk.turn(place('held', 5));
    desk.durable();
    desk.report(orderId('held'), { type: 'filled', fill: fillOf(orderId('held'), 'f1', 5) });
    desk.takeTold();
    const reducing = { ...limitOrder('reducing', 5), side: 'sell', reduceOnly: true } as const;
    desk.turn(place('opening'), { kind: 'place-order', order: reducing });
    desk.outbox.modeChanged(mode);
    expect(desk.durable()).toEqual(sent);
    expect(desk.takeTold().filter((told) => told.startsWith('blocked'))).toEqual(blocked);
  });

  it('asks the second check, and blocks what it refuses or fails at', () => {
    const desk = new BenchDesk();
    desk.turn(place('a', MOST_LOTS + 1), place('b'));
    expect(desk.durable()).toEqual(['place b']);
    expect(desk.takeTold()).toEqual([expect.stringContaining('blocked a: order of 11 lots'), 'released b']);

    const broken = new BenchDesk({
      secondCheck: {
        check: () => {
          throw new Error('torn');
        },
        observe: () => {},
        knows: () => false,
        modeChanged: () => {},
      },
    });
    broken.turn(place('a'));
    expect(broken.durable()).toEqual([]);
    expect(broken.told).toEqual(['blocked a: the second check failed: torn']);
  });

  it('blocks what was not written, and the second check stops counting it', () => {
    const desk = new BenchDesk();
    desk.link = 'down';
    desk.turn(place('a'));
    desk.durable();
    expect(desk.takeTold()).toEqual(['blocked a: not connected']);
    expect(desk.secondCheck.snapshot().open).toEqual([]);
  });

  it('never says of an order that it stayed when the send broke off, and goes on counting it', () => {
    const desk = new BenchDesk();
    desk.link = 'breaks';
    desk.turn(place('a'));
    desk.durable();
    expect(desk.takeTold()).toEqual(['unanswered a: broken off while it was sent: the socket closed']);
    expect(desk.secondCheck.snapshot().open).toHaveLength(1);
    expect(desk.turn(cancel('a'))).toEqual(['cancel a']);
  });

  it('takes an answer of the link that makes no sense for no answer', () => {
    const desk = new BenchDesk({ send: () => undefined as unknown as { ok: true } });
    desk.turn(place('a'));
    desk.durable();
    expect(desk.told).toEqual([expect.stringContaining('unanswered a')]);
  });

  it('withdraws an order that is cancelled while it waits, and sends no cancel', () => {
    const desk = new BenchDesk();
    desk.turn(place('a'), place('b'));
    expect(desk.turn(cancel('a'), cancel('a'))).toEqual([]);
    expect(desk.takeTold()).toEqual(['blocked a: cancelled before it left']);
    expect(desk.durable()).toEqual(['place b']);
    expect(desk.turn(cancel('a'), cancel('b'))).toEqual(['cancel a', 'cancel b']);
  });

  it('does not let a replacement bring back what is being cancelled', () => {
    const desk = new BenchDesk();
    desk.turn(place('a'));
    desk.durable();
    desk.turn(replace('a', 'b'), replace('b', 'c'), place('d'));
    desk.takeTold();
    expect(desk.turn(cancel('a'))).toEqual(['cancel a']);
    expect(desk.takeTold()).toEqual(['blocked b: its target is being cancelled', 'blocked c: its target never left']);
    expect(desk.durable()).toEqual(['place d']);
  });

  it('withdraws a replacement alone, and leaves its target where it is', () => {
    const desk = new BenchDesk();
    desk.turn(replace('a', 'b'));
    expect(desk.turn(cancel('b'))).toEqual([]);
    expect(desk.takeTold()).toEqual(['blocked b: cancelled before it left']);
  });

  it('blocks the replacement of an order that it blocked', () => {
    const desk = new BenchDesk();
    desk.turn(place('a', MOST_LOTS + 1), replace('a', 'b'));
    expect(desk.durable()).toEqual([]);
    expect(desk.takeTold()[1]).toBe('blocked b: its target never left');
  });

  it('asks no venue about an order that still waits', () => {
    const desk = new BenchDesk();
    desk.turn(place('a'));
    expect(desk.turn(query('a'))).toEqual([]);
    expect(desk.takeTold()).toEqual([]);
    desk.durable();
    expect(desk.turn(query('a'))).toEqual(['query a']);
  });

  it('withdraws an order that waited too long, though it be durable by then', () => {
    const desk = new BenchDesk();
    expect(desk.outbox.nextExpiryAt()).toBe(Number.POSITIVE_INFINITY);
    desk.turn(place('a'));
    desk.wait(300);
    desk.turn(place('b'));
    expect(desk.outbox.nextExpiryAt()).toBe(MAX_WAIT_MS * 1_000);
    desk.wait(MAX_WAIT_MS - 301);
    expect(desk.takeTold()).toEqual([]);
    desk.nowMicros += 1_000;
    expect(desk.durable()).toEqual(['place b']);
    expect(desk.takeTold()).toEqual(['blocked a: waited 1000 ms for the journal: its price is old', 'released b']);
  });

  it('lets nothing out by a clock or a watermark that says nothing', () => {
    const blind = new BenchDesk({ now: () => Number.NaN });
    blind.turn(place('a'));
    expect(blind.durable()).toEqual([]);
    expect(blind.told).toHaveLength(1);
    const lost = new BenchDesk({ durableSeq: () => Number.NaN });
    lost.turn(place('a'));
    expect(lost.durable()).toEqual([]);
    expect(lost.outbox.waitingCount).toBe(1);
  });

  it('lets only so many wait', () => {
    const desk = new BenchDesk();
    desk.turn(...Array.from({ length: MAX_WAITING }, (_, index) => place(`o${index}`)));
    expect(desk.takeTold()).toEqual([]);
    desk.turn(place('one more'), cancel('x'));
    expect(desk.takeTold()).toEqual([`blocked one more: too many orders wait: ${MAX_WAITING}`]);
    expect(desk.durable()).toHaveLength(MAX_WAITING);
  });

  it('lets nothing pass that it does not know, and says so', () => {
    const desk = new BenchDesk();
    desk.durableSeq = 9;
    desk.turn({ kind: 'launch' } as unknown as Effect, { kind: 'lend', order: limitOrder('a') } as unknown as Effect);
    expect(desk.sent).toEqual([]);
    expect(desk.told).toEqual([
      'blocked : an effect of an unknown kind: launch',
      'blocked a: an effect of an unknown kind: lend',
    ]);
  });

  it('goes on counting an order that left when it is submitted again, and cancels it at the venue', () => {
    const desk = new BenchDesk();
    desk.turn(place('a'));
    desk.durable();
    desk.turn(place('a'));
    expect(desk.turn(cancel('a'))).toEqual(['cancel a']);
    desk.turn(place('a'));
    expect(desk.durable()).toEqual([]);
    expect(desk.told.at(-1)).toContain('one intent, one send');
    expect(desk.secondCheck.snapshot().open).toHaveLength(1);
  });

  it('keeps the order of orders when those who hear of one ask for more', () => {
    const desk = new BenchDesk();
    let depth = 0;
    desk.onTold = (id) => {
      depth += 1;
      expect(depth).toBe(1);
      if (id === orderId('a')) desk.turn(place('d'), cancel('x'));
      if (id === orderId('b')) desk.turn(cancel('c'));
      depth -= 1;
    };
    desk.durableSeq = 9;
    expect(desk.turn(place('a'), place('b'), place('c'))).toEqual(['place a', 'cancel x', 'place b', 'place d']);
    expect(desk.told).toEqual(['released a', 'released b', 'blocked c: cancelled before it left', 'released d']);
  });

  it('goes on after a desk that could not hear', () => {
    const desk = new BenchDesk();
    desk.turn(place('a'), place('b'));
    desk.onTold = () => {
      desk.onTold = () => {};
      throw new Error('deaf');
    };
    expect(() => desk.durable()).toThrow('deaf');
    desk.outbox.release();
    expect(desk.told).toEqual(['released a', 'released b']);
    expect(desk.sent).toHaveLength(2);
  });

  it('measures what it releases: from intent to disk, and from there to the wire', () => {
    let nowMs = 0;
    const measured: string[] = [];
    const probe: ReleaseProbe = {
      nowMs: () => nowMs,
      durable: (ms) => measured.push(`durable after ${ms}`),
      released: (ms) => measured.push(`released after ${ms}`),
    };
    const desk = new BenchDesk({ probe });
    desk.turn(place('a'), place('b'), place('c', MOST_LOTS + 1));
    nowMs = 3;
    desk.onSent = () => {
      nowMs += 2;
    };
    // However often the watermark is looked at meanwhile.
    desk.onTold = () => desk.outbox.release();
    desk.durable();
    expect(measured).toEqual(['durable after 3', 'released after 2', 'durable after 3', 'released after 4']);
    desk.durableSeq = 99;
    desk.turn(place('d'));
    expect(measured.slice(4)).toEqual(['durable after 0', 'released after 2']);
  });
});
