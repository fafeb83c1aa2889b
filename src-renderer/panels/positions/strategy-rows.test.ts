import { describe, expect, it } from 'vitest';
import type { ExposureView } from '../../../src-shared/contract/topics.ts';
import { strategyRows } from './strategy-rows.ts';

const STRATEGIES = [{ name: 'market-maker', instruments: ['v:A', 'v:B'] }];
const NO_USE = { used: 0, limit: 1, unit: '' };
const exposure = (instrument: string, stopped: ExposureView['stopped']): ExposureView => ({
  instrument,
  position: NO_USE,
  notional: NO_USE,
  openOrders: NO_USE,
  messages: NO_USE,
  stopped,
});

describe('the list of strategies', () => {
  it('says per instrument which are running, and why the others are not', () => {
    const exposures = [
      exposure('v:A', [{ origin: 'market-maker', cause: 'repeated-executions' }]),
      exposure('v:B', []),
    ];
    expect(strategyRows(STRATEGIES, exposures)).toEqual([
      { origin: 'market-maker', instrument: 'v:A', state: 'stopped', cause: 'repeated-executions' },
      { origin: 'market-maker', instrument: 'v:B', state: 'running', cause: null },
    ]);
  });

  it('calls none of them running before the desk has said so', () => {
    expect(strategyRows(STRATEGIES, null).map(({ state }) => state)).toEqual(['unknown', 'unknown']);
  });

  it('does not hide one that is stopped and no longer configured', () => {
    const exposures = [exposure('v:A', [{ origin: 'old-strategy', cause: 'operator' }])];
    expect(strategyRows(STRATEGIES, exposures).at(-1)).toEqual({
      origin: 'old-strategy',
      instrument: 'v:A',
      state: 'stopped',
      cause: 'operator',
    });
  });
});
