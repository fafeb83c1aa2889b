import type { BarView, InstrumentView } from '../../../src-shared/contract/methods.ts';
import { formatMicros, micros } from '../../../src-shared/domain/time.ts';
import { number } from '../../ui/format.ts';
import type { BarFills } from './own-fills.ts';

interface BarLegendProps {
  readonly bars: readonly BarView[];
  readonly fills: readonly BarFills[];
  /** The start of the bar that the operator points at, µs; null: the newest is shown. */
  readonly pointedAt: number | null;
  readonly instrument: InstrumentView;
  /** Hears which bar the keyboard chose; null: the newest, whichever that is. */
  readonly onPick: (bar: BarView | null) => void;
}

const SECONDS_LENGTH = 'YYYY-MM-DDTHH:MM:SS'.length;

/** What a bar holds, in figures: of the one pointed at, by pointer or by keyboard. A canvas alone says nothing to a screen reader. */
export function BarLegend({ bars, fills, pointedAt, instrument, onPick }: BarLegendProps) {
  const { priceDecimals, quantityDecimals } = instrument;
  const pointed = pointedAt === null ? -1 : bars.findIndex(({ startAt }) => startAt === pointedAt);
  const index = pointed === -1 ? bars.length - 1 : pointed;
  const bar = bars[index];
  if (bar === undefined) return null;
  const started = formatMicros(micros(bar.startAt)).slice(0, SECONDS_LENGTH).replace('T', ' ');
  const own = fills.filter(({ startAt }) => startAt === bar.startAt);
  const price = (value: number): string => number(value, priceDecimals) ?? '';
  const figures = [
    ['Open', price(bar.open)],
    ['High', price(bar.high)],
    ['Low', price(bar.low)],
    ['Close', price(bar.close)],
    ['Volume', number(bar.volume, quantityDecimals) ?? ''],
  ] as const;
  const ownTexts = own.map(({ side, fills: count, quantity, averagePrice }) => {
    const verb = side === 'buy' ? '▲ bought' : '▼ sold';
    const many = count === 1 ? '' : ` (${count} fills)`;
    return `${verb} ${number(quantity, quantityDecimals)} at ${price(averagePrice)}${many}`;
  });
  return (
    <figcaption className="bar-legend">
      <label className="bar-picker">
        <span>{started} UTC</span>
        <input
          type="range"
          aria-label="Bar"
          aria-valuetext={[started, ...figures.map((pair) => pair.join(' ')), ...ownTexts].join(', ')}
          title="Choose a bar with the arrow keys; Escape goes back to the newest"
          min={0}
          max={bars.length - 1}
          value={index}
          onChange={({ target }) => {
            const chosen = Number(target.value);
            onPick(chosen === bars.length - 1 ? null : (bars[chosen] ?? null));
          }}
          onKeyDown={({ key }) => {
            if (key === 'Escape') onPick(null);
          }}
        />
      </label>
      <dl className="bar-figures">
        {figures.map(([name, text]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="cell">{text}</dd>
          </div>
        ))}
      </dl>
      {own.map(({ side }, at) => (
        <span key={side} className={`own-${side}`}>
          {ownTexts[at]}
        </span>
      ))}
    </figcaption>
  );
}
