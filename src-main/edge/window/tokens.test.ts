import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../testing/runs.ts';
import { OneTimeTokens, Sessions } from './tokens.ts';

describe('one-time tokens', () => {
  it('carry 32 random bytes, and are never the same twice', () => {
    const tokens = new OneTimeTokens(() => 0);
    const issued = Array.from({ length: 50 }, () => tokens.issue(1));
    for (const token of issued) expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    expect(new Set(issued).size).toBe(50);
  });

  it('are worth something once, and only for their life', () => {
    let nowMs = 1_000;
    const tokens = new OneTimeTokens(() => nowMs);
    const [first, second, third] = [tokens.issue(100), tokens.issue(100), tokens.issue(500)];
    expect([tokens.spend(first), tokens.spend(first)]).toEqual(['spent', 'used']);
    nowMs = 1_100;
    expect(tokens.spend(second)).toBe('spent');
    nowMs = 1_501;
    expect([tokens.spend(third), tokens.spend(third)]).toEqual(['expired', 'expired']);
  });

  it('are nothing but themselves', () => {
    const tokens = new OneTimeTokens(() => 0);
    const token = tokens.issue(1_000);
    fc.assert(
      fc.property(fc.string(), (text) => tokens.spend(text) === 'unknown'),
      { seed: 42, numRuns: runs(100) },
    );
    for (const text of ['', token.slice(1), `${token}A`, token.toUpperCase()])
      expect(tokens.spend(text)).toBe('unknown');
    expect(tokens.spend(token)).toBe('spent');
  });

  it('are kept in bounded number: the oldest is forgotten', () => {
    const tokens = new OneTimeTokens(() => 0);
    const [first = '', second = ''] = Array.from({ length: 65 }, () => tokens.issue(1));
    expect([tokens.spend(first), tokens.spend(second)]).toEqual(['unknown', 'spent']);
  });
});

describe('sessions', () => {
  it('are found by their secret, again and again, under an id that does not give it away', () => {
    const sessions = new Sessions();
    const [one, other] = [sessions.open(), sessions.open()];
    const id = sessions.find(one);
    expect(id).toBeDefined();
    expect(sessions.find(one)).toBe(id);
    expect(sessions.find(other)).not.toBe(id);
    expect(one).not.toContain(id ?? '');
    expect(sessions.find(id ?? '')).toBeUndefined();
    expect(sessions.find('')).toBeUndefined();
  });
});
