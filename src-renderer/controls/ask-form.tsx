import { useEffect, useId, useRef, useState } from 'react';
import { useLatest } from '../state/topics.ts';
import '../ui/field.css';
import { MODE_WORDS } from '../ui/mode-words.ts';
import { type Ask, dropAsk, MIN_REASON_LENGTH, useAsk } from './ask.ts';
import { give, sayRefused } from './feedback.ts';
import { HoldButton } from './hold-button.tsx';

/** The form for whatever needs a reason; nothing as long as nobody asks for that. */
export function AskForm() {
  const ask = useAsk(({ ask }) => ask);
  const mode = useLatest('status', {}).value?.mode ?? null;
  const isOvertaken = ask?.command.type === 'set-mode' && mode !== null && ask.command.from !== mode;
  useEffect(() => {
    // Somebody changed the mode meanwhile: what is asked for now, and why, is another matter.
    if (!isOvertaken) return;
    dropAsk();
    sayRefused(`${ask.title}: not asked for. The mode is ${MODE_WORDS[mode].word} now.`);
  }, [isOvertaken, ask, mode]);
  return ask && !isOvertaken && <Form key={JSON.stringify(ask.command)} ask={ask} />;
}

function Form({ ask: { title, command } }: { readonly ask: Ask }) {
  const heading = useId();
  const field = useRef<HTMLInputElement>(null);
  const [reason, setReason] = useState('');
  useEffect(() => field.current?.focus(), []);
  const isReasonMissing = reason.trim().length < MIN_REASON_LENGTH;
  return (
    <section
      className="ask"
      aria-labelledby={heading}
      onKeyDown={({ key }) => {
        if (key === 'Escape') dropAsk();
      }}
    >
      <h3 id={heading}>{title}</h3>
      {command.type === 'set-mode' && <Blocks />}
      <label className="field">
        <span>Reason (required, it is recorded)</span>
        <input
          ref={field}
          value={reason}
          maxLength={500}
          autoComplete="off"
          onChange={({ target }) => setReason(target.value)}
        />
      </label>
      <HoldButton
        text={title}
        refusal={isReasonMissing ? `Needs a reason of ${MIN_REASON_LENGTH} letters or more` : null}
        onDone={() => {
          void give(command, title, reason.trim());
          dropAsk();
        }}
      />
      <button type="button" className="button button-quiet" onClick={dropAsk}>
        Leave it
      </button>
    </section>
  );
}

/** What the desk says stands against a looser mode. */
function Blocks() {
  const { value } = useLatest('status', {});
  const blockedBy = value?.blockedBy ?? [];
  if (blockedBy.length === 0) return <p className="quiet">The desk names nothing that stands against it.</p>;
  return (
    <div>
      <p className="blocks-title">▲ Stands against it:</p>
      <ul className="blocks">
        {blockedBy.map((block) => (
          <li key={block}>{block}</li>
        ))}
      </ul>
    </div>
  );
}
