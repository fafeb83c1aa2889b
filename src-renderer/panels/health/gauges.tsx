import type { QueueView, TopicValue } from '../../../src-shared/contract/topics.ts';
import { bytes, number } from '../../ui/format.ts';
import { Meter } from '../../ui/meter.tsx';
import { HEAP_HINT, QUEUE_HINTS } from './hints.ts';
import { Mark } from './mark.tsx';
import { heapVerdict, queueVerdict, type Verdict } from './verdict.ts';

/** A bar's level for each verdict. */
const LEVELS = { normal: 'normal', high: 'high', full: 'over' } as const;

interface GaugeProps {
  readonly name: string;
  readonly hint: string;
  readonly used: number;
  readonly capacity: number;
  readonly text: string;
  readonly verdict: Verdict;
}

/** How full each bounded queue of the desk is, and the heap. */
export function Gauges({ queues, memory }: Pick<TopicValue<'health'>, 'queues' | 'memory'>) {
  const { heapUsedBytes, heapLimitBytes } = memory;
  return (
    <ul className="gauges">
      {queues.map((queue) => (
        <Gauge
          key={queue.name}
          name={`${queue.name} queue`}
          hint={QUEUE_HINTS[queue.name] ?? ''}
          used={queue.used}
          capacity={queue.capacity}
          text={usedText(queue)}
          verdict={queueVerdict(queue)}
        />
      ))}
      <Gauge
        name="heap"
        hint={HEAP_HINT}
        used={heapUsedBytes}
        capacity={heapLimitBytes}
        text={`${bytes(heapUsedBytes)} of ${bytes(heapLimitBytes)}`}
        verdict={heapVerdict(memory)}
      />
    </ul>
  );
}

function Gauge({ name, hint, used, capacity, text, verdict }: GaugeProps) {
  return (
    <li className="gauge">
      <span className="gauge-name">
        {name} <Mark verdict={verdict} />
      </span>
      <span className="cell">{text}</span>
      <div className="gauge-bar">
        <Meter label={name} text={text} share={capacity > 0 ? used / capacity : null} level={LEVELS[verdict]} />
      </div>
      <span className="gauge-hint">{hint}</span>
    </li>
  );
}

function usedText({ used, capacity, unit }: QueueView): string {
  if (unit === 'bytes') return `${bytes(used)} of ${bytes(capacity)}`;
  return `${number(used, 0)} of ${number(capacity, 0)} ${unit}`;
}
