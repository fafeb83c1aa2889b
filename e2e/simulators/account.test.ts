import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Random } from '../../src-main/core/engine/random.ts';
import { runs } from '../../src-main/testing/runs.ts';
import { parseDecimal } from '../../src-shared/domain/decimal.ts';
import type { LogEntry } from './binance-usdm/log.ts';
import type { SimulatorOptions } from './binance-usdm/simulator.ts';
import { type Json, pass, START, type TestParams, TestVenue } from './fixtures.ts';

const BALANCE = '25000';

beforeEach(() => {
  vi.useFakeTimers({ now: START });
});
afterEach(() => {
  vi.useRealTimers();
});

const e8 = (text: unknown) => parseDecimal(String(text), 8);

/** Trades at random, with the requests and their answers decided by `seed`. */
async function trade(seed: number, steps: number, options: Partial<SimulatorOptions> = {}): Promise<TestVenue> {
  const venue = new TestVenue({ seed, balance: BALANCE, warmUpSeconds: 1, pumpMs: 20, ...options });
  const random = new Random(seed);
  for (let step = 0; step < steps; step += 1) {
    const side = random.below(2) === 0 ? 'BUY' : 'SELL';
    const symbol = random.below(3) === 0 ? 'ETHUSDT' : 'BTCUSDT';
    const quantity = (symbol === 'BTCUSDT' ? 0.002 : 0.01) * (1 + random.below(20));
    const reduceOnly = random.below(6) === 0;
    const terms: TestParams = { symbol, side, quantity: quantity.toFixed(3), reduceOnly };
    const book = await venue.get(`/fapi/v1/ticker/bookTicker?symbol=${symbol}`);
    const price = Number(side === 'BUY' ? book.bidPrice : book.askPrice);
    switch (random.below(5)) {
      case 0:
        await venue.signed('POST', '/fapi/v1/order', { ...terms, type: 'MARKET' });
        break;
      case 1:
        await venue.signed('DELETE', '/fapi/v1/allOpenOrders', { symbol });
        break;
      case 2: {
        const [order] = await venue.ask<Json[]>('GET', '/fapi/v1/openOrders', { symbol });
        if (order === undefined) break;
        const named = { symbol, orderId: Number(order.orderId), side: String(order.side) };
        const quantity = (Number(order.origQty) + 0.002).toFixed(3);
        await venue.signed('PUT', '/fapi/v1/order', { ...named, quantity, price: String(order.price) });
        break;
      }
      default: {
        const timeInForce = ['GTC', 'GTX', 'IOC', 'FOK'][random.below(4)];
        const limit = { ...terms, type: 'LIMIT', timeInForce, price: price.toFixed(symbol === 'BTCUSDT' ? 1 : 2) };
        await venue.signed('POST', '/fapi/v1/order', limit);
      }
    }
    await pass(random.below(400));
  }
  return venue;
}

function fills(log: readonly LogEntry[]) {
  return log.filter((entry) => entry.kind === 'filled');
}

describe('the account', () => {
  it('always holds what it began with, what was realised, fees and funding; positions are the sum of the fills', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(1_000_000), async (seed) => {
        vi.setSystemTime(START);
        const venue = await trade(seed, 25, { fundingIntervalMs: 2_000 });
        const { account, log } = venue.simulator.venue;
        const income = await venue.ask<Json[]>('GET', '/fapi/v1/income', { limit: 1_000 });
        const [balance] = await venue.ask<Json[]>('GET', '/fapi/v3/balance');
        expect(e8(balance.balance)).toBe(income.reduce((sum, row) => sum + e8(row.income), e8(BALANCE)));
        for (const position of account.positions) {
          const { symbol } = position.listing;
          const own = fills(log.entries).filter((entry) => entry.symbol === symbol);
          const sum = own.reduce((lots, { side, quantity }) => lots + (side === 'BUY' ? 1n : -1n) * e8(quantity), 0n);
          expect(sum).toBe(BigInt(position.lots) * 100_000n);
        }
        const risk = await venue.ask<Json[]>('GET', '/fapi/v2/positionRisk');
        const { positions } = venue.simulator.state();
        expect(Object.fromEntries(risk.map(({ symbol, positionAmt }) => [symbol, positionAmt]))).toEqual(positions);
        venue.stop();
      }),
      { seed: 42, numRuns: runs(4) },
    );
  });

  it('has a log that never fills an order beyond its quantity, nor after its end', async () => {
    const venue = await trade(5, 60);
    const open = new Map<number, bigint>();
    for (const entry of venue.simulator.venue.log.entries) {
      if (entry.kind === 'accepted') open.set(entry.orderId, e8(entry.quantity));
      if (entry.kind === 'amended') {
        const executed = fills(venue.simulator.venue.log.entries)
          .filter((fill) => fill.orderId === entry.orderId && fill.at <= entry.at)
          .reduce((sum, fill) => sum + e8(fill.quantity), 0n);
        open.set(entry.orderId, e8(entry.quantity) - executed);
      }
      if (entry.kind === 'filled') {
        const left = (open.get(entry.orderId) ?? 0n) - e8(entry.quantity);
        expect(left).toBeGreaterThanOrEqual(0n);
        open.set(entry.orderId, left);
      }
      if (entry.kind === 'ended') open.delete(entry.orderId);
    }
    expect(fills(venue.simulator.venue.log.entries).length).toBeGreaterThan(10);
    venue.stop();
  });

  it('is the same for the same seed and requests, and another for another seed', async () => {
    const log = async (seed: number) => {
      vi.setSystemTime(START);
      const venue = await trade(seed, 30);
      venue.stop();
      return JSON.stringify(venue.simulator.venue.log.entries);
    };
    const first = await log(11);
    expect(await log(11)).toBe(first);
    expect(await log(12)).not.toBe(first);
  });

  it('pays and receives funding at its interval, and tells the stream', async () => {
    const venue = new TestVenue({ fundingIntervalMs: 10_000 });
    const reports = await venue.reports();
    await venue.market('BUY', '1.000');
    await pass(31_000);
    const rows = await venue.ask<Json[]>('GET', '/fapi/v1/income', { symbol: 'BTCUSDT', incomeType: 'FUNDING_FEE' });
    const rates = await venue.ask<Json[]>('GET', '/fapi/v1/fundingRate', { symbol: 'BTCUSDT' });
    expect(rows).toHaveLength(3);
    for (const [index, row] of rows.entries()) {
      const rate = Number(rates.slice(-3)[index].fundingRate);
      expect(Number(row.income) / (-rate * 61_800)).toBeCloseTo(1, 1);
    }
    const told = reports.messages.filter(({ a }) => (a as Json | undefined)?.m === 'FUNDING_FEE');
    expect(told.map(({ a }) => ((a as Json).B as Json[])[0].bc)).toEqual(rows.map(({ income }) => income));
    venue.stop();
  });

  it('knows realised profit at the average entry price', async () => {
    const venue = new TestVenue();
    await venue.market('BUY', '0.100');
    await venue.market('BUY', '0.300');
    await pass(5_000);
    await venue.market('SELL', '0.400');
    const trades = await venue.ask<Json[]>('GET', '/fapi/v1/userTrades', { symbol: 'BTCUSDT' });
    const flow = trades.reduce((sum, { buyer, quoteQty }) => sum + (buyer ? -1n : 1n) * e8(quoteQty), 0n);
    expect(trades.reduce((sum, { realizedPnl }) => sum + e8(realizedPnl), 0n)).toBe(flow);
    venue.stop();
  });
});
