import { type KeyboardEvent, useId, useMemo, useState } from 'react';
import { useDesk } from '../state/desk.ts';
import { Sheet } from '../ui/sheet.tsx';
import { closeSheet, openSheet } from '../ui/sheets.ts';
import { toggleTheme } from '../ui/theme.ts';
import { showPanel } from '../ui/use-panel.ts';
import { cancelAll, compareWithVenues, flatten, requestMode, startStrategy, stopStrategy } from './acts.ts';
import { type Entry, entriesOf } from './entries.ts';
import { fuzzyFilter } from './fuzzy.ts';
import './palette.css';
import { useMode } from './use-mode.ts';

const STEPS: Readonly<Record<string, number>> = { ArrowUp: -1, ArrowDown: 1 };

/** Finds every panel and every command by a few letters. */
export function Palette() {
  const list = useId();
  const mode = useMode();
  const description = useDesk(({ description }) => description);
  const [query, setQuery] = useState('');
  const [place, setPlace] = useState(0);
  const entries = useMemo(
    () =>
      entriesOf(description, mode, {
        ...{ showPanel, cancelAll, startStrategy, stopStrategy, compareWithVenues, openSheet, toggleTheme },
        requestMode: (target) => requestMode(target, mode),
        flatten: (target) => flatten(target, mode),
      }),
    [description, mode],
  );
  const found = useMemo(() => fuzzyFilter(query, entries, ({ title }) => title), [query, entries]);
  const run = (entry: Entry | undefined): void => {
    if (entry === undefined) return;
    closeSheet('palette');
    // After the focus has gone back: what runs may want it.
    requestAnimationFrame(entry.run);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = STEPS[event.key];
    if (step === undefined && event.key !== 'Enter') return;
    event.preventDefault();
    if (step !== undefined) setPlace((place + step + found.length) % Math.max(1, found.length));
    else if (!event.repeat) run(found[place]);
  };
  return (
    <Sheet label="Find a panel or a command" className="palette" onClose={() => closeSheet('palette')}>
      <input
        type="text"
        role="combobox"
        data-first
        aria-label="Find a panel or a command"
        aria-expanded="true"
        aria-controls={list}
        aria-activedescendant={found.length > 0 ? `${list}-${place}` : undefined}
        placeholder="Find a panel or a command"
        autoComplete="off"
        value={query}
        onChange={({ target }) => {
          setQuery(target.value);
          setPlace(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div id={list} role="listbox" aria-label="Found" className="palette-list">
        {found.map((entry, index) => (
          <Option key={entry.title} id={`${list}-${index}`} entry={entry} isChosen={index === place} onRun={run} />
        ))}
      </div>
      {found.length === 0 && <p className="palette-none quiet">Nothing of that name.</p>}
    </Sheet>
  );
}

interface OptionProps {
  readonly id: string;
  readonly entry: Entry;
  readonly isChosen: boolean;
  readonly onRun: (entry: Entry) => void;
}

function Option({ id, entry, isChosen, onRun }: OptionProps) {
  return (
    <button
      id={id}
      ref={(element) => {
        if (isChosen) element?.scrollIntoView({ block: 'nearest' });
      }}
      type="button"
      role="option"
      tabIndex={-1}
      aria-selected={isChosen}
      className="palette-option"
      onClick={() => onRun(entry)}
    >
      {entry.title}
      {entry.keys !== '' && <span className="key">{entry.keys}</span>}
    </button>
  );
}
