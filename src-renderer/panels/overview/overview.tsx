import { useDesk } from '../../state/desk.ts';
import { useLatest } from '../../state/topics.ts';
import { Figure } from '../../ui/figure.tsx';
import { number, senseOf } from '../../ui/format.ts';
import { Panel } from '../../ui/panel.tsx';
import { EquityCurve } from './equity-curve.tsx';
import { ModeEvents } from './mode-events.tsx';
import './overview.css';
import { PnlTable } from './pnl-table.tsx';

/** How the desk did: the equity curve, where profit and loss come from, and who changed the mode. */
export function Overview() {
  const reading = useLatest('pnl', {});
  const currency = useDesk(({ description }) => description?.reportingCurrency ?? '');
  const { value } = reading;
  const equity = value?.equity ?? null;
  const drawdown = value?.drawdown ?? null;
  return (
    <div className="overview">
      <Panel
        title="Equity"
        reading={reading}
        actions={
          <>
            <span className="quiet">since the journal began</span>
            <Figure
              reading={reading}
              label="Equity"
              text={number(equity, 2)}
              unit={currency}
              sense={senseOf(equity)}
              size="l"
            />
            <span className="quiet">drawdown since this start</span>
            <Figure
              reading={reading}
              label="Drawdown since this start"
              text={number(drawdown === null ? null : -Math.abs(drawdown), 2)}
              unit={currency}
            />
          </>
        }
      >
        <EquityCurve label={`Equity curve in ${currency}, drawdown below`} />
      </Panel>
      <div className="overview-tables">
        <Panel title="By instrument" reading={reading}>
          <PnlTable
            head="Instrument"
            rows={(value?.byInstrument ?? []).map((pnl) => ({ name: pnl.instrument, pnl }))}
            empty="Nothing was traded yet."
          />
        </Panel>
        <Panel title="By strategy" reading={reading}>
          <PnlTable
            head="Strategy"
            rows={(value?.byStrategy ?? []).map((pnl) => ({ name: pnl.strategy, pnl }))}
            empty="Nothing was traded yet."
          />
        </Panel>
        <Panel title="Control mode">
          <ModeEvents />
        </Panel>
      </div>
    </div>
  );
}
