import type { FillView } from '../../../src-shared/contract/topics.ts';
import type { Side } from '../../../src-shared/domain/order.ts';

/** The desk's own fills of one side within one bar: more than one mark there would only hide the others. */
export interface BarFills {
  /** Of the bar, µs by the venue's clock. */
  readonly startAt: number;
  readonly side: Side;
  readonly fills: number;
  /** Estimates for eyes, in base or contracts and in the quote currency. */
  readonly quantity: number;
  readonly averagePrice: number;
}

/**
 * Fills by the bar that they fell into, oldest bar first, buys before sells.
 * @param fills of every instrument, oldest first.
 * @param fromAt where the first bar begins: what was before has no place in the chart. µs, as `intervalMicros`.
 */
export function fillsByBar(
  fills: readonly FillView[],
  instrument: string,
  fromAt: number,
  intervalMicros: number,
): BarFills[] {
  const sums = new Map<number, Sum>();
  for (const { instrument: of, exchangeAt, side, quantity: text, price } of fills) {
    if (of !== instrument || exchangeAt < fromAt) continue;
    const bar = Math.floor(exchangeAt / intervalMicros);
    // Thousands of fills pass here with each new one: a number as key is what keeps that cheap.
    const key = side === 'buy' ? 2 * bar : 2 * bar + 1;
    let sum = sums.get(key);
    if (sum === undefined) {
      sum = { startAt: bar * intervalMicros, side, fills: 0, quantity: 0, value: 0 };
      sums.set(key, sum);
    }
    const quantity = Number(text);
    sum.fills += 1;
    sum.quantity += quantity;
    sum.value += quantity * Number(price);
  }
  return [...sums]
    .sort(([a], [b]) => a - b)
    .map(([, { value, ...sum }]) => ({ ...sum, averagePrice: value / sum.quantity }));
}

interface Sum {
  readonly startAt: number;
  readonly side: Side;
  fills: number;
  quantity: number;
  value: number;
}
