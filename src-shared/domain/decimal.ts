import { OverflowError } from './integer.ts';

/** A text that is not a plain decimal number, or has more decimals than its scale holds. */
export class DecimalError extends RangeError {
  override readonly name = 'DecimalError';
}

const PLAIN_DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;

/** The scale of a decimal text without its trailing zeros: `'0.10'` has 1, `'5'` has 0. */
export function decimalPlaces(text: string): number {
  const match = PLAIN_DECIMAL.exec(text);
  if (!match) throw new DecimalError(`not a plain decimal number: '${text}'`);
  return (match[3] ?? '').replace(/0+$/, '').length;
}

/**
 * `text` × 10^`decimals`, exactly. Exponents, signs other than a leading minus, spaces and separators are refused.
 * @throws DecimalError when `text` is no plain decimal, or when it has digits that the scale would drop.
 */
export function parseDecimal(text: string, decimals: number): bigint {
  const match = PLAIN_DECIMAL.exec(text);
  if (!match) throw new DecimalError(`not a plain decimal number: '${text}'`);
  const fraction = match[3] ?? '';
  if (/[1-9]/.test(fraction.slice(decimals))) {
    throw new DecimalError(`'${text}' has more than ${decimals} decimals`);
  }
  const digits = BigInt((match[2] ?? '') + fraction.slice(0, decimals).padEnd(decimals, '0'));
  return match[1] === '-' ? -digits : digits;
}

/** The inverse of {@link parseDecimal}: always `decimals` digits after the point, none and no point for 0. */
export function formatDecimal(scaled: bigint, decimals: number): string {
  const digits = (scaled < 0n ? -scaled : scaled).toString().padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = decimals === 0 ? '' : `.${digits.slice(digits.length - decimals)}`;
  return `${scaled < 0n ? '-' : ''}${whole}${fraction}`;
}

/** `value` as a number, proven exact. @throws OverflowError beyond ±(2^53 − 1). */
export function toSafeNumber(value: bigint, what: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new OverflowError(`${what} does not fit a safe integer: ${value}`);
  return number;
}

/** `numerator / denominator` to the nearest integer, halves to even (as IEEE 754 does), for either sign. */
export function divideHalfEven(numerator: bigint, denominator: bigint): bigint {
  if (denominator === 0n) throw new RangeError('division by zero');
  const n = denominator < 0n ? -numerator : numerator;
  const d = denominator < 0n ? -denominator : denominator;
  const quotient = n / d;
  const twice = (n < 0n ? -(n % d) : n % d) * 2n;
  const away = n < 0n ? -1n : 1n;
  if (twice > d || (twice === d && quotient % 2n !== 0n)) return quotient + away;
  return quotient;
}
