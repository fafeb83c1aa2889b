import type { TopicValue } from '../../../src-shared/contract/topics.ts';
import { type Reading, useLatest } from '../../state/topics.ts';
import { Figure } from '../../ui/figure.tsx';
import { age, bytes, number } from '../../ui/format.ts';
import { Panel } from '../../ui/panel.tsx';
import { Gauges } from './gauges.tsx';
import '../../ui/table.css';
import './health.css';
import { COUNTER_HINTS, LOOP_HINT, RESIDENT_HINT, UPTIME_HINT, UTILISATION_HINT, WINDOWS_HINT } from './hints.ts';
import { Mark } from './mark.tsx';
import { Stages } from './stages.tsx';
import { Venues } from './venues.tsx';
import { counterVerdict, loopVerdict, utilisationVerdict, type Verdict } from './verdict.ts';

type HealthReading = Reading<TopicValue<'health'>>;

const MS_PER_SECOND = 1_000;
const PERCENT = 100;

/** Whether the machine that trades is well: what it measures of itself, and what each figure means. */
export function Health() {
  const health = useLatest('health', {});
  const status = useLatest('status', {});
  const { value } = health;
  return (
    <div className="health">
      <Panel title="Latency by stage" reading={health}>
        {value === null ? <Waiting /> : <Stages stages={value.stages} />}
      </Panel>
      <Panel title="Process" reading={health}>
        <Process reading={health} />
      </Panel>
      <Panel title="Queues and heap" reading={health}>
        {value === null ? <Waiting /> : <Gauges queues={value.queues} memory={value.memory} />}
      </Panel>
      <Panel title="Counters since the start" reading={health}>
        {value === null ? <Waiting /> : <Counters counters={value.counters} />}
      </Panel>
      <Panel title="Venues" reading={status}>
        {status.value === null ? <Waiting /> : <Venues venues={status.value.venues} />}
      </Panel>
    </div>
  );
}

function Waiting() {
  return <p className="health-empty">Nothing heard yet: the desk tells how it is once a second.</p>;
}

function Process({ reading }: { reading: HealthReading }) {
  const { value } = reading;
  const ms = (of: number | undefined): string | null => number(of ?? null, 2);
  const uptime = value === null ? null : age(value.uptimeSeconds * MS_PER_SECOND);
  const loop = value?.loop;
  const busy = loop === undefined ? null : number(loop.utilisation * PERCENT, 0);
  const resident = value === null ? null : bytes(value.memory.residentBytes);
  return (
    <dl className="health-list">
      <Row name="Uptime" hint={UPTIME_HINT} reading={reading} text={uptime} />
      <Row name="Loop delay p50" hint={LOOP_HINT} reading={reading} text={ms(loop?.p50Ms)} unit="ms" />
      <Row
        name="Loop delay p99"
        hint={LOOP_HINT}
        reading={reading}
        text={ms(loop?.p99Ms)}
        unit="ms"
        verdict={loop && loopVerdict(loop)}
      />
      <Row name="Loop delay max" hint={LOOP_HINT} reading={reading} text={ms(loop?.maxMs)} unit="ms" />
      <Row
        name="Loop utilisation"
        hint={UTILISATION_HINT}
        reading={reading}
        text={busy}
        unit="%"
        verdict={loop && utilisationVerdict(loop)}
      />
      <Row name="Resident memory" hint={RESIDENT_HINT} reading={reading} text={resident} />
      <Row name="Windows connected" hint={WINDOWS_HINT} reading={reading} text={number(value?.windows ?? null, 0)} />
    </dl>
  );
}

interface RowProps {
  readonly name: string;
  readonly hint: string;
  readonly reading: HealthReading;
  readonly text: string | null;
  readonly unit?: string;
  readonly verdict?: Verdict | undefined;
}

function Row({ name, hint, reading, text, unit = '', verdict = 'normal' }: RowProps) {
  return (
    <div title={hint}>
      <dt>{name}</dt>
      <dd>
        <Mark verdict={verdict} /> <Figure reading={reading} label={`${name}. ${hint}`} text={text} unit={unit} />
      </dd>
    </div>
  );
}

function Counters({ counters }: Pick<TopicValue<'health'>, 'counters'>) {
  return (
    <dl className="health-list">
      {counters.map((counter) => (
        <div key={counter.name} title={COUNTER_HINTS[counter.name]}>
          <dt>{counter.name}</dt>
          <dd>
            <Mark verdict={counterVerdict(counter)} /> <span className="cell">{number(counter.value, 0)}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}
