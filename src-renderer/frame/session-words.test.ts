import { describe, expect, it } from 'vitest';
import { DeskError } from '../../src-shared/contract/errors.ts';
import { micros } from '../../src-shared/domain/time.ts';
import { errorWords } from './session-words.ts';

describe('errorWords', () => {
  it('says for how long signing in is locked', () => {
    const until = micros(1_723_161_255_030_314);
    expect(errorWords(new DeskError({ code: 'locked', detail: 'too many wrong PINs: wait 30 s', until }))).toContain(
      'wait 30 s',
    );
  });

  it('does not tell whether the PIN or the operator was wrong', () => {
    expect(errorWords(new DeskError({ code: 'sign-in-failed', detail: 'no' }))).toContain('PIN or the operator');
  });

  it('passes on what the desk said', () => {
    expect(errorWords(new DeskError({ code: 'unauthorised', detail: 'sign in first' }))).toBe('sign in first');
  });

  it('hides no fault of its own', () => {
    expect(() => errorWords(new TypeError('a bug'))).toThrow('a bug');
  });
});
