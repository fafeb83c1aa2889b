import { describe, expect, it } from 'vitest';
import type { Lots } from '../../../src-shared/domain/instrument.ts';
import type { ClientOrderId } from '../../../src-shared/domain/order.ts';
import { AccountBench, type Unstamped } from '../../testing/account-bench.ts';
import { TEST_IDENTITY } from '../../testing/fake-turn.ts';
import { LINEAR, limitIntent } from '../../testing/fake-views.ts';
import type { OrderReport } from '../engine/input.ts';
import { clientOrderId } from './client-order-id.ts';

const RESERVED = { durability: 'reserved-ids', reservedIds: 4, notFoundAnswers: 2, notFoundSpanMs: 1_000 } as const;
const id = (number: number): ClientOrderId => clientOrderId(TEST_IDENTITY, number);
const restart = (crashed: boolean, lastWords: readonly string[] = []): Unstamped =>
  ({ kind: 'restart', seed: 1, crashed, lastWords }) as Unstamped;

/** Ids that were asked for since the last time. */
function takeAsked(bench: AccountBench): ClientOrderId[] {
  return bench.effects.splice(0).flatMap((effect) => (effect.kind === 'query-order' ? [effect.clientOrderId] : []));
}

/** A desk that has crashed with ids 1 to 4 reserved and none of them used. */
function crashed(): AccountBench {
  const bench = AccountBench.started(RESERVED);
  bench.effects.length = 0;
  bench.send(restart(true));
  return bench;
}

function mayOrder(bench: AccountBench): boolean {
  bench.want('buy', 1, 9_990);
  return bench.effects.some(({ kind }) => kind === 'place-order');
}

describe('ids are reserved', () => {
  it('at the start, and again whenever half of a block is used', () => {
    const bench = AccountBench.started(RESERVED);
    const reserved = () => bench.factsOf('order-ids-reserved').map(({ from, upTo }) => [from, upTo]);
    expect(reserved()).toEqual([[1, 4]]);
    bench.work('buy', 1, 9_990);
    expect(reserved()).toHaveLength(1);
    bench.work('buy', 1, 9_991);
    expect(reserved()).toEqual([
      [1, 4],
      [5, 6],
    ]);
    for (let times = 0; times < 2; times += 1) bench.work('buy', 1, 9_992 + times);
    expect(reserved().at(-1)).toEqual([7, 8]);
  });

  it('never where orders wait for their records', () => {
    const bench = AccountBench.started({ ...RESERVED, durability: 'before-send' });
    bench.work('buy', 1, 9_990);
    bench.send(restart(true));
    expect(bench.factsOf('order-ids-reserved')).toEqual([]);
    expect(takeAsked(bench)).toEqual([bench.venue.openIds()[0]]);
  });
});

describe('after a crash', () => {
  it('each reserved id that is in no record is asked for, and is never used', () => {
    const bench = AccountBench.started(RESERVED);
    expect(bench.work('buy', 1, 9_990)).toBe(id(1));
    bench.effects.length = 0;
    bench.send(restart(true));
    expect(takeAsked(bench)).toEqual([id(1), id(2), id(3), id(4)]);
    for (const asked of [1, 2, 3, 4]) bench.hear(id(asked), { type: 'rejected', reason: 'venue' });
    expect(bench.factsOf('order-ids-settled')).toMatchObject([{ upTo: 4 }]);
    expect(bench.factsOf('order-ids-reserved').at(-1)).toMatchObject({ from: 5, upTo: 8 });
    expect(bench.work('buy', 1, 9_990)).toBe(id(5));
  });

  it('nothing is ordered before every id was not found often and long enough', () => {
    const bench = crashed();
    const answer = () => {
      for (const asked of takeAsked(bench)) bench.hear(asked, { type: 'not-found' });
    };
    answer();
    expect(mayOrder(bench)).toBe(false);
    expect(bench.factsOf('order-refused').at(-1)?.reason).toBe('venue-not-reconciled');
    bench.advance(500);
    answer();
    expect(mayOrder(bench)).toBe(false);
    bench.advance(1_000);
    answer();
    expect(bench.factsOf('order-ids-settled')).toHaveLength(1);
    expect(mayOrder(bench)).toBe(true);
    expect(bench.factsOf('order-anomaly')).toEqual([]);
  });

  it('an id that is not answered for is asked for again and again, and blocks', () => {
    const bench = crashed();
    for (const other of [1, 2, 3]) bench.hear(id(other), { type: 'cancelled', reason: 'venue' });
    takeAsked(bench);
    bench.hear(id(4), { type: 'unanswered', reason: '503' });
    bench.advance(10_000);
    expect(new Set(takeAsked(bench))).toEqual(new Set([id(4)]));
    expect(mayOrder(bench)).toBe(false);
  });

  it('one that the venue knows is an order of the books, and is cancelled', () => {
    const bench = crashed();
    const { origin: _, replaces: __, ...terms } = limitIntent('sell', 5, 10_010);
    const order = { ...terms, clientOrderId: id(2) };
    bench.venue.place(order);
    bench.venue.fill(id(2), 2, 10_010);
    bench.effects.length = 0;
    for (const report of bench.venue.answer(id(2))) bench.hear(id(2), report);
    expect(bench.core.orders.get(id(2))).toMatchObject({ origin: 'recovered', filledLots: 2, cancelRequested: true });
    expect(bench.core.portfolio.lots(LINEAR.id)).toBe(-2);
    expect(bench.core.modes.mode).toBe('normal');
    expect(bench.effects).toContainEqual({ kind: 'cancel-order', clientOrderId: id(2), instrument: LINEAR.id });
    for (const other of [1, 3, 4]) bench.hear(id(other), { type: 'expired', reason: 'venue' });
    expect(mayOrder(bench)).toBe(true);
  });

  it('a sign of life starts the count of not-found answers again', () => {
    const bench = crashed();
    for (const other of [1, 2, 3]) bench.hear(id(other), { type: 'rejected', reason: 'venue' });
    const open: OrderReport = { type: 'open', venueOrderId: 'v', cumulativeLots: 0 as Lots };
    for (const report of [{ type: 'not-found' }, open, { type: 'not-found' }] as const) {
      bench.advance(1_000);
      bench.hear(id(4), report);
    }
    expect(bench.factsOf('order-ids-settled')).toEqual([]);
    bench.advance(4_000);
    bench.hear(id(4), { type: 'not-found' });
    expect(bench.factsOf('order-ids-settled')).toHaveLength(1);
  });

  it('a second one asks for the same ids again, and reserves no more before they are settled', () => {
    const bench = crashed();
    takeAsked(bench);
    bench.send(restart(true));
    expect(takeAsked(bench)).toEqual([1, 2, 3, 4].map(id));
    expect(bench.factsOf('order-ids-reserved')).toHaveLength(1);
  });

  it('that was none, nothing is asked for; one with last words counts as one', () => {
    const proper = AccountBench.started(RESERVED);
    proper.send(restart(false));
    expect(takeAsked(proper)).toEqual([]);
    expect(proper.work('buy', 1, 9_990)).toBe(id(5));
    const worded = AccountBench.started(RESERVED);
    worded.effects.length = 0;
    worded.send(restart(false, ['the journal was full']));
    expect(takeAsked(worded)).toHaveLength(4);
  });
});
