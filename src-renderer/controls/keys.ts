import type { ControlMode } from '../../src-shared/domain/mode.ts';
import { PANELS, type PanelId } from '../ui/routes.ts';

/** What a key asks for. */
export type KeyAct =
  | { readonly type: 'palette' }
  | { readonly type: 'key-sheet' }
  | { readonly type: 'panel'; readonly panel: PanelId }
  | { readonly type: 'tighten'; readonly mode: Exclude<ControlMode, 'normal'> }
  | { readonly type: 'cancel-all' };

/** A key press, as far as it matters here. */
export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
  /** Held down since an earlier press. */
  readonly repeat: boolean;
  /** Whether the keys go into a field. */
  readonly isTyping: boolean;
}

export interface Binding {
  /** As it is printed on the sheet. */
  readonly keys: string;
  readonly what: string;
  readonly act: KeyAct;
}

/** Every key of the window, as the sheet lists them. */
export const BINDINGS: readonly Binding[] = [
  {
    keys: 'Shift+E',
    what: 'Emergency: stop everything, cancel everything',
    act: { type: 'tighten', mode: 'emergency' },
  },
  { keys: 'Shift+R', what: 'Reduce: only orders that make exposure smaller', act: { type: 'tighten', mode: 'reduce' } },
  { keys: 'Shift+P', what: 'Pause: no opening orders', act: { type: 'tighten', mode: 'pause' } },
  { keys: 'Shift+C', what: 'Cancel all open orders', act: { type: 'cancel-all' } },
  ...PANELS.map(
    ({ id, title }, index): Binding => ({
      keys: String(index + 1),
      what: `Show ${title}`,
      act: { type: 'panel', panel: id },
    }),
  ),
  { keys: 'Ctrl+K', what: 'Find a panel or a command', act: { type: 'palette' } },
  { keys: '?', what: 'Show this sheet', act: { type: 'key-sheet' } },
];

/** What a key press asks for; null: nothing of ours. */
export function actOf(press: KeyPress): KeyAct | null {
  // A key that is held is one act.
  if (press.repeat || press.altKey) return null;
  const name = nameOf(press);
  // The palette opens from a field too: its keys type nothing.
  if (press.isTyping && name !== 'Ctrl+K') return null;
  return BINDINGS.find(({ keys }) => keys === name)?.act ?? null;
}

/** Digits and `?` need Shift on some keyboards and not on others: there, only the sign counts. */
function nameOf({ key, ctrlKey, metaKey, shiftKey }: KeyPress): string {
  const isLetter = /^\p{L}$/u.test(key);
  const held = [ctrlKey || metaKey ? 'Ctrl+' : '', shiftKey && isLetter ? 'Shift+' : ''];
  return `${held.join('')}${isLetter ? key.toUpperCase() : key}`;
}

interface Focused {
  readonly tagName: string;
  readonly isContentEditable: boolean;
  /** Of an input. */
  readonly type?: string;
}

/** Inputs that take no letters: whoever chose with one of them may stop the desk by its key all the same. */
const LETTERLESS = ['radio', 'checkbox'];

/** Whether keys that are pressed on `element` go into a field. */
export function isField({ tagName, isContentEditable, type = '' }: Focused): boolean {
  if (tagName === 'INPUT') return !LETTERLESS.includes(type);
  return isContentEditable || ['SELECT', 'TEXTAREA'].includes(tagName);
}
