import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameReader } from '../../src-main/edge/killswitch/frame.ts';
import { BOARD_TYPES } from '../../src-main/edge/killswitch/messages.ts';
import { slowRuns } from '../../src-main/testing/runs.ts';
import { latchedCauses } from './eeprom-layout.ts';
import { liveBench, readyEeprom, SwitchBench } from './fixtures.ts';

const RUNS = { seed: 42, numRuns: slowRuns(15) };

/** Turns the power off and on; the desk stays. @returns what the board says of itself then. */
function powerCycle(bench: SwitchBench) {
  bench.board.powerCut();
  bench.run(20);
  const { boots = 0 } = bench.session.view.hello ?? {};
  bench.board.powerOn();
  bench.runUntil('greeted', () => (bench.session.view.hello?.boots ?? 0) > boots);
  return bench.session.view.hello;
}

/** Whether a whole frame of this type has come from the board since `fromUs`. */
function hasSaid(bench: SwitchBench, type: number, fromUs: number): boolean {
  const reader = new FrameReader();
  return bench.heard
    .filter(({ atUs }) => atUs >= fromUs)
    .some(({ bytes }) => reader.take(bytes).some((frame) => frame.type === type));
}

describe('the latch', () => {
  it('stays when the button is released: that only permits a reset', () => {
    const bench = liveBench();
    bench.board.press();
    bench.run(200);
    expect(bench.session.view.status).toMatchObject({ latch: 'tripped', standing: ['button'] });
    bench.board.release();
    bench.run(3_000);
    expect(bench.session.view.status).toMatchObject({ latch: 'may-reset', causes: ['button'], standing: [] });
    expect(bench.session.isFine).toBe(false);
  });

  it('is not reset by the recessed button alone, nor by the desk alone', () => {
    const bench = liveBench();
    bench.board.press();
    bench.run(200);
    bench.board.release();
    bench.runUntil('released', () => bench.session.view.status?.latch === 'may-reset');
    bench.board.holdReset();
    bench.run(500);
    bench.board.letGoReset();
    bench.run(500);
    expect(bench.session.view.status?.latch).toBe('may-reset');
    bench.session.requestReset();
    bench.run(9_000);
    expect(bench.session.view.status?.latch).toBe('reset-armed');
    bench.run(1_500);
    expect(bench.session.view.status?.latch).toBe('may-reset');
    bench.reset();
    expect(bench.session.isFine).toBe(true);
  });

  it('does not take a reset button that was down before the desk asked', () => {
    const bench = liveBench();
    bench.session.stop();
    bench.board.holdReset();
    bench.runUntil('resettable', () => bench.session.view.status?.latch === 'may-reset');
    bench.session.requestReset();
    bench.run(2_000);
    expect(bench.session.view.status?.latch).toBe('reset-armed');
    bench.board.letGoReset();
    bench.run(100);
    bench.board.holdReset();
    bench.runUntil('clear', () => bench.session.view.status?.latch === 'clear');
  });

  it('refuses a reset while anything stands against it', () => {
    const bench = liveBench();
    bench.board.openCase();
    bench.runUntil('tripped', () => bench.session.view.status?.latch === 'tripped');
    bench.session.requestReset();
    bench.runUntil('answered', () => bench.events.some(({ type }) => type === 'result'));
    expect(bench.events.find(({ type }) => type === 'result')).toMatchObject({
      result: { command: 'reset', outcome: 'refused' },
      proven: true,
    });
  });

  it('is tripped by its desk without any tag, connected or not', () => {
    const idle = new SwitchBench({ eeprom: readyEeprom(), key: null });
    idle.runUntil('greeted', () => idle.session.view.hello !== null);
    idle.session.stop();
    idle.run(400);
    expect(idle.session.view.hello?.causes).toEqual(['host']);

    const live = liveBench();
    live.newSession(null).stop();
    live.run(20);
    expect(live.events).toContainEqual({ type: 'stop', causes: ['host'], proven: false });
  });

  it('survives a loss of power', () => {
    const bench = liveBench();
    bench.board.press();
    bench.run(100);
    bench.board.release();
    expect(powerCycle(bench)?.causes).toEqual(['button']);
    expect(powerCycle(bench)?.causes).toEqual(['button']);
    bench.runUntilLive();
    bench.reset();
    expect(powerCycle(bench)?.causes).toEqual([]);
  });

  it('is never lost once a stop was said, at whatever cycle the power goes', () => {
    let told = 0;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20_000 }), fc.integer({ min: 1, max: 1_000 }), (cutUs, seed) => {
        const bench = liveBench(seed);
        const fromUs = bench.board.timeUs;
        bench.board.openCase();
        bench.board.run(6_000 + cutUs);
        const wasTold = hasSaid(bench, BOARD_TYPES.stop, fromUs);
        bench.board.powerCut();
        bench.board.closeCase();
        const hello = powerCycle(bench);
        expect(hello?.causes).not.toContain('storage');
        if (!wasTold) return;
        told += 1;
        expect(hello?.causes).toEqual(['tamper']);
      }),
      RUNS,
    );
    expect(told).toBeGreaterThan(RUNS.numRuns / 4);
  });

  it('is clear or tripped, and nothing else, when the power goes in a reset', () => {
    const outcomes = new Set<string>();
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 110_000 }), fc.integer({ min: 1, max: 1_000 }), (cutUs, seed) => {
        const bench = liveBench(seed);
        bench.session.stop();
        bench.runUntil('resettable', () => bench.session.view.status?.latch === 'may-reset');
        bench.session.requestReset();
        bench.runUntil('armed', () => bench.session.view.status?.latch === 'reset-armed');
        bench.board.holdReset();
        bench.board.run(45_000 + cutUs);
        const wasClear = bench.session.view.status?.latch === 'clear';
        bench.board.powerCut();
        bench.board.letGoReset();
        const causes = powerCycle(bench)?.causes.join();
        if (wasClear) expect(causes).toBe('');
        expect(['', 'host']).toContain(causes);
        outcomes.add(causes ?? '');
      }),
      RUNS,
    );
    expect(outcomes.size).toBe(2);
  });

  it('keeps a trip that comes in the middle of a reset', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60_000 }), (afterUs) => {
        const bench = liveBench();
        bench.session.stop();
        bench.runUntil('resettable', () => bench.session.view.status?.latch === 'may-reset');
        bench.session.requestReset();
        bench.runUntil('armed', () => bench.session.view.status?.latch === 'reset-armed');
        bench.board.holdReset();
        bench.board.run(45_000 + afterUs);
        bench.board.press();
        bench.run(30);
        bench.board.letGoReset();
        bench.run(200);
        expect(bench.session.view.status?.causes).toContain('button');
        bench.board.release();
        expect(powerCycle(bench)?.causes).toContain('button');
      }),
      { ...RUNS, numRuns: slowRuns(10) },
    );
  });
});

describe('a stop while the last byte of a reset is written', () => {
  it('is kept, although the clear record is whole', () => {
    const bench = liveBench();
    bench.session.stop();
    bench.runUntil('resettable', () => bench.session.view.status?.latch === 'may-reset');
    bench.session.requestReset();
    bench.runUntil('armed', () => bench.session.view.status?.latch === 'reset-armed');
    bench.board.holdReset();
    const isWhole = () => latchedCauses(bench.board.eeprom.bytes).length === 0;
    expect(bench.board.runUntil(isWhole, 200_000, 20)).toBe(true);
    bench.session.stop(); // on the line for 1.5 ms, and the byte is written for 3.4 ms
    bench.run(100);
    expect(latchedCauses(bench.board.eeprom.bytes)).toContain('host');
    expect(powerCycle(bench)?.causes).toContain('host');
  });
});

describe('the counter of starts', () => {
  it('never says the same number twice, however often the power goes while it starts', () => {
    const bench = new SwitchBench({ eeprom: readyEeprom(), key: null });
    const cuts = fc.array(fc.integer({ min: 1, max: 600_000 }), { minLength: 5, maxLength: 12 });
    let newest = 0;
    fc.assert(
      fc.property(cuts, (cutsUs) => {
        for (const cutUs of cutsUs) {
          bench.board.powerCut();
          bench.board.powerOn();
          bench.events.length = 0;
          bench.board.run(cutUs);
          const said = new Set(bench.events.flatMap((event) => (event.type === 'hello' ? [event.hello.boots] : [])));
          expect(said.size).toBeLessThanOrEqual(1);
          for (const boots of said) {
            expect(boots).toBeGreaterThan(newest);
            newest = boots;
          }
        }
      }),
      { seed: 42, numRuns: slowRuns(8) },
    );
    expect(newest).toBeGreaterThan(10);
  });
});

describe('the EEPROM', () => {
  it('wears evenly: a reset writes another slot each time', () => {
    const bench = liveBench();
    const before = bench.board.eeprom.erasures.slice();
    for (let cycle = 0; cycle < 16; cycle += 1) {
      bench.session.stop();
      bench.reset();
    }
    const worn = bench.board.eeprom.erasures.map((count, cell) => count - (before[cell] ?? 0));
    expect(Math.max(...worn.subarray(64, 192))).toBeLessThanOrEqual(2);
  });

  it('is not worn by anchors: the newest is kept, and written every five minutes', () => {
    const bench = liveBench();
    const root = (value: number) => new Uint8Array(32).fill(value);
    const before = bench.board.eeprom.erasures.reduce((sum, count) => sum + count, 0);
    for (let value = 1; value <= 100; value += 1) {
      bench.session.storeAnchor({ size: BigInt(value), root: root(value) });
      bench.run(20);
    }
    bench.session.requestAnchor();
    bench.run(50);
    expect(bench.events).toContainEqual({
      type: 'anchor',
      anchor: { size: 100n, root: root(100).slice(0, 16) },
    });
    expect(bench.board.eeprom.erasures.reduce((sum, count) => sum + count, 0) - before).toBeLessThan(2 * 31);
  });

  it('gives back the anchor that was written with a trip, after a loss of power at any moment', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 250_000 }), fc.integer({ min: 1, max: 1_000 }), (cutUs, seed) => {
        const bench = liveBench(seed);
        const sizes: bigint[] = [];
        const anchor = (size: bigint) => ({ size, root: new Uint8Array(32).fill(Number(size)) });
        bench.session.storeAnchor(anchor(1n));
        bench.run(400);
        bench.session.storeAnchor(anchor(2n));
        bench.run(20);
        bench.session.stop();
        bench.board.run(cutUs);
        powerCycle(bench);
        bench.runUntilLive();
        bench.session.requestAnchor();
        bench.runUntil('answered', () => bench.events.some(({ type }) => type === 'anchor'));
        for (const event of bench.events) {
          if (event.type !== 'anchor') continue;
          sizes.push(event.anchor.size);
          expect([...event.anchor.root]).toEqual(new Array(16).fill(Number(event.anchor.size)));
        }
        expect(sizes.length).toBe(1);
        expect([1n, 2n]).toContain(sizes[0]);
        if (cutUs > 200_000) expect(sizes).toEqual([2n]);
      }),
      { ...RUNS, numRuns: slowRuns(8) },
    );
  });
});
