import { type ComponentType, lazy } from 'react';
import { KeySheet } from './controls/key-sheet.tsx';
import { Palette } from './controls/palette.tsx';
import { Shortcuts } from './controls/shortcuts.tsx';
import { AlertSheet } from './frame/alert-sheet.tsx';
import { Frame } from './frame/frame.tsx';
import { AddOperatorSheet, SessionSheet, SetPinSheet, SignInSheet } from './frame/session-sheet.tsx';
import { FaultBoundary } from './ui/fault-boundary.tsx';
import type { PanelId } from './ui/routes.ts';
import { type SheetId, useSheet } from './ui/sheets.ts';
import { usePanel } from './ui/use-panel.ts';

const PANEL_VIEWS: Readonly<Record<PanelId, ComponentType>> = {
  overview: lazy(async () => ({ default: (await import('./panels/overview/overview.tsx')).Overview })),
  positions: lazy(async () => ({ default: (await import('./panels/positions/positions.tsx')).Positions })),
  orders: lazy(async () => ({ default: (await import('./panels/orders/orders.tsx')).OrdersAndFills })),
  market: lazy(async () => ({ default: (await import('./panels/market/market.tsx')).Market })),
  venues: lazy(async () => ({ default: (await import('./panels/venues/venues.tsx')).Venues })),
  switch: lazy(async () => ({ default: (await import('./panels/switch/kill-switch.tsx')).KillSwitch })),
  health: lazy(async () => ({ default: (await import('./panels/health/health.tsx')).Health })),
};

const SHEET_VIEWS: Readonly<Record<SheetId, ComponentType>> = {
  palette: Palette,
  keys: KeySheet,
  alerts: AlertSheet,
  session: SessionSheet,
  'sign-in': SignInSheet,
  'set-pin': SetPinSheet,
  'add-operator': AddOperatorSheet,
};

/** The window, whole. */
export function App() {
  const panel = usePanel();
  const sheet = useSheet(({ open }) => open);
  const PanelView = PANEL_VIEWS[panel];
  const SheetView = sheet && SHEET_VIEWS[sheet];
  return (
    <>
      <Frame panel={panel}>
        <FaultBoundary key={panel} name="This panel">
          <PanelView />
        </FaultBoundary>
      </Frame>
      {SheetView && <SheetView key={sheet} />}
      <Shortcuts />
    </>
  );
}
