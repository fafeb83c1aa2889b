import { describe, expect, it } from 'vitest';
import type { CommandResult } from '../../src-shared/contract/commands.ts';
import { micros } from '../../src-shared/domain/time.ts';
import { feedbackOf } from './feedback.ts';

describe('feedbackOf', () => {
  const at = micros(1_723_161_255_030_314);
  const result: CommandResult = { outcome: 'done', mode: 'pause', at, facts: ['mode-changed'] };

  it('says when it was done and which mode the desk is in now', () => {
    expect(feedbackOf('Pause', { ok: true, result })).toEqual({
      tone: 'done',
      text: 'Pause: done at 23:54:15.030. Mode: Pause.',
      blockedBy: [],
    });
    expect(feedbackOf('Cancel all', { ok: true, result: { ...result, outcome: 'nothing-to-do' } }).text).toContain(
      'nothing to do',
    );
  });

  it('says what the desk answered to a refusal, and everything that stands against it', () => {
    const outcome = { ok: false, detail: 'the mode stays', blockedBy: ['2 open orders', 'an unproven book'] } as const;
    expect(feedbackOf('Go to Normal', outcome)).toEqual({
      tone: 'refused',
      text: 'Go to Normal: not done: the mode stays.',
      blockedBy: ['2 open orders', 'an unproven book'],
    });
  });
});
