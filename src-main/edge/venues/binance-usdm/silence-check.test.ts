import { describe, expect, it } from 'vitest';
import type { InstrumentId, Lots, Ticks } from '../../../../src-shared/domain/instrument.ts';
import { currency, money } from '../../../../src-shared/domain/money.ts';
import type { ClientOrderId } from '../../../../src-shared/domain/order.ts';
import { type Micros, micros } from '../../../../src-shared/domain/time.ts';
import type { VenueLinkOutput } from '../venue.ts';
import { SilenceCheck } from './silence-check.ts';

const T0_MS = 1_800_000_000_000;

function fill(fillId: string, atMs: number): VenueLinkOutput {
  const clientOrderId = 'a' as ClientOrderId;
  return {
    kind: 'order-report',
    seq: 0,
    at: 0 as Micros,
    clientOrderId,
    report: {
      type: 'filled',
      fill: {
        ...{ clientOrderId, fillId, instrument: 0 as InstrumentId, side: 'buy', liquidity: 'maker' },
        ...{ priceTicks: 1 as Ticks, lots: 1 as Lots, fee: money(0n), feeCurrency: currency('USDT') },
        exchangeAt: micros(atMs * 1_000),
      },
    },
  };
}

describe('a stream of reports', () => {
  it('is silent when the account has a fill, long made, that it never told', () => {
    const check = new SilenceCheck();
    check.listening(T0_MS);
    expect(check.missed(fill('1', T0_MS + 1_000), T0_MS + 9_000)).toBe(8_000);
  });

  it('is not silent for a fill that it told, in whatever order both came', () => {
    const check = new SilenceCheck();
    check.listening(T0_MS);
    check.reported(fill('1', T0_MS + 1_000));
    expect(check.missed(fill('1', T0_MS + 1_000), T0_MS + 9_000)).toBeNull();
  });

  it('is given a moment, and told of once for each fill', () => {
    const check = new SilenceCheck();
    check.listening(T0_MS);
    expect(check.missed(fill('1', T0_MS + 1_000), T0_MS + 2_000)).toBeNull();
    expect(check.missed(fill('2', T0_MS + 1_000), T0_MS + 9_000)).toBe(8_000);
    expect(check.missed(fill('2', T0_MS + 1_000), T0_MS + 10_000)).toBeNull();
  });

  it('cannot be blamed for what was made before it was listened to, or while it was down', () => {
    const check = new SilenceCheck();
    expect(check.missed(fill('1', T0_MS), T0_MS + 9_000)).toBeNull();
    check.listening(T0_MS + 5_000);
    expect(check.missed(fill('2', T0_MS + 1_000), T0_MS + 20_000)).toBeNull();
  });
});
