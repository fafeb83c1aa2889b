import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InstrumentId } from '../../../src-shared/domain/instrument.ts';
import { CONTROL_MODES, type ControlMode } from '../../../src-shared/domain/mode.ts';
import { type Money, parseMoney } from '../../../src-shared/domain/money.ts';
import type { ClientOrderId, OrderIntent, Side } from '../../../src-shared/domain/order.ts';
import { ExecutionDesk, type ExecutionDeskParts } from '../../testing/execution-desk.ts';
import { INVERSE, LINEAR, limitIntent, WIDE_LIMITS } from '../../testing/fake-views.ts';
import { runs } from '../../testing/runs.ts';
import { canonical } from '../engine/canonical.ts';
import type { RefusalReason } from './gate.ts';
import type { InstrumentLimits, LimitName } from './limits.ts';

/** The reason of the refusal, and the fact that states it. */
function refusal(desk: ExecutionDesk, intent: OrderIntent) {
  const before = desk.turn.effects.length;
  const submission = desk.execution.submit(intent, desk.turn);
  const fact = desk.turn.factsOf('order-refused').at(-1);
  expect(submission).toEqual({ accepted: false, reason: fact?.reason });
  expect(fact?.intent).toEqual(Number.isNaN(intent.lots) ? { ...intent, lots: null } : intent);
  expect(desk.turn.effects).toHaveLength(before);
  return fact;
}

function expectRefusal(
  parts: ExecutionDeskParts,
  reason: RefusalReason,
  intent: OrderIntent,
  set?: (desk: ExecutionDesk) => void,
) {
  const desk = new ExecutionDesk(parts);
  set?.(desk);
  const fact = refusal(desk, intent);
  expect(fact?.reason).toBe(reason);
  return fact?.figures;
}

const tighten = (mode: ControlMode) => (desk: ExecutionDesk) => desk.operator({ type: 'set-mode', mode });
const usdt = (text: string): Money => parseMoney(text, LINEAR.settle);
const quiet = limitIntent('buy', 10, 9_990);
const market = limitIntent('buy', 10, 0, { type: 'market', timeInForce: 'ioc', priceTicks: null, postOnly: false });

describe('the gate', () => {
  it('lets an order pass that is within every limit', () => {
    const desk = new ExecutionDesk();
    expect(desk.execution.submit(quiet, desk.turn)).toMatchObject({ accepted: true });
    expect(desk.turn.effects).toMatchObject([{ kind: 'place-order', order: { lots: 10, reduceOnly: false } }]);
  });

  it.each([
    ['limit order at the collar', { collarBps: 10 }, limitIntent('buy', 10, 9_990)],
    ['order of the largest size', { maxOrderLots: 10 }, quiet],
    ['order of the largest notional', { maxOrderNotional: 1_000_000_000n as Money }, quiet],
    ['order up to the largest position', { maxPositionLots: 10 }, quiet],
    ['order up to the largest position notional', { maxPositionNotional: 1_000_000_000n as Money }, quiet],
    ['last open order', { maxOpenOrders: 1 }, quiet],
  ])('lets a %s pass', (_, limits: InstrumentLimits, intent) => {
    const desk = new ExecutionDesk({ limits });
    expect(desk.execution.submit(intent, desk.turn)).toMatchObject({ accepted: true });
  });

  it('refuses an intent without an instrument', () => {
    const desk = new ExecutionDesk();
    const intent = { ...quiet, instrument: undefined as unknown as InstrumentId };
    expect(desk.execution.submit(intent, desk.turn)).toEqual({ accepted: false, reason: 'instrument-unknown' });
    expect(desk.turn.effects).toEqual([]);
  });

  it('refuses an instrument that is not on the whitelist', () => {
    const figures = expectRefusal({}, 'instrument-unknown', { ...quiet, instrument: 7 as InstrumentId });
    expect(figures).toEqual({ instrument: '7' });
  });

  it.each([
    [{ origin: '' }, 'origin is empty'],
    [{ side: 'hold' as Side }, "side is 'hold'"],
    [{ lots: 0 as OrderIntent['lots'] }, 'lots must be a whole number above 0, not 0'],
    [{ lots: -1 as OrderIntent['lots'] }, 'not -1'],
    [{ lots: 1.5 as OrderIntent['lots'] }, 'not 1.5'],
    [{ lots: Number.NaN as OrderIntent['lots'] }, 'not NaN'],
    [{ lots: (2 ** 53) as OrderIntent['lots'] }, 'lots must be'],
    [{ type: 'iceberg' as OrderIntent['type'] }, "type is 'iceberg'"],
    [{ priceTicks: null }, 'a limit order with priceTicks null'],
    [{ priceTicks: 0 as OrderIntent['priceTicks'] }, 'a limit order with priceTicks 0'],
    [{ priceTicks: 1.5 as OrderIntent['priceTicks'] }, 'a limit order with priceTicks 1.5'],
    [{ priceTicks: 1e308 as OrderIntent['priceTicks'] }, 'a limit order with priceTicks 1e+308'],
    [{ stopTicks: 9_000 as OrderIntent['stopTicks'] }, 'a limit order with stopTicks 9000'],
    [{ type: 'market' as const, postOnly: false }, 'a market order with priceTicks 9990'],
    [{ type: 'stop-limit' as const }, 'a stop-limit order with stopTicks null'],
    [{ timeInForce: 'ioc' as const }, 'a post-only limit order with ioc'],
  ])('refuses terms that make no sense: %o', (change, message) => {
    const figures = expectRefusal({}, 'terms-invalid', { ...quiet, ...change });
    expect(figures?.terms).toContain(message);
  });

  it('makes facts that a journal can hold of whatever is intended', () => {
    const odd = fc.constantFrom<unknown>(
      Number.NaN,
      Infinity,
      -Infinity,
      1e308,
      1.5,
      -0,
      undefined,
      null,
      'x',
      2 ** 53,
    );
    const changes = fc.record(
      {
        ...{ instrument: odd, side: odd, type: odd, timeInForce: odd, priceTicks: odd, stopTicks: odd },
        ...{ lots: odd, postOnly: odd, reduceOnly: odd, origin: odd, replaces: odd },
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(changes, fc.constantFrom(quiet, market), (change, intent) => {
        const desk = new ExecutionDesk();
        desk.execution.submit({ ...intent, ...change } as OrderIntent, desk.turn);
        expect(desk.turn.facts.length).toBeGreaterThan(0);
        for (const fact of desk.turn.facts) expect(() => canonical(fact)).not.toThrow();
      }),
      { seed: 42, numRuns: runs(500) },
    );
  });

  it('refuses a quantity between order steps', () => {
    const desk = new ExecutionDesk();
    Object.assign(desk.market, { instruments: [{ ...LINEAR, orderStepLots: 10 }] });
    expect(refusal(desk, limitIntent('buy', 15, 9_990))?.figures.terms).toContain('multiple of 10');
  });

  it.each(Object.keys(WIDE_LIMITS) as LimitName[])('refuses when the limit %s is absent', (limit) => {
    expect(expectRefusal({ limits: { [limit]: undefined } }, 'limit-absent', quiet)).toEqual({ limit });
  });

  it('refuses an instrument without limits', () => {
    expectRefusal({}, 'limit-absent', { ...quiet, instrument: INVERSE.id });
  });

  it('refuses an instrument that joined after the limits were read', () => {
    const desk = new ExecutionDesk();
    Object.assign(desk.market, { instruments: [LINEAR, INVERSE, { ...LINEAR, id: 2 }] });
    expect(refusal(desk, { ...quiet, instrument: 2 as InstrumentId })).toMatchObject({
      reason: 'limit-absent',
      figures: { limit: 'all' },
    });
  });

  it('refuses everything in Emergency', () => {
    for (const origin of ['maker', 'operator']) {
      const figures = expectRefusal({}, 'mode', { ...quiet, origin }, tighten('emergency'));
      expect(figures).toEqual({ mode: 'emergency' });
    }
  });

  it('refuses opening orders in Pause and Reduce, with the figures', () => {
    for (const mode of ['pause', 'reduce'] as const) {
      expect(expectRefusal({}, 'not-reducing', quiet, tighten(mode))).toEqual({
        mode,
        positionLots: 0,
        openLots: 0,
        orderLots: 10,
        side: 'buy',
      });
    }
  });

  it('lets a reducing order out in Reduce, marked reduce-only', () => {
    const desk = new ExecutionDesk();
    desk.positions.held.set(LINEAR.id, 10);
    tighten('reduce')(desk);
    desk.submit(limitIntent('sell', 10, 10_010));
    expect(desk.turn.effects).toMatchObject([{ order: { reduceOnly: true } }]);
    expect(refusal(desk, limitIntent('sell', 1, 10_020))?.reason).toBe('not-reducing');
  });

  it('refuses while the link to the venue is down', () => {
    const figures = expectRefusal({}, 'venue-down', { ...quiet, origin: 'operator' }, (desk) => desk.link(false));
    expect(figures).toEqual({ venue: 'test' });
  });

  it('refuses while the venue has not answered for the orders that were open at a restart', () => {
    const figures = expectRefusal({}, 'venue-not-reconciled', { ...quiet, origin: 'operator' }, (desk) => {
      desk.work(limitIntent('buy', 1, 9_991));
      desk.work(limitIntent('sell', 1, 10_010));
      desk.restart();
    });
    expect(figures).toEqual({ venue: 'test', unansweredOrders: 2 });
  });

  it('refuses while the book is unproven', () => {
    expectRefusal({}, 'book-unproven', quiet, (desk) => desk.market.unproven.add(LINEAR.id));
  });

  it('refuses while there is no mid', () => {
    expectRefusal({}, 'no-price', quiet, (desk) => {
      desk.market.askTicks = -1;
    });
  });

  it.each([
    ['limit above', limitIntent('buy', 10, 10_011)],
    ['limit below', limitIntent('buy', 10, 9_989)],
    ['trigger', limitIntent('buy', 10, 9_990, { type: 'stop-limit', stopTicks: 10_011 as OrderIntent['stopTicks'] })],
  ])('refuses a price outside of the collar: %s', (_, intent) => {
    expect(expectRefusal({ limits: { collarBps: 10 } }, 'price-collar', { ...intent, postOnly: false })).toMatchObject({
      midTicks: 10_000,
      collarBps: 10,
    });
  });

  it('refuses a market order into a book whose touch is outside of the collar', () => {
    const wide = (desk: ExecutionDesk) => {
      desk.market.bidTicks = 9_000;
      desk.market.askTicks = 11_000;
    };
    expect(expectRefusal({}, 'price-collar', market, wide)).toMatchObject({ priceTicks: 11_000 });
    expect(expectRefusal({}, 'price-collar', { ...market, side: 'sell' }, wide)).toMatchObject({ priceTicks: 9_000 });
  });

  it('refuses too many lots', () => {
    const figures = expectRefusal({ limits: { maxOrderLots: 9 } }, 'max-order-lots', quiet);
    expect(figures).toEqual({ orderLots: 10, maxOrderLots: 9 });
  });

  it('refuses too much notional, counting a limit below the market at the mid', () => {
    const limits = { maxOrderNotional: 999_999_999n as Money };
    expect(expectRefusal({ limits }, 'max-order-notional', quiet)).toEqual({
      orderLots: 10,
      valueTicks: 10_000,
      maxOrderNotional: '999999999',
    });
  });

  it('counts a market order at the far end of the collar', () => {
    const limits = { maxOrderNotional: usdt('10.4') };
    expect(expectRefusal({ limits }, 'max-order-notional', market)).toMatchObject({ valueTicks: 10_500 });
  });

  it('counts an inverse order at the lower of price and mid, a market one at the lower end of the collar', () => {
    const desk = new ExecutionDesk();
    const inverse = { ...WIDE_LIMITS, maxOrderNotional: 1n as Money };
    const other = new ExecutionDesk({ limits: inverse });
    Object.assign(other.market, { instruments: [{ ...INVERSE, id: LINEAR.id }] });
    // The room prepared its limits for the instrument of before: only the valuation is looked at.
    expect(refusal(other, limitIntent('buy', 10, 10_010))?.figures.valueTicks).toBe(10_000);
    expect(refusal(other, market)?.figures.valueTicks).toBe(9_500);
    expect(desk.execution.submit(quiet, desk.turn).accepted).toBe(true);
  });

  it('counts open and UNKNOWN orders in the position, at full size', () => {
    const figures = expectRefusal({ limits: { maxPositionLots: 25 } }, 'max-position-lots', quiet, (desk) => {
      desk.positions.held.set(LINEAR.id, 5);
      desk.work(limitIntent('buy', 6, 9_991));
      desk.submit(limitIntent('buy', 5, 9_992));
      desk.turn.advance(3_000);
      expect(desk.orders.open(LINEAR.id).map(({ status }) => status)).toEqual(['acknowledged', 'unknown']);
    });
    expect(figures).toEqual({ positionLots: 5, openLots: 11, orderLots: 10, maxPositionLots: '25' });
  });

  it('counts short positions as it counts long ones', () => {
    const sell = limitIntent('sell', 10, 10_010);
    expectRefusal({ limits: { maxPositionLots: 14 } }, 'max-position-lots', sell, (desk) =>
      desk.positions.held.set(LINEAR.id, -5),
    );
  });

  it('refuses too large a position by notional', () => {
    const limits = { maxPositionLots: 'notional-only', maxPositionNotional: usdt('14.99') } as const;
    const figures = expectRefusal({ limits }, 'max-position-notional', quiet, (desk) =>
      desk.positions.held.set(LINEAR.id, 5),
    );
    expect(figures).toEqual({ worstLots: 15, valueTicks: 10_000, maxPositionNotional: '1499000000' });
  });

  it('lets a position that is beyond its limits be reduced', () => {
    const desk = new ExecutionDesk({ limits: { maxPositionLots: 10, maxPositionNotional: usdt('10') } });
    desk.positions.held.set(LINEAR.id, 50);
    expect(desk.execution.submit(limitIntent('sell', 20, 10_010), desk.turn).accepted).toBe(true);
    expect(refusal(desk, quiet)?.reason).toBe('max-position-lots');
  });

  it('lets a spot market be sold only what is held, and not sold already', () => {
    const desk = new ExecutionDesk();
    Object.assign(desk.market, { instruments: [{ ...LINEAR, kind: 'spot' }] });
    desk.positions.held.set(LINEAR.id, 15);
    expect(desk.execution.submit(limitIntent('sell', 10, 10_010), desk.turn).accepted).toBe(true);
    const fact = refusal(desk, limitIntent('sell', 6, 10_011));
    expect(fact).toMatchObject({ reason: 'spot-not-held', figures: { positionLots: 15, openLots: 10, orderLots: 6 } });
    expect(desk.execution.submit(limitIntent('sell', 5, 10_011), desk.turn).accepted).toBe(true);
  });

  it('refuses a position that no longer fits an exact number', () => {
    expectRefusal({ limits: { maxPositionLots: 'notional-only' } }, 'max-position-lots', quiet, (desk) =>
      desk.positions.held.set(LINEAR.id, Number.MAX_SAFE_INTEGER - 5),
    );
  });

  it('refuses one open order too many', () => {
    const figures = expectRefusal({ limits: { maxOpenOrders: 2 } }, 'max-open-orders', quiet, (desk) => {
      desk.submit(limitIntent('buy', 1, 9_991));
      desk.submit(limitIntent('sell', 1, 10_010));
    });
    expect(figures).toEqual({ openOrders: 2, maxOpenOrders: 2 });
  });

  it('refuses orders beyond the message rate, keeps the reserve for cancels, and never refuses a cancel', () => {
    const desk = new ExecutionDesk({ limits: { maxMessagesPerSecond: 5, messagesReservedForCancels: 2 } });
    const ids = [9_991, 9_992, 9_993].map((price) => desk.submit(limitIntent('buy', 1, price)));
    expect(refusal(desk, quiet)).toMatchObject({ reason: 'message-rate', figures: { orderMessagesPerSecond: 3 } });
    desk.turn.takeEffects();
    for (const id of ids) desk.execution.cancel(id, 'enough', desk.turn);
    expect(desk.effects()).toEqual(ids.map((id) => `cancel-order ${id}`));
    desk.turn.advance(999);
    expect(refusal(desk, quiet)?.reason).toBe('message-rate');
    desk.turn.advance(1);
    expect(desk.execution.submit(quiet, desk.turn).accepted).toBe(true);
  });

  it('refuses the same terms again while the first order is open, within the window', () => {
    const desk = new ExecutionDesk({ limits: { duplicateWindowMs: 500 } });
    const id = desk.work(quiet);
    expect(refusal(desk, quiet)).toMatchObject({ reason: 'duplicate-intent', figures: { duplicateOf: id } });
    expect(refusal(desk, { ...quiet, postOnly: false, replaces: id })?.reason).toBe('duplicate-intent');
    expect(desk.execution.submit({ ...quiet, origin: 'other' }, desk.turn).accepted).toBe(true);
    expect(desk.execution.submit(limitIntent('buy', 11, 9_990), desk.turn).accepted).toBe(true);
    desk.turn.advance(500);
    expect(desk.execution.submit(quiet, desk.turn).accepted).toBe(true);
  });

  it('does not call it a repetition once the first order has ended', () => {
    const desk = new ExecutionDesk({ limits: { duplicateWindowMs: 500 } });
    desk.report(desk.work(quiet), { type: 'cancelled', reason: 'venue' });
    expect(desk.execution.submit(quiet, desk.turn).accepted).toBe(true);
  });

  it('refuses a stopped strategy, and lets the operator through', () => {
    const desk = new ExecutionDesk({ limits: { maxExecutionsPerWindow: 1 } });
    desk.fill(desk.work(quiet), 'f1', 10);
    expect(refusal(desk, quiet)).toMatchObject({
      reason: 'strategy-stopped',
      figures: { cause: 'repeated-executions' },
    });
    expect(desk.execution.submit({ ...quiet, origin: 'operator' }, desk.turn).accepted).toBe(true);
  });

  describe('for a replacement', () => {
    const replacing = (replaces: ClientOrderId): OrderIntent => limitIntent('buy', 5, 9_995, { replaces });

    it('refuses a target that is not known, not surely live, being cancelled, or already being replaced', () => {
      const desk = new ExecutionDesk();
      expect(refusal(desk, replacing('nobody' as ClientOrderId))?.figures).toEqual({ status: 'not known' });
      const sent = desk.submit(quiet);
      expect(refusal(desk, replacing(sent))?.figures).toEqual({ status: 'intended' });
      const cancelling = desk.work(limitIntent('buy', 5, 9_991));
      desk.execution.cancel(cancelling, 'test', desk.turn);
      expect(refusal(desk, replacing(cancelling))?.figures).toEqual({ status: 'cancel-pending' });
      const target = desk.work(limitIntent('buy', 5, 9_992));
      const by = desk.submit(replacing(target));
      expect(refusal(desk, replacing(target))?.figures).toEqual({ status: 'acknowledged', replacedBy: by });
    });

    it('refuses a target on the other side', () => {
      const desk = new ExecutionDesk();
      const target = desk.work(limitIntent('sell', 5, 10_010));
      expect(refusal(desk, replacing(target))).toMatchObject({
        reason: 'replaces-not-open',
        figures: { side: 'sell' },
      });
    });
  });
});

/** What a random history does to the desk. */
const anyIntent = fc
  .record({
    side: fc.constantFrom<Side>('buy', 'sell'),
    lots: fc.integer({ min: 1, max: 12 }),
    priceTicks: fc.integer({ min: 9_900, max: 10_100 }),
    isMarket: fc.boolean(),
    origin: fc.constantFrom('maker', 'operator'),
  })
  .map(({ side, lots, priceTicks, isMarket, origin }) =>
    isMarket
      ? { ...market, side, lots: lots as OrderIntent['lots'], origin }
      : limitIntent(side, lots, priceTicks, { origin, postOnly: false }),
  );
const anyAct = fc.oneof(
  { weight: 4, arbitrary: anyIntent.map((intent) => ({ kind: 'submit' as const, intent })) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('report' as const),
      order: fc.nat(20),
      type: fc.constantFrom('acknowledged', 'filled', 'filled', 'cancelled', 'rejected', 'unanswered', 'expired'),
      lots: fc.integer({ min: 1, max: 12 }),
    }),
  },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 4_000 }).map((ms) => ({ kind: 'advance' as const, ms })) },
  { weight: 1, arbitrary: fc.nat(20).map((order) => ({ kind: 'cancel' as const, order })) },
);
type Act = typeof anyAct extends fc.Arbitrary<infer T> ? T : never;

/** A venue that fills, ends or ignores open orders as it pleases, but never more than an order's size. */
function perform(desk: ExecutionDesk, act: Act, fillId: string): void {
  const open = desk.orders.open(LINEAR.id);
  const state = act.kind === 'report' || act.kind === 'cancel' ? open[act.order % Math.max(1, open.length)] : undefined;
  const id = state?.order.clientOrderId;
  if (act.kind === 'advance') desk.turn.advance(act.ms);
  else if (act.kind === 'submit') desk.execution.submit(act.intent, desk.turn);
  else if (state === undefined || id === undefined) return;
  else if (act.kind === 'cancel') desk.execution.cancel(id, 'test', desk.turn);
  else if (act.type === 'filled') desk.fill(id, fillId, Math.min(act.lots, state.order.lots - state.filledLots));
  else if (act.type === 'acknowledged') desk.report(id, { type: 'acknowledged', venueOrderId: id });
  else desk.report(id, { type: act.type as 'cancelled', reason: 'venue' });
}

const worst = (desk: ExecutionDesk): { long: number; short: number } => ({
  long: desk.positions.lots(LINEAR.id) + desk.orders.openLots(LINEAR.id, 'buy'),
  short: desk.orders.openLots(LINEAR.id, 'sell') - desk.positions.lots(LINEAR.id),
});

describe('whatever is submitted and however it fills', () => {
  it('no position limit is ever exceeded, not even if every open order fills', () => {
    const limits = { maxPositionLots: 30, maxOpenOrders: 6, maxOrderLots: 10 };
    fc.assert(
      fc.property(fc.array(anyAct, { maxLength: 60, size: 'max' }), (acts) => {
        const desk = new ExecutionDesk({ limits });
        for (const [index, act] of acts.entries()) {
          perform(desk, act, `f${index}`);
          expect(Math.max(worst(desk).long, worst(desk).short)).toBeLessThanOrEqual(30);
          expect(desk.orders.open(LINEAR.id).length).toBeLessThanOrEqual(6);
        }
        for (const { order } of desk.turn.factsOf('order-intended')) expect(order.lots).toBeLessThanOrEqual(10);
      }),
      { seed: 42, numRuns: runs(200) },
    );
  });

  it('no order or position is worth more than its limit when it is admitted', () => {
    const limits = {
      maxPositionLots: 'notional-only',
      maxPositionNotional: usdt('20'),
      maxOrderNotional: usdt('8'),
    } as const;
    fc.assert(
      fc.property(fc.array(anyAct, { maxLength: 60, size: 'max' }), (acts) => {
        const desk = new ExecutionDesk({ limits });
        for (const [index, act] of acts.entries()) {
          perform(desk, act, `f${index}`);
          // Every lot is worth at least a fill at 9,900 ticks.
          expect(BigInt(Math.max(worst(desk).long, worst(desk).short)) * 9_900n * 10_000n).toBeLessThanOrEqual(
            usdt('20'),
          );
        }
      }),
      { seed: 42, numRuns: runs(200) },
    );
  });

  it('Reduce never enlarges worst-case exposure and never lets the position cross zero', () => {
    const history = fc.array(anyAct, { maxLength: 30, size: 'max' });
    fc.assert(
      fc.property(fc.integer({ min: -40, max: 40 }), history, history, (held, before, after) => {
        const desk = new ExecutionDesk();
        desk.positions.held.set(LINEAR.id, held);
        for (const [index, act] of before.entries()) perform(desk, act, `a${index}`);
        tighten('reduce')(desk);
        // The venue confirms what the mode cancelled.
        for (const { order, cancelRequested } of [...desk.orders.open(LINEAR.id)]) {
          if (cancelRequested) desk.report(order.clientOrderId, { type: 'cancelled', reason: 'desk' });
        }
        const sign = Math.sign(desk.positions.lots(LINEAR.id));
        let exposure = Math.max(worst(desk).long, worst(desk).short);
        for (const [index, act] of after.entries()) {
          perform(desk, act, `b${index}`);
          const now = Math.max(worst(desk).long, worst(desk).short);
          expect(now).toBeLessThanOrEqual(exposure);
          exposure = now;
          expect([0, sign]).toContain(Math.sign(desk.positions.lots(LINEAR.id)));
          if (sign === 0) expect(desk.orders.open(LINEAR.id)).toEqual([]);
        }
        const sent = desk.turn
          .factsOf('order-intended')
          .filter(({ seq }) => seq > desk.turn.factsOf('mode-changed')[0].seq);
        for (const { order } of sent) expect(order.reduceOnly).toBe(true);
      }),
      { seed: 42, numRuns: runs(200) },
    );
  });

  it('each tighter mode admits a subset of what a looser one admits', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -40, max: 40 }),
        fc.array(anyAct, { maxLength: 20, size: 'max' }),
        anyIntent,
        (held, acts, intent) => {
          const admitted = CONTROL_MODES.map((mode) => {
            const desk = new ExecutionDesk();
            desk.positions.held.set(LINEAR.id, held);
            for (const [index, act] of acts.entries()) perform(desk, act, `f${index}`);
            tighten(mode)(desk);
            return desk.execution.submit(intent, desk.turn).accepted;
          });
          for (const [index, isAdmitted] of admitted.entries())
            if (index > 0 && isAdmitted) expect(admitted[index - 1]).toBe(true);
          expect(admitted.at(-1)).toBe(false);
        },
      ),
      { seed: 42, numRuns: runs(200) },
    );
  });
});
