import { type Instrument, instrumentKey } from '../../../src-shared/domain/instrument.ts';
import type { Money } from '../../../src-shared/domain/money.ts';

/**
 * The pre-trade limits of one instrument, as configured. None has a default: with one of them absent, every order of the
 * instrument is refused. Notional is in the settlement currency's smallest unit.
 */
export interface InstrumentLimits {
  /** How far a limit or trigger price, or the touch a market order meets, may lie from the mid. */
  readonly collarBps?: number | undefined;
  /** `notional-only`: the quantity is bounded by its notional alone, said on purpose. */
  readonly maxOrderLots?: number | 'notional-only' | undefined;
  readonly maxOrderNotional?: Money | undefined;
  /** Of |position| if every open and UNKNOWN order on the order's side fills. */
  readonly maxPositionLots?: number | 'notional-only' | undefined;
  readonly maxPositionNotional?: Money | undefined;
  readonly maxOpenOrders?: number | undefined;
  /** New orders, replacements and cancels in any sliding second. Cancels count, and are never refused. */
  readonly maxMessagesPerSecond?: number | undefined;
  /** The part of `maxMessagesPerSecond` that orders leave free for cancels. */
  readonly messagesReservedForCancels?: number | undefined;
  /** How long the same terms of the same origin count as a repetition while the first order is open. */
  readonly duplicateWindowMs?: number | undefined;
  /** This many executions of one strategy within `executionWindowMs` stop it in this instrument. */
  readonly maxExecutionsPerWindow?: number | undefined;
  readonly executionWindowMs?: number | undefined;
}

/** By instrument id; a hole is an instrument without limits. */
export type Limits = readonly (InstrumentLimits | undefined)[];

/** A ring of times has this bound: larger counts are a mistake in the configuration. */
const MAX_COUNT = 100_000;

const LIMIT_NAMES = [
  'collarBps',
  'maxOrderLots',
  'maxOrderNotional',
  'maxPositionLots',
  'maxPositionNotional',
  'maxOpenOrders',
  'maxMessagesPerSecond',
  'messagesReservedForCancels',
  'duplicateWindowMs',
  'maxExecutionsPerWindow',
  'executionWindowMs',
] as const satisfies readonly (keyof InstrumentLimits)[];
export type LimitName = (typeof LIMIT_NAMES)[number];

/** Limits with nothing absent, and their notional prepared for the hot path. */
export interface CompleteLimits {
  readonly collarBps: number;
  /** Infinity for `notional-only`. */
  readonly maxOrderLots: number;
  readonly maxPositionLots: number;
  readonly orderNotional: NotionalLimit;
  readonly positionNotional: NotionalLimit;
  readonly maxOpenOrders: number;
  /** What new orders may use of the message rate. */
  readonly orderMessagesPerSecond: number;
  readonly duplicateWindowMs: number;
  readonly maxExecutionsPerWindow: number;
  readonly executionWindowMs: number;
}

export class LimitsError extends Error {
  override readonly name = 'LimitsError';
}

/**
 * The limits of `instrument` ready for the gate, or the name of the first one that is absent.
 * @throws LimitsError naming instrument and limit, for a value that limits nothing: negative, fractional where a count is
 * meant, NaN, infinite.
 */
export function completeLimits(instrument: Instrument, of: InstrumentLimits = {}): CompleteLimits | LimitName {
  const absent = LIMIT_NAMES.find((name) => of[name] === undefined);
  for (const name of LIMIT_NAMES) checkLimit(instrument, name, of[name]);
  if (absent !== undefined) return absent;
  const { maxOrderLots, maxPositionLots, ...rest } = of as Required<{ [K in LimitName]: InstrumentLimits[K] & {} }>;
  return {
    collarBps: rest.collarBps,
    maxOrderLots: maxOrderLots === 'notional-only' ? Number.POSITIVE_INFINITY : maxOrderLots,
    maxPositionLots: maxPositionLots === 'notional-only' ? Number.POSITIVE_INFINITY : maxPositionLots,
    orderNotional: new NotionalLimit(instrument, rest.maxOrderNotional),
    positionNotional: new NotionalLimit(instrument, rest.maxPositionNotional),
    maxOpenOrders: rest.maxOpenOrders,
    orderMessagesPerSecond: Math.max(0, rest.maxMessagesPerSecond - rest.messagesReservedForCancels),
    duplicateWindowMs: rest.duplicateWindowMs,
    maxExecutionsPerWindow: rest.maxExecutionsPerWindow,
    executionWindowMs: rest.executionWindowMs,
  };
}

function checkLimit(instrument: Instrument, name: LimitName, value: number | bigint | string | undefined): void {
  if (value === undefined) return;
  const fail = (remedy: string): never => {
    throw new LimitsError(`limits of ${instrumentKey(instrument)}: ${name} must be ${remedy}, not ${value}`);
  };
  if (name === 'maxOrderNotional' || name === 'maxPositionNotional') {
    if (typeof value !== 'bigint' || value < 0n) fail('an amount of money from 0');
    return;
  }
  if (value === 'notional-only' && (name === 'maxOrderLots' || name === 'maxPositionLots')) return;
  const isCount = name !== 'collarBps';
  if (typeof value !== 'number' || !(value >= 0) || value > Number.MAX_SAFE_INTEGER) fail('a number from 0');
  else if (isCount && !Number.isInteger(value)) fail('a whole number');
  else if (name === 'maxExecutionsPerWindow' && value === 0) fail('at least 1');
  else if ((name === 'maxExecutionsPerWindow' || name === 'maxMessagesPerSecond') && value > MAX_COUNT)
    fail(`at most ${MAX_COUNT}`);
}

/**
 * `notional ≤ max`, exactly and without rounding. With the fraction of {@link Instrument.value} and `max`, reduced by their
 * greatest common divisor, it is `lots · ticks · weight ≤ bound`, for an inverse `lots · weight ≤ bound · ticks`. Two products
 * of doubles decide unless both leave the safe integers; then bigint does.
 */
export class NotionalLimit {
  readonly max: Money;
  private readonly inverse: boolean;
  private readonly weight: bigint;
  private readonly bound: bigint;
  /** Infinity when it is no safe integer. */
  private readonly fastWeight: number;
  private readonly fastBound: number;

  constructor(instrument: Instrument, max: Money) {
    const { numerator, denominator } = instrument.value;
    const bound = max * denominator;
    const divisor = gcd(numerator, bound);
    this.max = max;
    this.inverse = instrument.kind === 'inverse';
    this.weight = numerator / divisor;
    this.bound = bound / divisor;
    this.fastWeight = exactOrInfinity(this.weight);
    this.fastBound = exactOrInfinity(this.bound);
  }

  /** Whether `lots` at `priceTicks`, both positive safe integers, are worth at most the limit. */
  allows(priceTicks: number, lots: number): boolean {
    const price = this.inverse ? 1 : priceTicks;
    const scale = this.inverse ? priceTicks : 1;
    // Rounding is monotone: a product that is not a safe integer is at least 2^53, so one exact side is enough.
    const value = lots * price * this.fastWeight;
    const bound = this.fastBound * scale;
    if (Number.isSafeInteger(value) || Number.isSafeInteger(bound)) return value <= bound;
    return BigInt(lots) * BigInt(price) * this.weight <= this.bound * BigInt(scale);
  }
}

function exactOrInfinity(value: bigint): number {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : Number.POSITIVE_INFINITY;
}

function gcd(a: bigint, b: bigint): bigint {
  return b === 0n ? a : gcd(b, a % b);
}
