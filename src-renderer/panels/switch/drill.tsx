import type { SwitchTopic } from '../../../src-shared/contract/switch.ts';
import { ActButton } from '../../controls/act-button.tsx';
import { drillSwitch } from '../../controls/acts.ts';
import { usePermission } from '../../controls/use-permission.ts';
import type { Reading } from '../../state/topics.ts';
import { Panel } from '../../ui/panel.tsx';
import { dayAndClock, drillWords, milliseconds } from './words.ts';

interface DrillProps {
  readonly value: SwitchTopic;
  readonly reading: Reading<unknown>;
}

const MS_PER_SECOND = 1_000;

/** A stop on purpose: how it goes, how long there is to press, and what the last ones measured. */
export function Drill({ value, reading }: DrillProps) {
  const { phase, past } = value.drill;
  return (
    <Panel title="Drill" reading={reading} className={phase === 'none' ? '' : 'drill-running'}>
      {phase === 'none' ? <Begin state={value.state} /> : <Running {...value.drill} />}
      {past.length > 0 && <Past past={past} />}
    </Panel>
  );
}

function Begin({ state }: Pick<SwitchTopic, 'state'>) {
  const refusal = usePermission('killSwitch');
  const against = state === 'armed' ? null : 'Only an armed switch can be drilled: see the three acts.';
  return (
    <div className="drill-begin">
      <p>
        You have 30 seconds to press the button of the switch, and the desk measures how long it takes to stop.{' '}
        <strong>It is a real stop:</strong> every open order is cancelled, the desk goes to Emergency, and only the
        three acts let it trade again. Do it once a week, at a quiet hour.
      </p>
      <ActButton refusal={refusal ?? against} onAct={() => drillSwitch(against)}>
        ◎ Begin a drill …
      </ActButton>
    </div>
  );
}

function Running({ phase, pressWithinMs }: SwitchTopic['drill']) {
  const seconds = Math.ceil((pressWithinMs ?? 0) / MS_PER_SECOND);
  return (
    <div className="drill-now">
      <p role="status">
        {phase === 'press-now' ? '◉ Press the button now' : '… Measuring until every venue proves zero'}
      </p>
      {phase === 'press-now' && (
        <p className="drill-countdown cell" aria-hidden="true">
          {seconds} s
        </p>
      )}
    </div>
  );
}

function Past({ past }: Pick<SwitchTopic['drill'], 'past'>) {
  return (
    <table className="table switch-table">
      <caption>Last drills since the desk started</caption>
      <thead>
        <tr>
          <th scope="col">UTC</th>
          <th scope="col">Outcome</th>
          <th scope="col">Door shut</th>
          <th scope="col">Last cancel</th>
          <th scope="col">Zero proven</th>
        </tr>
      </thead>
      <tbody>
        {past.map((drill) => {
          const { level, text } = drillWords(drill);
          return (
            <tr key={drill.at}>
              <th scope="row">{dayAndClock(drill.at)}</th>
              <td className={`fact-${level}`}>{text}</td>
              <td className="cell">{milliseconds(drill.shutMs)}</td>
              <td className="cell">{milliseconds(drill.cancelledMs)}</td>
              <td className="cell">{milliseconds(drill.provenMs)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
