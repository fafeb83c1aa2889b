import { Sheet } from '../ui/sheet.tsx';
import { closeSheet } from '../ui/sheets.ts';
import { BINDINGS } from './keys.ts';
import './palette.css';

/** All keys of the window. */
export function KeySheet() {
  return (
    <Sheet label="All keys" onClose={() => closeSheet('keys')}>
      <h2>Keys</h2>
      <div className="sheet-body">
        <table className="key-table">
          <tbody>
            {BINDINGS.map(({ keys, what }) => (
              <tr key={keys}>
                <th scope="row">
                  <span className="key">{keys}</span>
                </th>
                <td>{what}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <p className="quiet">
          Tighter modes and Cancel all act at once. Looser modes ask for a reason and a hold of their button. No key
          does anything while you type in a field, but Ctrl+K.
        </p>
      </div>
    </Sheet>
  );
}
