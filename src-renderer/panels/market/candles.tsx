import { useEffect, useMemo, useRef, useState } from 'react';
import type { BarView, InstrumentView } from '../../../src-shared/contract/methods.ts';
import type { TopicValue } from '../../../src-shared/contract/topics.ts';
import { desk, useDesk } from '../../state/desk.ts';
import { useNumbered } from '../../state/topics.ts';
import { BarLegend } from './bar-legend.tsx';
import { CandleChart } from './candle-chart.ts';
import { onThemeChange, readChartColours } from './chart-colours.ts';
import { fillsByBar } from './own-fills.ts';
import { type BarInterval, INTERVAL_MICROS } from './view.ts';

const HISTORY_BARS = 1_000;

interface CandlesProps {
  readonly instrument: InstrumentView;
  readonly interval: BarInterval;
  /** As the `bar` topic gave it last. */
  readonly latest: TopicValue<'bar'> | null;
}

/** The candles of one instrument with the desk's own fills. Another instrument or interval needs another key. */
export function Candles({ instrument, interval, latest }: CandlesProps) {
  const { key, priceDecimals } = instrument;
  const container = useRef<HTMLDivElement>(null);
  const chart = useRef<CandleChart | null>(null);
  const [bars, setBars] = useState<readonly BarView[]>([]);
  const [pointedAt, setPointedAt] = useState<number | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const isUp = useDesk(({ link }) => link.state === 'up');

  useEffect(() => {
    if (container.current === null) return;
    const made = new CandleChart(container.current, {
      priceDecimals,
      colours: readChartColours(),
      onPoint: setPointedAt,
    });
    chart.current = made;
    const forget = onThemeChange(() => made.setColours(readChartColours()));
    return () => {
      forget();
      chart.current = null;
      made.close();
    };
  }, [priceDecimals]);

  useEffect(() => {
    if (latest === null || chart.current === null) return;
    chart.current.update(latest.bars);
    setBars(chart.current.store.bars);
  }, [latest]);

  // Asked again after each loss of the link: bars may have closed meanwhile.
  useEffect(() => {
    if (!isUp) return;
    let isWanted = true;
    desk()
      .call('bars', { instrument: key, interval, limit: HISTORY_BARS })
      .then(
        ({ bars: history }) => {
          if (!isWanted || chart.current === null) return;
          chart.current.addHistory(history);
          setBars(chart.current.store.bars);
          setFailure(null);
        },
        (error: Error) => {
          if (isWanted) setFailure(error.message);
        },
      );
    return () => {
      isWanted = false;
    };
  }, [isUp, key, interval]);

  const fills = useNumbered('fills');
  const firstAt = bars[0]?.startAt;
  const marks = useMemo(
    () => (firstAt === undefined ? [] : fillsByBar(fills, key, firstAt, INTERVAL_MICROS[interval])),
    [fills, key, firstAt, interval],
  );
  useEffect(() => chart.current?.setFills(marks), [marks]);

  const pick = (bar: BarView | null): void => {
    chart.current?.point(bar);
    setPointedAt(bar?.startAt ?? null);
  };

  return (
    <figure className="candles" aria-label={`Candles of ${key}, ${interval}`}>
      <BarLegend bars={bars} fills={marks} pointedAt={pointedAt} instrument={instrument} onPick={pick} />
      <div className="candles-canvas" ref={container} />
      {failure !== null && <p className="candles-note">The history of bars did not come: {failure}</p>}
      {failure === null && bars.length === 0 && (
        <p className="candles-note">No bars yet: the first appears with the first trade after the feed began.</p>
      )}
    </figure>
  );
}
