import { describe, expect, it } from 'vitest';
import { AccountBench, type Unstamped } from '../testing/account-bench.ts';
import type { VenueIncident } from './engine/input.ts';

const KEY = 'test:BTCUSDT';

function incident(kind: VenueIncident): Unstamped {
  return { kind: 'venue-incident', venue: 'test', incident: kind, detail: 'a test' } as Unstamped;
}

describe('what a venue shows that the desk cannot have caused', () => {
  it.each<[VenueIncident, 'pause' | 'normal']>([
    ['dead-man-fired', 'pause'],
    ['refused-access', 'pause'],
    ['account-unanswered', 'pause'],
    ['rate-limited', 'normal'],
    ['maintenance', 'normal'],
    ['silent-reports', 'normal'],
  ])('%s: the mode is %s, and a person is told', (kind, mode) => {
    const bench = AccountBench.reconciled();
    bench.send(incident(kind));
    bench.send(incident(kind));
    expect(bench.core.modes.mode).toBe(mode);
    const alert = bench.core.alerts.get(`${kind}:test`);
    expect(alert).toMatchObject({ state: 'active', cause: expect.stringContaining('a test') });
    bench.operator({ type: 'acknowledge-alert', alert: `${kind}:test` });
    expect(bench.core.alerts.get(`${kind}:test`)?.state).toBe('cleared');
  });

  it('fills that nobody intended pause, and another one is an emergency; the same one again is nothing', () => {
    const bench = AccountBench.reconciled();
    const id = bench.foreign('buy', 10);
    const [first, second] = [1, 1].map((lots) => bench.venue.fill(id, lots, 10_000));
    bench.hear(id, first);
    bench.hear(id, first);
    expect(bench.core.modes.mode).toBe('pause');
    bench.hear(id, second);
    expect(bench.core.modes.mode).toBe('emergency');
    expect(bench.factsOf('mode-changed').map(({ operator }) => operator)).toEqual(
      Array(2).fill('desk: fills without orders'),
    );
  });

  it.each([
    ['alarm', 'pause'],
    ['adopt', 'normal'],
    ['cancel', 'normal'],
  ] as const)('orders of another hand under policy %s: the mode is %s', (foreignOrders, mode) => {
    const bench = AccountBench.reconciled({ foreignOrders });
    for (let times = 0; times < 2; times += 1) {
      const id = bench.foreign('buy', 10);
      bench.hear(id, bench.venue.seen(id));
    }
    expect(bench.core.modes.mode).toBe(mode);
    expect(bench.core.alerts.get(`foreign-order:${KEY}`) !== undefined).toBe(foreignOrders === 'alarm');
  });

  it('does not tighten what a person has loosened before it shows again', () => {
    const bench = AccountBench.reconciled();
    bench.send(incident('dead-man-fired'));
    bench.operator({ type: 'set-mode', mode: 'normal' });
    bench.advance(60_000);
    expect(bench.core.modes.mode).toBe('normal');
    bench.send(incident('dead-man-fired'));
    expect(bench.core.modes.mode).toBe('pause');
  });
});
