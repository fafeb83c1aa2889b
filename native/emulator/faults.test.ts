import { describe, expect, it } from 'vitest';
import { encodeFrame } from '../../src-main/edge/killswitch/frame.ts';
import { type Cause, HOST_TYPES } from '../../src-main/edge/killswitch/messages.ts';
import { latchedCauses } from './eeprom-layout.ts';
import { liveBench, readyEeprom, SwitchBench } from './fixtures.ts';

const greeted = (options: ConstructorParameters<typeof SwitchBench>[0]) => {
  const bench = new SwitchBench(options);
  bench.runUntil('greeted', () => bench.session.view.hello !== null);
  return bench;
};

const tripped = () => {
  const bench = liveBench();
  bench.session.stop();
  bench.runUntil('resettable', () => bench.session.view.status?.latch === 'may-reset');
  return bench;
};

const STATES: Record<string, () => SwitchBench> = {
  new: () => greeted({ key: null }),
  idle: () => greeted({ eeprom: readyEeprom(), key: null }),
  live: () => liveBench(),
  'link lost': () => {
    const bench = liveBench();
    bench.isDeskDead = true;
    bench.run(600);
    return bench;
  },
  'tripped, pressed': () => {
    const bench = liveBench();
    bench.board.press();
    bench.run(250);
    return bench;
  },
  'tripped, resettable': tripped,
  'reset armed': () => {
    const bench = tripped();
    bench.session.requestReset();
    bench.runUntil('armed', () => bench.session.view.status?.latch === 'reset-armed');
    return bench;
  },
};

interface Fault {
  readonly act: (bench: SwitchBench) => void;
  /** Must be in the latch afterwards. */
  readonly causes: readonly Cause[];
}

const randomBytes = Uint8Array.from({ length: 400 }, (_, index) => (index * 73 + 41) & 0xff);
const FAULTS: Record<string, Fault> = {
  press: { act: ({ board }) => board.press(), causes: ['button'] },
  'press of 8 ms': {
    act: ({ board }) => {
      board.press();
      board.schedule(8_000, () => board.release());
    },
    causes: ['button'],
  },
  'normally-closed wire broken': { act: ({ board }) => board.breakWire('normally-closed'), causes: ['button'] },
  'normally-open contact stuck': { act: ({ board }) => board.setContact('normally-open', true), causes: ['button'] },
  'case opened': { act: ({ board }) => board.openCase(), causes: ['tamper'] },
  'loop bridged': { act: ({ board }) => board.setLoopVolts(0), causes: ['tamper'] },
  'stop from anybody': {
    act: ({ board }) =>
      board.send(
        encodeFrame({ type: HOST_TYPES.stop, sequence: 0, body: new Uint8Array(3), tag: new Uint8Array(8).fill(1) }),
      ),
    causes: ['host'],
  },
  'task stuck': { act: ({ board }) => board.jamConverter(), causes: ['watchdog'] },
  'reset without a tag': {
    act: ({ board }) =>
      board.send(
        encodeFrame({ type: HOST_TYPES.reset, sequence: 9_999, body: new Uint8Array(0), tag: new Uint8Array(8) }),
      ),
    causes: [],
  },
  garbage: { act: ({ board }) => board.send(randomBytes), causes: [] },
  silence: {
    act: (bench) => {
      bench.isDeskDead = true;
    },
    causes: [],
  },
  'power cut': {
    act: ({ board }) => {
      board.powerCut();
      board.powerOn();
    },
    causes: [],
  },
  'reset through the port': { act: ({ board }) => board.resetByPort(), causes: [] },
  stall: {
    act: (bench) => {
      bench.board.isStalled = true;
      bench.run(700);
      bench.board.isStalled = false;
    },
    causes: [],
  },
};

describe.each(Object.keys(STATES))('%s', (state) => {
  it.each(Object.keys(FAULTS))('then: %s', (name) => {
    const bench = STATES[state]?.();
    const fault = FAULTS[name];
    if (bench === undefined || fault === undefined) throw new Error('no such case');
    const before = latchedCauses(bench.board.eeprom.bytes);
    fault.act(bench);
    bench.run(900); // past the watchdog and the start
    const after = latchedCauses(bench.board.eeprom.bytes);
    // A new board has no latch to write to: it is tripped until it gets one.
    const added = before.includes('storage') ? [] : fault.causes;
    expect(after).toEqual(expect.arrayContaining([...before, ...added]));
    if (added.length === 0) expect(after).toEqual(before);
    if (after.length > 0) expect(bench.session.isFine).toBe(false);
  });
});
