import { ALERT_PRIORITIES, type AlertView } from '../../src-shared/contract/topics.ts';

export type Priority = AlertView['priority'];

export interface AlertCount {
  readonly priority: Priority;
  readonly active: number;
  readonly unacknowledged: number;
}

/** Active alerts that nobody silenced, the most urgent first, the newest first among equals. `deskNow` in µs. */
export function urgentAlerts(alerts: readonly AlertView[], deskNow: number): AlertView[] {
  return alerts
    .filter(({ state, shelvedUntil }) => state === 'active' && (shelvedUntil === null || shelvedUntil <= deskNow))
    .sort((a, b) => rank(a.priority) - rank(b.priority) || b.raisedAt - a.raisedAt);
}

/** Active alerts that somebody silenced for a while. */
export function shelvedAlerts(alerts: readonly AlertView[], deskNow: number): AlertView[] {
  return alerts.filter(
    ({ state, shelvedUntil }) => state === 'active' && shelvedUntil !== null && shelvedUntil > deskNow,
  );
}

/** Alerts that were over before anybody acknowledged them, the newest first. */
export function missedAlerts(alerts: readonly AlertView[]): AlertView[] {
  return alerts
    .filter(({ state, acknowledgedBy }) => state === 'cleared' && acknowledgedBy === null)
    .sort((a, b) => b.changedAt - a.changedAt);
}

/** How many there are of each priority, the highest first. */
export function countAlerts(urgent: readonly AlertView[]): AlertCount[] {
  return ALERT_PRIORITIES.map((priority) => {
    const of = urgent.filter((alert) => alert.priority === priority);
    const unacknowledged = of.filter(({ acknowledgedBy }) => acknowledgedBy === null).length;
    return { priority, active: of.length, unacknowledged };
  });
}

function rank(priority: Priority): number {
  return ALERT_PRIORITIES.indexOf(priority);
}
