import { memo } from 'react';
import type { Reading } from '../state/topics.ts';
import './figure.css';
import { age, type Sense, signed } from './format.ts';
import { Tip } from './tip.tsx';

interface FigureProps {
  readonly reading: Pick<Reading<unknown>, 'ageMs' | 'isStale' | 'source'>;
  /** What the number is, for assistive technology and in the tip. */
  readonly label: string;
  /** Formatted already; null: not known. */
  readonly text: string | null;
  readonly unit?: string;
  readonly sense?: Sense;
  readonly size?: 's' | 'm' | 'l' | 'xl';
}

/** One number, with its age and its source on hover and focus, and visibly stale when it is. */
export const Figure = memo(function Figure(props: FigureProps) {
  const { reading, label, text, unit = '', sense = 'neutral', size = 'm' } = props;
  const shown = text === null ? '—' : signed(text, sense);
  const spoken = text === null ? 'unknown' : `${shown} ${unit}`.trim();
  return (
    <Tip
      label={`${label}: ${spoken}${reading.isStale ? ', stale' : ''}`}
      lines={[reading.isStale ? `${label} (stale)` : label, `Age: ${age(reading.ageMs)}`, `Source: ${reading.source}`]}
      className={`figure figure-${size} ${text === null ? 'neutral' : sense}`}
      isStale={reading.isStale}
    >
      <span className="figure-text">{shown}</span>
      {unit !== '' && text !== null && <span className="figure-unit"> {unit}</span>}
    </Tip>
  );
}, isSame);

/** Readings are new objects at every tick; only what is drawn counts. */
function isSame(before: FigureProps, after: FigureProps): boolean {
  return (
    before.text === after.text &&
    before.label === after.label &&
    before.unit === after.unit &&
    before.sense === after.sense &&
    before.size === after.size &&
    before.reading.isStale === after.reading.isStale &&
    before.reading.source === after.reading.source &&
    age(before.reading.ageMs) === age(after.reading.ageMs)
  );
}
