import { useMemo } from 'react';
import type { PositionView } from '../../../src-shared/contract/topics.ts';
import { useDesk } from '../../state/desk.ts';
import { useLatest } from '../../state/topics.ts';
import { Grid } from '../../ui/grid.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Exposures } from './exposures.tsx';
import { POSITION_COLUMNS } from './position-columns.ts';
import '../../ui/table.css';
import './positions.css';
import { Strategies } from './strategies.tsx';
import { strategyRows } from './strategy-rows.ts';

const NO_POSITIONS: readonly PositionView[] = [];
const instrumentOf = ({ instrument }: PositionView): string => instrument;

/** What is held, how much of the limits the worst case would use, and which strategies may trade. */
export function Positions() {
  const positions = useLatest('positions', {});
  const risk = useLatest('risk', {});
  const strategies = useDesk(({ description }) => description?.strategies ?? null);
  const exposures = risk.value?.exposures ?? null;
  const rows = useMemo(() => strategyRows(strategies ?? [], exposures), [strategies, exposures]);
  return (
    <div className="positions">
      <Panel title="Positions" reading={positions}>
        <Grid
          label="Positions"
          rows={positions.value?.positions ?? NO_POSITIONS}
          columns={POSITION_COLUMNS}
          rowId={instrumentOf}
          isStale={positions.isStale}
          empty="No positions yet: a line appears for each instrument as soon as the desk has said what it holds."
        />
      </Panel>
      <Panel title="Worst case against limits" reading={risk}>
        {exposures === null ? (
          <p className="positions-empty">No limits yet: the desk tells them with its first word.</p>
        ) : (
          <Exposures exposures={exposures} />
        )}
      </Panel>
      <Panel title="Strategies" reading={risk}>
        {strategies === null ? (
          <p className="positions-empty">No strategies yet: the desk tells them as soon as it is reached.</p>
        ) : (
          <Strategies rows={rows} />
        )}
      </Panel>
    </div>
  );
}
