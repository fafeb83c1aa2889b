import { describe, expect, it } from 'vitest';
import type { InstrumentId, Lots, Ticks } from '../../../src-shared/domain/instrument.ts';
import type { Money } from '../../../src-shared/domain/money.ts';
import type { ClientOrderId, OrderIntent } from '../../../src-shared/domain/order.ts';
import { afterMs } from '../../../src-shared/domain/time.ts';
import { ExecutionDesk, fillOf } from '../../testing/execution-desk.ts';
import { TEST_IDENTITY } from '../../testing/fake-turn.ts';
import { INVERSE, LINEAR, limitIntent } from '../../testing/fake-views.ts';
import type { Room } from '../engine/engine.ts';
import { clientOrderId as idOf } from './client-order-id.ts';
import { remainderPolicy } from './remainder.ts';

const buy = limitIntent('buy', 10, 9_990);
const sell = limitIntent('sell', 10, 10_010);
const open = (cumulativeLots: number, venueOrderId = 'v1') =>
  ({ type: 'open', venueOrderId, cumulativeLots: cumulativeLots as Lots }) as const;
const ack = (venueOrderId = 'v1') => ({ type: 'acknowledged', venueOrderId }) as const;

describe('submission', () => {
  it('names orders by journal and sequence of the intents that passed', () => {
    const desk = new ExecutionDesk();
    const first = desk.submit(buy);
    desk.execution.submit({ ...buy, lots: -1 as Lots }, desk.turn);
    const second = desk.submit(sell);
    expect([first, second]).toEqual([idOf(TEST_IDENTITY, 1), idOf(TEST_IDENTITY, 2)]);
    expect(desk.turn.factsOf('order-intended').map(({ order }) => order.clientOrderId)).toEqual([first, second]);
  });

  it('tells the probe of the intent and of the decision', () => {
    const desk = new ExecutionDesk();
    const stages: string[] = [];
    desk.turn.reached = (stage) => stages.push(stage);
    desk.submit(buy);
    desk.execution.submit({ ...buy, lots: 0 as Lots }, desk.turn);
    expect(stages).toEqual(['intent', 'gate', 'intent', 'gate']);
  });
});

describe('a question', () => {
  it('what the gate would say is no fact and no order', () => {
    const desk = new ExecutionDesk();
    expect(desk.execution.verdictOn(buy, desk.turn.at)).toEqual({ admitted: true, reduceOnly: false });
    expect(desk.execution.verdictOn({ ...buy, lots: -1 as Lots }, desk.turn.at)).toMatchObject({ admitted: false });
    expect([desk.turn.facts.length, desk.turn.effects]).toEqual([1, []]);
  });

  it('how many messages were sent in the last second has an answer for any instrument', () => {
    const desk = new ExecutionDesk();
    desk.execution.cancel(desk.submit(buy), 'test', desk.turn);
    desk.turn.advance(999);
    desk.submit(sell);
    expect(desk.execution.messagesInWindow(LINEAR.id, desk.turn.at)).toBe(3);
    desk.turn.advance(1);
    expect(desk.execution.messagesInWindow(LINEAR.id, desk.turn.at)).toBe(1);
    expect(desk.execution.messagesInWindow(9 as InstrumentId, desk.turn.at)).toBe(0);
  });
});

describe('an order on its way', () => {
  it('is sent, acknowledged, filled in parts at an average price, and done', () => {
    const desk = new ExecutionDesk();
    const id = desk.submit(buy);
    expect(desk.state(id).status).toBe('intended');
    desk.report(id, { type: 'released' });
    expect(desk.state(id).status).toBe('sent');
    desk.report(id, ack());
    expect(desk.state(id)).toMatchObject({ status: 'acknowledged', venueOrderId: 'v1' });
    desk.fill(id, 'f1', 3);
    expect(desk.state(id)).toMatchObject({ status: 'partly-filled', filledLots: 3 });
    desk.fill(id, 'f2', 7, { priceTicks: 9_980 as Ticks });
    expect(desk.state(id)).toMatchObject({
      status: 'filled',
      filledLots: 10,
      filledTickLots: 3n * 9_990n + 7n * 9_980n,
    });
    expect(desk.turn.nextTimerAt()).toBe(Number.POSITIVE_INFINITY);
    expect(desk.turn.factsOf('order-anomaly')).toEqual([]);
  });

  it('takes any repeated report as nothing new', () => {
    const desk = new ExecutionDesk();
    const id = desk.work(buy);
    desk.fill(id, 'f1', 3);
    const before = desk.turn.facts.length;
    desk.report(id, ack(`v-${id}`));
    desk.fill(id, 'f1', 3);
    desk.report(id, open(3, `v-${id}`));
    expect(desk.turn.facts).toHaveLength(before);
    desk.fill(id, 'f2', 7);
    const after = desk.turn.facts.length;
    for (const type of ['cancelled', 'expired'] as const) desk.report(id, { type, reason: 'late' });
    desk.fill(id, 'f2', 7);
    expect(desk.turn.facts).toHaveLength(after);
  });

  it('takes a fill before the acknowledgement, and the acknowledgement after it', () => {
    const desk = new ExecutionDesk();
    const id = desk.submit(buy);
    desk.fill(id, 'f1', 4);
    desk.report(id, ack());
    desk.report(id, { type: 'released' });
    expect(desk.state(id)).toMatchObject({ status: 'partly-filled', filledLots: 4, venueOrderId: 'v1', sent: true });
    expect(desk.turn.factsOf('order-anomaly')).toEqual([]);
  });

  it('triggers once', () => {
    const desk = new ExecutionDesk();
    const stop = {
      ...buy,
      type: 'stop-market',
      priceTicks: null,
      stopTicks: 10_010 as Ticks,
      postOnly: false,
    } as const;
    const id = desk.work(stop);
    desk.report(id, { type: 'triggered' });
    desk.report(id, { type: 'triggered' });
    expect(desk.turn.factsOf('order-triggered')).toHaveLength(1);
    expect(desk.state(id)).toMatchObject({ status: 'acknowledged', triggered: true });
  });

  it('books a fill beyond its size, and says so', () => {
    const desk = new ExecutionDesk();
    const id = desk.work(buy);
    desk.fill(id, 'f1', 12);
    expect(desk.state(id)).toMatchObject({ status: 'filled', filledLots: 12 });
    expect(desk.orders.openLots(LINEAR.id, 'buy')).toBe(0);
    expect(desk.positions.lots(LINEAR.id)).toBe(12);
    expect(desk.turn.factsOf('order-anomaly')).toMatchObject([
      { report: 'filled', detail: 'fill-over while acknowledged' },
    ]);
  });

  it.each(['cancelled', 'expired', 'rejected'] as const)('books a late fill after it was %s', (type) => {
    const desk = new ExecutionDesk();
    const id = desk.work(buy);
    desk.report(id, { type, reason: 'venue' });
    desk.fill(id, 'f1', 10);
    desk.fill(id, 'f1', 10);
    expect(desk.state(id)).toMatchObject({ status: 'filled', filledLots: 10 });
    expect(desk.positions.lots(LINEAR.id)).toBe(10);
    expect(desk.turn.factsOf('order-anomaly')).toHaveLength(1);
  });

  it('stays cancelled after a late fill of a part', () => {
    const desk = new ExecutionDesk();
    const id = desk.work(buy);
    desk.report(id, { type: 'cancelled', reason: 'venue' });
    desk.fill(id, 'f1', 4);
    expect(desk.state(id)).toMatchObject({ status: 'cancelled', filledLots: 4 });
  });

  it.each([
    ['a part fill after a rejection', 'rejected', (desk: ExecutionDesk, id: ClientOrderId) => desk.fill(id, 'f1', 4)],
    [
      'an open answer after a cancel',
      'cancelled',
      (desk: ExecutionDesk, id: ClientOrderId) => desk.report(id, open(0, `v-${id}`)),
    ],
  ] as const)('counts again, is asked for and cancelled at %s', (_, type, signOfLife) => {
    const desk = new ExecutionDesk();
    const id = desk.work(buy);
    desk.report(id, { type, reason: 'venue' });
    expect(desk.orders.openLots(LINEAR.id, 'buy')).toBe(0);
    desk.effects();
    signOfLife(desk, id);
    expect(desk.state(id)).toMatchObject({ status: 'unknown', cancelRequested: true });
    expect(desk.orders.openLots(LINEAR.id, 'buy')).toBe(10 - desk.state(id).filledLots);
    expect(desk.effects()).toEqual([`query-order ${id}`, `cancel-order ${id}`]);
    desk.report(id, { type: 'cancelled', reason: 'desk' });
    expect(desk.state(id).status).toBe('cancelled');
  });

  it.each([
    ['of another side', { side: 'sell' as const }],
    ['of another instrument', { instrument: INVERSE.id }],
    ['of no lots', { lots: 0 as Lots }],
    ['of a fractional price', { priceTicks: 1.5 as Ticks }],
    ['of another order', { clientOrderId: 'x' as ClientOrderId }],
    ['for nothing', { priceTicks: 0 as Ticks }],
    ['of a negative price', { priceTicks: -5 as Ticks }],
    ['without an id', { fillId: '' }],
    ['whose fee is no money', { fee: 1 as unknown as Money }],
  ])('does not book a fill %s, but asks what it was', (_, change) => {
    const desk = new ExecutionDesk();
    const id = desk.work(buy);
    desk.report(id, { type: 'filled', fill: { ...fillOf(id, 'f1', 4, desk.state(id)), ...change } });
    expect(desk.turn.factsOf('order-filled')).toEqual([]);
    expect(desk.turn.factsOf('order-anomaly')).toMatchObject([{ detail: 'garbled while acknowledged' }]);
    expect(desk.state(id)).toMatchObject({ status: 'unknown', filledLots: 0 });
    expect(desk.effects()).toContain(`query-order ${id}`);
  });

  it('notes reports about orders that are not ours, and books nothing', () => {
    const desk = new ExecutionDesk();
    desk.fill('f00' as ClientOrderId, 'f1', 4);
    desk.report('f00' as ClientOrderId, ack());
    expect(desk.turn.factsOf('order-fill-unclaimed')).toMatchObject([{ clientOrderId: 'f00', fillId: 'f1' }]);
    expect(desk.turn.factsOf('order-anomaly')).toMatchObject([{ report: 'acknowledged' }]);
    expect(desk.positions.lots(LINEAR.id)).toBe(0);
  });

  it('notes an acknowledgement under a second venue id', () => {
    const desk = new ExecutionDesk();
    const id = desk.work(buy);
    desk.report(id, ack('another'));
    desk.report(id, open(0, 'another'));
    expect(desk.turn.factsOf('order-anomaly')).toHaveLength(2);
    expect(desk.state(id).venueOrderId).toBe(`v-${id}`);
  });

  it('takes what the outbox blocked as never sent, but not after it was sent', () => {
    const desk = new ExecutionDesk();
    const blocked = desk.submit(buy);
    desk.report(blocked, { type: 'blocked', reason: 'stop' });
    expect(desk.state(blocked).status).toBe('rejected');
    const sent = desk.work(sell);
    desk.report(sent, { type: 'blocked', reason: 'stop' });
    expect(desk.state(sent).status).toBe('acknowledged');
    expect(desk.turn.factsOf('order-anomaly')).toHaveLength(1);
  });

  it('stops a strategy whose order left twice, and cancels what it has there', () => {
    const desk = new ExecutionDesk();
    const other = desk.work(sell);
    const foreign = desk.work({ ...sell, origin: 'other' });
    const id = desk.work(buy);
    desk.report(id, { type: 'released' });
    expect(desk.turn.factsOf('strategy-stopped')).toMatchObject([
      { origin: 'maker', stopCause: 'sends-exceed-authorised' },
    ]);
    expect(desk.state(other).status).toBe('cancel-pending');
    expect(desk.state(foreign).status).toBe('acknowledged');
    expect(desk.execution.submit(buy, desk.turn)).toEqual({ accepted: false, reason: 'strategy-stopped' });
  });
});

describe('an unanswered order', () => {
  it('is UNKNOWN, counts in full, and is asked for with growing pauses', () => {
    const desk = new ExecutionDesk({
      settings: { ackTimeoutMs: 1_000, queryBackoffMs: 500, maxQueryBackoffMs: 1_500 },
    });
    const id = desk.submit(buy);
    desk.turn.advance(900);
    desk.report(id, { type: 'released' });
    desk.turn.advance(999);
    expect(desk.state(id).status).toBe('sent');
    desk.turn.advance(1);
    expect(desk.state(id).status).toBe('unknown');
    expect(desk.orders.openLots(LINEAR.id, 'buy')).toBe(10);
    expect(desk.turn.factsOf('order-unknown')).toMatchObject([{ reason: 'no answer within 1000 ms' }]);
    const query = `query-order ${id}`;
    expect(desk.effects()).toEqual(['place-order', query]);
    for (const pauseMs of [500, 1_000, 1_500, 1_500]) {
      desk.turn.advance(pauseMs - 1);
      expect(desk.effects()).toEqual([]);
      desk.turn.advance(1);
      expect(desk.effects()).toEqual([query]);
    }
  });

  it('is not placed again, whatever the venue answers', () => {
    const desk = new ExecutionDesk();
    const id = desk.submit(buy);
    desk.report(id, { type: 'unanswered', reason: '503' });
    desk.report(id, { type: 'unanswered', reason: '503' });
    for (let answer = 0; answer < 20; answer++) {
      desk.turn.advance(10_000);
      desk.report(id, { type: 'not-found' });
    }
    expect(desk.effects().filter((effect) => effect === 'place-order')).toHaveLength(1);
  });

  it('works on when it is found open, and is filled by fills alone', () => {
    const desk = new ExecutionDesk();
    const id = desk.submit(buy);
    desk.turn.advance(2_000);
    desk.report(id, open(4));
    expect(desk.state(id)).toMatchObject({ status: 'unknown', filledLots: 0 });
    desk.fill(id, 'f1', 4);
    expect(desk.state(id)).toMatchObject({ status: 'partly-filled', filledLots: 4 });
    desk.report(id, open(4));
    expect(desk.turn.nextTimerAt()).toBe(Number.POSITIVE_INFINITY);
  });

  it('stays UNKNOWN at not-found answers until there were enough over a long enough time', () => {
    const desk = new ExecutionDesk({ settings: { notFoundAnswers: 3, notFoundSpanMs: 10_000 } });
    const id = desk.submit(buy);
    desk.turn.advance(2_000);
    for (let answer = 0; answer < 5; answer++) desk.report(id, { type: 'not-found' });
    desk.turn.advance(9_999);
    desk.report(id, { type: 'not-found' });
    expect(desk.state(id).status).toBe('unknown');
    expect(desk.orders.openLots(LINEAR.id, 'buy')).toBe(10);
    desk.turn.advance(1);
    desk.report(id, { type: 'not-found' });
    expect(desk.state(id).status).toBe('expired');
    expect(desk.turn.factsOf('order-rejected')).toEqual([]);
    expect(desk.turn.factsOf('order-expired')).toMatchObject([
      { reason: expect.stringContaining('not found in 3 answers') },
    ]);
    // It was under way all the time.
    desk.report(id, ack());
    expect(desk.state(id)).toMatchObject({ status: 'unknown', cancelRequested: true });
  });

  it('starts the count again when the order leaves after the first answers', () => {
    const desk = new ExecutionDesk({ settings: { notFoundAnswers: 2, notFoundSpanMs: 1_000 } });
    const id = desk.submit(buy);
    desk.turn.advance(2_000);
    desk.report(id, { type: 'not-found' });
    desk.report(id, { type: 'released' });
    desk.turn.advance(1_000);
    desk.report(id, { type: 'not-found' });
    expect(desk.state(id).status).toBe('unknown');
  });

  it('counts on when the venue refuses to cancel what it does not know', () => {
    const desk = new ExecutionDesk({ settings: { notFoundAnswers: 2, notFoundSpanMs: 1_000 } });
    const id = desk.submit(buy);
    desk.turn.advance(2_000);
    desk.execution.cancel(id, 'not wanted any more', desk.turn);
    for (let answer = 0; answer < 2; answer++) {
      desk.report(id, { type: 'not-found' });
      desk.report(id, { type: 'cancel-rejected', reason: 'unknown-order' });
      desk.turn.advance(1_000);
    }
    desk.report(id, { type: 'not-found' });
    expect(desk.state(id).status).toBe('expired');
  });

  it('is in doubt again when a working order is not found', () => {
    const desk = new ExecutionDesk();
    const id = desk.work(buy);
    desk.report(id, { type: 'not-found' });
    expect(desk.state(id).status).toBe('unknown');
    desk.report(id, { type: 'expired', reason: 'venue' });
    expect(desk.state(id).status).toBe('expired');
  });
});

describe('a cancel', () => {
  it('is sent once, however often it is asked for', () => {
    const desk = new ExecutionDesk();
    const id = desk.work(buy);
    desk.effects();
    desk.execution.cancel(id, 'first', desk.turn);
    desk.execution.cancel(id, 'second', desk.turn);
    expect(desk.effects()).toEqual([`cancel-order ${id}`]);
    desk.report(id, { type: 'cancelled', reason: 'desk' });
    desk.execution.cancel(id, 'third', desk.turn);
    desk.execution.cancel('nobody' as ClientOrderId, 'fourth', desk.turn);
    expect(desk.effects()).toEqual([]);
    expect(desk.turn.factsOf('order-cancel-requested')).toHaveLength(1);
  });

  it('that is not answered makes the order UNKNOWN, and is sent again with every query', () => {
    const desk = new ExecutionDesk({ settings: { cancelTimeoutMs: 1_000, queryBackoffMs: 500 } });
    const id = desk.work(buy);
    desk.execution.cancel(id, 'test', desk.turn);
    desk.effects();
    desk.turn.advance(1_000);
    expect(desk.state(id).status).toBe('unknown');
    expect(desk.effects()).toEqual([`query-order ${id}`, `cancel-order ${id}`]);
    desk.turn.advance(500);
    expect(desk.effects()).toEqual([`query-order ${id}`, `cancel-order ${id}`]);
  });

  it('that is refused proves nothing: the order is asked for, and cancelled again while it lives', () => {
    const desk = new ExecutionDesk({ settings: { queryBackoffMs: 500 } });
    const id = desk.work(buy);
    desk.execution.cancel(id, 'test', desk.turn);
    desk.report(id, { type: 'cancel-rejected', reason: 'unknown order' });
    expect(desk.state(id).status).toBe('unknown');
    desk.effects();
    desk.report(id, open(0, `v-${id}`));
    // Two cancels are out already: the next one waits.
    expect(desk.state(id).status).toBe('acknowledged');
    expect(desk.effects()).toEqual([]);
    desk.turn.advance(500);
    expect(desk.state(id).status).toBe('cancel-pending');
    expect(desk.effects()).toEqual([`cancel-order ${id}`]);
    desk.report(id, { type: 'cancelled', reason: 'desk' });
    expect(desk.turn.nextTimerAt()).toBe(Number.POSITIVE_INFINITY);
  });

  it('of an order that was UNKNOWN leaves at once, and again when the order turns out to live', () => {
    const desk = new ExecutionDesk();
    const id = desk.submit(buy);
    desk.turn.advance(2_000);
    desk.effects();
    desk.execution.cancel(id, 'test', desk.turn);
    expect(desk.effects()).toEqual([`cancel-order ${id}`]);
    expect(desk.state(id).status).toBe('unknown');
    desk.report(id, ack());
    expect(desk.effects()).toEqual([`cancel-order ${id}`]);
    expect(desk.state(id).status).toBe('cancel-pending');
  });

  it('may lose against a fill', () => {
    const desk = new ExecutionDesk();
    const id = desk.work(buy);
    desk.execution.cancel(id, 'test', desk.turn);
    desk.fill(id, 'f1', 4);
    expect(desk.state(id)).toMatchObject({ status: 'cancel-pending', filledLots: 4 });
    desk.fill(id, 'f2', 6);
    expect(desk.state(id).status).toBe('filled');
    desk.report(id, { type: 'cancel-rejected', reason: 'already filled' });
    expect(desk.state(id).status).toBe('filled');
  });
});

describe('a replacement', () => {
  const start = () => {
    const desk = new ExecutionDesk();
    const old = desk.work(buy);
    desk.effects();
    const by = desk.submit({ ...buy, priceTicks: 9_995 as Ticks, replaces: old });
    return { desk, old, by };
  };

  it('is one act at the venue, and both count until it has spoken', () => {
    const { desk, old, by } = start();
    expect(desk.turn.effects).toMatchObject([{ kind: 'replace-order', target: old, order: { clientOrderId: by } }]);
    expect(desk.orders.openLots(LINEAR.id, 'buy')).toBe(20);
    desk.report(by, ack());
    desk.report(old, { type: 'replaced', by });
    expect(desk.state(old).status).toBe('replaced');
    expect(desk.orders.openLots(LINEAR.id, 'buy')).toBe(10);
    expect(desk.turn.nextTimerAt()).toBe(Number.POSITIVE_INFINITY);
  });

  it('that is refused leaves the old order as it was', () => {
    const { desk, old, by } = start();
    desk.report(by, { type: 'rejected', reason: 'post-only' });
    expect(desk.state(old).status).toBe('acknowledged');
    expect(desk.orders.openLots(LINEAR.id, 'buy')).toBe(10);
  });

  it('that is not answered puts both in doubt', () => {
    const { desk, old, by } = start();
    desk.effects();
    desk.turn.advance(2_000);
    expect([desk.state(old).status, desk.state(by).status]).toEqual(['unknown', 'unknown']);
    expect(desk.effects()).toEqual([`query-order ${by}`, `query-order ${old}`]);
    desk.report(old, open(0, `v-${old}`));
    desk.report(by, { type: 'rejected', reason: 'never accepted' });
    expect(desk.state(old).status).toBe('acknowledged');
  });

  it('that lives while nothing is heard of the old one has the old one asked for', () => {
    const { desk, old, by } = start();
    desk.effects();
    desk.report(by, ack());
    desk.turn.advance(2_000);
    expect(desk.state(old).status).toBe('unknown');
    expect(desk.effects()).toEqual([`query-order ${old}`]);
  });
});

describe('when the mode tightens', () => {
  const resting = () => {
    const desk = new ExecutionDesk();
    desk.positions.held.set(LINEAR.id, 15);
    const opening = desk.work(buy);
    const reducing = desk.work(sell);
    const crossing = desk.work({ ...sell, priceTicks: 10_020 as Ticks });
    desk.effects();
    return { desk, opening, reducing, crossing };
  };

  it('to Pause, resting orders stay unless configured otherwise', () => {
    const { desk } = resting();
    desk.operator({ type: 'set-mode', mode: 'pause' });
    expect(desk.effects()).toEqual([]);
    const strict = new ExecutionDesk({ settings: { cancelRestingOnPause: true } });
    const id = strict.work(buy);
    strict.operator({ type: 'set-mode', mode: 'pause' });
    expect(strict.state(id).status).toBe('cancel-pending');
  });

  it('to Reduce, opening orders are cancelled, and so are those that could cross zero', () => {
    const { desk, opening, reducing, crossing } = resting();
    desk.operator({ type: 'set-mode', mode: 'reduce' });
    expect(desk.effects()).toEqual([`cancel-order ${opening}`, `cancel-order ${crossing}`]);
    expect(desk.state(reducing).status).toBe('acknowledged');
  });

  it('to Reduce, a resting order is cancelled as soon as a fill makes it an opening one', () => {
    const { desk, reducing, crossing } = resting();
    desk.operator({ type: 'set-mode', mode: 'reduce' });
    desk.effects();
    desk.fill(crossing, 'f1', 10);
    expect(desk.effects()).toEqual([`cancel-order ${reducing}`]);
  });

  it('to Emergency, everything is cancelled at once, also what was asked before', () => {
    const { desk, opening, reducing, crossing } = resting();
    desk.execution.cancel(crossing, 'test', desk.turn);
    const unanswered = desk.submit({ ...buy, origin: 'operator' });
    desk.effects();
    desk.operator({ type: 'set-mode', mode: 'emergency' });
    expect(desk.effects()).toEqual([opening, reducing, crossing, unanswered].map((id) => `cancel-order ${id}`));
    desk.operator({ type: 'set-mode', mode: 'emergency' });
    expect(desk.effects()).toEqual([]);
  });

  it('by a room behind this one that acts on a timer, cancels leave in the same turn', () => {
    const breaker: Room = {
      name: 'breaker',
      wake: (_, turn) => desk.modes.tighten('emergency', 'breaker', 'drawdown', turn),
    };
    const desk = new ExecutionDesk({ rooms: [breaker] });
    const id = desk.work(buy);
    desk.effects();
    desk.turn.schedule(afterMs(desk.turn.at, 10), breaker, 'drawdown');
    desk.turn.advance(10);
    expect(desk.effects()).toEqual([`cancel-order ${id}`]);
  });
});

describe('when a book is quarantined', () => {
  it("strategies' orders of that instrument are cancelled, the operator's stay", () => {
    const desk = new ExecutionDesk();
    const strategys = desk.work(buy);
    const operators = desk.work({ ...sell, origin: 'operator' });
    desk.effects();
    desk.turn.emit({ kind: 'book-quarantined', instrument: INVERSE.id, reason: 'gap', detail: '' });
    desk.turn.advance(1);
    expect(desk.effects()).toEqual([]);
    desk.turn.emit({ kind: 'book-quarantined', instrument: LINEAR.id, reason: 'gap', detail: '' });
    desk.turn.advance(1);
    expect(desk.effects()).toEqual([`cancel-order ${strategys}`]);
    expect(desk.state(operators).status).toBe('acknowledged');
  });
});

describe("an operator's", () => {
  it('cancel-all takes every order out, or those of one instrument, once per command id', () => {
    const desk = new ExecutionDesk();
    const first = desk.work(buy);
    desk.effects();
    desk.operator({ type: 'cancel-all', instruments: [INVERSE.id] });
    expect(desk.effects()).toEqual([]);
    desk.operator({ type: 'cancel-all', instruments: null }, { commandId: 'twice' });
    expect(desk.effects()).toEqual([`cancel-order ${first}`]);
    expect(desk.turn.factsOf('order-cancel-requested')[0].reason).toBe('cancel-all by ada: a test');
    const second = desk.work(sell);
    desk.effects();
    desk.operator({ type: 'cancel-all', instruments: null }, { commandId: 'twice' });
    expect(desk.effects()).toEqual([]);
    desk.operator({ type: 'cancel-all', instruments: [LINEAR.id] });
    expect(desk.effects()).toEqual([`cancel-order ${second}`]);
  });

  it('re-enable lets a stopped strategy trade again, and needs a name and a reason', () => {
    const desk = new ExecutionDesk({ limits: { maxExecutionsPerWindow: 2, executionWindowMs: 1_000 } });
    const resting = desk.work(sell);
    const id = desk.work(buy);
    desk.fill(id, 'f1', 1);
    desk.turn.advance(1_000);
    desk.fill(id, 'f2', 1);
    expect(desk.turn.factsOf('strategy-stopped')).toEqual([]);
    desk.turn.advance(999);
    desk.fill(id, 'f3', 1);
    expect(desk.turn.factsOf('strategy-stopped')).toMatchObject([
      { origin: 'maker', stopCause: 'repeated-executions' },
    ]);
    expect([desk.state(resting).status, desk.state(id).status]).toEqual(['cancel-pending', 'cancel-pending']);
    const reEnable = { type: 're-enable', origin: 'maker', instrument: LINEAR.id } as const;
    desk.operator(reEnable, { operator: ' ' });
    desk.operator(reEnable, { reason: '' });
    desk.operator({ ...reEnable, origin: 'other' });
    desk.operator({ ...reEnable, instrument: 9 as InstrumentId });
    expect(desk.turn.factsOf('command-refused').map(({ reason }) => reason)).toEqual([
      'needs an operator and a reason',
      'needs an operator and a reason',
      'other is not stopped in instrument 0',
      'maker is not stopped in instrument 9',
    ]);
    expect(desk.execution.submit(buy, desk.turn)).toMatchObject({ accepted: false });
    desk.operator(reEnable);
    expect(desk.turn.factsOf('strategy-re-enabled')).toMatchObject([{ operator: 'ada', reason: 'a test' }]);
    expect(desk.execution.submit(buy, desk.turn)).toMatchObject({ accepted: true });
  });

  it('stop takes a strategy out of one instrument, without asking for a name or a reason', () => {
    const desk = new ExecutionDesk();
    const resting = desk.work(buy);
    const other = desk.work({ ...sell, origin: 'other' });
    desk.effects();
    const stop = { type: 'stop-strategy', origin: 'maker', instrument: LINEAR.id } as const;
    desk.operator({ ...stop, origin: 'nobody' });
    desk.operator({ ...stop, instrument: 9 as InstrumentId });
    desk.operator(stop, { operator: '', reason: '' });
    desk.operator(stop);
    expect(desk.turn.factsOf('strategy-stopped')).toMatchObject([
      { origin: 'maker', instrument: LINEAR.id, stopCause: 'operator' },
    ]);
    expect(desk.effects()).toEqual([`cancel-order ${resting}`]);
    expect(desk.state(other).status).toBe('acknowledged');
    expect(desk.turn.factsOf('command-refused').map(({ reason }) => reason)).toEqual([
      'no strategy nobody trades instrument 0',
      'no strategy maker trades instrument 9',
      'maker is stopped in instrument 0 already',
    ]);
    expect(desk.execution.submit(buy, desk.turn)).toEqual({ accepted: false, reason: 'strategy-stopped' });
    expect(desk.execution.stoppedStrategies()).toEqual([{ origin: 'maker', instrument: LINEAR.id, cause: 'operator' }]);
    desk.operator({ type: 're-enable', origin: 'maker', instrument: LINEAR.id });
    expect(desk.execution.submit(buy, desk.turn)).toMatchObject({ accepted: true });
  });

  it('own executions stop nothing', () => {
    const desk = new ExecutionDesk({ limits: { maxExecutionsPerWindow: 1 } });
    desk.fill(desk.work({ ...buy, origin: 'operator' }), 'f1', 1);
    expect(desk.turn.factsOf('strategy-stopped')).toEqual([]);
  });
});

describe('the rest of a partly filled order', () => {
  const notional = (lots: number) => (BigInt(lots) * 9_990n * 10_000n) as never;
  const policy = (minLots: number, minNotionalLots: number, repriceBehindTicks: number | null) =>
    remainderPolicy([{ minLots, minNotional: notional(minNotionalLots), repriceBehindTicks }]);
  const filledBy = (
    lots: number,
    remainder: ReturnType<typeof policy>,
    intent: OrderIntent = buy,
    bidTicks = 9_999,
  ) => {
    const desk = new ExecutionDesk({ remainder });
    const id = desk.work(intent);
    desk.market.bidTicks = bidTicks;
    desk.effects();
    desk.fill(id, 'f1', lots);
    return { desk, id };
  };

  it('is kept when it is large enough', () => {
    const { desk, id } = filledBy(5, policy(5, 5, null));
    expect(desk.state(id).status).toBe('partly-filled');
    expect(desk.effects()).toEqual([]);
  });

  it('is cancelled below the smallest quantity or value', () => {
    expect(filledBy(6, policy(5, 0, null)).desk.effects()).toHaveLength(1);
    const { desk, id } = filledBy(6, policy(1, 5, null));
    expect(desk.effects()).toEqual([`cancel-order ${id}`]);
    expect(desk.turn.factsOf('order-cancel-requested')[0].reason).toContain('is below');
  });

  it('follows the touch, by a replacement through the gate', () => {
    const { desk, id } = filledBy(4, policy(1, 0, 9));
    expect(desk.turn.effects).toMatchObject([
      { kind: 'replace-order', target: id, order: { priceTicks: 9_999, lots: 6, side: 'buy', postOnly: true } },
    ]);
    const { desk: selling } = filledBy(4, policy(1, 0, 9), sell);
    expect(selling.turn.effects).toMatchObject([{ kind: 'replace-order', order: { priceTicks: 10_001 } }]);
  });

  it('stays where it is when it is near, when there is no touch, or when the gate refuses', () => {
    expect(filledBy(4, policy(1, 0, 10)).desk.effects()).toEqual([]);
    expect(filledBy(4, policy(1, 0, 0), buy, 9_990).desk.effects()).toEqual([]);
    expect(filledBy(4, policy(1, 0, 0), buy, -1).desk.effects()).toEqual([]);
    const desk = new ExecutionDesk({ remainder: policy(1, 0, 1), limits: { maxOpenOrders: 1 } });
    const id = desk.work(buy);
    desk.fill(id, 'f1', 4);
    expect(desk.turn.factsOf('order-refused')).toMatchObject([{ reason: 'max-open-orders' }]);
    expect(desk.state(id).status).toBe('partly-filled');
  });

  it('stays while the book is unproven', () => {
    const desk = new ExecutionDesk({ remainder: policy(1, 0, 1) });
    const id = desk.work(buy);
    desk.market.unproven.add(LINEAR.id);
    desk.effects();
    desk.fill(id, 'f1', 4);
    expect(desk.effects()).toEqual([]);
  });

  it('is left alone when the order does not rest, is being cancelled, or has no settings', () => {
    const taker = { ...buy, timeInForce: 'ioc', postOnly: false } as const;
    expect(filledBy(9, policy(5, 0, null), taker).desk.effects()).toEqual([]);
    expect(filledBy(9, remainderPolicy([])).desk.effects()).toEqual([]);
    const desk = new ExecutionDesk({ remainder: policy(5, 0, null) });
    const id = desk.work(buy);
    desk.execution.cancel(id, 'test', desk.turn);
    desk.effects();
    desk.fill(id, 'f1', 9);
    expect(desk.effects()).toEqual([]);
  });
});
