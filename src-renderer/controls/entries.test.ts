import { describe, expect, it } from 'vitest';
import type { InstrumentView } from '../../src-shared/contract/methods.ts';
import { type EntryActs, entriesOf } from './entries.ts';

function instrument(venue: string, symbol: string): InstrumentView {
  const currencies = { base: 'BTC', quote: 'USDT', settle: 'USDT' };
  return {
    key: `${venue}:${symbol}`,
    venue,
    symbol,
    kind: 'linear',
    ...currencies,
    priceDecimals: 1,
    quantityDecimals: 3,
  };
}

/** Writes down what was asked for. */
function recorder(): { readonly acts: EntryActs; readonly calls: unknown[][] } {
  const calls: unknown[][] = [];
  const note =
    (name: string) =>
    (...args: readonly unknown[]): void => {
      calls.push([name, ...args]);
    };
  const acts = {
    showPanel: note('panel'),
    requestMode: note('mode'),
    cancelAll: note('cancel'),
    flatten: note('flatten'),
    stopStrategy: note('stop'),
    startStrategy: note('start'),
    compareWithVenues: note('compare'),
    openSheet: note('sheet'),
    toggleTheme: note('theme'),
  };
  return { acts, calls };
}

describe('entriesOf', () => {
  const description = {
    instruments: [instrument('a', 'BTCUSDT'), instrument('b', 'ETHUSDT')],
    strategies: [{ name: 'maker', instruments: ['a:BTCUSDT'] }],
  };

  it('has every panel and mode with its keys, before the desk was heard too', () => {
    const entries = entriesOf(null, null, recorder().acts);
    const keysOf = (title: string) => entries.find((entry) => entry.title === title)?.keys;
    expect(keysOf('Show Venues')).toBe('5');
    expect(keysOf('Show Kill switch')).toBe('6');
    expect(keysOf('Go to Emergency')).toBe('Shift+E');
    expect(keysOf('Go to Normal …')).toBe('');
    expect(keysOf('Cancel all open orders')).toBe('Shift+C');
  });

  it('names each scope, and asks for exactly that one', () => {
    const { acts, calls } = recorder();
    const entries = entriesOf(description, 'pause', acts);
    const run = (title: string) => entries.find((entry) => entry.title === title)?.run();
    run('Cancel b:ETHUSDT');
    run('Flatten a … (arms)');
    run('Stop maker on a:BTCUSDT');
    run('Compare with the venue now');
    expect(calls).toEqual([
      ['cancel', { scope: { kind: 'instrument', instrument: 'b:ETHUSDT' }, name: 'b:ETHUSDT' }],
      ['flatten', { scope: { kind: 'venue', venue: 'a' }, name: 'a' }],
      ['stop', 'maker', 'a:BTCUSDT'],
      ['compare'],
    ]);
  });

  it('marks the modes that are looser than the present one: they ask for more', () => {
    const titles = entriesOf(null, 'reduce', recorder().acts).map(({ title }) => title);
    expect(titles.filter((title) => title.startsWith('Go to'))).toEqual([
      'Go to Normal …',
      'Go to Pause …',
      'Go to Reduce',
      'Go to Emergency',
    ]);
  });

  it('has no two entries of the same title', () => {
    const titles = entriesOf(description, 'pause', recorder().acts).map(({ title }) => title);
    expect(new Set(titles).size).toBe(titles.length);
  });
});
