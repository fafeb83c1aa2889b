import { type ReactNode, Suspense } from 'react';
import { Controls } from '../controls/controls.tsx';
import { AlertCounts } from './alert-counts.tsx';
import { Announcer } from './announcer.tsx';
import { Exposure } from './exposure.tsx';
import { FirstRun } from './first-run.tsx';
import './frame.css';
import type { PanelId } from '../ui/routes.ts';
import { openSheet } from '../ui/sheets.ts';
import { KindBadge } from './kind-badge.tsx';
import { LinkBanner } from './link-banner.tsx';
import { ModeBanner } from './mode-banner.tsx';
import { OpenOrders } from './open-orders.tsx';
import { PnlToday } from './pnl-today.tsx';
import { SessionBadge } from './session-badge.tsx';
import { StatusBar } from './status-bar.tsx';
import { SwitchState } from './switch-state.tsx';
import { Tabs, tabId } from './tabs.tsx';
import { ThemeToggle } from './theme-toggle.tsx';

interface FrameProps {
  readonly panel: PanelId;
  /** The panel itself. */
  readonly children: ReactNode;
}

/** What is always on screen, around whichever panel is shown. */
export function Frame({ panel, children }: FrameProps) {
  return (
    <div className="frame">
      <header className="top">
        <h1 className="visually-hidden">Interlock</h1>
        <ModeBanner />
        <KindBadge />
        <SwitchState />
        <AlertCounts />
        <span className="top-gap" />
        <SessionBadge />
        <button type="button" className="button button-quiet" onClick={() => openSheet('palette')}>
          Find <span className="key">Ctrl K</span>
        </button>
        <button type="button" className="button button-quiet" aria-label="All keys" onClick={() => openSheet('keys')}>
          <span className="key">?</span>
        </button>
        <ThemeToggle />
      </header>
      <LinkBanner />
      <aside className="rail" aria-label="The desk at a glance">
        <PnlToday />
        <Controls />
        <OpenOrders />
        <Exposure />
      </aside>
      <main className="main">
        <FirstRun />
        <Tabs current={panel} />
        <div id="panel" role="tabpanel" className="tabpanel" aria-labelledby={tabId(panel)}>
          <Suspense fallback={<p className="quiet">Loading …</p>}>{children}</Suspense>
        </div>
      </main>
      <StatusBar />
      <Announcer />
    </div>
  );
}
