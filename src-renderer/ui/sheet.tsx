import { type ReactNode, useEffect, useRef } from 'react';
import './sheet.css';

interface SheetProps {
  /** The accessible name. */
  readonly label: string;
  readonly className?: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/**
 * Something that lies over the window as long as it is rendered. It closes on Escape and on a press elsewhere, and that press still
 * counts: nothing of it ever stands between a person and stopping.
 */
export function Sheet({ label, className = '', onClose, children }: SheetProps) {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const sheet = ref.current;
    if (sheet === null) return;
    const before = document.activeElement;
    sheet.showPopover();
    const first = sheet.querySelector<HTMLElement>('[data-first], input, select, button');
    (first ?? sheet).focus();
    return () => {
      // Whoever pressed elsewhere has the focus there already.
      const isElsewhere = document.activeElement !== document.body && !sheet.contains(document.activeElement);
      if (!isElsewhere && before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={ref}
      popover="auto"
      className={`sheet ${className}`}
      aria-label={label}
      tabIndex={-1}
      onToggle={({ newState }) => {
        if (newState === 'closed') onClose();
      }}
    >
      {children}
    </dialog>
  );
}
