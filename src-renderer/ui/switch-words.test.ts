import { describe, expect, it } from 'vitest';
import { switchWords } from './switch-words.ts';

const KINDS = ['none', 'emulated', 'real'] as const;
const STATES = ['none', 'armed', 'tripped', 'fault'] as const;

describe('switchWords', () => {
  it('tells every kind and state from every other without any colour', () => {
    const said = KINDS.flatMap((kind) =>
      STATES.filter((state) => (kind === 'none') === (state === 'none')).map((state) => switchWords({ kind, state })),
    );
    const shown = [...said, switchWords(null)].map(({ kind, shape, text }) => `${kind} ${shape} ${text}`);
    expect(new Set(shown).size).toBe(shown.length);
  });

  it('takes only an armed switch, and one that is not there, for nothing to look at', () => {
    for (const state of STATES) {
      expect(switchWords({ kind: 'real', state }).isAbnormal).toBe(state === 'tripped' || state === 'fault');
    }
    expect(switchWords(null).isAbnormal).toBe(true);
  });
});
