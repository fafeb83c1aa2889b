import { memo } from 'react';
import type { ExposureView, Usage } from '../../src-shared/contract/topics.ts';
import { ActButton } from '../controls/act-button.tsx';
import { startStrategy } from '../controls/acts.ts';
import { usePermission } from '../controls/use-permission.ts';
import { useLatest } from '../state/topics.ts';
import { Meter } from '../ui/meter.tsx';
import { Panel } from '../ui/panel.tsx';
import { usageView } from '../ui/usage.ts';

const LIMITS = [
  { key: 'position', label: 'Position' },
  { key: 'notional', label: 'Notional' },
  { key: 'openOrders', label: 'Orders' },
  { key: 'messages', label: 'Messages' },
] as const;

const MARKS = { normal: '', high: '▲ ', over: '■ ' } as const;
const SPOKEN = { normal: '', high: ', above 80 % of the limit', over: ', at the limit' } as const;

/** Worst-case exposure against its limits, an instrument each. */
export function Exposure() {
  const reading = useLatest('risk', {});
  const { value } = reading;
  return (
    <Panel title="Exposure" reading={reading}>
      {value === null && <p className="rail-text quiet">Nothing heard yet.</p>}
      {value?.exposures.map((exposure) => (
        <Instrument key={exposure.instrument} exposure={exposure} />
      ))}
    </Panel>
  );
}

function Instrument({ exposure }: { readonly exposure: ExposureView }) {
  const { instrument, stopped } = exposure;
  const refusal = usePermission('strategies');
  return (
    <div className="exposure">
      <h3>{instrument}</h3>
      {LIMITS.map(({ key, label }) => {
        const { used, limit, unit } = exposure[key];
        return <Bar key={key} label={label} of={instrument} used={used} limit={limit} unit={unit} />;
      })}
      {stopped.map(({ origin, cause }) => (
        <p key={origin} className="stopped">
          <span>
            ■ {origin} is stopped: {cause}
          </span>
          <ActButton refusal={refusal} onAct={() => startStrategy(origin, instrument)}>
            Start …
          </ActButton>
        </p>
      ))}
    </div>
  );
}

interface BarProps extends Usage {
  readonly label: string;
  readonly of: string;
}

const Bar = memo(function Bar({ label, of, used, limit, unit }: BarProps) {
  const { share, level, text } = usageView({ used, limit, unit });
  return (
    <div className={`usage usage-${level}`}>
      <span className="usage-label">
        {MARKS[level]}
        {label}
      </span>
      <Meter label={`${label} of ${of}`} text={`${text}${SPOKEN[level]}`} share={share} level={level} />
      <span className="usage-text cell">{text}</span>
    </div>
  );
});
