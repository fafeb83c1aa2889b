import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { slowRuns } from '../../src-main/testing/runs.ts';
import type { Contact } from './board.ts';
import { liveBench, type SwitchBench } from './fixtures.ts';

const MEAN_BOUNCE_US = 1_600;
const MAX_BOUNCE_US = 6_200;
const TRIP_US = 5_000;
/** One more sample, then tag, frame and line. */
const TOLD_US = 500 + 4_000;

/** Moves the contact at each of the times from now, beginning with the other level. */
function bounce(bench: SwitchBench, contact: Contact, atUs: readonly number[], endsClosed: boolean): void {
  atUs.forEach((at, index) => {
    const isLast = (atUs.length - 1 - index) % 2 === 0;
    bench.board.schedule(at, () => bench.board.setContact(contact, isLast === endsClosed));
  });
}

/** Times of an odd number of edges within a bounce whose length is distributed as measured: exponential, cut off. */
const bounces = fc
  .tuple(
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 }),
  )
  .map(([share, edges]) => {
    const lengthUs = Math.min(MAX_BOUNCE_US, -MEAN_BOUNCE_US * Math.log(1 - share * 0.999));
    const between = edges.slice(0, edges.length - (edges.length % 2)).map((edge) => edge * lengthUs);
    return [...between, lengthUs].sort((a, b) => a - b);
  });

const stopped = (bench: SwitchBench) => bench.events.some(({ type }) => type === 'stop');

describe('the button', () => {
  it('trips after 5 ms without an edge, whatever the bounce before, and clears 50 ms after the last one', () => {
    const bench = liveBench();
    fc.assert(
      fc.property(bounces, bounces, bounces, bounces, (pressNc, pressNo, releaseNc, releaseNo) => {
        const settles = Math.max(pressNc.at(-1) ?? 0, pressNo.at(-1) ?? 0);
        bench.events.length = 0;
        const fromUs = bench.board.timeUs;
        bounce(bench, 'normally-closed', pressNc, false);
        bounce(bench, 'normally-open', pressNo, true);
        bench.board.runUntil(() => stopped(bench), 100_000, 50);
        const tookUs = bench.board.timeUs - fromUs;
        expect(stopped(bench)).toBe(true);
        expect(tookUs).toBeGreaterThanOrEqual(TRIP_US);
        expect(tookUs).toBeLessThanOrEqual(settles + TRIP_US + TOLD_US);

        bench.run(120);
        bounce(bench, 'normally-closed', releaseNc, true);
        bounce(bench, 'normally-open', releaseNo, false);
        const releasedUs = bench.board.timeUs + Math.max(releaseNc.at(-1) ?? 0, releaseNo.at(-1) ?? 0);
        bench.runUntil('released', () => bench.session.view.status?.standing.length === 0);
        expect(bench.board.timeUs - releasedUs).toBeGreaterThan(50_000);
        bench.reset();
      }),
      { seed: 42, numRuns: slowRuns(20) },
    );
  });

  it('clears not before 50 ms, and soon after', () => {
    const bench = liveBench();
    bench.board.press();
    bench.run(150);
    bench.board.release();
    const outcomeAfter = (ms: number) => {
      bench.run(ms);
      bench.events.length = 0;
      bench.session.requestReset();
      bench.run(7);
      return bench.events.flatMap((event) => (event.type === 'result' ? [event.result.outcome] : []));
    };
    expect(outcomeAfter(46)).toEqual(['refused']);
    expect(outcomeAfter(0)).toEqual(['done']);
  });

  it('does not trip while no contact is still for 5 ms', () => {
    const bench = liveBench();
    const chatter = fc.array(fc.tuple(fc.integer({ min: 20, max: 4_950 }), fc.integer({ min: 20, max: 4_950 })), {
      minLength: 1,
      maxLength: 18,
    });
    fc.assert(
      fc.property(chatter, fc.constantFrom<Contact>('normally-closed', 'normally-open'), (spans, contact) => {
        let atUs = 0;
        const edges = spans.flatMap(([activeUs, restUs]) => {
          const opened = atUs;
          atUs = opened + activeUs + restUs;
          return [opened, opened + activeUs];
        });
        bounce(bench, contact, edges, contact === 'normally-closed');
        bench.run(atUs / 1_000 + 120);
        expect(bench.session.isFine).toBe(true);
      }),
      { seed: 42, numRuns: slowRuns(40) },
    );
  });

  it('trips at the end of a pathological bounce of 150 ms, and not before', () => {
    const bench = liveBench();
    const edges = Array.from({ length: 151 }, (_, index) => index * 1_000);
    bounce(bench, 'normally-closed', edges, false);
    bounce(bench, 'normally-open', edges, true);
    bench.run(150);
    expect(stopped(bench)).toBe(false);
    bench.runUntil('stopped', () => stopped(bench), 10);
    bench.run(300);
    expect(bench.causes).toEqual(['button']);
  });

  it('trips when a contact never comes to rest', () => {
    const bench = liveBench();
    const edges = Array.from({ length: 600 }, (_, index) => index * 1_000);
    bounce(bench, 'normally-closed', edges, true);
    bench.run(400);
    expect(bench.causes).toEqual(['contacts']);
  });

  it('trips at once when the normally-closed wire breaks, and tells a fault of the contacts 100 ms later', () => {
    const bench = liveBench();
    bench.board.breakWire('normally-closed');
    bench.run(50);
    expect(bench.session.view.status?.causes ?? []).not.toContain('contacts');
    expect(stopped(bench)).toBe(true);
    bench.run(250);
    expect(bench.causes).toEqual(['button', 'contacts']);
  });

  it('trips through the normally-closed contact when the other wire is broken, and shows that it is', () => {
    const bench = liveBench();
    bench.board.breakWire('normally-open');
    bench.run(500);
    expect(bench.session.isFine).toBe(true);
    bench.board.press();
    bench.run(350);
    expect(bench.causes).toEqual(['button', 'contacts']);
  });

  it('trips through the normally-open contact when the other one is welded', () => {
    const bench = liveBench();
    bench.board.setContact('normally-open', true);
    bench.run(350);
    expect(bench.causes).toEqual(['button', 'contacts']);
  });
});

describe('the tamper loop', () => {
  it.each([
    ['open', 5],
    ['short', 0],
    ['drifting up', 2.8],
    ['drifting down', 2.2],
  ])('trips when it is %s', (_, volts) => {
    const bench = liveBench();
    bench.board.setLoopVolts(volts);
    bench.run(250);
    expect(bench.causes).toEqual(['tamper']);
  });

  it.each([2.4, 2.6])('takes %d V for a closed case: resistors have tolerances', (volts) => {
    const bench = liveBench();
    bench.board.setLoopVolts(volts);
    bench.run(500);
    expect(bench.session.isFine).toBe(true);
  });
});
