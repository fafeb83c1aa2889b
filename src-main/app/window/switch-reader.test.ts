import { describe, expect, it } from 'vitest';
import { switchSchema } from '../../../src-shared/contract/switch.ts';
import { micros } from '../../../src-shared/domain/time.ts';
import type { Fact, FactBody } from '../../core/engine/fact.ts';
import type { GuardView } from '../../edge/killswitch/guard.ts';
import type { Hello, Status } from '../../edge/killswitch/messages.ts';
import { SwitchReader, type SwitchSources } from './switch-reader.ts';

const HELLO: Hello = {
  ...{ type: 'hello', protocol: 1, version: '1.0.0', firmwareHash: 'aa', failedTests: [], isPaired: true },
  ...{ resetCauses: ['power'], causes: [], boots: 3, sessions: 1 },
};
const STATUS: Status = {
  ...{ type: 'status', latch: 'clear', causes: [], standing: [], inputs: [], lamps: ['green'], hostMode: 'normal' },
  ...{ received: 1, uptimeMs: 1, tamper: 512, badTags: 0, badFrames: 2, failedTests: [] },
};
const VIEW: GuardView = {
  ...{ link: 'live', why: 'the switch has proven itself', hello: HELLO, status: STATUS, heartbeatAgeMs: 40 },
  ...{ framesSent: 5, framesReceived: 6, badFrames: 0, badTags: 0, unknownFrames: 0 },
  ...{ port: 'COM3', isArmed: true, drill: { phase: 'none', pressWithinMs: null }, result: null },
};

const TRIPS = [{ at: micros(5), trip: 1, cause: 'button', detail: 'pressed', isDrill: false }];
const WAIVER = { operator: 'ann', reason: 'it is being mended' };

function reader(view: GuardView | null) {
  let heard: (fact: Fact) => void = () => {};
  const killSwitch =
    view === null ? ({ state: 'none', switchKind: null } as const) : ({ state: 'armed', switchKind: 'real' } as const);
  const desk: SwitchSources = {
    core: { killSwitch: { ...killSwitch, trips: TRIPS, waiver: view === null ? WAIVER : null } },
    guardSighting: () => (view === null ? null : { view, at: micros(900_000), isShut: false }),
    now: () => micros(1_000_000),
    speed: 1,
    listen: (listener) => {
      heard = listener;
    },
  };
  const made = new SwitchReader(desk);
  return {
    read: () => made.read(),
    say: (body: FactBody) => heard({ ...body, seq: 1, at: micros(7), cause: 1 } as Fact),
  };
}

describe('what a window sees of the kill switch', () => {
  it('is that there is none, and who accepts that', () => {
    const { at, value } = reader(null).read();
    expect(switchSchema.parse(value)).toEqual({
      ...{ kind: 'none', waiver: WAIVER, state: 'none', isShut: false, board: null, trips: TRIPS },
      drill: { phase: 'none', pressWithinMs: null, past: [] },
    });
    expect(at).toBe(1_000_000);
  });

  it('is as old as its guard was last heard, and its heartbeat older by that', () => {
    const { at, value } = reader(VIEW).read();
    expect(at).toBe(900_000);
    expect(switchSchema.parse(value).board).toMatchObject({
      ...{ port: 'COM3', heartbeatAgeMs: 140, latch: 'clear', firmware: { version: '1.0.0', hash: 'aa' } },
      lamps: [
        { colour: 'red', pattern: 'dark' },
        { colour: 'yellow', pattern: 'dark' },
        { colour: 'green', pattern: 'wink' },
        { colour: 'blue', pattern: 'dark' },
      ],
    });
    expect(value.board?.counters).toContainEqual({ name: 'bad frames there', value: 2 });
  });

  it('has no lamps of a board that has not greeted', () => {
    const { value } = reader({ ...VIEW, link: 'silent', hello: null, status: null, heartbeatAgeMs: null }).read();
    expect(value.board).toMatchObject({ lamps: [], latch: null, firmware: null, selfTest: null, heartbeatAgeMs: null });
  });

  it('shows lamps as they are before a first session, and after one', () => {
    const lost = { ...VIEW, link: 'opening', status: null, heartbeatAgeMs: null } as const;
    const lit = (sessions: number) =>
      reader({ ...lost, hello: { ...HELLO, sessions } })
        .read()
        .value.board?.lamps.filter(({ pattern }) => pattern !== 'dark');
    expect(lit(0)).toEqual([{ colour: 'blue', pattern: 'single' }]);
    expect(lit(1)).toEqual([{ colour: 'yellow', pattern: 'fast' }]);
  });

  it('has the trips of the run, those before the first window too, and the drills', () => {
    const { read, say } = reader(VIEW);
    const figures = { outcome: 'measured', from: 'edge', shutMs: 7, cancelledMs: 20, provenMs: 90 } as const;
    say({ kind: 'switch-drill', ...figures });
    const { trips, drill } = switchSchema.parse(read().value);
    expect(trips).toEqual(TRIPS);
    expect(drill.past).toEqual([{ at: 7, ...figures }]);
  });
});
