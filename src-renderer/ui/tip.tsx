import { type ReactNode, useId, useState } from 'react';
import { createPortal } from 'react-dom';
import './tip.css';

/** Room that a tip needs below its anchor, px; with less it opens above. */
const ROOM_PX = 80;

interface TipProps {
  /** The accessible name of what is explained. */
  readonly label: string;
  /** What the tip says, a line each. */
  readonly lines: readonly string[];
  readonly className?: string;
  readonly isStale?: boolean;
  readonly children: ReactNode;
}

/** Something that explains itself on hover and on keyboard focus. Escape closes the explanation. */
export function Tip({ label, lines, className = '', isStale = false, children }: TipProps) {
  const id = useId();
  const [anchor, setAnchor] = useState<DOMRect | null>(null);
  const open = ({ currentTarget }: { readonly currentTarget: HTMLElement }): void =>
    setAnchor(currentTarget.getBoundingClientRect());
  const close = (): void => setAnchor(null);
  return (
    <>
      <button
        type="button"
        className={`tip-anchor ${className}`}
        data-stale={isStale || undefined}
        aria-label={label}
        aria-describedby={anchor ? id : undefined}
        // Keeps the native tooltip of a surrounding panel away.
        title=""
        onPointerEnter={open}
        onPointerLeave={close}
        onFocus={open}
        onBlur={close}
        onKeyDown={({ key }) => {
          if (key === 'Escape') close();
        }}
      >
        {children}
      </button>
      {anchor &&
        // Outside of what it explains: it is no part of the button's own words.
        createPortal(
          <span id={id} role="tooltip" className="tip" style={placeOf(anchor)}>
            {lines.map((line) => (
              <span key={line}>{line}</span>
            ))}
          </span>,
          document.body,
        )}
    </>
  );
}

/** Beside the anchor, on whichever side has more room. */
function placeOf({ left, right, top, bottom }: DOMRect): Record<string, number> {
  const across = left > window.innerWidth / 2 ? { right: window.innerWidth - right } : { left };
  const along = bottom + ROOM_PX > window.innerHeight ? { bottom: window.innerHeight - top } : { top: bottom };
  return { ...across, ...along };
}
