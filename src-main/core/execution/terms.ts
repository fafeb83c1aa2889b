import type { Instrument } from '../../../src-shared/domain/instrument.ts';
import type { OrderIntent } from '../../../src-shared/domain/order.ts';
import { shown } from '../engine/shown.ts';

/** Beyond it, ten thousand times a price is no longer exact in a double, and the collar's comparison would be guesswork. */
const MAX_PRICE_TICKS = 500_000_000_000;

/** What makes no sense in the terms of an intent, whatever the market and the limits say; null when nothing does. */
export function termsError(intent: OrderIntent, instrument: Instrument): string | null {
  const { type, timeInForce, priceTicks, stopTicks, lots, origin } = intent;
  if (origin === '') return 'origin is empty';
  if (typeof origin !== 'string') return `origin is '${shown(origin)}'`;
  if (intent.side !== 'buy' && intent.side !== 'sell') return `side is '${shown(intent.side)}'`;
  if (!Number.isSafeInteger(lots) || lots <= 0) return `lots must be a whole number above 0, not ${shown(lots)}`;
  if (lots % instrument.orderStepLots !== 0) {
    return `lots must be a multiple of ${instrument.orderStepLots} (the venue's order step), not ${lots}`;
  }
  const hasLimit = type === 'limit' || type === 'stop-limit';
  const hasStop = type === 'stop-market' || type === 'stop-limit';
  if (!hasLimit && !hasStop && type !== 'market') return `type is '${shown(type)}'`;
  if (hasLimit ? !isPrice(priceTicks) : priceTicks !== null) {
    return `a ${type} order with priceTicks ${shown(priceTicks)}`;
  }
  if (hasStop ? !isPrice(stopTicks) : stopTicks !== null) {
    return `a ${type} order with stopTicks ${shown(stopTicks)}`;
  }
  if (!isTimeInForce(timeInForce)) return `time in force is '${shown(timeInForce)}'`;
  if (typeof intent.postOnly !== 'boolean') return `postOnly is '${shown(intent.postOnly)}'`;
  if (typeof intent.reduceOnly !== 'boolean') return `reduceOnly is '${shown(intent.reduceOnly)}'`;
  if (intent.replaces !== null && typeof intent.replaces !== 'string') return `replaces is '${shown(intent.replaces)}'`;
  if (intent.postOnly && (!hasLimit || timeInForce !== 'gtc')) return `a post-only ${type} order with ${timeInForce}`;
  return null;
}

/**
 * `intent` as a fact can state it: the fields of an intent and no others, each as it is, or null where no journal can hold it
 * (NaN, an infinity, undefined). Only an intent that the gate refuses for its terms or instrument has such fields.
 */
export function representable(intent: OrderIntent): OrderIntent {
  const { instrument, side, type, timeInForce, priceTicks, stopTicks, lots, postOnly, reduceOnly, origin, replaces } =
    intent;
  const fields = {
    instrument,
    side,
    type,
    timeInForce,
    priceTicks,
    stopTicks,
    lots,
    postOnly,
    reduceOnly,
    origin,
    replaces,
  };
  const stated = Object.entries(fields).map(([name, value]) => [name, isStatable(value) ? value : null]);
  return Object.fromEntries(stated) as OrderIntent;
}

function isStatable(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
}

function isTimeInForce(value: string): boolean {
  return value === 'gtc' || value === 'ioc' || value === 'fok';
}

function isPrice(ticks: number | null): boolean {
  return ticks !== null && Number.isSafeInteger(ticks) && ticks > 0 && ticks <= MAX_PRICE_TICKS;
}
