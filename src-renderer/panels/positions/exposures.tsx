import type { ExposureView } from '../../../src-shared/contract/topics.ts';
import { ActButton } from '../../controls/act-button.tsx';
import { flatten } from '../../controls/acts.ts';
import { type NamedScope, useFlatten } from '../../controls/flatten.ts';
import { useMode } from '../../controls/use-mode.ts';
import { useFlattenPermission } from '../../controls/use-permission.ts';
import { Usage } from './usage.tsx';

/** What the worst case would use of each limit, and the way out of each instrument. */
export function Exposures({ exposures }: { exposures: readonly ExposureView[] }) {
  return (
    <table className="table positions-table">
      <thead>
        <tr>
          <th scope="col">Instrument</th>
          <th scope="col">Position</th>
          <th scope="col">Notional</th>
          <th scope="col">Open orders</th>
          <th scope="col">New orders</th>
          <th scope="col">Way out</th>
        </tr>
      </thead>
      <tbody>
        {exposures.map(({ instrument, position, notional, openOrders, messages }) => (
          <tr key={instrument}>
            <th scope="row">{instrument}</th>
            <td>
              <Usage label={`Position in ${instrument}`} usage={position} />
            </td>
            <td>
              <Usage label={`Notional in ${instrument}`} usage={notional} />
            </td>
            <td>
              <Usage label={`Open orders in ${instrument}`} usage={openOrders} />
            </td>
            <td>
              <Usage label={`New orders in ${instrument}`} usage={messages} />
            </td>
            <td>
              <FlattenOne instrument={instrument} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function FlattenOne({ instrument }: { instrument: string }) {
  const refusal = useFlattenPermission();
  const mode = useMode();
  const isArmed = useFlatten(({ state, target }) => state.phase === 'armed' && target.name === instrument);
  const target: NamedScope = { scope: { kind: 'instrument', instrument }, name: instrument };
  return (
    <ActButton
      className={isArmed ? 'flatten-one armed' : 'flatten-one'}
      label={isArmed ? `Press again: flatten ${instrument}` : `Flatten ${instrument}`}
      refusal={refusal}
      onAct={() => flatten(target, mode)}
    >
      {isArmed ? '▲ Press again' : '▬ Flatten …'}
    </ActButton>
  );
}
