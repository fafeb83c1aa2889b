import { hash } from 'node:crypto';

const IDENTITY_HEX_DIGITS = 32;

/** The journal identity of a run that has no journal: the same for the same seed, so that a repeated run makes the same order ids. */
export function runIdentity(seed: number): string {
  return hash('sha256', `run without a journal, seed ${seed}`).slice(0, IDENTITY_HEX_DIGITS);
}
