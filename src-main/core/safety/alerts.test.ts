import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InstrumentId } from '../../../src-shared/domain/instrument.ts';
import type { ClientOrderId, OrderStatus } from '../../../src-shared/domain/order.ts';
import { afterMs } from '../../../src-shared/domain/time.ts';
import { FakeTurn } from '../../testing/fake-turn.ts';
import { INVERSE, LINEAR } from '../../testing/fake-views.ts';
import { runs } from '../../testing/runs.ts';
import { canonical } from '../engine/canonical.ts';
import type { AlertKind, FactBody, StopCause } from '../engine/fact.ts';
import type { OperatorCommand } from '../engine/input.ts';
import { ALERT_TEXTS } from './alert-texts.ts';
import { Alerts } from './alerts.ts';

const INSTRUMENTS = [LINEAR, INVERSE];
const oid = (id: string) => id as ClientOrderId;

/** The alerts' room, with whatever facts other rooms would make. */
class Desk {
  /** Of the orders of LINEAR. */
  readonly statuses = new Map<string, OrderStatus>();
  readonly alerts: Alerts;
  readonly turn: FakeTurn;
  private commands = 0;

  constructor() {
    const orders = {
      get: (id: ClientOrderId) => (this.statuses.has(id) ? { order: { instrument: LINEAR.id } } : undefined),
      open: (instrument: InstrumentId) =>
        instrument === LINEAR.id ? Array.from(this.statuses.values(), (status) => ({ status })) : [],
    };
    this.alerts = new Alerts(INSTRUMENTS, orders);
    this.turn = new FakeTurn([this.alerts]);
  }

  /** Facts of one turn. */
  happen(...facts: readonly FactBody[]): void {
    for (const fact of facts) this.turn.emit(fact);
    this.turn.send({ kind: 'timer' });
  }

  operator(command: OperatorCommand, operator = 'ada'): void {
    this.commands += 1;
    this.turn.send({ kind: 'operator', commandId: `c${this.commands}`, operator, reason: '', command });
  }

  acknowledge(alert: string, operator?: string): void {
    this.operator({ type: 'acknowledge-alert', alert }, operator);
  }

  restart(crashed: boolean, lastWords: readonly string[] = []): void {
    this.turn.send({ kind: 'restart', seed: 1, crashed, lastWords });
  }

  /** `raised id`, `cleared id` …, since the last time. */
  said(): string[] {
    return this.turn.facts
      .splice(0)
      .flatMap((fact) => ('alert' in fact ? [`${fact.kind.slice(6)} ${fact.alert}`] : []));
  }

  refusals(): string[] {
    return this.turn.factsOf('command-refused').map(({ reason }) => reason);
  }
}

const link = (up: boolean): FactBody => ({ kind: 'venue-link-changed', venue: 'test', up, detail: 'connection reset' });
const quarantined = (reason = 'gap'): FactBody => ({
  ...{ kind: 'book-quarantined', instrument: LINEAR.id, reason, detail: 'expected 7' },
});
const proven: FactBody = { kind: 'book-proven', instrument: LINEAR.id, updateId: 1 };
const stopped = (stopCause: StopCause): FactBody => ({
  ...{ kind: 'strategy-stopped', origin: 'maker', instrument: LINEAR.id, stopCause, detail: 'too many' },
});
const reEnabled: FactBody = {
  ...{ kind: 'strategy-re-enabled', origin: 'maker', instrument: LINEAR.id, operator: 'ada', reason: 'r' },
};
const anomaly = (id: string, report = 'filled'): FactBody => ({
  ...{ kind: 'order-anomaly', clientOrderId: oid(id), report, detail: 'while cancelled' },
});
const mode = (from: 'normal' | 'emergency', to: 'normal' | 'emergency'): FactBody => ({
  ...{ kind: 'mode-changed', from, to, operator: 'bob', reason: 'smoke' },
});
const flattened = (outcome: 'flat' | 'gave-up' | 'overtaken'): FactBody => ({
  ...{ kind: 'flatten-ended', instrument: INVERSE.id, outcome, detail: 'no book' },
});

describe('an alert that lasts as long as its cause', () => {
  it.each<[AlertKind, string, FactBody, FactBody]>([
    ['venue-link-down', 'test', link(false), link(true)],
    ['book-unproven', 'test:BTCUSDT', quarantined(), proven],
    ['strategy-stopped', 'maker in test:BTCUSDT', stopped('repeated-executions'), reEnabled],
    ['emergency', 'desk', mode('normal', 'emergency'), mode('emergency', 'normal')],
  ])('%s', (kind, subject, begins, ends) => {
    const desk = new Desk();
    const id = `${kind}:${subject}`;
    desk.happen(begins);
    expect(desk.said()).toEqual([`raised ${id}`]);
    expect(desk.alerts.get(id)).toMatchObject({ id, kind, subject, state: 'active', acknowledgedBy: null, count: 1 });
    desk.acknowledge(id);
    desk.happen(begins);
    expect(desk.said()).toEqual([`acknowledged ${id}`]);
    desk.turn.advance(1);
    desk.happen(ends);
    expect(desk.said()).toEqual([`cleared ${id}`]);
    expect(desk.alerts.all()).toMatchObject([{ state: 'cleared', acknowledgedBy: 'ada', changedAt: desk.turn.at }]);
    desk.happen(ends);
    expect(desk.said()).toEqual([]);
  });

  it('one for a venue that is down, and none for each of its books', () => {
    const desk = new Desk();
    desk.happen(link(false), quarantined('disconnected'));
    expect(desk.said()).toEqual(['raised venue-link-down:test']);
    desk.happen(link(true));
    desk.happen(proven, quarantined('gap'));
    expect(desk.said()).toEqual(['cleared venue-link-down:test', 'raised book-unproven:test:BTCUSDT']);
    desk.happen(link(false));
    expect(desk.said()).toEqual(['raised venue-link-down:test']);
    desk.happen(proven);
    expect(desk.said()).toEqual(['cleared book-unproven:test:BTCUSDT']);
  });

  it('orders-unknown: until no order of the instrument is UNKNOWN', () => {
    const desk = new Desk();
    const order = (id: string, status: OrderStatus, fact: FactBody) => {
      desk.statuses.set(id, status);
      desk.happen(fact);
    };
    const unknown = (id: string): FactBody => ({ kind: 'order-unknown', clientOrderId: oid(id), reason: 'timeout' });
    const cancelled = (id: string): FactBody => ({ kind: 'order-cancelled', clientOrderId: oid(id), reason: 'venue' });
    order('a', 'unknown', unknown('a'));
    order('b', 'unknown', unknown('b'));
    expect(desk.said()).toEqual(['raised orders-unknown:test:BTCUSDT']);
    order('a', 'cancelled', cancelled('a'));
    expect(desk.said()).toEqual([]);
    order('b', 'cancelled', cancelled('b'));
    expect(desk.said()).toEqual(['cleared orders-unknown:test:BTCUSDT']);
    desk.happen(cancelled('of an order that is not known'));
    expect(desk.said()).toEqual([]);
  });

  it('is none where a person wanted it, or what did not come to a failure', () => {
    const desk = new Desk();
    desk.happen(stopped('operator'), flattened('flat'), flattened('overtaken'), mode('normal', 'normal'));
    expect(desk.said()).toEqual([]);
  });

  it('is none where it comes and goes within one turn', () => {
    const desk = new Desk();
    desk.happen(quarantined(), proven);
    expect(desk.said()).toEqual([]);
  });
});

describe('an alert of something that happened', () => {
  it.each<[AlertKind, string, FactBody]>([
    ['order-anomaly', 'test:BTCUSDT', anomaly('known')],
    ['order-anomaly', 'desk', anomaly('of a stranger')],
    ['portfolio-anomaly', 'desk', { kind: 'portfolio-anomaly', report: 'funding', detail: 'no id' }],
    ['flatten-failed', 'test:BTCUSD', flattened('gave-up')],
  ])('%s of %s stands until somebody has seen it, and again when it happens again', (kind, subject, fact) => {
    const desk = new Desk();
    desk.statuses.set('known', 'cancelled');
    const id = `${kind}:${subject}`;
    desk.happen(fact);
    desk.happen(fact, fact);
    expect(desk.said()).toEqual([`raised ${id}`]);
    expect(desk.alerts.get(id)?.count).toBe(1);
    desk.acknowledge(id);
    expect(desk.said()).toEqual([`acknowledged ${id}`, `cleared ${id}`]);
    desk.happen(fact);
    expect(desk.said()).toEqual([`raised ${id}`]);
    expect(desk.alerts.get(id)).toMatchObject({ state: 'active', acknowledgedBy: null, count: 2 });
  });

  it('counts once more, and says so, when it tells of another thing', () => {
    const desk = new Desk();
    desk.happen(anomaly('x', 'filled'));
    desk.happen(anomaly('x', 'released'));
    desk.happen(anomaly('x', 'released'));
    expect(desk.said()).toEqual(['raised order-anomaly:desk', 'repeated order-anomaly:desk']);
    expect(desk.alerts.all()).toMatchObject([
      { count: 2, cause: expect.stringContaining('released: while cancelled') },
    ]);
  });

  it('tells of a crash and of last words after a restart, and forgets that a link was down', () => {
    const desk = new Desk();
    desk.happen(link(false));
    desk.restart(false);
    expect(desk.said()).toEqual(['raised venue-link-down:test', 'cleared venue-link-down:test']);
    desk.restart(true, ['the disk was full', 'at record 7']);
    expect(desk.said()).toEqual(['raised crashed:desk', 'raised last-words:desk']);
    expect(desk.alerts.get('last-words:desk')?.cause).toMatch(/: the disk was full; at record 7$/);
    desk.acknowledge('crashed:desk');
    expect(desk.said()).toEqual(['acknowledged crashed:desk', 'cleared crashed:desk']);
  });
});

describe('an alert that comes back', () => {
  const again = (afterTheEndMs: number) => {
    const desk = new Desk();
    desk.happen(link(false));
    desk.acknowledge('venue-link-down:test');
    desk.happen(link(true));
    desk.turn.advance(afterTheEndMs);
    desk.happen(link(false));
    return desk.alerts.get('venue-link-down:test');
  };

  it('within ten seconds is the same one: whoever has seen it is not asked again', () => {
    expect(again(9_999)).toMatchObject({ state: 'active', acknowledgedBy: 'ada', count: 2 });
  });

  it('later wants to be seen anew', () => {
    expect(again(10_000)).toMatchObject({ state: 'active', acknowledgedBy: null, count: 2 });
  });
});

describe("an operator's", () => {
  it('acknowledgement is refused for what is not there, or was acknowledged', () => {
    const desk = new Desk();
    desk.acknowledge('emergency:desk');
    desk.happen(mode('normal', 'emergency'));
    desk.acknowledge('emergency:desk');
    desk.acknowledge('emergency:desk', 'bob');
    expect(desk.refusals()).toEqual(['there is no alert emergency:desk', 'ada has acknowledged it already']);
  });

  it('shelving silences an alert until a later time', () => {
    const desk = new Desk();
    desk.happen(quarantined());
    const alert = 'book-unproven:test:BTCUSDT';
    const untilAt = afterMs(desk.turn.at, 60_000);
    desk.operator({ type: 'shelve-alert', alert, untilAt: desk.turn.at });
    desk.operator({ type: 'shelve-alert', alert, untilAt: Number.NaN as never });
    desk.operator({ type: 'shelve-alert', alert: 'book-unproven:moon', untilAt });
    desk.operator({ type: 'shelve-alert', alert, untilAt });
    expect(desk.refusals()).toEqual([
      'it can be shelved until a later time only',
      'it can be shelved until a later time only',
      'there is no alert book-unproven:moon',
    ]);
    expect(desk.said()).toEqual([`raised ${alert}`, `shelved ${alert}`]);
    expect(desk.alerts.get(alert)).toMatchObject({ shelvedUntil: untilAt, state: 'active', acknowledgedBy: null });
  });

  it('other commands are none of its business', () => {
    const desk = new Desk();
    desk.operator({ type: 'cancel-all', instruments: null });
    expect([desk.said(), desk.refusals()]).toEqual([[], []]);
  });
});

describe('alerts', () => {
  it('say what happened, what it leads to and what to do, each kind in its own words', () => {
    const texts = Object.values(ALERT_TEXTS);
    for (const key of ['title', 'cause', 'consequence', 'action'] as const) {
      expect(new Set(texts.map((text) => text[key])).size).toBe(texts.length);
      for (const text of texts) expect(text[key].length).toBeGreaterThan(8);
    }
    // What happened follows the cause.
    for (const { cause } of texts) expect(cause).not.toMatch(/[.:]$/);
    const desk = new Desk();
    desk.happen(link(false));
    desk.restart(true);
    expect(desk.alerts.all().map(({ priority, cause }) => [priority, cause])).toEqual([
      ['high', 'The link to the venue is down: connection reset'],
      ['low', 'The run before ended without a proper stop.'],
    ]);
  });

  it('are at most a thousand: the oldest cleared one is forgotten, and without one nothing new is raised', () => {
    const desk = new Desk();
    const down = (venue: number, up: boolean): FactBody => ({
      ...{ kind: 'venue-link-changed', venue: `v${venue}`, up, detail: '' },
    });
    for (let venue = 0; venue < 1_000; venue += 1) desk.happen(down(venue, false));
    desk.happen(down(1_000, false));
    expect(desk.alerts.all()).toHaveLength(1_000);
    expect(desk.alerts.get('venue-link-down:v1000')).toBeUndefined();
    desk.happen(down(500, true));
    desk.happen(link(false));
    expect(desk.alerts.all()).toHaveLength(1_000);
    expect(desk.alerts.get('venue-link-down:v500')).toBeUndefined();
    expect(desk.alerts.get('venue-link-down:v1000')?.state).toBe('active');
    expect(desk.alerts.get('venue-link-down:test')).toBeUndefined();
  });

  it('are raised once until they clear, and are the fold of their facts, from a snapshot too', () => {
    const anyFact = fc.constantFrom(
      ...[link(false), link(true), quarantined('gap'), quarantined('crossed'), proven, reEnabled],
      ...[stopped('repeated-executions'), stopped('sends-exceed-authorised'), mode('normal', 'emergency')],
      ...[mode('emergency', 'normal'), anomaly('a', 'filled'), anomaly('a', 'open'), flattened('gave-up')],
    );
    const ids = ['venue-link-down:test', 'book-unproven:test:BTCUSDT', 'order-anomaly:desk', 'emergency:desk'];
    const anyStep = fc.oneof(
      { weight: 6, arbitrary: fc.array(anyFact, { maxLength: 3 }).map((facts) => ({ facts })) },
      { weight: 2, arbitrary: fc.constantFrom(...ids).map((seen) => ({ seen })) },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 12_000 }).map((waitMs) => ({ waitMs })) },
      { weight: 1, arbitrary: fc.boolean().map((crashed) => ({ crashed })) },
    );
    let raised = 0;
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 40, size: 'max' }), fc.nat(40), (steps, cut) => {
        const desk = new Desk();
        const active = new Set<string>();
        let taken = { factCount: 0, snapshot: desk.alerts.snapshot() };
        for (const [index, step] of steps.entries()) {
          if ('facts' in step) desk.happen(...step.facts);
          else if ('seen' in step) desk.acknowledge(step.seen);
          else if ('waitMs' in step) desk.turn.advance(step.waitMs);
          else desk.restart(step.crashed);
          if (index === cut)
            taken = { factCount: desk.turn.facts.length, snapshot: structuredClone(desk.alerts.snapshot()) };
        }
        for (const fact of desk.turn.facts) {
          if (fact.kind === 'alert-raised') {
            expect(active).not.toContain(fact.alert);
            active.add(fact.alert);
            raised += 1;
          } else if (fact.kind === 'alert-cleared') expect(active.delete(fact.alert)).toBe(true);
        }
        const shown = desk.alerts.all().filter(({ state }) => state === 'active');
        expect(new Set(shown.map(({ id }) => id))).toEqual(active);
        const folded = new Desk().alerts;
        for (const fact of desk.turn.facts) folded.fold(fact);
        const resumed = new Desk().alerts;
        resumed.restore(taken.snapshot);
        for (const fact of desk.turn.facts.slice(taken.factCount)) resumed.fold(fact);
        for (const copy of [folded, resumed])
          expect(canonical(copy.snapshot())).toBe(canonical(desk.alerts.snapshot()));
      }),
      { seed: 42, numRuns: runs(200) },
    );
    expect(raised).toBeGreaterThan(500);
  });
});
