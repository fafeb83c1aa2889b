import { describe, expect, it } from 'vitest';
import { isTerminal, ORDER_STATUSES } from '../../../src-shared/domain/order.ts';
import { next, ORDER_EVENTS, type OrderEvent } from './lifecycle.ts';

const pairs = ORDER_STATUSES.flatMap((status) =>
  ORDER_EVENTS.flatMap((event) =>
    [false, true].map((filled) => ({ status, event, filled, to: next(status, event, filled) })),
  ),
);
const isFill = (event: OrderEvent): boolean => event.startsWith('fill-');

describe('lifecycle', () => {
  it('has an answer for every status and event', () => {
    expect(pairs).toHaveLength(11 * 20 * 2);
    for (const { to } of pairs) expect(ORDER_STATUSES).toContain(to.to);
  });

  it('books every fill in every status', () => {
    for (const { event, to } of pairs) if (isFill(event)) expect(to.news).toBe(true);
  });

  it('notes every fill after the end, and every one beyond the size, as an anomaly', () => {
    for (const { status, event, to } of pairs) {
      if (isFill(event)) expect(to.anomaly).toBe(isTerminal(status) || event === 'fill-over');
    }
  });

  it('ends an order only by a positive report, by its fills, or by proven absence', () => {
    const ending: OrderEvent[] = [
      'blocked',
      'rejected',
      'cancelled',
      'expired',
      'replaced',
      'absent',
      'fill-whole',
      'fill-over',
    ];
    for (const { status, event, to } of pairs) {
      if (!isTerminal(status) && isTerminal(to.to)) expect(ending).toContain(event);
    }
  });

  it('makes no time-out a rejection', () => {
    for (const { status, event, to } of pairs) {
      if (event !== 'unanswered' && event !== 'not-found') continue;
      expect([status, 'unknown']).toContain(to.to);
    }
  });

  it('ends an UNKNOWN order for absence alone only after the rule is fulfilled', () => {
    expect(next('unknown', 'not-found', false)).toEqual({ to: 'unknown', news: false, anomaly: false });
    expect(next('unknown', 'absent', false)).toEqual({ to: 'expired', news: true, anomaly: false });
  });

  it('opens an ended order only as UNKNOWN, with an anomaly, and a filled one never', () => {
    for (const { status, event, to } of pairs) {
      if (!isTerminal(status) || isTerminal(to.to)) continue;
      expect(to).toMatchObject({ to: 'unknown', anomaly: true });
      expect(status).not.toBe('filled');
      const signsOfLife = ['open', 'open-behind', 'fill-part', 'acknowledged', 'triggered', 'released', 'garbled'];
      expect(signsOfLife).toContain(event);
    }
  });

  it('changes the status only for news or for doubt', () => {
    for (const { status, to } of pairs) {
      if (to.to !== status && !to.news) expect(to).toMatchObject({ to: 'unknown', anomaly: true });
    }
  });

  it('keeps a cancel pending until the venue answers it', () => {
    const leaving = pairs
      .filter(({ status, to }) => status === 'cancel-pending' && to.to !== status)
      .map(({ event }) => event);
    expect([...new Set(leaving)].sort()).toEqual(
      [
        'blocked',
        'rejected',
        'fill-whole',
        'fill-over',
        'cancelled',
        'cancel-rejected',
        'expired',
        'replaced',
        'unanswered',
        'open-behind',
        'not-found',
        'garbled',
      ].sort(),
    );
  });

  it('calls a live order partly filled once something is filled', () => {
    expect(next('unknown', 'open', true).to).toBe('partly-filled');
    expect(next('unknown', 'open', false).to).toBe('acknowledged');
    expect(next('sent', 'fill-part', false).to).toBe('partly-filled');
  });
});
