import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InstrumentId, Lots, Ticks } from '../../../src-shared/domain/instrument.ts';
import type { ControlMode } from '../../../src-shared/domain/mode.ts';
import { type Money, parseMoney } from '../../../src-shared/domain/money.ts';
import {
  type ClientOrderId,
  isTerminal,
  type Order,
  type OrderIntent,
  type Side,
} from '../../../src-shared/domain/order.ts';
import { micros } from '../../../src-shared/domain/time.ts';
import { canonical } from '../../core/engine/canonical.ts';
import type { Effect } from '../../core/engine/effect.ts';
import type { OrderReport } from '../../core/engine/input.ts';
import type { InstrumentLimits } from '../../core/execution/limits.ts';
import { ExecutionDesk, fillOf } from '../../testing/execution-desk.ts';
import { INVERSE, LINEAR, limitIntent, WIDE_LIMITS } from '../../testing/fake-views.ts';
import { runs } from '../../testing/runs.ts';
import { DEFAULT_SECOND_CHECK_SETTINGS, SecondCheck } from './second-check.ts';

const LIMITS: InstrumentLimits = {
  maxOrderLots: 10,
  maxPositionLots: 20,
  maxOrderNotional: parseMoney('100', LINEAR.settle),
  maxPositionNotional: parseMoney('200', LINEAR.settle),
};
const reason = 'venue';
const oid = (id: string): ClientOrderId => id as ClientOrderId;
const usdt = (text: string): Money => parseMoney(text, LINEAR.settle);

function order(id: string, side: Side, lots: number, more: Partial<Order> = {}): Order {
  const { origin: _, replaces: __, ...terms } = limitIntent(side, lots, 10_000);
  return { ...terms, clientOrderId: oid(id), ...more };
}

function bench(limits: InstrumentLimits = LIMITS) {
  const check = new SecondCheck([LINEAR, INVERSE], [limits, limits]);
  return {
    check,
    place: (of: Order) => check.check({ kind: 'place-order', order: of }),
    hear: (id: string, report: OrderReport, at = 0) =>
      check.observe({ kind: 'order-report', clientOrderId: oid(id), report, seq: 0, at: micros(at) }),
    fill: (id: string, fillId: string, lots: number, side: Side = 'buy') =>
      check.observe({
        kind: 'order-report',
        clientOrderId: oid(id),
        report: { type: 'filled', fill: { ...fillOf(oid(id), fillId, lots), side } },
        seq: 0,
        at: micros(0),
      }),
  };
}
const OK = { ok: true };
const refused = (text: string) => ({ ok: false, reason: expect.stringContaining(text) });

describe('the second check', () => {
  it('never holds up a cancel or a question', () => {
    const { check } = bench({});
    const about = { clientOrderId: oid('a'), instrument: LINEAR.id };
    expect(check.check({ kind: 'cancel-order', ...about })).toEqual(OK);
    expect(check.check({ kind: 'query-order', ...about })).toEqual(OK);
    expect(check.check({ kind: 'request-snapshot', instrument: LINEAR.id })).toEqual(OK);
  });

  it('lets nothing pass that it does not know', () => {
    const { check, place } = bench();
    expect(check.check({ kind: 'launch' } as unknown as Effect)).toEqual(refused('unknown kind'));
    expect(place(order('a', 'buy', 1, { instrument: 7 as InstrumentId }))).toEqual(
      refused('instrument 7 is not known'),
    );
    expect(place(order('a', 'hold' as Side, 1))).toEqual(refused('makes no sense'));
    for (const lots of [0, -1, 1.5, Number.NaN, 2 ** 53]) {
      expect(place(order('a', 'buy', lots))).toEqual(refused('makes no sense'));
    }
    for (const priceTicks of [0, -5, Number.NaN, 1e300]) {
      expect(place(order('a', 'buy', 1, { priceTicks: priceTicks as Ticks }))).toEqual(refused('no price is known'));
    }
  });

  it.each(Object.keys(LIMITS))('lets nothing pass while %s is absent', (limit) => {
    expect(bench({ ...LIMITS, [limit]: undefined }).place(order('a', 'buy', 1))).toEqual(refused('lacks a limit'));
  });

  it('lets nothing pass of an instrument without limits, or under a limit that is no number', () => {
    expect(new SecondCheck([LINEAR], []).check({ kind: 'place-order', order: order('a', 'buy', 1) })).toEqual(
      refused('lacks a limit'),
    );
    expect(bench({ ...LIMITS, maxOrderLots: Number.NaN }).place(order('a', 'buy', 1))).toEqual(refused('at most NaN'));
  });

  it('bounds an order by quantity and by notional', () => {
    expect(bench().place(order('a', 'buy', 10))).toEqual(OK);
    expect(bench().place(order('a', 'buy', 11))).toEqual(refused('order of 11 lots, at most 10'));
    const byValue = { ...LIMITS, maxOrderLots: 'notional-only', maxOrderNotional: usdt('7') } as const;
    expect(bench(byValue).place(order('a', 'buy', 7))).toEqual(OK);
    expect(bench(byValue).place(order('a', 'buy', 8))).toEqual(refused('order worth 800000000'));
  });

  it('bounds the position by everything that passed and was not ended, and by what was filled', () => {
    const { place, fill, hear } = bench();
    expect(place(order('a', 'buy', 10))).toEqual(OK);
    expect(place(order('b', 'buy', 9))).toEqual(OK);
    expect(place(order('c', 'buy', 2))).toEqual(refused('worst case 21 lots'));
    fill('a', 'f1', 10);
    expect(place(order('c', 'buy', 2))).toEqual(refused('worst case 21 lots'));
    hear('b', { type: 'unanswered', reason });
    expect(place(order('c', 'buy', 2))).toEqual(refused('worst case 21 lots'));
    hear('b', { type: 'cancelled', reason });
    expect(place(order('c', 'buy', 2))).toEqual(OK);
    expect(place(order('d', 'sell', 10))).toEqual(OK);
    expect(place(order('e', 'sell', 10))).toEqual(OK);
    expect(place(order('f', 'sell', 10))).toEqual(OK);
    expect(place(order('g', 'sell', 1))).toEqual(refused('worst case 21 lots'));
  });

  it('in Emergency lets no order pass, and cancels as ever', () => {
    const { check, place, fill } = bench();
    place(order('a', 'buy', 5));
    fill('a', 'f1', 5);
    check.modeChanged('emergency');
    expect(place(order('b', 'sell', 5, { reduceOnly: true }))).toEqual(refused('in emergency'));
    expect(check.check({ kind: 'cancel-order', clientOrderId: oid('a'), instrument: LINEAR.id })).toEqual(OK);
  });

  it.each(['pause', 'reduce'] as const)('in %s lets pass what by its own count makes the position smaller', (mode) => {
    const { check, place, fill, hear } = bench();
    place(order('a', 'buy', 8));
    fill('a', 'f1', 8);
    check.modeChanged(mode);
    const reducing = (id: string, lots: number, side: Side = 'sell') =>
      place(order(id, side, lots, { reduceOnly: true }));
    expect(place(order('b', 'sell', 5))).toEqual(refused(`in ${mode} only reduce-only orders leave`));
    expect(reducing('c', 1, 'buy')).toEqual(refused('may not go beyond the position: worst case 9 lots'));
    expect(reducing('d', 9)).toEqual(refused('worst case 1 lots'));
    expect(reducing('e', 5)).toEqual(OK);
    expect(reducing('f', 4)).toEqual(refused('worst case 1 lots'));
    expect(reducing('f', 3)).toEqual(OK);
    hear('e', { type: 'cancelled', reason });
    expect(reducing('g', 5)).toEqual(OK);
    fill('f', 'f2', 3, 'sell');
    fill('g', 'f3', 5, 'sell');
    expect(reducing('h', 1)).toEqual(refused('worst case 1 lots'));
    expect(reducing('i', 1, 'buy')).toEqual(refused('worst case 1 lots'));
    check.modeChanged('normal');
    expect(place(order('j', 'buy', 1))).toEqual(OK);
  });

  it('finds the mode again in its snapshot', () => {
    const { check } = bench();
    check.modeChanged('emergency');
    const restored = bench();
    restored.check.restore(structuredClone(check.snapshot()));
    expect(restored.place(order('a', 'buy', 1))).toEqual(refused('in emergency'));
  });

  it('bounds the position by notional', () => {
    const { place } = bench({ ...LIMITS, maxPositionLots: 'notional-only', maxPositionNotional: usdt('15') });
    expect(place(order('a', 'buy', 10))).toEqual(OK);
    expect(place(order('b', 'buy', 6))).toEqual(refused('worst case 1600000000 held'));
    expect(place(order('b', 'buy', 5))).toEqual(OK);
  });

  it('counts an old order and its replacement both', () => {
    const { check, place } = bench();
    place(order('a', 'buy', 10));
    place(order('b', 'buy', 5));
    const effect = { kind: 'replace-order', target: oid('a'), order: order('c', 'buy', 6) } as const;
    expect(check.check(effect)).toEqual(refused('worst case 21 lots'));
  });

  it('lets an order leave once', () => {
    const { place, hear } = bench();
    expect(place(order('a', 'buy', 1))).toEqual(OK);
    expect(place(order('a', 'buy', 1))).toEqual(refused('one intent, one send'));
    hear('a', { type: 'rejected', reason });
    expect(place(order('a', 'buy', 1))).toEqual(refused('one intent, one send'));
  });

  it('values an order without a price at the last one known, with a margin, and refuses it before there is one', () => {
    const market: Partial<Order> = { type: 'market', priceTicks: null, postOnly: false };
    const { place, hear } = bench({ ...LIMITS, maxOrderNotional: usdt('10') });
    expect(place(order('m1', 'buy', 10, market))).toEqual(refused('no price is known'));
    place(order('a', 'buy', 1));
    expect(place(order('m1', 'buy', 10, market))).toEqual(refused('no price is known'));
    hear('a', { type: 'released' });
    expect(place(order('m2', 'buy', 10, market))).toEqual(refused('order worth 1050000000'));
    expect(place(order('m3', 'buy', 9, market))).toEqual(OK);
    const stop: Partial<Order> = { ...market, type: 'stop-market', stopTicks: 20_000 as Ticks };
    expect(place(order('s', 'buy', 5, stop))).toEqual(refused('order worth 1050000000'));
  });

  it('lets no order make the next one cheaper by its own price', () => {
    const byValue = { ...LIMITS, maxOrderLots: 'notional-only', maxPositionLots: 'notional-only' } as const;
    const { place, hear } = bench(byValue);
    const at = (priceTicks: number, more: Partial<Order> = {}) => ({ priceTicks: priceTicks as Ticks, ...more });
    expect(place(order('a', 'buy', 10, at(10_000)))).toEqual(OK);
    hear('a', { type: 'released' });
    expect(place(order('b', 'sell', 1_000, at(1)))).toEqual(refused('order worth'));
    expect(place(order('c', 'sell', 1, at(1)))).toEqual(OK);
    const market = { type: 'market', priceTicks: null, postOnly: false } as const;
    expect(place(order('d', 'buy', 100, market))).toEqual(refused('order worth'));
    expect(place(order('e', 'buy', 100, { ...market, type: 'stop-market', stopTicks: 1 as Ticks }))).toEqual(
      refused('order worth'),
    );
    const fill = { ...fillOf(oid('a'), 'f1', 1), priceTicks: 5_000 as Ticks };
    hear('a', { type: 'filled', fill });
    expect(place(order('f', 'sell', 20, at(1)))).toEqual(OK);
    const inverse = { instrument: INVERSE.id };
    const coin = bench({ ...byValue, maxOrderNotional: 21_052_631n as Money });
    expect(coin.place(order('a', 'buy', 1, { ...inverse, ...at(10_000) }))).toEqual(OK);
    expect(coin.place(order('b', 'buy', 100, { ...inverse, ...at(1_000_000) }))).toEqual(refused('order worth'));
  });

  it('survives reports that make no sense, and trusts its count no more after such a fill', () => {
    const { place, hear } = bench();
    place(order('a', 'buy', 1));
    hear('a', undefined as unknown as OrderReport);
    expect(place(order('b', 'buy', 1))).toEqual(OK);
    hear('a', { type: 'filled' } as unknown as OrderReport);
    expect(place(order('c', 'buy', 1))).toEqual(refused('lost count'));
  });

  it('takes the price of an order of which nothing was heard for true where it is the dearer one, until it is blocked', () => {
    const byValue = { ...LIMITS, maxOrderNotional: usdt('10') };
    const { place, hear } = bench(byValue);
    place(order('a', 'buy', 5, { priceTicks: 20_000 as Ticks }));
    expect(place(order('b', 'buy', 6))).toEqual(refused('order worth'));
    hear('a', { type: 'blocked', reason });
    place(order('i', 'buy', 1, { instrument: INVERSE.id, priceTicks: 20_000 as Ticks }));
    expect(place(order('b', 'buy', 6))).toEqual(OK);
    const left = bench(byValue);
    left.place(order('a', 'buy', 5, { priceTicks: 20_000 as Ticks }));
    left.hear('a', { type: 'released' });
    left.hear('a', { type: 'blocked', reason });
    left.hear('a', { type: 'cancelled', reason });
    expect(left.place(order('b', 'buy', 6))).toEqual(refused('order worth'));
    left.fill('stranger', 'f1', 1);
    left.hear('a', { type: 'open', venueOrderId: 'v', cumulativeLots: 0 as Lots });
    expect(left.place(order('b', 'buy', 6))).toEqual(OK);
  });

  it('values an inverse market order below the last price', () => {
    const { place, hear } = bench({ ...LIMITS, maxOrderNotional: 21_052_631n as Money });
    const inverse = { instrument: INVERSE.id };
    expect(place(order('a', 'buy', 1, inverse))).toEqual(OK);
    hear('a', { type: 'released' });
    const market: Partial<Order> = { ...inverse, type: 'market', priceTicks: null, postOnly: false };
    expect(place(order('m', 'buy', 10, market))).toEqual(refused('order worth'));
    expect(place(order('m', 'buy', 9, market))).toEqual(OK);
  });

  it('says so when a value or a sum cannot be told', () => {
    const dear = { ...LINEAR, value: { numerator: 10n ** 37n, denominator: 1n, whole: Number.NaN } };
    const check = new SecondCheck([dear], [LIMITS]);
    expect(check.check({ kind: 'place-order', order: order('a', 'buy', 1) })).toEqual(
      refused('its value cannot be told'),
    );
    const most = (10n ** 36n) as Money;
    const unbound = { maxOrderLots: 'notional-only', maxPositionLots: 'notional-only' } as const;
    const { place } = bench({ ...unbound, maxOrderNotional: most, maxPositionNotional: most });
    const cheap = { priceTicks: 1 as Ticks };
    expect(place(order('a', 'buy', Number.MAX_SAFE_INTEGER, cheap))).toEqual(OK);
    expect(place(order('b', 'buy', 1, cheap))).toEqual(refused('out of range'));
  });

  it('counts a fill once, and a stranger’s too', () => {
    const { place, fill, check } = bench();
    place(order('a', 'buy', 10));
    fill('a', 'f1', 4);
    fill('a', 'f1', 4);
    fill('stranger', 'f1', 3);
    fill('stranger', 'f1', 3);
    expect(check.snapshot().positionLots[LINEAR.id]).toBe(7);
    fill('a', 'f2', 6);
    expect(check.snapshot().open).toEqual([]);
    fill('a', 'f3', 1);
    expect(check.snapshot().positionLots[LINEAR.id]).toBe(14);
  });

  it('refuses everything after a fill that cannot be', () => {
    const changes = [{ instrument: 9 as InstrumentId }, { lots: 0 as Lots }, { side: 'sell' as const }];
    for (const change of [...changes, { priceTicks: 0 as Ticks }]) {
      const { place, hear } = bench();
      place(order('a', 'buy', 1));
      hear('a', { type: 'filled', fill: { ...fillOf(oid('a'), 'f1', 1), ...change } });
      expect(place(order('b', 'buy', 1))).toEqual(refused('lost count'));
    }
  });

  it.each(['released', 'acknowledged', 'triggered', 'open', 'filled'] as const)(
    'counts a refused order again when it is %s',
    (type) => {
      const { place, fill, hear, check } = bench();
      place(order('a', 'buy', 10));
      hear('a', { type: 'rejected', reason });
      expect(check.snapshot().open).toEqual([]);
      if (type === 'filled') fill('a', 'f1', 1);
      else hear('a', { type, venueOrderId: 'v', cumulativeLots: 0 as Lots });
      expect(check.snapshot().open).toHaveLength(1);
    },
  );

  it('counts a cancelled order again only when it is found open', () => {
    const { place, hear, fill, check } = bench();
    place(order('a', 'buy', 10));
    hear('a', { type: 'cancelled', reason });
    hear('a', { type: 'acknowledged', venueOrderId: 'v' });
    fill('a', 'f1', 1);
    expect(check.snapshot().open).toEqual([]);
    hear('a', { type: 'open', venueOrderId: 'v', cumulativeLots: 1 as Lots });
    expect(check.snapshot().open).toHaveLength(1);
  });

  it('goes on counting an order that is not found, until it was not found often and long enough', () => {
    const { place, hear, check } = bench();
    const { notFoundAnswers, notFoundSpanMs } = DEFAULT_SECOND_CHECK_SETTINGS;
    place(order('a', 'buy', 10));
    hear('a', { type: 'not-found' }, 0);
    hear('a', { type: 'acknowledged', venueOrderId: 'v' }, 1);
    for (let answer = 0; answer < notFoundAnswers; answer++) {
      hear('a', { type: 'not-found' }, 2);
      hear('a', { type: 'cancel-rejected', reason: 'unknown-order' }, 2);
    }
    hear('a', { type: 'not-found' }, notFoundSpanMs * 1_000 + 1);
    expect(check.snapshot().open).toHaveLength(1);
    hear('a', { type: 'not-found' }, notFoundSpanMs * 1_000 + 2);
    expect(check.snapshot().open).toEqual([]);
  });

  it('takes a settlement as the end of a position, once', () => {
    const { place, fill, check } = bench();
    place(order('a', 'buy', 10));
    fill('a', 'f1', 10);
    const settle = (instrument: number) =>
      check.observe({
        kind: 'settlement',
        settlementId: 's',
        instrument: instrument as InstrumentId,
        priceTicks: 1,
        seq: 0,
        at: micros(0),
      });
    settle(LINEAR.id);
    expect(check.snapshot().positionLots[LINEAR.id]).toBe(0);
    fill('a', 'f2', 1);
    settle(LINEAR.id);
    expect(check.snapshot().positionLots[LINEAR.id]).toBe(1);
    settle(9);
    expect(place(order('b', 'buy', 1))).toEqual(refused('lost count'));
  });

  it('refuses everything after a settlement that cannot be', () => {
    const spot = { ...LINEAR, kind: 'spot' } as const;
    for (const [of, priceTicks] of [
      [spot, 1],
      [LINEAR, 0],
      [LINEAR, Number.NaN],
    ] as const) {
      const check = new SecondCheck([of], [LIMITS]);
      const at = { seq: 0, at: micros(0) };
      check.observe({ kind: 'settlement', settlementId: 's', instrument: of.id, priceTicks, ...at });
      expect(check.check({ kind: 'place-order', order: order('a', 'buy', 1) })).toEqual(refused('lost count'));
    }
  });

  it('takes no interest in funding, nor in reports about strangers', () => {
    const { check, hear } = bench();
    const before = canonical(check.snapshot());
    const funding = { fundingId: 'x', amount: 1n as Money, currency: LINEAR.settle, seq: 0, at: micros(0) };
    check.observe({ kind: 'funding', instrument: LINEAR.id, ...funding });
    hear('nobody', { type: 'cancelled', reason });
    expect(canonical(check.snapshot())).toBe(before);
  });
});

const anyIntent = fc
  .record({
    side: fc.constantFrom<Side>('buy', 'sell'),
    lots: fc.integer({ min: 1, max: 14 }),
    priceTicks: fc.integer({ min: 9_950, max: 10_050 }),
    replaces: fc.nat(20),
  })
  .map(({ side, lots, priceTicks, replaces }) => ({ intent: limitIntent(side, lots, priceTicks), replaces }));
const anyReport = fc.record({
  order: fc.nat(12),
  type: fc.constantFrom(
    'released',
    'acknowledged',
    'filled',
    'filled',
    'cancelled',
    'rejected',
    'unanswered',
    'not-found',
    'open',
  ),
  lots: fc.integer({ min: 1, max: 14 }),
  again: fc.boolean(),
});
const anyStep = fc.oneof(
  anyIntent.map((submit) => ({ submit, report: null, waitMs: 0 })),
  anyReport.map((report) => ({ submit: null, report, waitMs: 0 })),
  fc.integer({ min: 1, max: 20_000 }).map((waitMs) => ({ submit: null, report: null, waitMs })),
);
const anyMode = fc.constantFrom<ControlMode>('normal', 'pause', 'reduce', 'emergency');
type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never;

/** A desk whose every effect and report passes by a second check. */
class CheckedDesk {
  readonly desk: ExecutionDesk;
  check: SecondCheck;
  readonly ids: ClientOrderId[] = [];
  readonly verdicts: boolean[] = [];
  /** Whether what the venue called ended is never heard of again. */
  private readonly venueKeepsItsWord: boolean;
  /** What the venue has heard of. */
  private readonly left: ClientOrderId[] = [];
  private fills = 0;

  constructor(gateLimits: InstrumentLimits, checkLimits: InstrumentLimits, venueKeepsItsWord = false) {
    this.venueKeepsItsWord = venueKeepsItsWord;
    this.desk = new ExecutionDesk({ limits: gateLimits });
    this.check = new SecondCheck(this.desk.market.instruments, [{ ...WIDE_LIMITS, ...checkLimits }]);
  }

  perform({ submit, report, waitMs }: Step): void {
    const { desk } = this;
    if (waitMs > 0) desk.turn.advance(waitMs);
    if (submit !== null) {
      const replaces = this.ids[submit.replaces] ?? null;
      const submission = desk.execution.submit({ ...submit.intent, replaces } as OrderIntent, desk.turn);
      if (submission.accepted) this.ids.push(submission.clientOrderId);
    }
    const id = report === null ? undefined : this.left[report.order];
    if (report !== null && id !== undefined) this.report(id, report);
    for (const effect of desk.turn.takeEffects()) {
      const { ok } = this.check.check(effect);
      if (effect.kind !== 'place-order' && effect.kind !== 'replace-order') continue;
      this.verdicts.push(ok);
      if (ok) this.left.push(effect.order.clientOrderId);
      else this.deliver(effect.order.clientOrderId, { type: 'blocked', reason: 'second check' });
    }
  }

  private report(id: ClientOrderId, { type, lots, again }: { type: string; lots: number; again: boolean }): void {
    const state = this.desk.state(id);
    if ((type === 'released' && state.sent) || (this.venueKeepsItsWord && isTerminal(state.status))) return;
    if (type !== 'filled') {
      const venue = { venueOrderId: id, cumulativeLots: state.filledLots as Lots, reason };
      this.deliver(id, { type, ...venue } as unknown as OrderReport);
      return;
    }
    const most = state.order.lots - state.filledLots;
    if (!again && most <= 0) return;
    if (!again) this.fills += 1;
    const fill = again ? state.fills.at(-1) : fillOf(id, `f${this.fills}`, Math.min(lots, most), state);
    if (fill) this.deliver(id, { type: 'filled', fill });
  }

  private deliver(clientOrderId: ClientOrderId, report: OrderReport): void {
    const at = this.desk.turn.at;
    this.check.observe({ kind: 'order-report', clientOrderId, report, seq: 0, at });
    this.desk.report(clientOrderId, report);
  }
}

describe('the second check beside the gate', () => {
  it('has nothing to say when the gate works, and holds the same position', () => {
    let passed = 0;
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 80, size: 'max' }), (steps) => {
        const checked = new CheckedDesk(LIMITS, LIMITS);
        for (const step of steps) checked.perform(step);
        passed += checked.verdicts.length;
        expect(checked.verdicts).not.toContain(false);
        expect(checked.check.snapshot().positionLots[LINEAR.id]).toBe(checked.desk.positions.lots(LINEAR.id));
      }),
      { seed: 42, numRuns: runs(200) },
    );
    expect(passed).toBeGreaterThan(100);
  });

  it('has nothing to say whatever the mode, when it is told of it, the gate works and the venue keeps its word', () => {
    const passed = { normal: 0, pause: 0, reduce: 0, emergency: 0 };
    const rarely = fc.oneof({ weight: 9, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: anyMode });
    const steps = fc.array(fc.tuple(rarely, anyStep), { maxLength: 80, size: 'max' });
    const side = fc.constantFrom<Side>('buy', 'sell');
    fc.assert(
      fc.property(side, steps, (held, history) => {
        // One that says an order lives after it said the order was refused makes this check stricter than the gate.
        const checked = new CheckedDesk(LIMITS, LIMITS, true);
        const { desk, check } = checked;
        // Flat, nothing would be reducing.
        checked.perform({ submit: { intent: limitIntent(held, 10, 10_000), replaces: 0 }, report: null, waitMs: 0 });
        const all = { order: 0, type: 'filled', lots: 10, again: false } as const;
        checked.perform({ submit: null, report: all, waitMs: 0 });
        for (const [mode, step] of history) {
          if (mode !== null) {
            desk.operator({ type: 'set-mode', mode });
            check.modeChanged(desk.modes.mode);
          }
          const before = checked.verdicts.length;
          checked.perform(step);
          passed[desk.modes.mode] += checked.verdicts.length - before;
        }
        expect(checked.verdicts).not.toContain(false);
      }),
      { seed: 42, numRuns: runs(300) },
    );
    expect(passed.normal).toBeGreaterThan(100);
    expect(passed.pause + passed.reduce).toBeGreaterThan(20);
    expect(passed.emergency).toBe(0);
  });

  it('keeps the desk within its limits when the gate is broken', () => {
    let caught = 0;
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 80, size: 'max' }), (steps) => {
        const broken = new CheckedDesk(WIDE_LIMITS, LIMITS, true);
        for (const step of steps) {
          broken.perform(step);
          const held = broken.desk.positions.lots(LINEAR.id);
          const buy = broken.desk.orders.openLots(LINEAR.id, 'buy');
          const sell = broken.desk.orders.openLots(LINEAR.id, 'sell');
          expect(Math.max(held + buy, sell - held)).toBeLessThanOrEqual(20);
        }
        caught += broken.verdicts.filter((ok) => !ok).length;
      }),
      { seed: 42, numRuns: runs(200) },
    );
    expect(caught).toBeGreaterThan(100);
  });

  it('goes on after snapshot and restore as if nothing had been', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 60, size: 'max' }), fc.nat(60), (steps, cut) => {
        const [whole, resumed] = [new CheckedDesk(WIDE_LIMITS, LIMITS), new CheckedDesk(WIDE_LIMITS, LIMITS)];
        for (const [index, step] of steps.entries()) {
          if (index === cut) {
            const { check } = resumed;
            resumed.check = new SecondCheck(resumed.desk.market.instruments, [{ ...WIDE_LIMITS, ...LIMITS }]);
            resumed.check.restore(structuredClone(check.snapshot()));
          }
          whole.perform(step);
          resumed.perform(step);
        }
        expect(resumed.verdicts).toEqual(whole.verdicts);
        expect(canonical(resumed.check.snapshot())).toBe(canonical(whole.check.snapshot()));
      }),
      { seed: 42, numRuns: runs(100) },
    );
  });
});
