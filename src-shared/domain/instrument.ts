import type { Brand } from './brand.ts';
import { DecimalError, decimalPlaces, divideHalfEven, formatDecimal, parseDecimal, toSafeNumber } from './decimal.ts';
import { type Currency, currency, currencyExponent, type Money, money } from './money.ts';

/** A price as an integer number of tick sizes. */
export type Ticks = Brand<number, 'Ticks'>;
/** A quantity as an integer number of lot sizes. */
export type Lots = Brand<number, 'Lots'>;
/** The index of an instrument in the desk's whitelist: small and dense, so that rooms keep plain arrays. */
export type InstrumentId = Brand<number, 'InstrumentId'>;

export type InstrumentKind = 'spot' | 'linear' | 'inverse' | 'option';

/** How an instrument is written in a configuration. Sizes are decimal texts: `'0.10'`, never 0.1. */
export interface InstrumentSpec {
  readonly venue: string;
  readonly symbol: string;
  readonly kind: InstrumentKind;
  readonly base: string;
  readonly quote: string;
  /** Spot settles in its quote, inverse in its base. */
  readonly settle: string;
  readonly tickSize: string;
  /** The step of quantities that the venue shows. */
  readonly lotSize: string;
  /** The step of quantities that the venue accepts in orders, where it is coarser than what rests in its books. */
  readonly orderStep?: string | undefined;
  /** Spot: 1. Linear and option: base units in one contract. Inverse: quote units in one contract. */
  readonly multiplier: string;
}

/** A step of prices or quantities: one step is `units` / 10^`decimals`. */
export interface Step {
  readonly units: bigint;
  readonly decimals: number;
}

export interface Instrument extends Omit<InstrumentSpec, 'base' | 'quote' | 'settle'> {
  readonly id: InstrumentId;
  readonly base: Currency;
  readonly quote: Currency;
  readonly settle: Currency;
  readonly tick: Step;
  readonly lot: Step;
  /** An order's quantity is a multiple of this many lots. */
  readonly orderStepLots: number;
  /**
   * The value of `lots` at `ticks`, in the settlement currency's smallest unit, is the fraction
   * `lots · ticks · value.numerator / value.denominator`, for an inverse `lots · value.numerator / (ticks · value.denominator)`.
   */
  readonly value: {
    readonly numerator: bigint;
    readonly denominator: bigint;
    /** The fraction as a number, where it is whole; NaN for an inverse, and where it is not. Spares most fills the bigints. */
    readonly whole: number;
  };
}

export class InstrumentError extends Error {
  override readonly name = 'InstrumentError';
}

/** `venue:symbol`, unique in a desk. */
export function instrumentKey(of: { readonly venue: string; readonly symbol: string }): string {
  return `${of.venue}:${of.symbol}`;
}

/**
 * The instrument of `spec`, at place `id` of the whitelist.
 * @throws InstrumentError naming the instrument and the field that makes no sense.
 */
export function createInstrument(spec: InstrumentSpec, id: number): Instrument {
  const fail = (what: string): never => {
    throw new InstrumentError(`instrument ${instrumentKey(spec)}: ${what}`);
  };
  const step = (field: 'tickSize' | 'lotSize' | 'orderStep' | 'multiplier'): Step => {
    const text = spec[field] ?? spec.lotSize;
    try {
      const decimals = decimalPlaces(text);
      const units = parseDecimal(text, decimals);
      return units > 0n ? { units, decimals } : fail(`${field} must be positive, not '${text}'`);
    } catch (error) {
      if (error instanceof InstrumentError) throw error;
      return fail(`${field}: ${(error as Error).message}`);
    }
  };
  const code = (field: 'base' | 'quote' | 'settle'): Currency => {
    try {
      return currency(spec[field]);
    } catch (error) {
      return fail(`${field}: ${(error as Error).message}`);
    }
  };
  if (!Number.isSafeInteger(id) || id < 0) fail(`id must be a whole number from 0, not ${id}`);
  const [tick, lot, multiplier] = [step('tickSize'), step('lotSize'), step('multiplier')];
  const orderStep =
    ratio(step('orderStep'), lot) ?? fail(`orderStep ${spec.orderStep} is no whole number of lots of ${spec.lotSize}`);
  const [base, quote, settle] = [code('base'), code('quote'), code('settle')];
  if (spec.kind === 'spot' && base === quote) fail(`base and quote are both ${base}: nothing is exchanged`);
  if (spec.kind === 'spot' && settle !== quote)
    fail(`a spot instrument settles in its quote ${quote}, not in ${settle}`);
  if (spec.kind === 'spot' && (multiplier.units !== 1n || multiplier.decimals !== 0))
    fail(`a spot instrument has multiplier 1, not ${spec.multiplier}`);
  if (spec.kind === 'inverse' && settle !== base)
    fail(`an inverse instrument settles in its base ${base}, not in ${settle}`);
  if (spec.kind === 'spot' && lot.decimals > currencyExponent(base)) {
    fail(`lotSize ${spec.lotSize} is finer than the smallest unit of ${base} (${currencyExponent(base)} decimals)`);
  }
  return {
    ...spec,
    id: id as InstrumentId,
    base,
    quote,
    settle,
    tick,
    lot,
    orderStepLots: toSafeNumber(orderStep, 'orderStep in lots'),
    value: valueFraction(spec.kind, tick, lot, multiplier, currencyExponent(settle)),
  };
}

/** What `of` was made of: `createInstrument(specOf(of), of.id)` is `of` again. */
export function specOf(of: Instrument): InstrumentSpec {
  const { venue, symbol, kind, base, quote, settle, tickSize, lotSize, orderStep, multiplier } = of;
  const terms = { venue, symbol, kind, base, quote, settle, tickSize, lotSize, multiplier };
  return orderStep === undefined ? terms : { ...terms, orderStep };
}

const scale = (decimals: number): bigint => 10n ** BigInt(decimals);

/** How many `parts` make one `whole`; null when they do not divide it. */
function ratio(whole: Step, parts: Step): bigint | null {
  const numerator = whole.units * scale(parts.decimals);
  const denominator = parts.units * scale(whole.decimals);
  return numerator % denominator === 0n ? numerator / denominator : null;
}

function valueFraction(kind: InstrumentKind, tick: Step, lot: Step, multiplier: Step, exponent: number) {
  const contracts = lot.units * multiplier.units * scale(exponent);
  const contractsScale = scale(lot.decimals + multiplier.decimals);
  if (kind === 'inverse') {
    return { numerator: contracts * scale(tick.decimals), denominator: contractsScale * tick.units, whole: Number.NaN };
  }
  const numerator = contracts * tick.units;
  const denominator = contractsScale * scale(tick.decimals);
  return {
    numerator,
    denominator,
    whole: numerator % denominator === 0n ? Number(numerator / denominator) : Number.NaN,
  };
}

/**
 * What `lots` are worth at `priceTicks`, in the settlement currency, rounded half to even to its smallest unit.
 * Signed like `lots`. An option's is its premium.
 * @throws RangeError for a price that is not positive on an inverse instrument; OverflowError when out of range.
 */
export function notional(of: Instrument, priceTicks: number, lots: number): Money {
  const { numerator, denominator, whole } = of.value;
  // A product of integers that is a safe integer was not rounded on the way.
  const product = lots * priceTicks * whole;
  if (Number.isSafeInteger(product)) return money(BigInt(product));
  if (of.kind !== 'inverse') return money(divideHalfEven(BigInt(lots) * BigInt(priceTicks) * numerator, denominator));
  if (priceTicks <= 0) throw new RangeError(`${instrumentKey(of)}: an inverse has no value at ${priceTicks} ticks`);
  return money(divideHalfEven(BigInt(lots) * numerator, BigInt(priceTicks) * denominator));
}

/**
 * Ticks of a decimal price.
 * @throws naming the instrument and its tick size: DecimalError when `text` is no decimal number or has more decimals than
 * the tick size, InstrumentError when it is no whole number of ticks, OverflowError beyond 2^53 − 1 ticks.
 */
export function parseTicks(of: Instrument, text: string): Ticks {
  return parseSteps(of.tick, text, `${instrumentKey(of)}: price '${text}', tick size ${of.tickSize}`) as Ticks;
}

/** Lots of a decimal quantity. @throws as {@link parseTicks}, naming the lot size. */
export function parseLots(of: Instrument, text: string): Lots {
  return parseSteps(of.lot, text, `${instrumentKey(of)}: quantity '${text}', lot size ${of.lotSize}`) as Lots;
}

export function formatTicks(of: Instrument, ticks: number): string {
  return formatDecimal(BigInt(ticks) * of.tick.units, of.tick.decimals);
}

export function formatLots(of: Instrument, lots: number): string {
  return formatDecimal(BigInt(lots) * of.lot.units, of.lot.decimals);
}

function parseSteps(step: Step, text: string, what: string): number {
  const scaled = parseScaled(step, text, what);
  if (scaled % step.units !== 0n) throw new InstrumentError(`${what}: not a whole number of steps`);
  return toSafeNumber(scaled / step.units, what);
}

function parseScaled(step: Step, text: string, what: string): bigint {
  try {
    return parseDecimal(text, step.decimals);
  } catch (error) {
    throw error instanceof DecimalError ? new DecimalError(`${what}: ${error.message}`) : error;
  }
}
