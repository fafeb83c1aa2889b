import { describe, expect, it } from 'vitest';
import { lampPatterns } from './lamp-patterns.ts';
import type { Cause } from './messages.ts';

const FINE = { causes: [], latch: 'clear', isLive: true, wasLive: true, isPaired: true, hostMode: 'normal' } as const;

/** The table of native/README.md. */
describe('the lamps', () => {
  it.each([
    ['normal and live', {}, { green: 'wink' }],
    ['in Pause', { hostMode: 'pause' }, { yellow: 'slow' }],
    ['in Reduce', { hostMode: 'reduce' }, { yellow: 'double' }],
    ['in Emergency', { hostMode: 'emergency' }, { red: 'slow' }],
    ['link lost', { isLive: false }, { yellow: 'fast' }],
    ['waiting for a first desk', { isLive: false, wasLive: false }, { blue: 'single' }],
    ['a reset is permitted', { causes: ['button'], latch: 'may-reset' }, { red: 'steady', blue: 'slow' }],
    ['the reset button is waited for', { causes: ['button'], latch: 'reset-armed' }, { red: 'steady', blue: 'fast' }],
    [
      'not paired',
      { isPaired: false, isLive: false, wasLive: false, causes: ['storage'] },
      { red: 'fast', blue: 'double' },
    ],
  ] as const)('show: %s', (_, situation, lit) => {
    const dark = { red: 'dark', yellow: 'dark', green: 'dark', blue: 'dark' };
    expect(lampPatterns({ ...FINE, ...situation })).toEqual({ ...dark, ...lit });
  });

  it.each([
    [['button'], 'steady'],
    [['host'], 'steady'],
    [['button', 'contacts'], 'triple'],
    [['contacts', 'tamper'], 'double'],
    [['bad-tags'], 'double'],
    [['tamper', 'watchdog'], 'fast'],
    [['self-test'], 'fast'],
  ] as const)('show what tripped it by red: %j', (causes, pattern) => {
    const of = { ...FINE, causes: causes as readonly Cause[], latch: 'tripped', hostMode: 'emergency' } as const;
    expect(lampPatterns(of).red).toBe(pattern);
  });
});
