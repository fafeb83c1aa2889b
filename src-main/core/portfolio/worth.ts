import { divideHalfEven } from '../../../src-shared/domain/decimal.ts';
import { type Instrument, instrumentKey, notional } from '../../../src-shared/domain/instrument.ts';
import { type Money, money } from '../../../src-shared/domain/money.ts';

/**
 * What a position of signed `lots` is worth at `priceTicks`, in the settlement currency: its profit between two prices
 * is the difference of its worths. That is its notional, and for an inverse, whose value falls as the price rises, minus
 * its notional: `−lots · multiplier / price`, so that a long earns `lots · multiplier · (1/entry − 1/exit)`.
 *
 * The price may be fractional (a mid): a double is an exact fraction, and the one rounding is half to even, at the end.
 * @throws RangeError for a price that is not finite, or not positive on an inverse; OverflowError when out of range.
 */
export function worth(of: Instrument, priceTicks: number, lots: number): Money {
  if (of.kind !== 'inverse' && Number.isSafeInteger(priceTicks)) return notional(of, priceTicks, lots);
  const { numerator, denominator } = of.value;
  const price = exactFraction(of, priceTicks);
  if (of.kind !== 'inverse') {
    return money(divideHalfEven(BigInt(lots) * price.numerator * numerator, price.denominator * denominator));
  }
  if (priceTicks <= 0) throw new RangeError(`${instrumentKey(of)}: an inverse has no value at ${priceTicks} ticks`);
  return money(divideHalfEven(-BigInt(lots) * price.denominator * numerator, price.numerator * denominator));
}

/** Whether `of` can trade or settle at a price: whole ticks above 0, and an option also for nothing. */
export function isTradePrice(of: Instrument, priceTicks: number): boolean {
  return Number.isSafeInteger(priceTicks) && (of.kind === 'option' ? priceTicks >= 0 : priceTicks > 0);
}

function exactFraction(of: Instrument, priceTicks: number): { numerator: bigint; denominator: bigint } {
  if (!Number.isFinite(priceTicks)) throw new RangeError(`${instrumentKey(of)}: no price is ${priceTicks}`);
  let scaled = priceTicks;
  let denominator = 1n;
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    denominator *= 2n;
  }
  return { numerator: BigInt(scaled), denominator };
}
