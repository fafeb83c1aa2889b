import { describe, expect, it } from 'vitest';
import { BINANCE_UNDER_TEST } from './binance-usdm.ts';
import { checkVenue } from './run-checks.ts';
import { SIMULATED_UNDER_TEST } from './simulated.ts';
import type { AdapterFaults } from './venue-rig.ts';

const CHECKING_MS = 120_000;
const PATIENCE_MS = 700;
const SEED = 7;

function failed(checks: readonly { readonly name: string; readonly ok: boolean }[]): readonly string[] {
  return checks.filter(({ ok }) => !ok).map(({ name }) => name);
}

const ERRING: readonly (readonly [what: string, faults: AdapterFaults, check: string])[] = [
  [
    'swallows cancels',
    { patienceMs: PATIENCE_MS, swallows: ({ kind }) => kind === 'cancel-order' },
    'acknowledges an order that rests, and cancels it',
  ],
  [
    'tells a fill twice',
    {
      patienceMs: PATIENCE_MS,
      tells: (input) =>
        input.kind === 'order-report' && input.report.type === 'filled' ? [input, { ...input }] : [input],
    },
    'reports a fill with price, fee and liquidity, once',
  ],
  [
    'takes not-found for a rejection',
    {
      patienceMs: PATIENCE_MS,
      tells: (input) =>
        input.kind === 'order-report' && input.report.type === 'not-found'
          ? [{ ...input, report: { type: 'rejected', reason: 'not found' } }, input]
          : [input],
    },
    'says of an order it never saw that it is not there, and nothing stronger',
  ],
  [
    'never asks for a snapshot',
    { patienceMs: PATIENCE_MS, tells: (input) => (input.kind === 'depth-snapshot' ? [] : [input]) },
    'proves a book',
  ],
];

describe('the checks of a venue', () => {
  it.each([SIMULATED_UNDER_TEST, BINANCE_UNDER_TEST])(
    'are passed by $name',
    { timeout: CHECKING_MS },
    async (venue) => {
      const { ok, checks } = await checkVenue(venue, SEED);
      expect(failed(checks)).toEqual([]);
      expect(ok).toBe(true);
      expect(checks.length).toBeGreaterThan(15);
    },
  );

  it.each(ERRING)('find an adapter that %s', { timeout: CHECKING_MS }, async (_what, faults, check) => {
    const { ok, checks } = await checkVenue(SIMULATED_UNDER_TEST, SEED, faults);
    expect(ok).toBe(false);
    expect(failed(checks)).toContain(check);
  });
});
