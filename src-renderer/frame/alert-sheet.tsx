import { useState } from 'react';
import type { AlertView } from '../../src-shared/contract/topics.ts';
import { ActButton } from '../controls/act-button.tsx';
import { acknowledge, shelve } from '../controls/acts.ts';
import { usePermission } from '../controls/use-permission.ts';
import { clock, clockSeconds } from '../ui/format.ts';
import { Sheet } from '../ui/sheet.tsx';
import { PRIORITY_MARKS } from './alert-counts.tsx';
import './alerts.css';
import { closeSheet } from '../ui/sheets.ts';
import { useAlerts } from './use-alerts.ts';

const SHELVE_MINUTES = [15, 60, 240] as const;

/** The alerts: why, what it leads to, and what to do. */
export function AlertSheet() {
  const { urgent, shelved, missed } = useAlerts();
  return (
    <Sheet label="Alerts" className="alert-sheet" onClose={() => closeSheet('alerts')}>
      <h2>Alerts</h2>
      <div className="sheet-body">
        {urgent.length === 0 && (
          <p className="quiet">
            {shelved.length === 0 ? 'No active alerts.' : `No active alerts but ${shelved.length} shelved.`}
          </p>
        )}
        <ul className="alerts">
          {urgent.map((alert) => (
            <Alert key={alert.id} alert={alert} />
          ))}
        </ul>
        {missed.length > 0 && (
          <>
            <h3>Over, not acknowledged</h3>
            <ul>
              {missed.map((alert) => (
                <Missed key={alert.id} alert={alert} />
              ))}
            </ul>
          </>
        )}
        {shelved.length > 0 && (
          <>
            <h3>Shelved</h3>
            <ul>
              {shelved.map(({ id, title, subject, shelvedUntil }) => (
                <li key={id} className="quiet">
                  {title} · {subject} · until {shelvedUntil && clock(shelvedUntil).slice(0, 5)} UTC
                </li>
              ))}
            </ul>
          </>
        )}
      </div>
    </Sheet>
  );
}

function Missed({ alert: { id, priority, title, subject, raisedAt, changedAt } }: { readonly alert: AlertView }) {
  const refusal = usePermission('alerts');
  return (
    <li className="missed">
      <span>
        {PRIORITY_MARKS[priority]} {priority} · {title} · {subject} · {clockSeconds(raisedAt)} to{' '}
        {clockSeconds(changedAt)} UTC
      </span>
      <ActButton refusal={refusal} label={`Acknowledge “${title}”, ${subject}`} onAct={() => acknowledge(id, title)}>
        ✓ Acknowledge
      </ActButton>
    </li>
  );
}

function Alert({ alert }: { readonly alert: AlertView }) {
  const { id, priority, title, subject, cause, consequence, action, acknowledgedBy, raisedAt, count } = alert;
  const refusal = usePermission('alerts');
  const [minutes, setMinutes] = useState<number>(SHELVE_MINUTES[0]);
  return (
    <li className={`alert alert-${priority}`}>
      <h3>
        <span className={`count count-${priority}`}>
          {PRIORITY_MARKS[priority]} {priority}
        </span>{' '}
        {title}
      </h3>
      <p className="quiet">
        {subject} · raised {clockSeconds(raisedAt)} UTC{count > 1 && ` · ${count} times`}
      </p>
      <dl>
        <dt>Cause</dt>
        <dd>{cause}</dd>
        <dt>Consequence</dt>
        <dd>{consequence}</dd>
        <dt>Action</dt>
        <dd>{action}</dd>
      </dl>
      <div className="alert-acts">
        {acknowledgedBy === null ? (
          <ActButton refusal={refusal} onAct={() => acknowledge(id, title)}>
            ✓ Acknowledge
          </ActButton>
        ) : (
          <span>✓ acknowledged by {acknowledgedBy}</span>
        )}
        <ActButton refusal={refusal} onAct={() => shelve(id, title, minutes)}>
          Shelve for
        </ActButton>
        <select
          aria-label={`How long to shelve “${title}”`}
          value={minutes}
          onChange={({ target }) => setMinutes(Number(target.value))}
        >
          {SHELVE_MINUTES.map((of) => (
            <option key={of} value={of}>
              {of} min
            </option>
          ))}
        </select>
      </div>
    </li>
  );
}
