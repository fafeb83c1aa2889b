import type { SwitchTopic } from '../../../src-shared/contract/switch.ts';
import { switchWords } from '../../ui/switch-words.ts';

const KINDS: Readonly<Record<SwitchTopic['kind'], { readonly title: string; readonly meaning: string }>> = {
  none: {
    title: '⊘ NO KILL SWITCH',
    meaning: 'Only this window and the command line stop this desk, and both need this machine to answer.',
  },
  emulated: {
    title: '◌ EMULATED SWITCH',
    meaning: 'Stops this desk on paper. No button on the table, and no real money with it.',
  },
  real: {
    title: '◆ REAL SWITCH',
    meaning: 'A button on the table. It stops this desk whatever window, mouse or engine do.',
  },
};

const STATES: Readonly<Record<SwitchTopic['state'], string>> = {
  none: '',
  armed: 'A press cancels everything, and shuts the last door.',
  tripped: 'The desk is stopped until the three acts are done.',
  fault: 'It does not prove that it would stop the desk: the mode cannot be loosened.',
};

/** Which switch it is and how it is, so that nobody takes one for another. */
export function Identity({ value, isStale }: { readonly value: SwitchTopic; readonly isStale: boolean }) {
  const { kind, state, waiver } = value;
  const { title, meaning } = KINDS[kind];
  const { shape, text, isAbnormal } = switchWords(isStale ? null : value);
  return (
    <section className={`identity identity-${kind}`} aria-label="Which kill switch" data-stale={isStale || undefined}>
      <div>
        <h2>{title}</h2>
        <p>{meaning}</p>
        {waiver !== null && (
          <p className="fact-high">
            ▲ Accepted by {waiver.operator} at the start: {waiver.reason}
          </p>
        )}
      </div>
      {kind !== 'none' && (
        <div className={isAbnormal ? 'identity-state fact-over' : 'identity-state'}>
          <strong>
            {shape} {text}
          </strong>
          <p>{isStale ? 'Nothing was heard of it for too long.' : STATES[state]}</p>
        </div>
      )}
    </section>
  );
}
