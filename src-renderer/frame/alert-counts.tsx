import { useDesk } from '../state/desk.ts';
import { openSheet } from '../ui/sheets.ts';
import { countAlerts, type Priority } from './alert-view.ts';
import { useAlerts } from './use-alerts.ts';

export const PRIORITY_MARKS: Readonly<Record<Priority, string>> = { high: '■', medium: '▲', low: '◇' };

/** Active alerts by priority; opens the list of them. */
export function AlertCounts() {
  const { urgent, shelved } = useAlerts();
  const isStale = useDesk(({ link }) => link.state !== 'up');
  return (
    <button
      type="button"
      className="button alert-counts"
      data-stale={isStale || undefined}
      onClick={() => openSheet('alerts')}
    >
      <span>Alerts</span>
      {isStale && <span className="visually-hidden">(stale)</span>}
      {countAlerts(urgent).map(({ priority, active, unacknowledged }) => (
        <span key={priority} className={active > 0 ? `count count-${priority}` : 'count'}>
          <span aria-hidden="true">{PRIORITY_MARKS[priority]}</span> <span className="cell">{active}</span>
          {unacknowledged > 0 && <span aria-hidden="true">!</span>}
          <span className="visually-hidden">
            {' '}
            {priority}, {unacknowledged} not acknowledged
          </span>
        </span>
      ))}
      {shelved.length > 0 && <span className="count-shelved">{shelved.length} shelved</span>}
    </button>
  );
}
