import type { ModeEvent } from '../../../src-shared/contract/topics.ts';
import { useNumbered } from '../../state/topics.ts';
import { clockSeconds } from '../../ui/format.ts';
import { MODE_WORDS } from '../../ui/mode-words.ts';

const SHOWN = 50;

/** Who changed the control mode, or tried to, the newest first. */
export function ModeEvents() {
  const events = useNumbered('modes');
  if (events.length === 0)
    return <p className="overview-none">The mode was not changed since this start of the desk.</p>;
  const newest = events.slice(-SHOWN).reverse();
  return (
    <ol className="mode-events">
      {newest.map((event) => (
        <Event key={`${event.at} ${event.operator} ${event.from} ${event.to}`} event={event} />
      ))}
    </ol>
  );
}

function Event({ event: { at, from, to, operator, reason, blockedBy } }: { readonly event: ModeEvent }) {
  const isRefused = blockedBy.length > 0;
  return (
    <li>
      <time>{clockSeconds(at)}</time> {MODE_WORDS[from].word} → <ModeName mode={to} /> · {operator}
      {reason !== '' && ` · ${reason}`}
      {isRefused && <span className="refused"> ▲ refused: {blockedBy.join(', ')}</span>}
    </li>
  );
}

function ModeName({ mode }: { readonly mode: ModeEvent['to'] }) {
  const { shape, word } = MODE_WORDS[mode];
  return (
    <strong>
      <span aria-hidden="true">{shape}</span> {word}
    </strong>
  );
}
