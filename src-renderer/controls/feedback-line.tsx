import { useFeedback } from './feedback.ts';

const MARKS = { waiting: '…', done: '✓', refused: '▲' } as const;

/** What the desk answered last; read out by assistive technology as it changes. */
export function FeedbackLine() {
  const latest = useFeedback(({ latest }) => latest);
  return (
    <output className={`feedback feedback-${latest?.tone ?? 'none'}`}>
      {latest && (
        <>
          <span aria-hidden="true">{MARKS[latest.tone]} </span>
          {latest.text}
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
