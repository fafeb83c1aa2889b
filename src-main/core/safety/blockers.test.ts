import { expect, it } from 'vitest';
import { looseningBlockers } from './blockers.ts';

it('names what stands against a looser mode: orders in Emergency only, links in every mode', () => {
  const view = { mode: 'emergency', openOrders: 0, downVenues: [] } as const;
  expect(looseningBlockers(view)).toEqual([]);
  expect(looseningBlockers({ ...view, openOrders: 1 })).toEqual(['1 order is not proven cancelled yet']);
  expect(looseningBlockers({ ...view, openOrders: 3, downVenues: ['a', 'b'] })).toEqual([
    '3 orders are not proven cancelled yet',
    'the link to a is down',
    'the link to b is down',
  ]);
  expect(looseningBlockers({ mode: 'reduce', openOrders: 3, downVenues: ['a'] })).toEqual(['the link to a is down']);
});
