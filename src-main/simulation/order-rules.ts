import type { Instrument } from '../../src-shared/domain/instrument.ts';
import type { Order, Side } from '../../src-shared/domain/order.ts';

export type SelfTradePrevention = 'cancel-resting' | 'cancel-incoming' | 'cancel-both';

/** Whether `order` waits for a trigger before it may trade. */
export function isStop(order: Order): boolean {
  return order.type === 'stop-market' || order.type === 'stop-limit';
}

/** Whether what `order` cannot take at once stays in the book. */
export function rests(order: Order): boolean {
  return order.priceTicks !== null && order.timeInForce === 'gtc';
}

/** Whether an order of `side`, limited to `limitTicks` (null: unlimited), may trade at `priceTicks`. */
export function reaches(side: Side, limitTicks: number | null, priceTicks: number): boolean {
  return limitTicks === null || (side === 'buy' ? priceTicks <= limitTicks : priceTicks >= limitTicks);
}

/** A stop is triggered by a trade at its trigger price or beyond: above it for a buy, below it for a sell. */
export function triggeredBy(order: Order, lowTicks: number, highTicks: number): boolean {
  if (order.stopTicks === null) return false;
  return order.side === 'buy' ? highTicks >= order.stopTicks : lowTicks <= order.stopTicks;
}

/** What makes no sense in an order's terms; null when they are well formed. */
export function malformed(order: Order, of: Instrument): string | null {
  const isLimited = order.type === 'limit' || order.type === 'stop-limit';
  if (!isPositive(order.lots) || order.lots % of.orderStepLots !== 0) return 'invalid-quantity';
  if (isLimited ? !isPositive(order.priceTicks) : order.priceTicks !== null) return 'invalid-price';
  if (isStop(order) ? !isPositive(order.stopTicks) : order.stopTicks !== null) return 'invalid-stop-price';
  if (order.postOnly && !rests(order)) return 'post-only-never-rests';
  return null;
}

function isPositive(value: number | null): boolean {
  return value !== null && Number.isSafeInteger(value) && value > 0;
}
