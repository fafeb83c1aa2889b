import { useEffect, useRef, useState } from 'react';
import { useMode } from '../controls/use-mode.ts';
import { MODE_WORDS } from '../ui/mode-words.ts';
import { useAlerts } from './use-alerts.ts';

/** Tells assistive technology what changed where nobody may be looking: the mode, and new alerts of high priority. */
export function Announcer() {
  return (
    <>
      <ModeChange />
      <NewAlert />
    </>
  );
}

function ModeChange() {
  const mode = useMode();
  const text = mode === null ? 'Mode unknown' : `Mode: ${MODE_WORDS[mode].word}. ${MODE_WORDS[mode].meaning}`;
  return (
    <p className="visually-hidden" aria-live="assertive">
      {text}
    </p>
  );
}

function NewAlert() {
  const { urgent } = useAlerts();
  const known = useRef(new Set<string>());
  const [text, setText] = useState('');
  useEffect(() => {
    const high = urgent.filter(({ priority }) => priority === 'high');
    const fresh = high.filter(({ id }) => !known.current.has(id));
    // One that was cleared and comes back is news again.
    known.current = new Set(high.map(({ id }) => id));
    if (fresh.length > 0) setText(fresh.map(({ title, subject }) => `High alert: ${title}, ${subject}`).join('. '));
  }, [urgent]);
  return (
    <p className="visually-hidden" aria-live="assertive">
      {text}
    </p>
  );
}
