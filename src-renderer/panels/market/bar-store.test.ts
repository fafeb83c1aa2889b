import { describe, expect, it } from 'vitest';
import type { BarView } from '../../../src-shared/contract/methods.ts';
import { micros } from '../../../src-shared/domain/time.ts';
import { BarStore, MOST_BARS } from './bar-store.ts';

const bar = (second: number, close = 100, volume = 1): BarView => ({
  startAt: micros(second * 1_000_000),
  open: 100,
  high: Math.max(100, close),
  low: Math.min(100, close),
  close,
  volume,
});
const seconds = (store: BarStore): number[] => store.bars.map(({ startAt }) => startAt / 1_000_000);

describe('the bars of a chart', () => {
  it('names only what changed: the bar that trades change, and a new one', () => {
    const store = new BarStore();
    expect(store.addHistory([bar(1), bar(2)])).toBe('all');
    expect(store.update([bar(1), bar(2, 101)])).toEqual([bar(2, 101)]);
    expect(store.update([bar(2, 102), bar(3)])).toEqual([bar(2, 102), bar(3)]);
    expect(store.update([bar(2, 102), bar(3)])).toEqual([]);
    expect(store.bars).toEqual([bar(1), bar(2, 102), bar(3)]);
  });

  it('keeps what came while the history was under way', () => {
    const store = new BarStore();
    store.update([bar(3, 105, 2)]);
    expect(store.addHistory([bar(1), bar(2), bar(3, 99, 1)])).toBe('all');
    expect(store.bars).toEqual([bar(1), bar(2), bar(3, 105, 2)]);
  });

  it('takes from a later history how a bar ended that was open when the link was lost', () => {
    const store = new BarStore();
    store.update([bar(1, 101, 2)]);
    store.addHistory([bar(1, 107, 9), bar(2)]);
    expect(store.bars).toEqual([bar(1, 107, 9), bar(2)]);
  });

  it('gives another array after each change, so that who draws from it sees the change', () => {
    const store = new BarStore();
    store.addHistory([bar(1)]);
    const before = store.bars;
    store.update([bar(1, 101)]);
    expect(store.bars).not.toBe(before);
    expect(before).toEqual([bar(1)]);
  });

  it('draws everything anew for a bar that was missing in between', () => {
    const store = new BarStore();
    store.addHistory([bar(1), bar(4)]);
    expect(store.update([bar(3)])).toBe('all');
    expect(seconds(store)).toEqual([1, 3, 4]);
  });

  it('is bounded: the oldest bars go, and are found no more', () => {
    const store = new BarStore();
    const many = 3 * MOST_BARS;
    for (let second = 1; second <= many; second += 1) store.update([bar(second)]);
    expect(store.bars.length).toBeLessThan(2 * MOST_BARS);
    expect(seconds(store).at(-1)).toBe(many);
    expect(store.at(bar(1).startAt)).toBeUndefined();
    expect(store.at(bar(many).startAt)).toEqual(bar(many));
  });
});
