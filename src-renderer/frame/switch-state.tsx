import { useDesk } from '../state/desk.ts';
import { useLatest } from '../state/topics.ts';
import { switchWords } from '../ui/switch-words.ts';
import { showPanel } from '../ui/use-panel.ts';
import './switch-state.css';

/** The kill switch: which one it is by outline and word, how it is by shape and word. Leads to its panel. */
export function SwitchState() {
  const { value, isStale } = useLatest('switch', {});
  const isMoneyAtStake = useDesk(({ description }) => description?.kind === 'live');
  const known = isStale ? null : value;
  const { kind, shape, text, isAbnormal } = switchWords(known);
  const isAlarming = isAbnormal || (known?.kind === 'none' && isMoneyAtStake);
  return (
    <button
      type="button"
      className={`switch switch-${known?.kind ?? 'unknown'}${isAlarming ? ' switch-alarming' : ''}`}
      title="Show the kill switch"
      onClick={() => showPanel('switch')}
    >
      {kind !== null && <span className="switch-kind">{kind} </span>}
      <span>
        <span aria-hidden="true">{shape}</span> {text}
      </span>
    </button>
  );
}
