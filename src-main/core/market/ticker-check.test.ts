import { describe, expect, it } from 'vitest';
import { depth, depthSnapshot, TestDesk, ticker } from './fixtures.ts';

const BIDS = [[100, 5]] as const;
const ASKS = [[102, 7]] as const;
const same = (id: number) => ticker(id, [100, 5], [102, 7]);

function proven(config = {}): TestDesk {
  const desk = new TestDesk(config).start();
  return desk.feed([depth([10, 12], BIDS, ASKS), depthSnapshot(11, BIDS, ASKS)]);
}

const counted = (desk: TestDesk): number[] => {
  const { compared, matched, mismatched } = desk.stats.tickerCheck;
  return [compared, matched, mismatched];
};

describe('TickerCheck', () => {
  it('compares a ticker that comes after the update of its id, and one that comes before', () => {
    const desk = proven().feed([same(12)]);
    expect(counted(desk)).toEqual([1, 1, 0]);
    desk.feed([same(14), same(15), same(17), depth([13, 15], [])]);
    expect(counted(desk)).toEqual([2, 2, 0]);
    desk.feed([depth([16, 17], [])]);
    expect(counted(desk)).toEqual([3, 3, 0]);
  });

  it('has nothing to compare an id within an update, or behind the book, with', () => {
    const desk = proven().feed([same(11), same(14), depth([13, 15], []), same(13)]);
    expect(counted(desk)).toEqual([0, 0, 0]);
  });

  it.each([
    ['bid', ticker(12, [99, 5], [102, 7])],
    ['bid quantity', ticker(12, [100, 6], [102, 7])],
    ['ask', ticker(12, [100, 5], [103, 7])],
    ['ask quantity', ticker(12, [100, 5], [102, 8])],
  ])('counts another %s as a mismatch', (_, frame) => {
    const desk = proven().feed([frame]);
    expect(counted(desk)).toEqual([1, 0, 1]);
    expect(desk.isProven).toBe(true);
  });

  it('counts a mismatch of a ticker that waited', () => {
    expect(counted(proven().feed([same(13), depth([13, 13], [[100, 6]])]))).toEqual([1, 0, 1]);
  });

  it('compares tickers that waited for the book’s first proof', () => {
    const desk = new TestDesk().start();
    desk.feed([same(12), depth([10, 12], BIDS, ASKS), same(13), depthSnapshot(11, BIDS, ASKS), depth([13, 13], [])]);
    expect(counted(desk)).toEqual([2, 2, 0]);
  });

  it('compares nothing with an unproven book', () => {
    const desk = proven().feed([depth([20, 21], []), same(21)]);
    expect(counted(desk)).toEqual([0, 0, 0]);
  });

  it('lets the oldest go when more wait than it has room for', () => {
    const desk = proven({ maxPendingTickers: 2 }).feed([13, 14, 15].map(same));
    desk.feed([13, 14, 15].map((id) => depth([id, id], [])));
    expect(counted(desk)).toEqual([2, 2, 0]);
  });

  it('takes a repeated ticker once, and forgets what waited when ids begin anew', () => {
    const desk = proven().feed([same(13), same(13), same(14), depth([13, 13], [])]);
    expect(counted(desk)).toEqual([1, 1, 0]);
    desk.feed([same(1_000_000), same(15), depth([14, 14], [])]);
    expect(counted(desk)).toEqual([1, 1, 0]);
    desk.feed([depth([15, 15], [])]);
    expect(counted(desk)).toEqual([2, 2, 0]);
  });
});
