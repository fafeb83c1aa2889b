import { create } from 'zustand';

/** What can lie over the window, one at a time. */
export type SheetId = 'palette' | 'keys' | 'alerts' | 'session' | 'sign-in' | 'set-pin' | 'add-operator';

export const useSheet = create<{ readonly open: SheetId | null }>(() => ({ open: null }));

export function openSheet(open: SheetId): void {
  useSheet.setState({ open });
}

/** Closes `sheet` unless another one has taken its place already. */
export function closeSheet(sheet: SheetId): void {
  if (useSheet.getState().open === sheet) useSheet.setState({ open: null });
}
