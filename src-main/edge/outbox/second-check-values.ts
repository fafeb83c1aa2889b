import type { Instrument } from '../../../src-shared/domain/instrument.ts';

/** The price at which a lot is worth more; 0 stands for none. */
export function dearer({ kind }: Instrument, a: number, b: number): number {
  if (a === 0 || b === 0) return a + b;
  return kind === 'inverse' ? Math.min(a, b) : Math.max(a, b);
}

/** Whether something can have traded or settled at `ticks`: an option can be worth nothing. */
export function isPrice({ kind }: Instrument, ticks: number): boolean {
  return isCountable(ticks) || (kind === 'option' && ticks === 0);
}

/** Above zero, whole, and exact in a double. */
export function isCountable(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0;
}

export function exceeds(lots: bigint, limit: number | 'notional-only'): boolean {
  if (limit === 'notional-only') return false;
  return !(Number.isSafeInteger(limit) && lots <= BigInt(limit));
}
