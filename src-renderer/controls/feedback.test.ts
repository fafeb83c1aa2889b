import { describe, expect, it } from 'vitest';
import type { CommandResult } from '../../src-shared/contract/commands.ts';
import { micros } from '../../src-shared/domain/time.ts';
import { feedbackOf } from './feedback.ts';

describe('feedbackOf', () => {
  const at = micros(1_723_161_255_030_314);
  const result: CommandResult = { outcome: 'done', mode: 'pause', at, facts: ['mode-changed'] };

  it('says what was done and which mode the desk is in now', () => {
    expect(feedbackOf('Pause', 'set-mode', { ok: true, result })).toEqual({
      tone: 'done',
      text: 'Pause: done. Mode: Pause.',
      blockedBy: [],
    });
    const again = { ok: true, result: { ...result, outcome: 'nothing-to-do' } } as const;
    expect(feedbackOf('Pause', 'set-mode', again).text).toContain('nothing to do');
  });

  it('does not call done what is only begun', () => {
    const facts = ['command-taken', 'order-cancel-requested', 'order-cancel-requested'];
    const cancel = (of: string[]) =>
      feedbackOf('Cancel all', 'cancel-all', { ok: true, result: { ...result, facts: of } }).text;
    expect(cancel(facts)).toContain('asked for the cancel of 2 orders');
    expect(cancel([])).toContain('nothing to cancel');
    const flattened = feedbackOf('Flatten everything', 'flatten', { ok: true, result: { ...result, facts } });
    expect(flattened.text).toContain('begun');
    expect(flattened.text).not.toContain('done');
    const compared = feedbackOf('Compare', 'reconcile', { ok: true, result: { ...result, facts } });
    expect(compared.text).toContain('asked the venue');
    expect(compared.text).not.toContain('done');
    const drilled = feedbackOf('Begin the drill', 'drill-switch', { ok: true, result: { ...result, facts } });
    expect(drilled.text).toContain('now press the button');
    expect(drilled.text).not.toContain('done');
  });

  it('says no mode after hands at an emulated switch: its board has yet to act', () => {
    const pressed = feedbackOf('Press', 'press-emulated-switch', { ok: true, result });
    expect(pressed.text).toBe('Press: handed to the emulated board.');
  });

  it('says reasons once that the desk both sums up and lists', () => {
    const blockedBy = ['2 open orders', 'an unproven book'];
    const outcome = { ok: false, detail: blockedBy.join('; '), blockedBy } as const;
    expect(feedbackOf('Go to Normal', 'set-mode', outcome)).toEqual({
      tone: 'refused',
      text: 'Go to Normal: not done:',
      blockedBy,
    });
  });

  it('says what the desk answered to a refusal, and everything that stands against it', () => {
    const outcome = { ok: false, detail: 'the mode stays', blockedBy: ['2 open orders', 'an unproven book'] } as const;
    expect(feedbackOf('Go to Normal', 'set-mode', outcome)).toEqual({
      tone: 'refused',
      text: 'Go to Normal: not done: the mode stays.',
      blockedBy: ['2 open orders', 'an unproven book'],
    });
  });
});
