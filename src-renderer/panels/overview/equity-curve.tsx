import { useEffect, useRef } from 'react';
import type { TopicValue } from '../../../src-shared/contract/topics.ts';
import { desk, useDesk } from '../../state/desk.ts';
import { useTheme } from '../../ui/theme.ts';
import { Curve } from './curve.ts';
import { EquityChart } from './equity-chart.ts';

const HISTORY_POINTS = 2_000;
/** The curve is for the eye: redrawing it more often shows nothing. */
const REDRAW_MS = 250;

/** The equity curve since this start of the desk, drawn past React. */
export function EquityCurve({ label }: { readonly label: string }) {
  const container = useRef<HTMLElement>(null);
  const chart = useRef<EquityChart>(null);
  const theme = useTheme(({ theme }) => theme);
  const isUp = useDesk(({ link }) => link.state === 'up');
  useEffect(() => {
    if (container.current === null) return;
    const made = new EquityChart(container.current);
    chart.current = made;
    return () => {
      made.close();
      chart.current = null;
    };
  }, []);
  useEffect(() => {
    if (chart.current !== null && theme) chart.current.recolour();
  }, [theme]);
  useEffect(() => {
    return isUp && chart.current !== null ? follow(chart.current) : undefined;
  }, [isUp]);
  return <figure ref={container} aria-label={label} className="equity-chart" />;
}

/** Draws what the desk remembers, then every new value. Anew after each lost link: the desk may be another one since. */
function follow(chart: EquityChart): () => void {
  const curve = new Curve();
  let isReady = false;
  let drawnAtMs = 0;
  const hear = (at: number, { equity, drawdown }: TopicValue<'pnl'>): void => {
    const nowMs = performance.now();
    if (!isReady || equity === null || nowMs - drawnAtMs < REDRAW_MS) return;
    drawnAtMs = nowMs;
    const change = curve.add(at, equity, drawdown ?? 0);
    const newest = curve.points.at(-1);
    if (change === 'all') chart.drawAll(curve.points);
    else if (change === 'newest' && newest) chart.drawNewest(newest);
  };
  const stop = desk().latest('pnl', {}, ({ at, value }) => hear(at, value));
  let isStopped = false;
  desk()
    .call('equity', { limit: HISTORY_POINTS })
    .then(
      ({ points }) => {
        if (isStopped) return;
        curve.reset(points);
        chart.drawAll(curve.points);
        isReady = true;
      },
      // The link went again: the next one asks anew.
      () => {},
    );
  return () => {
    isStopped = true;
    stop();
  };
}
