import { CONTROL_MODES, type ControlMode } from '../../src-shared/domain/mode.ts';
import type { DeskDescription } from '../state/desk.ts';
import { MODE_WORDS } from '../ui/mode-words.ts';
import { PANELS, type PanelId } from '../ui/routes.ts';
import type { SheetId } from '../ui/sheets.ts';
import { EVERYTHING, type NamedScope } from './flatten.ts';
import { BINDINGS, type KeyAct } from './keys.ts';
import { modeStep } from './permission.ts';

/** Something that the palette finds. */
export interface Entry {
  readonly title: string;
  /** The keys that do the same, where there are some. */
  readonly keys: string;
  readonly run: () => void;
}

/** What entries do; given, so that the list can be made anywhere. */
export interface EntryActs {
  readonly showPanel: (panel: PanelId) => void;
  readonly requestMode: (mode: ControlMode) => void;
  readonly cancelAll: (scope: NamedScope) => void;
  readonly flatten: (scope: NamedScope) => void;
  readonly stopStrategy: (origin: string, instrument: string) => void;
  readonly startStrategy: (origin: string, instrument: string) => void;
  readonly compareWithVenues: () => void;
  readonly openSheet: (sheet: SheetId) => void;
  readonly toggleTheme: () => void;
}

type Described = Pick<DeskDescription, 'instruments' | 'strategies'>;

const SHEETS: readonly { readonly sheet: SheetId; readonly title: string }[] = [
  { sheet: 'alerts', title: 'Show alerts' },
  { sheet: 'sign-in', title: 'Sign in …' },
  { sheet: 'session', title: 'Session: sign out, take control …' },
  { sheet: 'set-pin', title: 'Set a PIN …' },
  { sheet: 'add-operator', title: 'Add an operator …' },
];

/** Every panel and every command, in the order that an empty search shows. `description` and `mode` are null while not known. */
export function entriesOf(description: Described | null, mode: ControlMode | null, acts: EntryActs): Entry[] {
  const scopes = description === null ? [] : scopesOf(description);
  const seats = description?.strategies.flatMap(({ name, instruments }) =>
    instruments.map((instrument) => ({ name, instrument })),
  );
  return [
    ...PANELS.map(({ id, title }) => ({
      title: `Show ${title}`,
      keys: keysOf((act) => act.type === 'panel' && act.panel === id),
      run: () => acts.showPanel(id),
    })),
    ...CONTROL_MODES.map((target) => ({
      title: `Go to ${MODE_WORDS[target].word}${modeStep(mode, target) === 'loosen' ? ' …' : ''}`,
      keys: keysOf((act) => act.type === 'tighten' && act.mode === target),
      run: () => acts.requestMode(target),
    })),
    {
      title: 'Cancel all open orders',
      keys: keysOf(({ type }) => type === 'cancel-all'),
      run: () => acts.cancelAll({ ...EVERYTHING, name: 'all open orders' }),
    },
    ...scopes.map((of) => ({ title: `Cancel ${of.name}`, keys: '', run: () => acts.cancelAll(of) })),
    ...[EVERYTHING, ...scopes].map((of) => ({
      title: `Flatten ${of.name} … (arms)`,
      keys: '',
      run: () => acts.flatten(of),
    })),
    ...(seats ?? []).flatMap(({ name, instrument }) => [
      { title: `Stop ${name} on ${instrument}`, keys: '', run: () => acts.stopStrategy(name, instrument) },
      { title: `Start ${name} on ${instrument} …`, keys: '', run: () => acts.startStrategy(name, instrument) },
    ]),
    { title: 'Compare with the venue now', keys: '', run: acts.compareWithVenues },
    ...SHEETS.map(({ sheet, title }) => ({ title, keys: '', run: () => acts.openSheet(sheet) })),
    {
      title: 'Show all keys',
      keys: keysOf(({ type }) => type === 'key-sheet'),
      run: () => acts.openSheet('keys'),
    },
    { title: 'Switch between light and dark', keys: '', run: acts.toggleTheme },
  ];
}

/** Each venue, where there are several, and each instrument. */
function scopesOf({ instruments }: Described): NamedScope[] {
  const venues = [...new Set(instruments.map(({ venue }) => venue))];
  return [
    ...(venues.length > 1 ? venues : []).map((venue): NamedScope => ({ scope: { kind: 'venue', venue }, name: venue })),
    ...instruments.map(({ key }): NamedScope => ({ scope: { kind: 'instrument', instrument: key }, name: key })),
  ];
}

function keysOf(isIt: (act: KeyAct) => boolean): string {
  return BINDINGS.find(({ act }) => isIt(act))?.keys ?? '';
}
