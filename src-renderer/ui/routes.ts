/** The panels, in the order of their tabs and digits. */
export const PANELS = [
  { id: 'overview', title: 'Overview' },
  { id: 'positions', title: 'Positions' },
  { id: 'orders', title: 'Orders & fills' },
  { id: 'market', title: 'Market' },
  { id: 'venues', title: 'Venues' },
  { id: 'switch', title: 'Kill switch' },
  { id: 'health', title: 'Health' },
] as const;

export type PanelId = (typeof PANELS)[number]['id'];

/** The panel of a location hash (`#/orders`); the first one for any other. */
export function panelOf(hash: string): PanelId {
  return PANELS.find(({ id }) => hash === `#/${id}`)?.id ?? PANELS[0].id;
}

export function hashOf(panel: PanelId): string {
  return `#/${panel}`;
}

/** Where a key leads from the tab of `panel`: the arrows around in a circle, Home and End to the ends; null for other keys. */
export function neighbourOf(panel: PanelId, key: string): PanelId | null {
  const at = PANELS.findIndex(({ id }) => id === panel);
  const places: Readonly<Record<string, number>> = {
    ArrowLeft: at - 1,
    ArrowRight: (at + 1) % PANELS.length,
    Home: 0,
    End: PANELS.length - 1,
  };
  const place = places[key];
  return place === undefined ? null : (PANELS.at(place)?.id ?? null);
}
