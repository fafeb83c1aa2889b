import { BAR_INTERVALS, type InstrumentView } from '../../../src-shared/contract/methods.ts';
import { type DeskDescription, useDesk } from '../../state/desk.ts';
import { useLatest } from '../../state/topics.ts';
import { Panel } from '../../ui/panel.tsx';
import { Candles } from './candles.tsx';
import { DepthLadder } from './depth-ladder.tsx';
import './market.css';
import { QuoteLine } from './quote-line.tsx';
import { type BarInterval, useMarketView } from './view.ts';

/** One instrument's market: quotes, candles with the desk's own fills, and the depth of its book. */
export function Market() {
  const description = useDesk((state) => state.description);
  const chosen = useMarketView((view) => view.instrument);
  const interval = useMarketView((view) => view.interval);
  if (description === null) {
    return <p className="market-empty">No market yet: the desk tells its instruments as soon as it is reached.</p>;
  }
  const instrument = pick(description, chosen);
  if (instrument === undefined) return <p className="market-empty">No instrument is configured at this desk.</p>;
  return <OneMarket instruments={description.instruments} instrument={instrument} interval={interval} />;
}

interface OneMarketProps {
  readonly instruments: readonly InstrumentView[];
  readonly instrument: InstrumentView;
  readonly interval: BarInterval;
}

function OneMarket({ instruments, instrument, interval }: OneMarketProps) {
  const { key } = instrument;
  const bar = useLatest('bar', { instrument: key, interval });
  const depth = useLatest('depth', { instrument: key });
  return (
    <div className="market">
      <div className="market-head">
        <label>
          <span>Instrument</span>
          <select value={key} onChange={({ target }) => useMarketView.setState({ instrument: target.value })}>
            {instruments.map((one) => (
              <option key={one.key}>{one.key}</option>
            ))}
          </select>
        </label>
        <IntervalPicker interval={interval} />
        <QuoteLine instrument={instrument} />
      </div>
      <Panel title="Candles" reading={bar}>
        <Candles key={`${key} ${interval}`} instrument={instrument} interval={interval} latest={bar.value} />
      </Panel>
      <Panel title="Depth" reading={depth}>
        <DepthLadder instrument={instrument} depth={depth.value} />
      </Panel>
    </div>
  );
}

function IntervalPicker({ interval }: { interval: BarInterval }) {
  return (
    <fieldset className="interval-picker">
      <legend className="visually-hidden">Interval of a candle</legend>
      {BAR_INTERVALS.map((one) => (
        <label key={one} className={one === interval ? 'is-shown' : ''}>
          <input
            type="radio"
            name="interval"
            className="visually-hidden"
            checked={one === interval}
            onChange={() => useMarketView.setState({ interval: one })}
          />
          {one}
        </label>
      ))}
    </fieldset>
  );
}

/** What was chosen; before that, and where it is gone, the first instrument that a strategy trades. */
function pick({ instruments, strategies }: DeskDescription, chosen: string | null): InstrumentView | undefined {
  const [traded] = strategies.flatMap((strategy) => strategy.instruments);
  const find = (key: string | null | undefined) => instruments.find((instrument) => instrument.key === key);
  return find(chosen) ?? find(traded) ?? instruments[0];
}
