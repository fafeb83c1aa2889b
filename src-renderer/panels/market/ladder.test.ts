import { describe, expect, it } from 'vitest';
import type { TopicValue } from '../../../src-shared/contract/topics.ts';
import { DecimalError } from '../../../src-shared/domain/decimal.ts';
import { buildLadder } from './ladder.ts';

const DECIMALS = { priceDecimals: 1, quantityDecimals: 3 };
const DEPTH: TopicValue<'depth'> = {
  instrument: 'simulated:BTCUSDT',
  proven: true,
  bids: [
    ['100.0', '1.000'],
    ['99.9', '0.500'],
    ['99.5', '4.000'],
  ],
  asks: [
    ['100.2', '0.100'],
    ['100.3', '0.200'],
  ],
  ownBids: [],
  ownAsks: [],
};

describe('the depth ladder', () => {
  it('puts the best levels next to the spread, and sums exactly from there outwards', () => {
    const { asks, bids, spread } = buildLadder(DEPTH, DECIMALS, 10);
    expect(asks.map(({ price, cumulative }) => [price, cumulative])).toEqual([
      ['100.3', '0.300'],
      ['100.2', '0.100'],
    ]);
    expect(bids.map(({ price, cumulative }) => [price, cumulative])).toEqual([
      ['100.0', '1.000'],
      ['99.9', '1.500'],
      ['99.5', '5.500'],
    ]);
    expect(spread).toBe('0.2');
  });

  it('shows the best levels only, and measures bars against the largest of those', () => {
    const { bids, asks } = buildLadder(DEPTH, DECIMALS, 2);
    expect(bids.map(({ price, share }) => [price, share])).toEqual([
      ['100.0', 1],
      ['99.9', 0.5],
    ]);
    expect(asks.at(-1)?.share).toBeCloseTo(0.1);
  });

  it('marks own orders whatever their text, sums those of one price, and never cuts them off', () => {
    const depth: typeof DEPTH = {
      ...DEPTH,
      ownBids: [
        ['99.90', '0.1'],
        ['99.9', '0.2'],
        ['99.5', '0.3'],
        ['98', '0.4'],
      ],
      ownAsks: [['100.1', '0.05']],
    };
    const { bids, asks } = buildLadder(depth, DECIMALS, 2);
    expect(bids.map(({ price, quantity, own }) => [price, quantity, own])).toEqual([
      ['100.0', '1.000', null],
      ['99.9', '0.500', '0.300'],
      ['99.5', '4.000', '0.300'],
      ['98.0', null, '0.400'],
    ]);
    expect(asks.at(-1)).toMatchObject({ price: '100.1', quantity: '0.000', own: '0.050', cumulative: '0.000' });
  });

  it('counts levels that are not shown, and does not guess at those that were not sent', () => {
    const ownBids: typeof DEPTH.ownBids = [
      ['99.5', '0.3'],
      ['98', '0.4'],
    ];
    const { bids } = buildLadder({ ...DEPTH, ownBids }, DECIMALS, 1);
    expect(bids.map(({ price, cumulative }) => [price, cumulative])).toEqual([
      ['100.0', '1.000'],
      ['99.5', '5.500'],
      ['98.0', null],
    ]);
  });

  it('has no spread and no rows for an empty book', () => {
    expect(buildLadder({ ...DEPTH, bids: [], asks: [] }, DECIMALS, 5)).toEqual({ asks: [], bids: [], spread: null });
    expect(buildLadder({ ...DEPTH, asks: [] }, DECIMALS, 5).spread).toBeNull();
  });

  it('refuses a price that its instrument cannot have', () => {
    expect(() => buildLadder({ ...DEPTH, bids: [['100.05', '1']] }, DECIMALS, 5)).toThrow(DecimalError);
  });
});
