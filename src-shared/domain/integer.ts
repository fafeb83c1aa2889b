/** The largest number of a quantity that fits a double exactly was passed. Always a refusal, never a rounding. */
export class OverflowError extends RangeError {
  override readonly name = 'OverflowError';
}

/**
 * `value`, proven to be an integer that a double holds exactly.
 * @throws OverflowError naming `what` when it is fractional, NaN, infinite or beyond ±(2^53 − 1).
 */
export function safeInteger(value: number, what: string): number {
  if (!Number.isSafeInteger(value)) throw new OverflowError(`${what} is not a safe integer: ${value}`);
  return value;
}
