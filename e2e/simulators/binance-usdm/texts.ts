import { formatDecimal } from '../../../src-shared/domain/decimal.ts';

/** `steps` / 10^`decimals` as text, with all its decimals. Exact for whole numbers up to 2^53; the hot path's formatDecimal. */
export function fixed(steps: number, decimals: number): string {
  if (steps < 0) return `-${fixed(-steps, decimals)}`;
  const scale = 10 ** decimals;
  const whole = Math.floor(steps / scale);
  return `${whole}.${String(steps - whole * scale).padStart(decimals, '0')}`;
}

/** An amount in units of 10^−8 with 8 decimals, or with fewer, the rest cut off as the venue does. */
export function amountText(amount: bigint, decimals = 8): string {
  return formatDecimal(amount / 10n ** BigInt(8 - decimals), decimals);
}
