import { describe, expect, test } from 'vitest';
import { reportsOfCancel, reportsOfPlace } from './order-answers.ts';
import { answered, BY_SYMBOL, idNo, orderJson } from './order-fixtures.ts';
import type { Outcome } from './outcome.ts';

const ID = idNo(1);
const ACKNOWLEDGED = { type: 'acknowledged', venueOrderId: '8389765001' };
const EXPIRED = { type: 'expired', reason: 'post-only would take' };

const refused = (code: number): Outcome => ({ kind: 'refused', code, message: 'said the venue' });

describe('the answer to a place', () => {
  test.each<[string, Outcome, readonly object[]]>([
    ['accepted', answered(orderJson(1)), [ACKNOWLEDGED]],
    ['gone at once', answered(orderJson(1, { status: 'EXPIRED' })), [ACKNOWLEDGED, EXPIRED]],
    ['filled at once', answered(orderJson(1, { status: 'FILLED', executedQty: '0.010' })), [ACKNOWLEDGED]],
    ['gone with fills', answered(orderJson(1, { status: 'EXPIRED', executedQty: '0.002' })), [ACKNOWLEDGED]],
    ['refused', refused(-2019), [{ type: 'rejected', reason: '-2019: said the venue' }]],
    ['post-only', refused(-5022), [{ type: 'rejected' }]],
    ['known already', refused(-4116), [{ type: 'unanswered', reason: expect.stringContaining('-4116') }]],
    ['turned away', { kind: 'not-accepted', reason: 'busy' }, [{ type: 'rejected', reason: 'not accepted: busy' }]],
    ['unknown', { kind: 'unknown', reason: 'silence' }, [{ type: 'unanswered', reason: 'silence' }]],
    ['of another order', answered(orderJson(2)), [{ type: 'unanswered' }]],
    ['unreadable', answered({ orderId: 'none' }), [{ type: 'unanswered' }]],
    ['of an unknown status', answered(orderJson(1, { status: 'PENDING' })), [{ type: 'unanswered' }]],
    ['empty', answered(null), [{ type: 'unanswered' }]],
  ])('%s', (_name, outcome, reports) => {
    const got = reportsOfPlace(outcome, ID, BY_SYMBOL);
    expect(got).toHaveLength(reports.length);
    expect(got).toMatchObject(reports);
  });
});

describe('the answer to a cancel', () => {
  test.each<[string, Outcome, readonly object[]]>([
    ['done', answered(orderJson(1, { status: 'CANCELED' })), [{ type: 'cancelled' }]],
    ['done after fills', answered(orderJson(1, { status: 'CANCELED', executedQty: '0.004' })), []],
    ['not done', answered(orderJson(1)), []],
    ['refused', refused(-2011), [{ type: 'cancel-rejected', reason: '-2011: said the venue' }]],
    [
      'turned away',
      { kind: 'not-accepted', reason: 'busy' },
      [{ type: 'cancel-rejected', reason: 'not accepted: busy' }],
    ],
    ['unknown', { kind: 'unknown', reason: 'silence' }, [{ type: 'unanswered', reason: 'silence' }]],
    ['of another order', answered(orderJson(2, { status: 'CANCELED' })), [{ type: 'unanswered' }]],
    ['unreadable', answered([]), [{ type: 'unanswered' }]],
  ])('%s', (_name, outcome, reports) => {
    const got = reportsOfCancel(outcome, ID, BY_SYMBOL);
    expect(got).toHaveLength(reports.length);
    expect(got).toMatchObject(reports);
  });
});
