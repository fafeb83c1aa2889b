import { describe, expect, it } from 'vitest';
import { createInstrument, type InstrumentId, specOf } from '../../../src-shared/domain/instrument.ts';
import type { ClientOrderId, Order } from '../../../src-shared/domain/order.ts';
import { ExecutionDesk, type ExecutionDeskParts, fillOf } from '../../testing/execution-desk.ts';
import { FakeMarket, FakePositions, INVERSE, LINEAR, limitIntent } from '../../testing/fake-views.ts';
import { Flatten } from './flatten.ts';

const buy = limitIntent('buy', 10, 9_990);
const sell = limitIntent('sell', 10, 10_010);
const FLATTEN = { type: 'flatten', instruments: null } as const;
const HERE = { type: 'flatten', instruments: [LINEAR.id] } as const;

/** A desk that holds lots of LINEAR. */
function holding(lots: number, parts: ExecutionDeskParts = {}): ExecutionDesk {
  const desk = new ExecutionDesk(parts);
  desk.positions.held.set(LINEAR.id, lots);
  return desk;
}

/** The orders that a desk has sent since the last time. */
function sent(desk: ExecutionDesk): Order[] {
  return desk.turn.takeEffects().flatMap((effect) => (effect.kind === 'place-order' ? [effect.order] : []));
}

/** The one order that is open. */
function open(desk: ExecutionDesk): ClientOrderId {
  const [state, ...others] = desk.orders.open(LINEAR.id);
  expect(others).toEqual([]);
  return state.order.clientOrderId;
}

function fill(desk: ExecutionDesk, fillId: string, lots: number): void {
  const id = open(desk);
  desk.report(id, { type: 'filled', fill: fillOf(id, fillId, lots, desk.state(id)) });
}

const ended = (desk: ExecutionDesk) =>
  desk.turn.factsOf('flatten-ended').map(({ outcome, detail }) => [outcome, detail]);
const gaveUp = (detail: string) => [['gave-up', detail]];

describe('flatten', () => {
  it('stops whoever trades there, cancels what is open, and closes the position once nothing is', () => {
    const desk = holding(25);
    const working = desk.work(buy);
    const old = desk.work({ ...sell, origin: 'of an earlier run' });
    desk.effects();
    desk.operator(HERE, { reason: 'enough' });
    expect(desk.turn.factsOf('flatten-began')).toMatchObject([
      { instrument: LINEAR.id, operator: 'ada', reason: 'enough' },
    ]);
    expect(desk.turn.factsOf('strategy-stopped')).toMatchObject([
      { origin: 'maker', instrument: LINEAR.id, stopCause: 'operator', detail: 'by ada: enough' },
      { origin: 'of an earlier run', instrument: LINEAR.id, stopCause: 'operator' },
    ]);
    expect(desk.effects()).toEqual([`cancel-order ${working}`, `cancel-order ${old}`]);
    desk.report(working, { type: 'cancelled', reason: 'venue' });
    expect(desk.effects()).toEqual([]);
    desk.report(old, { type: 'cancelled', reason: 'venue' });
    expect(sent(desk)).toMatchObject([
      { side: 'sell', type: 'market', timeInForce: 'ioc', priceTicks: null, lots: 25, reduceOnly: true },
    ]);
    expect(desk.state(open(desk)).origin).toBe('operator');
    expect(desk.flatten.instruments()).toEqual([LINEAR.id]);
    fill(desk, 'f1', 25);
    expect(ended(desk)).toEqual([['flat', '']]);
    expect(desk.flatten.instruments()).toEqual([]);
    expect(desk.turn.nextTimerAt()).toBe(Number.POSITIVE_INFINITY);
  });

  it('buys a short back', () => {
    const desk = holding(-7);
    desk.operator(HERE);
    expect(sent(desk)).toMatchObject([{ side: 'buy', lots: 7, reduceOnly: true }]);
  });

  it('is over at once where nothing is held, and is about all instruments if it says so', () => {
    const desk = new ExecutionDesk();
    desk.operator(FLATTEN);
    expect(desk.turn.factsOf('flatten-ended')).toMatchObject([
      { instrument: LINEAR.id, outcome: 'flat' },
      { instrument: INVERSE.id, outcome: 'flat' },
    ]);
    expect(desk.execution.stoppedStrategies().map(({ instrument }) => instrument)).toEqual([LINEAR.id, INVERSE.id]);
  });

  it('leaves other instruments alone', () => {
    const desk = holding(0);
    desk.operator({ type: 'flatten', instruments: [INVERSE.id, 7 as InstrumentId] });
    expect(desk.turn.factsOf('flatten-began').map(({ instrument }) => instrument)).toEqual([INVERSE.id]);
    expect(desk.execution.stopCause('maker', LINEAR.id)).toBeUndefined();
  });

  it('begins once where it is under way', () => {
    const desk = holding(5);
    desk.operator(HERE);
    desk.operator(HERE);
    expect(desk.turn.factsOf('flatten-began')).toHaveLength(1);
    expect(sent(desk)).toHaveLength(1);
  });

  it.each(['pause', 'reduce'] as const)('is possible in %s', (mode) => {
    const desk = holding(5);
    desk.operator({ type: 'set-mode', mode });
    desk.operator(HERE);
    expect(sent(desk)).toMatchObject([{ side: 'sell', lots: 5 }]);
  });

  it('is refused in Emergency, and nothing has changed', () => {
    const desk = holding(5);
    desk.operator({ type: 'set-mode', mode: 'emergency' });
    desk.operator(HERE);
    expect(desk.turn.factsOf('command-refused')).toMatchObject([
      { command: 'flatten', operator: 'ada', reason: expect.stringContaining('in mode emergency') },
    ]);
    expect(desk.turn.factsOf('flatten-began')).toEqual([]);
    expect(desk.execution.stoppedStrategies()).toEqual([]);
  });
});

describe('a slice', () => {
  it('is as large as the limits allow by halving, and the next one follows when it has ended', () => {
    const desk = holding(100, { limits: { maxOrderLots: 30 } });
    desk.operator(HERE);
    const lots: number[] = [];
    for (let place = 0; desk.flatten.instruments().length > 0; place += 1) {
      const [order] = sent(desk);
      lots.push(order.lots);
      fill(desk, `f${place}`, order.lots);
    }
    expect(lots).toEqual([25, 25, 25, 25]);
    expect(desk.turn.factsOf('order-refused')).toEqual([]);
    expect(ended(desk)).toEqual([['flat', '']]);
  });

  it('that was filled in part leads to the next one at once', () => {
    const desk = holding(10);
    desk.operator(HERE);
    fill(desk, 'f1', 4);
    const first = open(desk);
    desk.report(first, { type: 'expired', reason: 'no-liquidity' });
    expect(open(desk)).not.toBe(first);
    expect(desk.state(open(desk)).order.lots).toBe(6);
  });

  it('that closed nothing is tried again after a second, not at once', () => {
    const desk = holding(10);
    desk.operator(HERE);
    desk.report(open(desk), { type: 'rejected', reason: 'venue' });
    expect(desk.orders.open(LINEAR.id)).toEqual([]);
    desk.turn.advance(999);
    expect(desk.orders.open(LINEAR.id)).toEqual([]);
    desk.turn.advance(1);
    expect(desk.orders.open(LINEAR.id)).toHaveLength(1);
  });

  it('that closed nothing is halved, down to one step, and they grow again when they close something', () => {
    const desk = holding(10);
    desk.operator(HERE);
    const lots: number[] = [];
    const next = () => {
      const [order] = sent(desk);
      lots.push(order.lots);
    };
    next();
    for (let failure = 0; failure < 5; failure += 1) {
      desk.report(open(desk), { type: 'rejected', reason: 'too large' });
      desk.turn.advance(1_000);
      next();
    }
    for (let place = 0; desk.flatten.instruments().length > 0; place += 1) {
      fill(desk, `f${place}`, desk.state(open(desk)).order.lots);
      if (desk.flatten.instruments().length > 0) next();
    }
    expect(lots).toEqual([10, 5, 2, 1, 1, 1, 2, 4, 3]);
  });

  it('is a multiple of the order step, and a rest below it is told', () => {
    const coarse = createInstrument({ ...specOf(LINEAR), orderStep: '0.010' }, LINEAR.id);
    const market = new FakeMarket([coarse]);
    const desk = new ExecutionDesk({ limits: { maxOrderLots: 30 }, market });
    desk.positions.held.set(coarse.id, 57);
    desk.operator(HERE);
    expect(sent(desk)).toMatchObject([{ lots: 20 }]);
    fill(desk, 'f1', 20);
    expect(sent(desk)).toMatchObject([{ lots: 30 }]);
    fill(desk, 'f2', 30);
    expect(sent(desk)).toEqual([]);
    desk.turn.advance(61_000);
    expect(ended(desk)).toEqual(gaveUp("7 lots are less than the venue's order step of 10"));
  });
});

describe('a flattening that cannot go on', () => {
  it('is tried each second without a refused fact, and given up after 60 attempts', () => {
    const desk = holding(10);
    desk.market.unproven.add(LINEAR.id);
    desk.operator(HERE);
    desk.turn.advance(60_000);
    expect(ended(desk)).toEqual([]);
    desk.turn.advance(1_000);
    expect(ended(desk)).toEqual(gaveUp('the gate refuses: book-unproven'));
    expect([desk.turn.factsOf('order-refused'), sent(desk)]).toEqual([[], []]);
    expect(desk.turn.nextTimerAt()).toBe(Number.POSITIVE_INFINITY);
  });

  it('goes on when the gate admits it again, and counts its attempts anew when something was closed', () => {
    const desk = holding(10);
    desk.market.unproven.add(LINEAR.id);
    desk.operator(HERE);
    desk.turn.advance(59_500);
    desk.market.unproven.clear();
    desk.turn.advance(500);
    fill(desk, 'f1', 4);
    desk.market.unproven.add(LINEAR.id);
    desk.report(open(desk), { type: 'expired', reason: 'no-liquidity' });
    desk.turn.advance(59_000);
    desk.market.unproven.clear();
    desk.turn.advance(1_000);
    fill(desk, 'f2', 6);
    expect(ended(desk)).toEqual([['flat', '']]);
  });

  it('waits for an UNKNOWN order, and gives up on one that nobody answers for', () => {
    const desk = holding(10);
    desk.report(desk.work(sell), { type: 'unanswered', reason: 'timeout' });
    desk.report(open(desk), { type: 'not-found' });
    sent(desk);
    desk.operator(HERE);
    desk.turn.advance(61_000);
    expect(sent(desk)).toEqual([]);
    expect(ended(desk)).toEqual(gaveUp('orders that are not proven ended: 1'));
  });

  it('is overtaken by Emergency', () => {
    const desk = holding(10);
    desk.operator(HERE);
    const slice = open(desk);
    desk.effects();
    desk.operator({ type: 'set-mode', mode: 'emergency' });
    expect(desk.effects()).toEqual([`cancel-order ${slice}`]);
    expect(ended(desk)).toEqual([['overtaken', 'the mode is emergency']]);
    desk.report(slice, { type: 'cancelled', reason: 'venue' });
    desk.turn.advance(120_000);
    expect(sent(desk)).toEqual([]);
  });

  it('is overtaken by whoever lets a strategy trade there again', () => {
    const desk = holding(10);
    desk.market.unproven.add(LINEAR.id);
    desk.operator(HERE);
    desk.operator({ type: 're-enable', origin: 'maker', instrument: INVERSE.id });
    expect(ended(desk)).toEqual([]);
    desk.operator({ type: 're-enable', origin: 'maker', instrument: LINEAR.id }, { operator: 'bob' });
    expect(ended(desk)).toEqual([['overtaken', 'maker may trade again, by bob']]);
  });

  it('is forgotten by a restart, which says so', () => {
    const desk = holding(10);
    desk.market.unproven.add(LINEAR.id);
    desk.operator(HERE);
    desk.restart();
    expect(ended(desk)).toEqual(gaveUp('the desk restarted'));
    desk.market.unproven.clear();
    desk.turn.advance(120_000);
    expect(sent(desk)).toEqual([]);
  });

  it('goes on from a snapshot, and is recovered as a name alone', () => {
    const desk = holding(10);
    desk.operator(HERE);
    const { instruments } = desk.market;
    const { orders, modes, execution } = desk;
    const copy = new Flatten({ instruments, positions: new FakePositions(), orders, modes, execution });
    copy.restore(structuredClone(desk.flatten.snapshot()));
    expect(copy.snapshot()).toEqual(desk.flatten.snapshot());
    expect(copy.snapshot().underWay).toMatchObject([{ instrument: LINEAR.id, sliceId: open(desk), attempts: 0 }]);
    copy.recover(desk.flatten.memory());
    expect(copy.snapshot().underWay).toMatchObject([{ instrument: LINEAR.id, sliceId: null }]);
  });
});
