import { useEffect } from 'react';
import { useDesk } from '../state/desk.ts';
import { clockSeconds } from '../ui/format.ts';
import { dropOfLink, useFeedback } from './feedback.ts';

const MARKS = { waiting: '…', done: '✓', refused: '▲' } as const;

/** What the desk answered last; read out by assistive technology as it changes. */
export function FeedbackLine() {
  const latest = useFeedback(({ latest }) => latest);
  const isUp = useDesk(({ link }) => link.state === 'up');
  useEffect(() => {
    if (isUp) dropOfLink();
  }, [isUp]);
  return (
    <output className={`feedback feedback-${latest?.tone ?? 'none'}`}>
      {latest && (
        <>
          <span aria-hidden="true">{MARKS[latest.tone]} </span>
          <time>{clockSeconds(latest.at)}</time> {latest.text}
          {latest.blockedBy.length > 0 && (
            <ul className="blocks">
              {latest.blockedBy.map((block) => (
                <li key={block}>{block}</li>
              ))}
            </ul>
          )}
        </>
      )}
    </output>
  );
}
