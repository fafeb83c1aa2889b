import { describe, expect, it } from 'vitest';
import type { PaperRunSummary } from '../desk/paper-run.ts';
import { UsageError } from '../usage-error.ts';
import { describePaperRun } from './live-run.ts';
import { run } from './run.ts';

/** A run after a restart: the position is older than its frames. */
const SUMMARY: PaperRunSummary = {
  frames: 10,
  inputs: 12,
  rejected: {},
  gaps: 0,
  resyncs: 0,
  bookTicker: { compared: 3, matched: 3, mismatched: 0 },
  orders: 0,
  fills: 0,
  partialFills: 0,
  cancels: 0,
  gateRefusals: {},
  position: { 'simulated:BTCUSDT': '0.003' },
  pnl: {},
  ledgerBalanced: true,
  proven: {},
  factsHash: 'f'.repeat(64),
  ordersHash: '0'.repeat(64),
  framesPerSecond: 100,
  latency: {},
  maxRssMb: 100,
  mode: 'emergency',
  nextMode: 'normal',
  openOrders: 0,
  halted: null,
  ticksDropped: 0,
};

describe('desk run', () => {
  it.each([
    [[], /in which folder\? --data names it\nusage: desk run --data DIR/],
    [['--data', 'x', 'y'], /what is 'y'/],
    [['--data', 'x', '--seconds', '2147484'], /--seconds is a whole number from 1 to 2147483, not '2147484'/],
    [['--data', 'x', '--metrics-port', '65536'], /--metrics-port is a whole number from 0 to 65535, not '65536'/],
    [['--data', 'x', '--seed', '-1'], /--seed/],
  ])('%j is refused with a remedy, before anything is touched', async (args, problem) => {
    const refused = run(args);
    await expect(refused).rejects.toThrow(problem);
    await expect(refused).rejects.toThrow(UsageError);
  });

  it('keeps what this process did apart from what the folder holds', () => {
    const [here, there] = describePaperRun(SUMMARY).split('\n\n');
    expect(here).toMatch(/^this run\nframes {11}10 in, 12 inputs(?:.*\n)+memory/);
    expect(there).toMatch(/^since the folder began\nposition {9}simulated:BTCUSDT 0\.003\nledger {11}balanced\nfacts/);
  });

  it.each<[string, Partial<PaperRunSummary>, string]>([
    ['after a proper stop', {}, 'properly; the next start goes on'],
    ['with orders left', { openOrders: 2 }, 'with open orders; the next start asks the exchange for them, and goes on'],
    [
      'that had stopped trading',
      { nextMode: 'emergency', halted: 'journal-full: no room' },
      "in emergency; the next start stays there until --resume 'REASON'",
    ],
    ['that was paused', { nextMode: 'pause' }, "in pause; the next start stays there until --resume 'REASON'"],
  ])('%s says what the next start does', (_what, how, text) => {
    const lines = describePaperRun({ ...SUMMARY, ...how }).split('\n');
    expect(lines.at(-1)).toBe(`stopped          ${text}`);
    if (how.halted) expect(lines).toContain('STOPPED          journal-full: no room');
  });
});
