import { ActButton } from '../../controls/act-button.tsx';
import { startStrategy, stopStrategy } from '../../controls/acts.ts';
import { usePermission } from '../../controls/use-permission.ts';
import { keyOf, type StrategyRow } from './strategy-rows.ts';

const STATES = { running: '● running', stopped: '■ stopped', unknown: '? unknown' } as const;

/** Every strategy with its switch: stopping is one act, starting needs a reason. */
export function Strategies({ rows }: { rows: readonly StrategyRow[] }) {
  const refusal = usePermission('strategies');
  if (rows.length === 0) return <p className="positions-empty">No strategy is configured at this desk.</p>;
  return (
    <table className="table positions-table">
      <thead>
        <tr>
          <th scope="col">Strategy</th>
          <th scope="col">Instrument</th>
          <th scope="col">State</th>
          <th scope="col">Why</th>
          <th scope="col">Switch</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ origin, instrument, state, cause }) => (
          <tr key={keyOf(origin, instrument)}>
            <th scope="row">{origin}</th>
            <td>{instrument}</td>
            <td className={`cell strategy-${state}`}>{STATES[state]}</td>
            <td>{cause?.replaceAll('-', ' ') ?? ''}</td>
            <td>
              {state === 'stopped' ? (
                <ActButton
                  label={`Enable ${origin} on ${instrument}`}
                  refusal={refusal}
                  onAct={() => startStrategy(origin, instrument)}
                >
                  Enable…
                </ActButton>
              ) : (
                <ActButton
                  label={`Stop ${origin} on ${instrument}`}
                  refusal={refusal}
                  onAct={() => stopStrategy(origin, instrument)}
                >
                  Stop
                </ActButton>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
