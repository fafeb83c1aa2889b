import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONTROL_MODES, type ControlMode, isTighter } from '../../../src-shared/domain/mode.ts';
import { FakeTurn } from '../../testing/fake-turn.ts';
import { runs } from '../../testing/runs.ts';
import type { KillSwitchReport, OperatorCommand } from '../engine/input.ts';
import { KillSwitch } from './kill-switch.ts';
import { Modes } from './modes.ts';

const VENUES = ['one', 'two'];
const GUARDED = { event: 'guarded', switchKind: 'real', detail: 'COM3' } as const;
const tripped = (trip: number): KillSwitchReport => ({
  ...{ event: 'tripped', trip, cause: 'button', detail: 'it was pressed', isDrill: false },
});
const NOT_PROVEN = 'the kill switch is not armed: it has not proven itself yet';
const PRESSED = 'the kill switch is tripped (button): release it, then reset it';
const UNPROVEN = VENUES.map((venue) => `the kill switch's guard has not proven yet that nothing is open at ${venue}`);
const proven = (venue: string, isProven = true): KillSwitchReport => ({
  ...{ event: 'cancelled', trip: 1, venue, isProven, survivors: [], detail: '' },
});

function start(initial: ControlMode = 'normal') {
  const modes: Modes = new Modes({ initial, blockers: () => killSwitch.blockers() });
  const killSwitch: KillSwitch = new KillSwitch(modes, VENUES);
  const turn = new FakeTurn([modes, killSwitch]);
  let commands = 0;
  return {
    ...{ modes, killSwitch, turn },
    report: (...reports: readonly KillSwitchReport[]) => {
      for (const report of reports) turn.send({ kind: 'kill-switch', ...report });
    },
    command: (command: OperatorCommand, reason = 'a test', operator = 'ada') => {
      commands += 1;
      turn.send({ kind: 'operator', commandId: `c${commands}`, operator, reason, command });
    },
  };
}

describe('the kill switch', () => {
  it('blocks nothing without a switch, and everything until one has proven itself', () => {
    const { killSwitch, report } = start();
    expect([killSwitch.state, killSwitch.blockers()]).toEqual(['none', []]);
    report(GUARDED);
    expect([killSwitch.state, killSwitch.blockers()]).toEqual(['fault', [NOT_PROVEN]]);
    report({ event: 'armed' });
    expect([killSwitch.state, killSwitch.blockers()]).toEqual(['armed', []]);
  });

  it('makes an Emergency of a trip, which nobody loosens before it is armed again', () => {
    const { modes, turn, report, command } = start();
    report(GUARDED, { event: 'armed' }, tripped(1));
    expect(turn.factsOf('switch-tripped')).toMatchObject([{ trip: 1, tripCause: 'button', isDrill: false }]);
    expect(turn.factsOf('mode-changed')).toMatchObject([{ to: 'emergency', operator: 'desk: kill switch' }]);
    command({ type: 'set-mode', mode: 'normal' });
    expect(turn.factsOf('mode-refused').at(-1)?.blockedBy).toEqual([PRESSED, ...UNPROVEN]);
    report({ event: 'armed' }, ...VENUES.map((venue) => proven(venue)));
    expect(modes.mode).toBe('emergency');
    command({ type: 'set-mode', mode: 'normal' });
    expect(modes.mode).toBe('normal');
  });

  it('holds an Emergency that somebody else brought about', () => {
    const { turn, report, command } = start();
    report(GUARDED, { event: 'armed' });
    command({ type: 'set-mode', mode: 'emergency' });
    report(tripped(1));
    expect(turn.factsOf('mode-changed').at(-1)).toMatchObject({ from: 'emergency', operator: 'desk: kill switch' });
  });

  it('tightens to the mode that is declared for a fault, and never loosens by one', () => {
    const { modes, report, killSwitch } = start('reduce');
    report(GUARDED, { event: 'armed' });
    report({ event: 'fault', fault: 'garbage', mode: 'pause', detail: 'nonsense' });
    expect([modes.mode, killSwitch.blockers()]).toEqual(['reduce', ['the kill switch is not armed: nonsense']]);
    report({ event: 'fault', fault: 'silent', mode: 'emergency', detail: 'no sign of life' });
    expect(modes.mode).toBe('emergency');
  });

  it('stays tripped whatever else is wrong with it', () => {
    const { killSwitch, report } = start();
    report(GUARDED, tripped(1), { event: 'fault', fault: 'heartbeat-lost', mode: 'pause', detail: 'gone' });
    expect(killSwitch.blockers()).toEqual([PRESSED, ...UNPROVEN]);
  });

  it('is not resumed while its guard still cancels, however well it is again', () => {
    const { modes, killSwitch, report, command } = start();
    report(GUARDED, { event: 'armed' }, tripped(1), { event: 'armed' }, proven('one'));
    command({ type: 'set-mode', mode: 'normal' });
    expect([modes.mode, killSwitch.blockers()]).toEqual(['emergency', [UNPROVEN[1]]]);
    report(proven('two'), proven('one', false));
    expect(killSwitch.blockers()).toEqual([UNPROVEN[0]]);
    report(proven('one'));
    expect(killSwitch.blockers()).toEqual([]);
    // Another trip asks for every proof anew.
    report(tripped(2));
    expect(killSwitch.blockers()).toEqual([PRESSED, ...UNPROVEN]);
  });

  it('remembers the last ten trips of the run, newest first', () => {
    const { killSwitch, report } = start();
    report(GUARDED, ...Array.from({ length: 12 }, (_, index) => tripped(index + 1)));
    expect(killSwitch.trips.map(({ trip }) => trip)).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3]);
    expect(killSwitch.trips[0]).toMatchObject({ cause: 'button', detail: 'it was pressed', isDrill: false });
  });

  it('writes down what the guard came to, whatever a venue calls its orders', () => {
    const { turn, report } = start();
    const survivors = Array.from({ length: 50 }, (_, place) => `BTCUSDT ${place}`);
    report({ event: 'cancelled', trip: 1, venue: 'v', isProven: false, survivors, detail: 'x'.repeat(1_000) });
    const [fact] = turn.factsOf('switch-cancelled');
    expect(fact?.survivors).toHaveLength(20);
    expect(fact?.detail).toHaveLength(200);
    report({ event: 'drilled', outcome: 'measured', from: 'edge', shutMs: 7.123456, cancelledMs: 20, provenMs: 80 });
    expect(turn.factsOf('switch-drill')).toMatchObject([{ shutMs: 7.123, cancelledMs: 20, provenMs: 80 }]);
  });

  it('is told of by who accepts that there is none', () => {
    const { killSwitch, turn, report } = start();
    report({ event: 'waived', operator: 'ada', reason: 'it is being mended' });
    expect(turn.factsOf('switch-waived')).toMatchObject([{ operator: 'ada', reason: 'it is being mended' }]);
    expect(killSwitch.state).toBe('none');
    expect(killSwitch.waiver).toEqual({ operator: 'ada', reason: 'it is being mended' });
  });

  it('begins anew with a restart', () => {
    const { killSwitch, report } = start();
    report(GUARDED, tripped(1));
    killSwitch.reset();
    expect([killSwitch.state, killSwitch.switchKind]).toEqual(['none', null]);
  });
});

describe('a command for the switch', () => {
  const RESET = { type: 'reset-switch' } as const;
  const PRESS = { type: 'press-emulated-switch', act: 'press' } as const;

  it('is refused without a switch, without a name and without a reason', () => {
    const { turn, report, command } = start();
    command(RESET);
    report(GUARDED);
    command(RESET, ' ');
    command({ type: 'drill-switch' }, 'a test', '');
    expect(turn.factsOf('command-refused').map(({ reason }) => reason)).toEqual([
      ...['this desk has no kill switch', 'needs an operator and a reason', 'needs an operator and a reason'],
    ]);
    expect(turn.factsOf('switch-commanded')).toEqual([]);
  });

  it('becomes an order to the guard', () => {
    const { turn, report, command } = start();
    report(GUARDED);
    command(RESET);
    report({ event: 'armed' });
    command({ type: 'drill-switch' });
    expect(turn.factsOf('switch-commanded').map(({ order, operator }) => [order, operator])).toEqual([
      ['request-reset', 'ada'],
      ['drill', 'ada'],
    ]);
  });

  it('begins no drill with a switch that is not armed', () => {
    const { turn, report, command } = start();
    report(GUARDED, { event: 'armed' }, tripped(1));
    command({ type: 'drill-switch' });
    report({ event: 'armed' }, { event: 'fault', fault: 'garbage', mode: 'pause', detail: 'nonsense' });
    command({ type: 'drill-switch' });
    expect(turn.factsOf('command-refused').map(({ reason }) => reason)).toEqual([
      'only an armed kill switch can be drilled: it is tripped (button)',
      'only an armed kill switch can be drilled: nonsense',
    ]);
    expect(turn.factsOf('switch-commanded')).toEqual([]);
  });

  it('presses an emulated switch only', () => {
    const { turn, report, command } = start();
    report(GUARDED);
    command(PRESS);
    expect(turn.factsOf('command-refused').at(-1)?.reason).toBe('its kill switch is real: use the one on the table');
    report({ ...GUARDED, switchKind: 'emulated' });
    command(PRESS, '');
    expect(turn.factsOf('switch-commanded')).toMatchObject([{ order: 'press' }]);
  });
});

const report: fc.Arbitrary<KillSwitchReport> = fc.oneof(
  fc.constant(GUARDED),
  fc.constant({ event: 'armed' } as const),
  fc.constant({ event: 'waived', operator: 'ada', reason: '' } as const),
  fc.nat().map(tripped),
  fc
    .record({ venue: fc.constantFrom(...VENUES, 'three'), isProven: fc.boolean() })
    .map((of) => proven(of.venue, of.isProven)),
  fc.record({
    event: fc.constant('fault' as const),
    fault: fc.constantFrom('garbage' as const, 'silent' as const),
    mode: fc.constantFrom(...CONTROL_MODES),
    detail: fc.string(),
  }),
);

describe('whatever a guard tells', () => {
  it('loosens nothing, and a snapshot holds all that matters', () => {
    fc.assert(
      fc.property(fc.constantFrom(...CONTROL_MODES), fc.array(report, { maxLength: 20 }), (initial, reports) => {
        const one = start(initial);
        let mode = initial;
        for (const of of reports) {
          one.report(of);
          expect(isTighter(mode, one.modes.mode)).toBe(false);
          mode = one.modes.mode;
          if (of.event === 'tripped') expect(mode).toBe('emergency');
        }
        const other = start();
        other.killSwitch.restore(one.killSwitch.snapshot());
        const { state, switchKind, trips, waiver } = one.killSwitch;
        expect(other.killSwitch).toMatchObject({ state, switchKind, trips, waiver });
        expect(other.killSwitch.blockers()).toEqual(one.killSwitch.blockers());
      }),
      { seed: 6, numRuns: runs(200) },
    );
  });
});
