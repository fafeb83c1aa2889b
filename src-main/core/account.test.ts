import { describe, expect, it } from 'vitest';
import { parseMoney } from '../../src-shared/domain/money.ts';
import { AccountBench, type Unstamped } from '../testing/account-bench.ts';
import { LINEAR } from '../testing/fake-views.ts';
import type { AccountReportInput, VenueIncident } from './engine/input.ts';

const { settle } = LINEAR;
const KEY = 'test:BTCUSDT';

/** The venue holds `lots` more than it should. */
function heldBesides(bench: AccountBench, lots: number): Partial<AccountReportInput> {
  return { positions: [{ instrument: LINEAR.id, lots: bench.venue.positionLots(LINEAR.id) + lots }] };
}

function incident(kind: VenueIncident): Unstamped {
  return { kind: 'venue-incident', venue: 'test', incident: kind, detail: 'a test' } as Unstamped;
}

describe('the account is asked for', () => {
  it('at the start, at a restart, and every period from then on', () => {
    const bench = AccountBench.started();
    expect(bench.takeRequests()).toBe(1);
    bench.advance(14_999);
    expect(bench.takeRequests()).toBe(0);
    bench.advance(1);
    expect(bench.takeRequests()).toBe(1);
    bench.advance(30_000);
    expect(bench.takeRequests()).toBe(2);
    bench.send({ kind: 'restart', seed: 1, crashed: false, lastWords: [] } as Unstamped);
    expect(bench.takeRequests()).toBe(1);
  });

  it('when a link came back, and never while it is down', () => {
    const bench = AccountBench.reconciled();
    bench.link(false);
    bench.advance(60_000);
    expect(bench.takeRequests()).toBe(0);
    bench.link(true);
    expect(bench.takeRequests()).toBe(1);
  });

  it.each<[VenueIncident, number]>([
    ['silent-reports', 1],
    ['dead-man-fired', 1],
    ['rate-limited', 0],
    ['maintenance', 0],
    ['refused-access', 0],
  ])('after %s: %i times', (kind, times) => {
    const bench = AccountBench.reconciled();
    bench.send(incident(kind));
    expect(bench.takeRequests()).toBe(times);
  });

  it('when an operator wants it', () => {
    const bench = AccountBench.reconciled();
    bench.operator({ type: 'reconcile' });
    expect(bench.takeRequests()).toBe(1);
    expect(bench.factsOf('reconciliation-requested')).toMatchObject([{ operator: 'ada', reason: 'a test' }]);
  });

  it('in an emergency: orders of another hand are cancelled too', () => {
    const bench = AccountBench.reconciled();
    const id = bench.foreign('buy', 10);
    bench.operator({ type: 'set-mode', mode: 'emergency' });
    expect(bench.takeRequests()).toBe(1);
    bench.answerAccount();
    expect(bench.effects).toEqual([{ kind: 'cancel-order', clientOrderId: id, instrument: LINEAR.id }]);
  });

  it('never where venues keep no account', () => {
    const bench = AccountBench.started({ reconcileEveryMs: 0 });
    bench.link(false);
    bench.link(true);
    bench.operator({ type: 'reconcile' });
    bench.advance(60_000);
    expect(bench.takeRequests()).toBe(0);
    expect(bench.factsOf('command-refused')).toMatchObject([{ command: 'reconcile' }]);
  });
});

describe('a report that agrees', () => {
  it('fixes the wallet the first time, and is said once a minute', () => {
    const bench = AccountBench.started();
    bench.takeFacts();
    bench.answerAccount();
    expect(bench.factsOf('account-baseline')).toMatchObject([{ balances: [{ currency: settle, wallet: 1_000_000n }] }]);
    expect(bench.takeFacts()).toEqual(['account-baseline', 'account-reconciled']);
    for (let second = 0; second < 120; second += 15) {
      bench.advance(15_000);
      bench.answerAccount();
    }
    expect(bench.takeFacts()).toEqual(['account-reconciled', 'account-reconciled']);
    expect(bench.core.accountStatus('test')).toEqual({ at: bench.now, differences: 0 });
  });

  it('changes nothing, orders and fills or not', () => {
    const bench = AccountBench.reconciled();
    const id = bench.work('buy', 10, 9_990);
    bench.work('sell', 4, 10_010);
    bench.hear(id, bench.venue.fill(id, 3, 9_990));
    bench.advance(100);
    bench.takeFacts();
    const [open, effects] = [structuredClone(bench.core.orders.snapshot()), bench.effects.length];
    bench.answerAccount();
    expect(bench.takeFacts()).toEqual([]);
    expect(bench.core.orders.snapshot()).toEqual(open);
    expect(bench.effects).toHaveLength(effects);
  });

  it('waits with the first wallet until no fill is younger than the question', () => {
    const bench = AccountBench.started();
    const id = bench.work('buy', 10, 9_990);
    const early = bench.account();
    bench.hear(id, bench.venue.fill(id, 3, 9_990));
    bench.send(early);
    expect(bench.factsOf('account-baseline')).toEqual([]);
    bench.takeRequests();
    bench.advance(1_000);
    expect(bench.takeRequests()).toBe(1);
    bench.answerAccount();
    expect(bench.factsOf('account-baseline')).toHaveLength(1);
  });
});

describe('a position that differs', () => {
  it('is suspected, looked at again after a second, then stated once', () => {
    const bench = AccountBench.reconciled();
    bench.answerAccount(heldBesides(bench, 5));
    expect(bench.factsOf('reconciliation-difference')).toEqual([]);
    expect(bench.core.modes.mode).toBe('normal');
    bench.advance(999);
    expect(bench.takeRequests()).toBe(0);
    bench.advance(1);
    expect(bench.takeRequests()).toBe(1);
    bench.answerAccount(heldBesides(bench, 5));
    bench.answerAccount(heldBesides(bench, 5));
    expect(bench.factsOf('reconciliation-difference')).toMatchObject([
      { venue: 'test', subject: 'position', what: KEY, ours: '0.000', theirs: '0.005', explanation: 'unknown' },
    ]);
    expect(bench.factsOf('account-reconciled').map(({ differences }) => differences)).toEqual([0, 1]);
  });

  it('pauses the desk, and a second one within the run is an emergency', () => {
    const bench = AccountBench.reconciled();
    for (let times = 0; times < 2; times += 1) bench.answerAccount(heldBesides(bench, 5));
    expect(bench.factsOf('mode-changed')).toMatchObject([
      { to: 'pause', operator: 'desk: reconciliation', reason: `test holds 0.005 of ${KEY}, and the books 0.000` },
    ]);
    for (let times = 0; times < 2; times += 1) bench.answerAccount(heldBesides(bench, 6));
    expect(bench.core.modes.mode).toBe('emergency');
  });

  it('counts from nothing again in the next run', () => {
    const bench = AccountBench.reconciled();
    for (let times = 0; times < 2; times += 1) bench.answerAccount(heldBesides(bench, 5));
    bench.send({ kind: 'restart', seed: 1, crashed: false, lastWords: [] } as Unstamped);
    for (let times = 0; times < 2; times += 1) bench.answerAccount(heldBesides(bench, 5));
    expect(bench.factsOf('reconciliation-difference')).toHaveLength(2);
    expect(bench.core.modes.mode).toBe('pause');
  });

  it('alerts until a report agrees', () => {
    const bench = AccountBench.reconciled();
    for (let times = 0; times < 2; times += 1) bench.answerAccount(heldBesides(bench, 5));
    expect(bench.core.alerts.get('account-differs:test')).toMatchObject({ state: 'active', priority: 'high' });
    bench.answerAccount();
    expect(bench.core.alerts.get('account-differs:test')?.state).toBe('cleared');
    expect(bench.core.modes.mode).toBe('pause');
  });

  it('is no difference when a fill that came meanwhile explains it', () => {
    const bench = AccountBench.reconciled();
    const id = bench.work('buy', 10, 9_990);
    const filled = bench.venue.fill(id, 5, 9_990);
    bench.answerAccount();
    bench.hear(id, filled);
    bench.answerAccount();
    bench.answerAccount();
    expect(bench.factsOf('reconciliation-difference')).toEqual([]);
    expect(bench.core.portfolio.lots(LINEAR.id)).toBe(5);
  });

  it('is suspected anew as long as fills come in between', () => {
    const bench = AccountBench.reconciled();
    const id = bench.work('buy', 10, 9_990);
    for (let times = 0; times < 4; times += 1) {
      bench.answerAccount(heldBesides(bench, 5));
      bench.hear(id, bench.venue.fill(id, 1, 9_990));
    }
    expect(bench.factsOf('reconciliation-difference')).toEqual([]);
    for (let times = 0; times < 2; times += 1) bench.answerAccount(heldBesides(bench, 5));
    expect(bench.factsOf('reconciliation-difference')).toHaveLength(1);
  });

  it('is believed after five reports, however many fills come in between', () => {
    const bench = AccountBench.reconciled();
    const id = bench.work('buy', 10, 9_990);
    for (let times = 0; times < 7; times += 1) {
      expect(bench.factsOf('reconciliation-difference')).toHaveLength(times < 5 ? 0 : 1);
      bench.answerAccount(heldBesides(bench, 5));
      bench.hear(id, bench.venue.fill(id, 1, 9_990));
    }
    expect(bench.core.modes.mode).toBe('pause');
  });

  it('is no difference where it is another one each time', () => {
    const bench = AccountBench.reconciled();
    const id = bench.work('buy', 10, 9_990);
    for (let times = 1; times <= 9; times += 1) {
      bench.answerAccount(heldBesides(bench, times));
      bench.hear(id, bench.venue.fill(id, 1, 9_990));
    }
    expect(bench.factsOf('reconciliation-difference')).toEqual([]);
  });

  it('is known again while both sides move', () => {
    const bench = AccountBench.reconciled();
    for (let times = 0; times < 2; times += 1) bench.answerAccount(heldBesides(bench, 5));
    const id = bench.foreign('sell', 3);
    bench.hear(id, bench.venue.seen(id));
    bench.hear(id, bench.venue.fill(id, 3, 10_000));
    for (let times = 0; times < 3; times += 1) bench.answerAccount(heldBesides(bench, 5));
    expect(bench.factsOf('reconciliation-difference')).toHaveLength(1);
    expect(bench.core.accountStatus('test')?.differences).toBe(1);
  });

  it('cannot be shown by the same report twice, nor by one of an earlier run', () => {
    const bench = AccountBench.reconciled();
    const wrong = bench.account(heldBesides(bench, 5));
    for (let times = 0; times < 3; times += 1) bench.send(wrong);
    bench.send({ kind: 'restart', seed: 1, crashed: false, lastWords: [] } as Unstamped);
    for (let times = 0; times < 3; times += 1) bench.send(wrong);
    expect(bench.factsOf('reconciliation-difference')).toEqual([]);
    expect(bench.core.accountStatus('test')).toBeNull();
  });
});

describe('a wallet that differs', () => {
  it('is a deposit or withdrawal, said once, and the new baseline', () => {
    const bench = AccountBench.reconciled();
    bench.venue.deposit(parseMoney('0.5', settle));
    for (let times = 0; times < 2; times += 1) bench.answerAccount();
    expect(bench.factsOf('reconciliation-difference')).toMatchObject([
      {
        subject: 'balance',
        what: 'USDT',
        ours: '0.01000000',
        theirs: '0.51000000',
        explanation: 'deposit or withdrawal',
      },
    ]);
    expect(bench.core.alerts.get('account-differs:test')?.state).toBe('active');
    expect(bench.core.modes.mode).toBe('normal');
    for (let times = 0; times < 2; times += 1) bench.answerAccount();
    expect(bench.factsOf('reconciliation-difference')).toHaveLength(1);
    expect(bench.core.alerts.get('account-differs:test')?.state).toBe('cleared');
  });

  it('moves as the ledger does: profit, fees and funding are no difference', () => {
    const bench = AccountBench.reconciled();
    const [bought, sold] = [bench.work('buy', 10, 9_990), bench.work('sell', 10, 10_010)];
    for (const [id, lots, priceTicks] of [
      [bought, 7, 9_990],
      [sold, 3, 10_010],
      [bought, 3, 9_989],
      [sold, 7, 10_011],
    ] as const) {
      bench.hear(id, bench.venue.fill(id, lots, priceTicks));
      bench.answerAccount();
      bench.answerAccount();
    }
    const amount = parseMoney('0.01', settle);
    bench.venue.deposit(amount);
    bench.send({ kind: 'funding', instrument: LINEAR.id, fundingId: 'p1', amount, currency: settle } as Unstamped);
    for (let times = 0; times < 2; times += 1) bench.answerAccount();
    expect(bench.factsOf('reconciliation-difference')).toEqual([]);
    expect(bench.core.portfolio.cash('test', settle)).toBeGreaterThan(0n);
  });

  it('by no more than what fills round away is none', () => {
    const bench = AccountBench.reconciled();
    const id = bench.work('buy', 10, 9_990);
    bench.hear(id, bench.venue.fill(id, 1, 9_990));
    bench.venue.deposit(10n);
    for (let times = 0; times < 2; times += 1) bench.answerAccount();
    expect(bench.factsOf('reconciliation-difference')).toEqual([]);
    bench.venue.deposit(1n);
    for (let times = 0; times < 2; times += 1) bench.answerAccount();
    expect(bench.factsOf('reconciliation-difference')).toHaveLength(1);
  });
});

describe('open orders that differ', () => {
  it('are asked for where the venue lists none, unless they are younger than the question', () => {
    const bench = AccountBench.reconciled();
    const early = bench.account();
    const id = bench.work('buy', 10, 9_990);
    bench.effects.length = 0;
    bench.send(early);
    expect(bench.effects).toEqual([]);
    bench.answerAccount({ openOrders: [] });
    expect(bench.effects).toEqual([{ kind: 'query-order', clientOrderId: id, instrument: LINEAR.id }]);
    expect(bench.core.orders.get(id)?.status).toBe('unknown');
    for (const report of bench.venue.answer(id)) bench.hear(id, report);
    expect(bench.core.orders.get(id)?.status).toBe('acknowledged');
    expect(bench.factsOf('reconciliation-difference')).toEqual([]);
  });

  it('are adopted where the books have none', () => {
    const bench = AccountBench.reconciled({ foreignOrders: 'alarm' });
    const id = bench.foreign('buy', 10);
    bench.answerAccount();
    expect(bench.core.orders.get(id)).toMatchObject({ origin: 'foreign', status: 'acknowledged' });
    expect(bench.core.modes.mode).toBe('pause');
    expect(bench.core.alerts.get(`foreign-order:${KEY}`)?.state).toBe('active');
    bench.answerAccount();
    expect(bench.factsOf('order-adopted')).toHaveLength(1);
  });

  it('are left alone where they ended after the question', () => {
    const bench = AccountBench.reconciled();
    const id = bench.work('buy', 10, 9_990);
    bench.advance(1);
    const early = bench.account();
    bench.hear(id, bench.venue.cancel(id));
    bench.effects.length = 0;
    bench.send(early);
    expect(bench.core.orders.get(id)?.status).toBe('cancelled');
    expect(bench.effects).toEqual([]);
  });

  it('come back from the dead where they ended before it, and go', () => {
    const bench = AccountBench.reconciled();
    const id = bench.work('buy', 10, 9_990);
    bench.hear(id, { type: 'expired', reason: 'a mistake of the venue' });
    bench.effects.length = 0;
    bench.answerAccount();
    expect(bench.core.orders.get(id)?.status).toBe('unknown');
    expect(bench.effects.map(({ kind }) => kind)).toEqual(['query-order', 'cancel-order']);
    expect(bench.factsOf('reconciliation-difference')).toEqual([]);
  });

  it('prove an order that was in doubt', () => {
    const bench = AccountBench.reconciled();
    const id = bench.work('buy', 10, 9_990);
    bench.hear(id, { type: 'unanswered', reason: '503' });
    bench.answerAccount({ openOrders: [] });
    bench.advance(1);
    bench.answerAccount();
    expect(bench.core.orders.get(id)?.status).toBe('acknowledged');
  });

  it('go where another order bears the id of one of ours that has ended, and are a difference as long as they stay', () => {
    const bench = AccountBench.reconciled();
    const id = bench.work('buy', 10, 9_990);
    bench.hear(id, bench.venue.fill(id, 10, 9_990));
    const { order } = bench.core.orders.get(id) ?? expect.fail();
    const openOrders = [{ order, venueOrderId: 'second', cumulativeLots: 0 as never }];
    bench.effects.length = 0;
    bench.answerAccount({ openOrders });
    expect(bench.effects).toEqual([{ kind: 'cancel-order', clientOrderId: id, instrument: LINEAR.id }]);
    for (let times = 0; times < 5; times += 1) bench.answerAccount({ openOrders });
    expect(bench.factsOf('reconciliation-difference')).toMatchObject([
      { subject: 'order', what: id, ours: 'filled', theirs: 'open as second' },
    ]);
    expect(bench.core.orders.get(id)?.status).toBe('filled');
  });

  it('are a difference where they cannot be adopted', () => {
    const bench = AccountBench.reconciled();
    const [listed] = (() => {
      bench.foreign('buy', 10);
      return bench.venue.account(bench.now as never).openOrders;
    })();
    const openOrders = [
      { ...listed, order: { ...listed.order, lots: 0 as never } },
    ] as AccountReportInput['openOrders'];
    for (let times = 0; times < 2; times += 1) bench.answerAccount({ openOrders });
    expect(bench.factsOf('reconciliation-difference')).toMatchObject([{ subject: 'order', ours: 'not known' }]);
  });
});

it('positions in what the desk does not trade are a difference, and no reason to pause', () => {
  const bench = AccountBench.reconciled();
  for (let times = 0; times < 3; times += 1) bench.answerAccount({ otherPositions: ['DOGEUSDT'] });
  expect(bench.factsOf('reconciliation-difference')).toMatchObject([
    { subject: 'other-position', what: 'DOGEUSDT', theirs: 'held' },
  ]);
  expect(bench.core.modes.mode).toBe('normal');
});

it.each<[string, Partial<Record<keyof AccountReportInput, unknown>>]>([
  ['another venue', { venue: 'elsewhere' }],
  ['a question in the future', { askedAt: Number.MAX_SAFE_INTEGER }],
  ['no lists', { positions: null }],
  ['no positions', { positions: [] }],
  ['a position twice', { positions: [0, 0].map((lots) => ({ instrument: LINEAR.id, lots })) }],
  ['a position of another venue', { positions: [{ instrument: 7, lots: 1 }] }],
  ['a fractional position', { positions: [{ instrument: LINEAR.id, lots: 0.5 }] }],
  ['a balance that is no money', { balances: [{ currency: 'USDT', wallet: 5 }] }],
  ['a balance of no currency', { balances: [{ currency: 'usd', wallet: 5n }] }],
  ['an order without terms', { openOrders: [{ venueOrderId: 'v' }] }],
  ['a symbol that is none', { otherPositions: [7] }],
])('a report with %s is stated, and not believed', (_, change) => {
  const bench = AccountBench.reconciled();
  bench.takeFacts();
  bench.answerAccount(change as Partial<AccountReportInput>);
  expect(bench.factsOf('portfolio-anomaly')).toMatchObject([{ report: 'account' }]);
  expect(bench.takeFacts()).toEqual(['portfolio-anomaly', 'alert-raised']);
});
