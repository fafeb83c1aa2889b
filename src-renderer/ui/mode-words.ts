import type { ControlMode } from '../../src-shared/domain/mode.ts';

/** How a control mode looks without its colour, and what it means. */
export interface ModeWords {
  readonly word: string;
  readonly shape: string;
  readonly meaning: string;
}

export const MODE_WORDS: Readonly<Record<ControlMode, ModeWords>> = {
  normal: { word: 'Normal', shape: '●', meaning: 'Strategies trade within their limits.' },
  pause: { word: 'Pause', shape: '❚❚', meaning: 'No opening orders; strategies may reduce.' },
  reduce: { word: 'Reduce', shape: '▼', meaning: 'Only orders that make exposure smaller.' },
  emergency: { word: 'Emergency', shape: '■', meaning: 'Both doors are shut, everything is cancelled.' },
};
