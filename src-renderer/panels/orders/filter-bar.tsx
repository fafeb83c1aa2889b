import { ORDER_VIEW_STATUSES } from '../../../src-shared/contract/topics.ts';
import { useDesk } from '../../state/desk.ts';
import { type Filter, NO_FILTER } from './filter.ts';
import { useOrdersView } from './view.ts';

const SIDES = ['buy', 'sell'] as const;
const NO_INSTRUMENTS: readonly { readonly key: string }[] = [];

/** What is shown of the rows; it changes nothing at the desk. `shown` of `all` rows pass it. */
export function FilterBar({ withStatus, shown, all }: { withStatus: boolean; shown: number; all: number }) {
  const filter = useOrdersView((view) => view.filter);
  const instruments = useDesk(({ description }) => description?.instruments ?? NO_INSTRUMENTS);
  const set = (change: Partial<Filter>): void => useOrdersView.setState({ filter: { ...filter, ...change } });
  return (
    <form className="filter-bar" aria-label="Filter" onSubmit={(event) => event.preventDefault()}>
      {withStatus && (
        <Choice
          label="Status"
          value={filter.status}
          options={ORDER_VIEW_STATUSES}
          onChange={(status) => set({ status })}
        />
      )}
      <Choice label="Side" value={filter.side} options={SIDES} onChange={(side) => set({ side })} />
      <Choice
        label="Instrument"
        value={filter.instrument}
        options={instruments.map(({ key }) => key)}
        onChange={(instrument) => set({ instrument })}
      />
      <label>
        <span>Text</span>
        <input
          type="search"
          placeholder="id, reason, strategy…"
          value={filter.text}
          onChange={({ target }) => set({ text: target.value })}
        />
      </label>
      <button type="button" className="button" onClick={() => useOrdersView.setState({ filter: NO_FILTER })}>
        Clear
      </button>
      <output className="filter-count">
        {shown} of {all}
      </output>
    </form>
  );
}

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly value: T | null;
  readonly options: readonly T[];
  readonly onChange: (value: T | null) => void;
}

function Choice<T extends string>({ label, value, options, onChange }: ChoiceProps<T>) {
  return (
    <label>
      <span>{label}</span>
      <select
        value={value ?? ''}
        onChange={({ target }) => onChange(options.find((option) => option === target.value) ?? null)}
      >
        <option value="">any</option>
        {options.map((option) => (
          <option key={option}>{option}</option>
        ))}
      </select>
    </label>
  );
}
