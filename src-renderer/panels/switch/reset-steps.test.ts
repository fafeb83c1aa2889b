import { describe, expect, it } from 'vitest';
import { type ResetSituation, resetSteps } from './reset-steps.ts';
import type { Board } from './words.ts';

function situation(
  board: Partial<Pick<Board, 'standing' | 'link' | 'latch'>>,
  more: Partial<Omit<ResetSituation, 'board'>> = {},
): ResetSituation {
  const base: Board = {
    ...{ port: 'emulated', link: 'live', why: '', heartbeatAgeMs: 20, lamps: [], latch: 'tripped', causes: [] },
    ...{ standing: [], firmware: null, selfTest: null, counters: [], answer: null },
  };
  return { board: { ...base, ...board }, state: 'tripped', mode: 'emergency', blockedBy: [], ...more };
}

const statesOf = (of: ResetSituation): string[] => resetSteps(of).map(({ state }) => state);

describe('resetSteps', () => {
  it('goes from release over reset to resume, one at a time', () => {
    expect(statesOf(situation({ standing: ['button'] }))).toEqual(['now', 'waiting', 'waiting']);
    expect(statesOf(situation({ latch: 'may-reset' }))).toEqual(['done', 'now', 'waiting']);
    expect(statesOf(situation({ latch: 'reset-armed' }))).toEqual(['done', 'now', 'waiting']);
    expect(statesOf(situation({ latch: 'clear' }, { state: 'armed' }))).toEqual(['done', 'done', 'now']);
    expect(statesOf(situation({ latch: 'clear' }, { state: 'armed', mode: 'normal' }))).toEqual([
      'done',
      'done',
      'done',
    ]);
  });

  it('names what stands against each', () => {
    const blockedBy = ['the kill switch is tripped'];
    const [release, reset, resume] = resetSteps(situation({ standing: ['button', 'tamper'] }, { blockedBy }));
    expect(release.against).toEqual([
      'the button is pressed, or its wire is broken',
      'the case is open, or its loop is damaged',
    ]);
    expect(reset.against).toHaveLength(1);
    expect(resume.against).toEqual(blockedBy);
  });

  it('counts nothing as done that is not known: no board, no status, no link, no mode', () => {
    const unknown = [
      { ...situation({}), board: null },
      situation({ latch: null }),
      ...(['silent', 'opening', 'lost', 'refused'] as const).map((link) => situation({ link, latch: 'clear' })),
    ];
    for (const of of unknown) {
      expect(statesOf(of)).toEqual(['now', 'waiting', 'waiting']);
      expect(resetSteps(of)[0].against).toHaveLength(1);
    }
    expect(statesOf(situation({ latch: 'clear' }, { state: 'armed', mode: null }))[2]).toBe('waiting');
  });

  it('lets nobody resume before the desk has heard that the switch is armed again', () => {
    expect(statesOf(situation({ latch: 'clear' }))).toEqual(['done', 'done', 'waiting']);
  });
});
