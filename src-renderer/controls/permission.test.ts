import { describe, expect, it } from 'vitest';
import type { Session } from '../../src-shared/contract/methods.ts';
import { CONTROL_MODES } from '../../src-shared/domain/mode.ts';
import { ROLES } from '../../src-shared/domain/operator.ts';
import { type Act, flattenRefusalOf, modeStep, refusalOf } from './permission.ts';

const ACTS: readonly Act[] = ['tighten', 'loosen', 'exit', 'strategies', 'alerts', 'operators'];

function session(overrides: Partial<Session> = {}): Session {
  return {
    operator: { name: 'ann', role: 'trader' },
    hasControl: true,
    isProtected: true,
    mayAddOperators: false,
    ...overrides,
  };
}

describe('refusalOf', () => {
  it('never refuses tightening while the link is up', () => {
    const sessions = [
      null,
      session({ operator: null }),
      session({ hasControl: false }),
      ...ROLES.map((role) => session({ operator: { name: 'ann', role } })),
    ];
    expect(sessions.map((of) => refusalOf('tighten', of, true))).toEqual(sessions.map(() => null));
    expect(refusalOf('tighten', session(), false)).toContain('no link');
  });

  it('lets a trader trade, a risk officer add operators, and a viewer do neither', () => {
    const allowed = (role: (typeof ROLES)[number]): Act[] =>
      ACTS.filter(
        (act) =>
          refusalOf(act, session({ operator: { name: 'ann', role }, mayAddOperators: role === 'risk' }), true) === null,
      );
    expect(allowed('trader')).toEqual(['tighten', 'loosen', 'exit', 'strategies', 'alerts']);
    expect(allowed('risk')).toEqual(ACTS);
    expect(allowed('viewer')).toEqual(['tighten']);
  });

  it('lets a trader add operators while the desk says so', () => {
    expect(refusalOf('operators', session({ mayAddOperators: true }), true)).toBeNull();
  });

  it('says what to do about it', () => {
    expect(refusalOf('exit', session({ operator: null }), true)).toContain('sign in');
    expect(refusalOf('exit', session({ hasControl: false }), true)).toContain('take control');
    expect(refusalOf('operators', session(), true)).toContain('role trader');
  });
});

describe('flattenRefusalOf', () => {
  it('refuses in Emergency, where no order leaves, and in no other mode', () => {
    expect(CONTROL_MODES.filter((mode) => flattenRefusalOf(mode) !== null)).toEqual(['emergency']);
    expect(flattenRefusalOf(null)).toBeNull();
  });
});

describe('modeStep', () => {
  it('orders the modes', () => {
    expect(CONTROL_MODES.map((target) => modeStep('reduce', target))).toEqual(['loosen', 'loosen', 'stay', 'tighten']);
  });

  it('takes all but Normal for tightening while the mode is not known', () => {
    expect(CONTROL_MODES.map((target) => modeStep(null, target))).toEqual(['loosen', 'tighten', 'tighten', 'tighten']);
  });
});
