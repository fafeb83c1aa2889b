import { type ReactNode, useEffect, useRef, useState } from 'react';

/** Around a grid: Ctrl+C copies the cell that has the focus, a double click the one under the pointer. */
export function CopyCells({ children }: { children: ReactNode }) {
  const container = useRef<HTMLDivElement>(null);
  const [told, setTold] = useState<string | null>(null);
  useEffect(() => {
    const element = container.current;
    if (element === null) return;
    const copied = ({ target }: Event): void => void copyCell(target).then((said) => said && setTold(said));
    const keyed = (event: KeyboardEvent): void => {
      const isCopy = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'c';
      // Text that is selected the browser copies by itself.
      if (isCopy && getSelection()?.isCollapsed !== false) copied(event);
    };
    element.addEventListener('dblclick', copied);
    element.addEventListener('keydown', keyed);
    return () => {
      element.removeEventListener('dblclick', copied);
      element.removeEventListener('keydown', keyed);
    };
  }, []);
  return (
    <div className="copy-cells" ref={container}>
      {children}
      <p className="copy-told" role="status">
        {told ?? 'Double-click a cell, or press Ctrl+C on it, to copy it.'}
      </p>
    </div>
  );
}

/** @returns what to tell; null where there is no cell. */
async function copyCell(target: EventTarget | null): Promise<string | null> {
  const text = target instanceof Element ? (target.closest('.ag-cell')?.textContent?.trim() ?? '') : '';
  if (text === '') return null;
  try {
    await navigator.clipboard.writeText(text);
    return `Copied ${text}`;
  } catch (error) {
    return `Not copied: ${(error as Error).message}`;
  }
}
