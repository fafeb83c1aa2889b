import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { VenueLogError } from './binance-usdm/log.ts';
import { type Json, pass, START, TestVenue } from './fixtures.ts';

let directory: string;
beforeEach(() => {
  vi.useFakeTimers({ now: START });
  directory = mkdtempSync(join(tmpdir(), 'venue-'));
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(directory, { recursive: true });
});

describe('a venue that is started again on its log', () => {
  it('knows balance, position, trades and orders; what rested is cancelled', async () => {
    const first = new TestVenue({ stateDirectory: directory });
    await first.market('BUY', '0.050');
    await first.market('SELL', '0.020');
    await first.rest('BUY', 20_000, { newClientOrderId: 'resting' });
    const before = first.simulator.state();
    const trades = await first.ask<Json[]>('GET', '/fapi/v1/userTrades', { symbol: 'BTCUSDT' });
    first.stop();
    await pass(1_000);

    const second = new TestVenue({ stateDirectory: directory, seed: 8 });
    const after = second.simulator.state();
    expect(after.wallet).toBe(before.wallet);
    expect(after.positions).toEqual({ BTCUSDT: '0.030', ETHUSDT: '0.000' });
    expect(after.openOrders).toEqual([]);
    expect(await second.ask('GET', '/fapi/v1/userTrades', { symbol: 'BTCUSDT' })).toEqual(trades);
    const named = { symbol: 'BTCUSDT', origClientOrderId: 'resting' };
    expect(await second.ask('GET', '/fapi/v1/order', named)).toMatchObject({ status: 'CANCELED' });
    const reduced = await second.market('SELL', '0.100', { reduceOnly: 'true' });
    expect(reduced).toMatchObject({ executedQty: '0.030' });
    expect(Number(reduced.orderId)).toBeGreaterThan(Number(trades.at(-1)?.orderId));
    second.stop();
  });

  it('goes on behind half a line, and refuses a line that is no entry', async () => {
    const file = join(directory, 'account.jsonl');
    const first = new TestVenue({ stateDirectory: directory });
    await first.market('BUY', '0.050');
    first.stop();
    appendFileSync(file, '{"kind":"filled","at":17');
    const second = new TestVenue({ stateDirectory: directory });
    expect(second.simulator.state().positions.BTCUSDT).toBe('0.050');
    second.stop();
    expect(
      readFileSync(file, 'utf8')
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line).kind),
    ).not.toContain(undefined);
    writeFileSync(file, '{"kind":"party","at":1}\n');
    expect(() => new TestVenue({ stateDirectory: directory })).toThrow(VenueLogError);
    expect(() => new TestVenue({ stateDirectory: directory })).toThrow(/account\.jsonl, line 1 .*--state/s);
  });
});
