import { describe, expect, it } from 'vitest';
import type { FillView } from '../../../src-shared/contract/topics.ts';
import { micros } from '../../../src-shared/domain/time.ts';
import { fillsByBar } from './own-fills.ts';

const SECOND = 1_000_000;

function fill(seconds: number, side: 'buy' | 'sell', quantity: string, price: string, instrument = 'v:A'): FillView {
  const at = micros(seconds * SECOND);
  return {
    id: `${seconds}`,
    orderId: 'o',
    instrument,
    origin: 'market-maker',
    side,
    price,
    quantity,
    fee: '0',
    feeCurrency: 'USDT',
    liquidity: 'maker',
    // Heard of much later: only the venue's clock places it in a bar.
    at: micros(at + 500 * SECOND),
    exchangeAt: at,
  };
}

describe('own fills by bar', () => {
  it('puts each fill into the bar of its venue time, and averages by quantity', () => {
    const fills = [fill(61, 'buy', '1', '100'), fill(119, 'buy', '3', '104'), fill(120, 'buy', '1', '90')];
    expect(fillsByBar(fills, 'v:A', 0, 60 * SECOND)).toEqual([
      { startAt: 60 * SECOND, side: 'buy', fills: 2, quantity: 4, averagePrice: 103 },
      { startAt: 120 * SECOND, side: 'buy', fills: 1, quantity: 1, averagePrice: 90 },
    ]);
  });

  it('keeps sides apart and sorts by time, whatever the order of arrival', () => {
    const fills = [fill(70, 'sell', '1', '100'), fill(10, 'sell', '1', '100'), fill(65, 'buy', '1', '100')];
    const bars = fillsByBar(fills, 'v:A', 0, 60 * SECOND);
    expect(bars.map(({ startAt, side }) => [startAt / SECOND, side])).toEqual([
      [0, 'sell'],
      [60, 'buy'],
      [60, 'sell'],
    ]);
  });

  it('leaves out other instruments and what was before the first bar', () => {
    const fills = [fill(59, 'buy', '1', '100'), fill(61, 'buy', '1', '100', 'v:B')];
    expect(fillsByBar(fills, 'v:A', 60 * SECOND, SECOND)).toEqual([]);
  });
});
