import type { Instrument, InstrumentId } from '../../../src-shared/domain/instrument.ts';
import { type Currency, formatMoney, type Money, money, ZERO_MONEY } from '../../../src-shared/domain/money.ts';
import type { Position } from './positions.ts';
import { worth } from './worth.ts';

/** The mark price of an instrument in (fractional) ticks; NaN while there is none. `MarketView.midTicks` is one. */
export type Marks = (instrument: InstrumentId) => number;

/** What one unit of a currency is worth in the reporting currency; NaN when it is not known. */
export type Rates = (currency: Currency) => number;

/**
 * Profit of the open lots at `markTicks` over their average cost, in the settlement currency. Zero when flat; null, because
 * unknown, for an open position without a mark.
 */
export function unrealised(of: Instrument, position: Position, markTicks: number): Money | null {
  if (position.lots === 0) return ZERO_MONEY;
  if (Number.isNaN(markTicks)) return null;
  return money(worth(of, markTicks, position.lots) - position.cost);
}

/**
 * What the open position adds to the wallet's balance in the settlement currency: an option its premium, a futures position
 * its unrealised profit, a spot position nothing, because its base currency lies in the wallet. Null as in {@link unrealised}.
 */
export function equityBeyondWallet(of: Instrument, position: Position, markTicks: number): Money | null {
  if (of.kind === 'spot' || position.lots === 0) return ZERO_MONEY;
  if (of.kind !== 'option') return unrealised(of, position, markTicks);
  return Number.isNaN(markTicks) ? null : worth(of, markTicks, position.lots);
}

/** Average entry price of the open lots in ticks (the harmonic mean on an inverse). An estimate; NaN when flat. */
export function entryTicks(of: Instrument, { lots, cost }: Position): number {
  if (lots === 0) return Number.NaN;
  const units = Number(BigInt(lots) * of.value.numerator);
  const price = Number(cost * of.value.denominator);
  return of.kind === 'inverse' ? -units / price : price / units;
}

/**
 * The sum of `amounts` in a reporting currency: an estimate, for eyes and limits, never for the ledger.
 * NaN when an amount is unknown (null), or is not zero and has no rate.
 */
export function inReporting(amounts: Iterable<readonly [Currency, Money | null]>, rates: Rates): number {
  let sum = 0;
  for (const [currency, amount] of amounts) {
    if (amount === null) return Number.NaN;
    if (amount !== 0n) sum += Number(formatMoney(amount, currency)) * rates(currency);
  }
  return sum;
}
