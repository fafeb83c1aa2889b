import { describe, expect, it } from 'vitest';
import { AccountBench } from '../testing/account-bench.ts';
import { LINEAR } from '../testing/fake-views.ts';

describe('the age of orders', () => {
  it('takes resting orders out of the market that could enlarge exposure', () => {
    const bench = AccountBench.reconciled({ orderLifeMs: 10_000 });
    bench.advance(3_000);
    const old = bench.work('buy', 10, 9_990);
    bench.advance(4_000);
    const young = bench.work('buy', 4, 9_980);
    bench.effects.length = 0;
    bench.advance(5_999);
    expect(bench.effects.filter(({ kind }) => kind === 'cancel-order')).toEqual([]);
    bench.advance(1);
    expect(bench.effects).toContainEqual({ kind: 'cancel-order', clientOrderId: old, instrument: LINEAR.id });
    expect(bench.factsOf('order-cancel-requested')).toMatchObject([
      { clientOrderId: old, reason: 'expired by the desk' },
    ]);
    bench.hear(old, bench.venue.cancel(old));
    bench.advance(4_000);
    expect(bench.factsOf('order-cancel-requested').at(-1)?.clientOrderId).toBe(young);
  });

  it('leaves exits and orders of another hand', () => {
    const bench = AccountBench.reconciled({ orderLifeMs: 10_000 });
    const bought = bench.work('buy', 10, 9_990);
    bench.hear(bought, bench.venue.fill(bought, 10, 9_990));
    bench.work('sell', 10, 10_010);
    const other = bench.foreign('buy', 4, 9_000);
    bench.hear(other, bench.venue.seen(other));
    bench.advance(60_000);
    expect(bench.factsOf('order-cancel-requested')).toEqual([]);
  });
});
