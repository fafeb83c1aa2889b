import type { KeyboardEvent } from 'react';
import { neighbourOf, PANELS, type PanelId } from '../ui/routes.ts';
import { showPanel } from '../ui/use-panel.ts';

export function tabId(panel: PanelId): string {
  return `tab-${panel}`;
}

/** The panels to choose from. Arrow keys, Home and End move along, as in any list of tabs. */
export function Tabs({ current }: { readonly current: PanelId }) {
  const onKeyDown = (event: KeyboardEvent): void => {
    const panel = neighbourOf(current, event.key);
    if (panel === null) return;
    event.preventDefault();
    showPanel(panel);
    document.getElementById(tabId(panel))?.focus();
  };
  return (
    <div role="tablist" aria-label="Panels" className="tabs" onKeyDown={onKeyDown}>
      {PANELS.map(({ id, title }, index) => (
        <button
          key={id}
          id={tabId(id)}
          type="button"
          role="tab"
          className="tab"
          aria-selected={id === current}
          aria-controls="panel"
          tabIndex={id === current ? 0 : -1}
          onClick={() => showPanel(id)}
        >
          <span className="key" aria-hidden="true">
            {index + 1}
          </span>{' '}
          {title}
        </button>
      ))}
    </div>
  );
}
