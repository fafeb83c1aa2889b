import { type Tab, useOrdersView } from './view.ts';

const TABS = [
  ['open', 'Open orders'],
  ['all', 'All orders'],
  ['fills', 'Fills'],
] as const;

/** Which of the three lists is shown. Arrow keys move between them, as in any group of radio buttons. */
export function ViewTabs({ counts }: { counts: Readonly<Record<Tab, number>> }) {
  const shown = useOrdersView(({ tab }) => tab);
  return (
    <fieldset className="view-tabs">
      <legend className="visually-hidden">Shown</legend>
      {TABS.map(([tab, name]) => (
        <label key={tab} className={tab === shown ? 'is-shown' : ''}>
          <input
            type="radio"
            name="orders-view"
            className="visually-hidden"
            checked={tab === shown}
            onChange={() => useOrdersView.setState({ tab })}
          />
          {name} <span className="view-count">{counts[tab]}</span>
        </label>
      ))}
    </fieldset>
  );
}
