import { type ReactNode, type Ref, useId } from 'react';
import '../ui/button.css';

interface ActButtonProps {
  /** What one press does. It is called for a refused press too, and says why nothing happens. */
  readonly onAct: () => void;
  /** Why it may not be used now; null: it may. */
  readonly refusal: string | null;
  readonly className?: string;
  readonly isCurrent?: boolean;
  readonly label?: string;
  readonly onEscape?: () => void;
  readonly ref?: Ref<HTMLButtonElement>;
  readonly children: ReactNode;
}

/** A button that acts when it goes down, not when it comes up again. A key that is held acts once. */
export function ActButton(props: ActButtonProps) {
  const { onAct, refusal, className = '', isCurrent = false, label, onEscape, ref, children } = props;
  const id = useId();
  return (
    <>
      <button
        ref={ref}
        type="button"
        className={`button ${className}`}
        aria-label={label}
        aria-disabled={refusal !== null || undefined}
        aria-describedby={refusal === null ? undefined : id}
        aria-current={isCurrent || undefined}
        title={refusal ?? undefined}
        onPointerDown={({ button }) => {
          if (button === 0) onAct();
        }}
        onClick={({ detail }) => {
          // Presses of the pointer have acted when they went down; keys and assistive technology have no pointer.
          if (detail === 0) onAct();
        }}
        onKeyDown={(event) => {
          if (event.repeat) event.preventDefault();
          if (event.key === 'Escape') onEscape?.();
        }}
      >
        {children}
      </button>
      {refusal !== null && (
        <span id={id} hidden>
          {refusal}
        </span>
      )}
    </>
  );
}
