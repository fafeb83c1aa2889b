import type { SwitchTopic } from '../../../src-shared/contract/switch.ts';
import type { Reading } from '../../state/topics.ts';
import { Panel } from '../../ui/panel.tsx';
import { causeWords, dayAndClock } from './words.ts';

interface TripsProps {
  readonly trips: SwitchTopic['trips'];
  readonly reading: Reading<unknown>;
}

/** What has tripped the desk since it started, the newest first. */
export function Trips({ trips, reading }: TripsProps) {
  return (
    <Panel title="Last trips" reading={reading}>
      {trips.length === 0 ? (
        <p className="switch-text quiet">None since the desk started. Earlier ones are in the journal.</p>
      ) : (
        <table className="table switch-table">
          <thead>
            <tr>
              <th scope="col">UTC</th>
              <th scope="col">Cause</th>
              <th scope="col">Kind</th>
            </tr>
          </thead>
          <tbody>
            {trips.map(({ at, trip, cause, detail, isDrill }) => (
              <tr key={trip}>
                <th scope="row">{dayAndClock(at)}</th>
                <td>
                  {causeWords(cause)}
                  <span className="fact-detail">{detail}</span>
                </td>
                <td className="switch-kind-of-trip">{isDrill ? '◎ drill' : '■ trip'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}
