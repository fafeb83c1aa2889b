import { describe, expect, it } from 'vitest';
import { micros } from '../../../src-shared/domain/time.ts';
import {
  causeWords,
  dayAndClock,
  doorWords,
  drillWords,
  heartbeatFault,
  latchWords,
  linkWords,
  milliseconds,
  selfTestWords,
  standingWords,
} from './words.ts';

const times = { at: micros(0), shutMs: null, cancelledMs: null, provenMs: null };

describe('what the panel of the kill switch says', () => {
  it('carries a shape of alarm wherever it carries a colour, and none where it does not', () => {
    const said = [
      ...(['silent', 'opening', 'live', 'lost', 'refused'] as const).map((link) => linkWords({ link })),
      ...(['clear', 'tripped', 'may-reset', 'reset-armed', null] as const).map((latch) => latchWords({ latch })),
      ...[true, false].map((isShut) => doorWords({ isShut })),
      ...[null, { failed: [], resetCauses: [] }, { failed: ['ram'], resetCauses: [] }].map((selfTest) =>
        selfTestWords({ selfTest }),
      ),
      ...(['measured', 'not-pressed', 'not-proven'] as const).map((outcome) =>
        drillWords({ outcome, from: 'edge', ...times }),
      ),
    ];
    for (const { level, text } of said) expect(/^[▲■] /.test(text), text).toBe(level !== 'normal');
    expect(linkWords({ link: 'live' }).level).toBe('normal');
  });

  it('takes a heartbeat for late once the link would be lost, and says when there is none', () => {
    expect([0, 500].map((heartbeatAgeMs) => heartbeatFault({ heartbeatAgeMs }))).toEqual([null, null]);
    expect(heartbeatFault({ heartbeatAgeMs: 501 })).toContain('late');
    expect(heartbeatFault({ heartbeatAgeMs: null })).toContain('none');
  });

  it('says every cause of several, and leaves one that it does not know as it is', () => {
    expect(causeWords('tamper, contacts')).toBe(
      'the case is open, or its loop is damaged; the contacts of the button disagree',
    );
    expect(causeWords('button, new-cause')).toMatch(/; new-cause$/);
    expect(standingWords('button')).toContain('is pressed');
    expect(standingWords('tamper')).toBe(causeWords('tamper'));
  });

  it('says from what a drill was measured, and never a time that was not', () => {
    expect(drillWords({ outcome: 'measured', from: 'edge', ...times }).text).toContain('edge');
    expect(drillWords({ outcome: 'measured', from: 'frame', ...times }).text).toContain('frame');
    expect([null, 0, 8.24, 1_204.5].map(milliseconds)).toEqual(['—', '0.0 ms', '8.2 ms', '1\u202f204.5 ms']);
  });

  it('says the day of a trip beside its time', () => {
    expect(dayAndClock(micros(1_723_161_255_030_314))).toBe('2024-08-08 23:54:15.030');
  });
});
