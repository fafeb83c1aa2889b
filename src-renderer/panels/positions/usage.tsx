import type { Usage as UsageView } from '../../../src-shared/contract/topics.ts';
import { Meter } from '../../ui/meter.tsx';
import { usageView } from '../../ui/usage.ts';

const MARKS = { normal: null, high: '▲ close', over: '■ at the limit' } as const;

/** One limit and how much of it the worst case uses. */
export function Usage({ label, usage }: { label: string; usage: UsageView }) {
  const { share, level, text } = usageView(usage);
  return (
    <div className={`limit limit-${level}`}>
      <span>
        <span className="cell">{text}</span> <strong>{MARKS[level]}</strong>
      </span>
      <Meter label={label} text={`${text} ${MARKS[level] ?? ''}`.trim()} share={share} level={level} />
    </div>
  );
}
