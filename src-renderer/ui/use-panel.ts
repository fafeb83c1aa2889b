import { useSyncExternalStore } from 'react';
import { hashOf, type PanelId, panelOf } from './routes.ts';

/** The panel that the address names. */
export function usePanel(): PanelId {
  return panelOf(useSyncExternalStore(subscribe, hash));
}

export function showPanel(panel: PanelId): void {
  window.location.hash = hashOf(panel);
}

function subscribe(heard: () => void): () => void {
  window.addEventListener('hashchange', heard);
  return () => window.removeEventListener('hashchange', heard);
}

function hash(): string {
  return window.location.hash;
}
