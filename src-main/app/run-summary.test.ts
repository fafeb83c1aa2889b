import { describe, expect, it } from 'vitest';
import { describeSummary, type RunSummary } from './run-summary.ts';

const SUMMARY: RunSummary = {
  frames: 10,
  inputs: 12,
  rejected: {},
  gaps: 0,
  resyncs: 0,
  bookTicker: { compared: 3, matched: 3, mismatched: 0 },
  orders: 4,
  fills: 2,
  partialFills: 1,
  cancels: 2,
  gateRefusals: { mode: 1 },
  position: { 'simulated:BTCUSDT': '0.003' },
  pnl: { USDT: { realised: '1.00', unrealised: null, fees: '0.10', funding: '0.00', total: null } },
  ledgerBalanced: true,
  proven: { 'simulated:BTCUSDT': true },
  factsHash: 'f'.repeat(64),
  ordersHash: '0'.repeat(64),
  framesPerSecond: 100,
  latency: {
    released: { samples: 9, p50: 0.1234, p99: 12.345, p999: 999.4, max: 1_234.5 },
    commit: { samples: 9, p50: 8, p99: 64_123, p999: 1_000, max: 2_345_678 },
  },
  maxRssMb: 100.4,
};

describe('the summary for a person', () => {
  const lines = describeSummary(SUMMARY).split('\n');

  it('has every text in one column, a space behind the longest name', () => {
    for (const line of lines) expect(line).toMatch(/^.{16} \S/);
  });

  it('gives latencies three digits, and milliseconds where they are', () => {
    expect(lines).toContain('latency released p50 0.123 µs, p99 12.3 µs, p99.9 999 µs, max 1.23 ms');
    expect(lines).toContain('latency commit   p50 8 µs, p99 64.1 ms, p99.9 1 ms, max 2350 ms');
  });

  it('says what is unknown', () => {
    expect(lines).toContain(
      'P&L USDT         unknown (no mark) = realised 1.00 + unrealised unknown (no mark) − fees 0.10 + funding 0.00',
    );
  });
});
