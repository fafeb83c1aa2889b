import { memo } from 'react';
import type { PnlView } from '../../../src-shared/contract/topics.ts';
import { money, senseOf, signed } from '../../ui/format.ts';

interface PnlTableProps {
  /** What a row is: `Instrument`, `Strategy`. */
  readonly head: string;
  readonly rows: readonly { readonly name: string; readonly pnl: PnlView }[];
  readonly empty: string;
}

const COLUMNS = ['Realised', 'Unrealised', 'Fees', 'Total'] as const;

/** Profit and loss, a line each; unknown where a mark is missing. */
export function PnlTable({ head, rows, empty }: PnlTableProps) {
  if (rows.length === 0) return <p className="overview-none">{empty}</p>;
  return (
    <table className="pnl-table">
      <thead>
        <tr>
          <th scope="col">{head}</th>
          {COLUMNS.map((column) => (
            <th key={column} scope="col" className="number">
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, pnl }) => (
          <tr key={`${name} ${pnl.currency}`}>
            <th scope="row">
              {name} <span className="currency">{pnl.currency}</span>
            </th>
            <Cell text={pnl.realised} />
            <Cell text={pnl.unrealised} />
            <Cell text={pnl.fees} isSenseless />
            <Cell text={pnl.total} />
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface CellProps {
  readonly text: string | null;
  /** A cost is neither up nor down. */
  readonly isSenseless?: boolean;
}

const Cell = memo(function Cell({ text, isSenseless = false }: CellProps) {
  const sense = isSenseless ? 'neutral' : senseOf(text);
  const shown = money(text);
  return (
    <td className={`number ${sense}`}>
      {shown === null ? (
        <span className="quiet" title="unknown: a mark is missing">
          —<span className="visually-hidden"> unknown</span>
        </span>
      ) : (
        <span className="cell">{signed(shown, sense)}</span>
      )}
    </td>
  );
});
