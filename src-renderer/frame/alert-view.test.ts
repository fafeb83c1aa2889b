import { describe, expect, it } from 'vitest';
import type { AlertView } from '../../src-shared/contract/topics.ts';
import { micros } from '../../src-shared/domain/time.ts';
import { countAlerts, missedAlerts, shelvedAlerts, urgentAlerts } from './alert-view.ts';

function alert(id: string, more: Partial<AlertView> = {}): AlertView {
  const words = { kind: 'k', subject: 's', title: 't', cause: 'c', consequence: 'q', action: 'a' };
  const times = { shelvedUntil: null, raisedAt: micros(1), changedAt: micros(1) };
  return { id, priority: 'low', state: 'active', acknowledgedBy: null, count: 1, ...words, ...times, ...more };
}

describe('alerts', () => {
  it('shows what is active and not silenced, the most urgent and newest first', () => {
    const alerts = [
      alert('old low'),
      alert('new low', { raisedAt: micros(5) }),
      alert('high', { priority: 'high' }),
      alert('cleared', { state: 'cleared', priority: 'high' }),
      alert('shelved', { shelvedUntil: micros(11) }),
      alert('was shelved', { shelvedUntil: micros(10), priority: 'medium' }),
    ];
    expect(urgentAlerts(alerts, 10).map(({ id }) => id)).toEqual(['high', 'was shelved', 'new low', 'old low']);
    expect(shelvedAlerts(alerts, 10).map(({ id }) => id)).toEqual(['shelved']);
  });

  it('keeps what was over before anybody acknowledged it, the newest first', () => {
    const alerts = [
      alert('active'),
      alert('old', { state: 'cleared' }),
      alert('new', { state: 'cleared', changedAt: micros(5) }),
      alert('seen', { state: 'cleared', acknowledgedBy: 'ann' }),
    ];
    expect(missedAlerts(alerts).map(({ id }) => id)).toEqual(['new', 'old']);
  });

  it('counts by priority, and who has not looked yet', () => {
    const alerts = [alert('a'), alert('b', { acknowledgedBy: 'ann' }), alert('c', { priority: 'high' })];
    expect(countAlerts(alerts)).toEqual([
      { priority: 'high', active: 1, unacknowledged: 1 },
      { priority: 'medium', active: 0, unacknowledged: 0 },
      { priority: 'low', active: 2, unacknowledged: 1 },
    ]);
  });
});
