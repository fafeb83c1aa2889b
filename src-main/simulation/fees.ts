import { decimalPlaces, parseDecimal } from '../../src-shared/domain/decimal.ts';
import { type Instrument, notional } from '../../src-shared/domain/instrument.ts';
import { type Money, money } from '../../src-shared/domain/money.ts';
import type { Liquidity } from '../../src-shared/domain/order.ts';

/** Fee rates as parts of the notional, as decimal texts: `'0.0002'` is 2 bp. A rebate is negative: `'-0.00005'`. */
export interface FeeSchedule {
  readonly makerRate: string;
  readonly takerRate: string;
}

/** The fee of one fill in the instrument's settlement currency (spot: its quote): positive is paid, negative a rebate. */
export type FeeModel = (of: Instrument, priceTicks: number, lots: number, liquidity: Liquidity) => Money;

/**
 * Fees proportional to {@link notional} (an option's: to its premium), rounded to the smallest unit in the venue's
 * favour: a fee up, a rebate down.
 * @throws RangeError naming the rate that is no decimal, or whose size is 1 or more.
 */
export function createFees(schedule: FeeSchedule): FeeModel {
  const maker = parseRate(schedule.makerRate, 'makerRate');
  const taker = parseRate(schedule.takerRate, 'takerRate');
  return (of, priceTicks, lots, liquidity) => {
    const rate = liquidity === 'maker' ? maker : taker;
    const value = notional(of, priceTicks, lots);
    return money(divideUp((value < 0n ? -value : value) * rate.units, rate.scale));
  };
}

interface Rate {
  readonly units: bigint;
  readonly scale: bigint;
}

function parseRate(text: string, field: string): Rate {
  try {
    const decimals = decimalPlaces(text);
    const rate = { units: parseDecimal(text, decimals), scale: 10n ** BigInt(decimals) };
    if (rate.units < rate.scale && -rate.units < rate.scale) return rate;
  } catch (error) {
    throw new RangeError(`${field}: ${(error as Error).message}`);
  }
  throw new RangeError(`${field}: '${text}' is the whole notional or more; 2 bp are '0.0002'`);
}

/** Towards +∞; the denominator is positive. */
function divideUp(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  return numerator > 0n && numerator % denominator !== 0n ? quotient + 1n : quotient;
}
