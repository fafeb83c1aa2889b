import { describe, expect, it } from 'vitest';
import type { Lots } from '../../../src-shared/domain/instrument.ts';
import type { ClientOrderId } from '../../../src-shared/domain/order.ts';
import { ExecutionDesk } from '../../testing/execution-desk.ts';
import { INVERSE, limitIntent } from '../../testing/fake-views.ts';
import type { OrderReport } from '../engine/input.ts';
import { Reconciliation } from './reconciliation.ts';

const buy = limitIntent('buy', 10, 9_990);
const sell = limitIntent('sell', 10, 10_010);

function isReconciled(desk: ExecutionDesk): boolean {
  const submission = desk.execution.submit(limitIntent('buy', 1, 9_995, { origin: 'probe' }), desk.turn);
  if (!submission.accepted) expect(submission.reason).toBe('venue-not-reconciled');
  return submission.accepted;
}

describe('a restart', () => {
  it('without open orders asks nothing and blocks nothing', () => {
    const desk = new ExecutionDesk();
    desk.report(desk.work(buy), { type: 'cancelled', reason: 'venue' });
    desk.effects();
    desk.restart();
    expect(desk.effects()).toEqual([]);
    expect(isReconciled(desk)).toBe(true);
  });

  it("makes every open order UNKNOWN and asks for it, and cancels strategies' orders", () => {
    const desk = new ExecutionDesk();
    const unsent = desk.submit(buy);
    const working = desk.work(sell);
    const operators = desk.work({ ...sell, origin: 'operator' });
    const cancelling = desk.work({ ...buy, priceTicks: 9_980 as never });
    desk.execution.cancel(cancelling, 'test', desk.turn);
    desk.effects();
    desk.restart();
    expect(desk.effects()).toEqual([
      ...[`query-order ${unsent}`, `cancel-order ${unsent}`, `query-order ${working}`, `cancel-order ${working}`],
      ...[`query-order ${operators}`, `query-order ${cancelling}`, `cancel-order ${cancelling}`],
    ]);
    for (const id of [unsent, working, operators, cancelling]) expect(desk.state(id).status).toBe('unknown');
    expect(desk.turn.factsOf('order-unknown').map(({ reason }) => reason)).toEqual(Array(4).fill('the desk restarted'));
    desk.restart();
    expect(desk.turn.factsOf('order-unknown')).toHaveLength(4);
    expect(desk.effects()).toHaveLength(7);
  });

  it('goes on asking until the venue has spoken', () => {
    const desk = new ExecutionDesk({ settings: { queryBackoffMs: 500 } });
    const id = desk.work({ ...buy, origin: 'operator' });
    desk.restart();
    desk.effects();
    desk.turn.advance(500);
    expect(desk.effects()).toEqual([`query-order ${id}`]);
    expect(isReconciled(desk)).toBe(false);
  });

  it.each<OrderReport>([
    { type: 'acknowledged', venueOrderId: 'v' },
    { type: 'open', venueOrderId: 'v', cumulativeLots: 3 as Lots },
    { type: 'not-found' },
    { type: 'cancelled', reason: 'desk' },
    { type: 'cancel-rejected', reason: 'no such order' },
    { type: 'rejected', reason: 'venue' },
    { type: 'expired', reason: 'venue' },
    { type: 'triggered' },
  ])('is over for an order with the word of the venue: %o', (report) => {
    const desk = new ExecutionDesk();
    const [first, second] = [desk.submit(buy), desk.submit(sell)];
    desk.restart();
    desk.report(first, report);
    expect(isReconciled(desk)).toBe(false);
    desk.report(second, report);
    expect(isReconciled(desk)).toBe(true);
  });

  it('is over for an order with a fill, one that is known already too', () => {
    const desk = new ExecutionDesk();
    const id = desk.work(buy);
    desk.fill(id, 'f1', 3);
    desk.restart();
    desk.fill(id, 'f1', 3);
    expect(isReconciled(desk)).toBe(true);
  });

  it.each<OrderReport>([
    { type: 'released' },
    { type: 'blocked', reason: 'stop' },
    { type: 'unanswered', reason: '503' },
    { type: 'open' } as unknown as OrderReport,
  ])('is not over with what is not the word of the venue: %o', (report) => {
    const desk = new ExecutionDesk();
    const id = desk.work(buy);
    desk.restart();
    desk.report(id, report);
    expect(isReconciled(desk)).toBe(false);
  });

  it('is over for an order that turns out to have been blocked before it left', () => {
    const desk = new ExecutionDesk();
    const id = desk.submit(buy);
    desk.restart();
    desk.report(id, { type: 'blocked', reason: 'stop' });
    expect(desk.state(id).status).toBe('rejected');
    expect(isReconciled(desk)).toBe(true);
  });

  it('of a desk that left last words cancels everything, each order once', () => {
    const desk = new ExecutionDesk();
    const strategys = desk.work(buy);
    const operators = desk.work({ ...sell, origin: 'operator' });
    desk.effects();
    desk.restart(['the journal was full']);
    expect(desk.effects()).toEqual([
      ...[`query-order ${strategys}`, `cancel-order ${strategys}`],
      ...[`query-order ${operators}`, `cancel-order ${operators}`],
    ]);
  });

  it('cancels what the mode of before forbids, though nothing moved since', () => {
    const desk = new ExecutionDesk();
    const operators = desk.submit({ ...sell, origin: 'operator' });
    desk.turn.advance(3_000);
    desk.turn.emit({ kind: 'mode-changed', from: 'normal', to: 'emergency', operator: 'ada', reason: 'test' });
    desk.effects();
    desk.restart();
    expect(desk.effects()).toEqual([`query-order ${operators}`, `cancel-order ${operators}`]);
  });

  it('lets cancels pass all the time', () => {
    const desk = new ExecutionDesk();
    const id = desk.work({ ...buy, origin: 'operator' });
    desk.restart();
    desk.effects();
    desk.operator({ type: 'cancel-all', instruments: null });
    expect(desk.effects()).toEqual([`cancel-order ${id}`]);
  });
});

it('a halt cancels everything, as Emergency does', () => {
  const desk = new ExecutionDesk();
  const ids = [desk.work(buy), desk.work({ ...sell, origin: 'operator' })];
  desk.effects();
  desk.turn.send({ kind: 'halt', cause: 'journal-failed', detail: 'EIO' });
  expect(desk.effects()).toEqual(ids.map((id) => `cancel-order ${id}`));
});

describe('a link to a venue', () => {
  it('that comes back has every open order there asked for, and blocks until the venue has answered', () => {
    const desk = new ExecutionDesk();
    const strategys = desk.work(buy);
    const operators = desk.work({ ...sell, origin: 'operator' });
    desk.effects();
    desk.link(false);
    expect(desk.effects()).toEqual([]);
    expect(desk.state(operators).status).toBe('acknowledged');
    desk.link(true);
    expect(desk.effects()).toEqual([
      ...[`query-order ${strategys}`, `cancel-order ${strategys}`],
      `query-order ${operators}`,
    ]);
    expect(desk.turn.factsOf('order-unknown')[0].reason).toBe('the link to the venue was down');
    desk.report(strategys, { type: 'cancelled', reason: 'desk' });
    expect(isReconciled(desk)).toBe(false);
    desk.report(operators, { type: 'open', venueOrderId: `v-${operators}`, cumulativeLots: 0 as Lots });
    expect(isReconciled(desk)).toBe(true);
    expect(desk.state(operators).status).toBe('acknowledged');
  });

  it('that says what is known already changes nothing', () => {
    const desk = new ExecutionDesk();
    const id = desk.work(buy);
    desk.effects();
    desk.turn.send({ kind: 'venue-link', venue: INVERSE.venue, up: true, detail: '' });
    expect(desk.effects()).toEqual([]);
    expect(desk.state(id).status).toBe('acknowledged');
  });
});

describe('Reconciliation', () => {
  const [a, b, c] = ['a', 'b', 'c'] as ClientOrderId[];

  it('counts by venue, each order once', () => {
    const reconciliation = new Reconciliation();
    reconciliation.expect(a, 'here');
    reconciliation.expect(a, 'here');
    reconciliation.expect(b, 'here');
    reconciliation.expect(c, 'there');
    expect(['here', 'there', 'nowhere'].map((venue) => reconciliation.unanswered(venue))).toEqual([2, 1, 0]);
    reconciliation.answered(a);
    reconciliation.answered(a);
    reconciliation.answered(c);
    expect(['here', 'there'].map((venue) => reconciliation.unanswered(venue))).toEqual([1, 0]);
  });

  it('is what its snapshot says, and no longer what it was', () => {
    const reconciliation = new Reconciliation();
    reconciliation.expect(a, 'here');
    const copy = new Reconciliation();
    copy.expect(b, 'there');
    copy.restore(structuredClone(reconciliation.snapshot()));
    reconciliation.answered(a);
    expect([copy.unanswered('here'), copy.unanswered('there'), reconciliation.unanswered('here')]).toEqual([1, 0, 0]);
    expect(copy.snapshot()).toEqual([{ venue: 'here', clientOrderIds: [a] }]);
  });
});
