import type { Brand } from './brand.ts';
import { safeInteger } from './integer.ts';

/** Integer microseconds since the Unix epoch. */
export type Micros = Brand<number, 'Micros'>;

export const MICROS_PER_MS = 1_000;
export const MICROS_PER_SECOND = 1_000_000;

/** @throws OverflowError unless `value` is a safe integer. */
export function micros(value: number): Micros {
  return safeInteger(value, 'a time in microseconds') as Micros;
}

/** `at` + `durationMs`, e.g. the deadline of a timeout. */
export function afterMs(at: Micros, durationMs: number): Micros {
  return micros(at + durationMs * MICROS_PER_MS);
}

/** ISO 8601 with microseconds, e.g. `2024-08-08T23:54:15.030314Z`. */
export function formatMicros(at: Micros): string {
  const fraction = ((at % MICROS_PER_SECOND) + MICROS_PER_SECOND) % MICROS_PER_SECOND;
  const seconds = new Date((at - fraction) / MICROS_PER_MS).toISOString().slice(0, 19);
  return `${seconds}.${String(fraction).padStart(6, '0')}Z`;
}
