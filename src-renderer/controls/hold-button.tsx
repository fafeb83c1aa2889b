import { type KeyboardEvent, useEffect, useId, useReducer, useRef } from 'react';
import '../ui/button.css';
import { HOLD_MS, hold, IDLE } from './hold.ts';

interface HoldButtonProps {
  readonly text: string;
  /** Why it cannot be held yet; null: it can. */
  readonly refusal: string | null;
  /** Called once, when it was held long enough. */
  readonly onDone: () => void;
}

const MS_PER_SECOND = 1_000;
const HOLDING_KEYS = ['Enter', ' '];

/** A button that acts only after it was held, with the pointer or with Space or Enter. Letting go early does nothing. */
export function HoldButton({ text, refusal, onDone }: HoldButtonProps) {
  const id = useId();
  const [state, send] = useReducer(hold, IDLE);
  const done = useRef(onDone);
  useEffect(() => {
    done.current = onDone;
  });
  const { phase } = state;
  useEffect(() => {
    if (phase === 'done') done.current();
    if (phase !== 'holding') return;
    let frame = requestAnimationFrame(function tick(atMs) {
      send({ type: 'tick', atMs });
      frame = requestAnimationFrame(tick);
    });
    return () => cancelAnimationFrame(frame);
  }, [phase]);
  const press = (): void => {
    if (refusal === null) send({ type: 'press', atMs: performance.now() });
  };
  const release = (): void => send({ type: 'release' });
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!HOLDING_KEYS.includes(event.key)) return;
    event.preventDefault();
    if (!event.repeat) press();
  };
  const progress = phase === 'holding' ? state.progress : phase === 'done' ? 1 : 0;
  return (
    <button
      type="button"
      className="button hold"
      aria-disabled={refusal !== null || undefined}
      aria-describedby={id}
      onPointerDown={({ button }) => {
        if (button === 0) press();
      }}
      onPointerUp={release}
      onPointerLeave={release}
      onPointerCancel={release}
      onKeyDown={onKeyDown}
      onKeyUp={release}
      onBlur={release}
    >
      <span className="hold-bar" style={{ inlineSize: `${progress * 100}%` }} />
      <span className="hold-text">{text}</span>
      <span id={id} className="hold-hint">
        {refusal ?? `Hold for ${HOLD_MS / MS_PER_SECOND} s with the pointer, Space or Enter`}
      </span>
    </button>
  );
}
