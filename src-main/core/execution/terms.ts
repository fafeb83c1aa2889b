import type { Instrument } from '../../../src-shared/domain/instrument.ts';
import type { OrderIntent } from '../../../src-shared/domain/order.ts';

/** Beyond it, ten thousand times a price is no longer exact in a double, and the collar's comparison would be guesswork. */
const MAX_PRICE_TICKS = 500_000_000_000;

/** What makes no sense in the terms of an intent, whatever the market and the limits say; null when nothing does. */
export function termsError(intent: OrderIntent, instrument: Instrument): string | null {
  const { type, timeInForce, priceTicks, stopTicks, lots, origin } = intent;
  if (origin === '') return 'origin is empty';
  if (intent.side !== 'buy' && intent.side !== 'sell') return `side is '${intent.side}'`;
  if (!Number.isSafeInteger(lots) || lots <= 0) return `lots must be a whole number above 0, not ${lots}`;
  if (lots % instrument.orderStepLots !== 0) {
    return `lots must be a multiple of ${instrument.orderStepLots} (the venue's order step), not ${lots}`;
  }
  const hasLimit = type === 'limit' || type === 'stop-limit';
  const hasStop = type === 'stop-market' || type === 'stop-limit';
  if (!hasLimit && !hasStop && type !== 'market') return `type is '${type}'`;
  if (hasLimit ? !isPrice(priceTicks) : priceTicks !== null) return `a ${type} order with priceTicks ${priceTicks}`;
  if (hasStop ? !isPrice(stopTicks) : stopTicks !== null) return `a ${type} order with stopTicks ${stopTicks}`;
  if (intent.postOnly && (!hasLimit || timeInForce !== 'gtc')) return `a post-only ${type} order with ${timeInForce}`;
  return null;
}

function isPrice(ticks: number | null): boolean {
  return ticks !== null && Number.isSafeInteger(ticks) && ticks > 0 && ticks <= MAX_PRICE_TICKS;
}
