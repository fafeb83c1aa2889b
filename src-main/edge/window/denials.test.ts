import { describe, expect, it } from 'vitest';
import { type Denial, Denials } from './denials.ts';

function watched() {
  const told: Denial[] = [];
  return { told, denials: new Denials((denial) => told.push(denial)) };
}

describe('denials', () => {
  it('are told at once, and their repetitions with a count, a second later', () => {
    const { told, denials } = watched();
    for (let i = 1; i <= 1_000; i += 1) denials.add('ann', 'malformed', `message ${i}`);
    denials.add('bob', 'malformed', 'his own');
    expect(told).toEqual([
      { who: 'ann', detail: 'message 1', count: 1 },
      { who: 'bob', detail: 'his own', count: 1 },
    ]);
    denials.flush();
    expect(told.slice(2)).toEqual([{ who: 'ann', detail: 'message 1000', count: 999 }]);
    denials.flush();
    expect(told).toHaveLength(3);
  });

  it('lose no count however many kinds there are, and make a bounded number of facts', () => {
    const { told, denials } = watched();
    for (let i = 0; i < 10_000; i += 1) denials.add(`stranger ${i}`, 'no-token', '');
    denials.flush();
    expect(told.reduce((sum, { count }) => sum + count, 0)).toBe(10_000);
    expect(told.length).toBeLessThan(100);
  });
});
