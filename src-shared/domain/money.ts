import type { Brand } from './brand.ts';
import { formatDecimal, parseDecimal } from './decimal.ts';
import { OverflowError } from './integer.ts';

/** An amount in its currency's own smallest unit; the currency travels beside it. */
export type Money = Brand<bigint, 'Money'>;

/** Upper-case code, e.g. `USDT`. */
export type Currency = Brand<string, 'Currency'>;

/** Ten to this power smallest units make one. A currency that is not listed has {@link DEFAULT_EXPONENT}. */
const EXPONENTS: Readonly<Record<string, number>> = { BTC: 8, ETH: 18, EUR: 8, USD: 8, USDC: 8, USDT: 8 };
const DEFAULT_EXPONENT = 8;

/** More than all money there is, at 18 decimals: an amount beyond it is a mistake and not a fortune. */
const MAX_MONEY = 10n ** 36n;

export const ZERO_MONEY = 0n as Money;

/** @throws RangeError when `code` is not 2 to 12 upper-case letters and digits. */
export function currency(code: string): Currency {
  if (!/^[A-Z0-9]{2,12}$/.test(code)) throw new RangeError(`not a currency code: '${code}'`);
  return code as Currency;
}

export function currencyExponent(of: Currency): number {
  return EXPONENTS[of] ?? DEFAULT_EXPONENT;
}

/** @throws OverflowError beyond ±10^36 smallest units. */
export function money(amount: bigint): Money {
  if (amount > MAX_MONEY || amount < -MAX_MONEY) throw new OverflowError(`amount out of range: ${amount}`);
  return amount as Money;
}

/** `'1.5'` USDT → 150000000n. @throws DecimalError when the text has digits finer than the smallest unit. */
export function parseMoney(text: string, of: Currency): Money {
  return money(parseDecimal(text, currencyExponent(of)));
}

/** 150000000n USDT → `'1.50000000'`. */
export function formatMoney(amount: Money, of: Currency): string {
  return formatDecimal(amount, currencyExponent(of));
}
