import type { TopicValue } from '../../src-shared/contract/topics.ts';
import { useLatest } from '../state/topics.ts';

type SwitchState = TopicValue<'status'>['killSwitch'];

const WORDS: Readonly<Record<SwitchState, { readonly mark: string; readonly text: string }>> = {
  none: { mark: '○', text: 'No switch' },
  armed: { mark: '◉', text: 'Switch armed' },
  tripped: { mark: '■', text: 'Switch tripped' },
  fault: { mark: '▲', text: 'Switch fault' },
};

/** The hardware kill switch. */
export function SwitchState() {
  const { value, isStale } = useLatest('status', {});
  const state = isStale ? null : (value?.killSwitch ?? null);
  const { mark, text } = state === null ? { mark: '?', text: 'Switch unknown' } : WORDS[state];
  return (
    <span className={`switch switch-${state ?? 'unknown'}`}>
      <span aria-hidden="true">{mark}</span> {text}
    </span>
  );
}
