import { type ReactNode, useId } from 'react';
import type { Reading } from '../state/topics.ts';
import { age } from './format.ts';
import './panel.css';
import { Tip } from './tip.tsx';

interface PanelProps {
  readonly title: string;
  /** What the numbers in it are read from. */
  readonly reading?: Reading<unknown>;
  readonly actions?: ReactNode;
  readonly className?: string;
  readonly children: ReactNode;
}

/** A titled part of the window. It says when what it shows is stale; age and source are told on hover and focus. */
export function Panel({ title, reading, actions, className = '', children }: PanelProps) {
  const id = useId();
  const lines = reading && [`Age: ${age(reading.ageMs)}`, `Source: ${reading.source}`];
  return (
    <section className={`panel ${className}`} aria-labelledby={id} data-stale={reading?.isStale || undefined}>
      <header className="panel-head">
        <h2 id={id}>{title}</h2>
        {lines && (
          <Tip label={`Age and source of ${title}`} lines={lines} className="panel-source">
            <span className="source-mark">i</span>
          </Tip>
        )}
        {reading?.isStale && <span className="stale-badge">stale · {staleness(reading.ageMs)}</span>}
        {actions && <div className="panel-actions">{actions}</div>}
      </header>
      <div className="panel-body" title={lines?.join('\n')}>
        {children}
      </div>
    </section>
  );
}

function staleness(ageMs: number | null): string {
  return ageMs === null ? 'nothing heard yet' : `${age(ageMs)} old`;
}
