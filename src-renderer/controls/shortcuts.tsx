import { useEffect, useRef } from 'react';
import { openSheet } from '../ui/sheets.ts';
import { showPanel } from '../ui/use-panel.ts';
import { cancelAll, requestMode } from './acts.ts';
import { EVERYTHING } from './flatten.ts';
import { actOf, isField, type KeyAct } from './keys.ts';
import { useMode } from './use-mode.ts';

/** Listens to the keys of the whole window. */
export function Shortcuts() {
  const mode = useMode();
  const current = useRef(mode);
  useEffect(() => {
    current.current = mode;
  }, [mode]);
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      const isTyping = event.target instanceof HTMLElement && isField(event.target);
      const { key, ctrlKey, metaKey, altKey, shiftKey, repeat } = event;
      const act = actOf({ key, ctrlKey, metaKey, altKey, shiftKey, repeat, isTyping });
      if (act === null) return;
      event.preventDefault();
      perform(act, current.current);
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, []);
  return null;
}

function perform(act: KeyAct, mode: ReturnType<typeof useMode>): void {
  switch (act.type) {
    case 'palette':
      openSheet('palette');
      return;
    case 'key-sheet':
      openSheet('keys');
      return;
    case 'panel':
      showPanel(act.panel);
      return;
    case 'tighten':
      requestMode(act.mode, mode);
      return;
    case 'cancel-all':
      cancelAll({ ...EVERYTHING, name: 'all open orders' });
      return;
  }
}
