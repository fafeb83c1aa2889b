import type { SwitchTopic } from '../../src-shared/contract/switch.ts';

/** What kind of switch it is, and what counts of its state: shape and words, and never the colour alone. */
export interface SwitchWords {
  /** Which switch, in capitals; null where there is none. */
  readonly kind: string | null;
  readonly shape: string;
  readonly text: string;
  /** Whether somebody has to look at it. */
  readonly isAbnormal: boolean;
}

type KindAndState = Pick<SwitchTopic, 'kind' | 'state'>;

const KINDS: Readonly<Record<SwitchTopic['kind'], string | null>> = { none: null, emulated: 'EMULATED', real: 'REAL' };

const STATES: Readonly<Record<SwitchTopic['state'], Omit<SwitchWords, 'kind'>>> = {
  none: { shape: '⊘', text: 'No switch', isAbnormal: false },
  armed: { shape: '◉', text: 'Switch armed', isAbnormal: false },
  tripped: { shape: '■', text: 'Switch tripped', isAbnormal: true },
  fault: { shape: '▲', text: 'Switch fault', isAbnormal: true },
};

/** Null: it is not known now. */
export function switchWords(of: KindAndState | null): SwitchWords {
  if (of === null) return { kind: null, shape: '?', text: 'Switch unknown', isAbnormal: true };
  return { kind: KINDS[of.kind], ...STATES[of.state] };
}
