import './meter.css';

interface MeterProps {
  /** The accessible name. */
  readonly label: string;
  /** What the bar says, for assistive technology. */
  readonly text: string;
  /** 0 to 1, and beyond where more is used than there should be; null where it is not known. */
  readonly share: number | null;
  readonly level: 'normal' | 'high' | 'over';
}

const PERCENT = 100;

/** How much of a bound is used, as a bar. The words beside it are the caller's: a colour alone says nothing. */
export function Meter({ label, text, share, level }: MeterProps) {
  const percent = Math.min(PERCENT, Math.round((share ?? 0) * PERCENT));
  return (
    <span className={`meter meter-${level}`}>
      <meter className="visually-hidden" aria-label={label} aria-valuetext={text} max={PERCENT} value={percent} />
      <span className="meter-fill" aria-hidden="true" style={{ inlineSize: `${percent}%` }} />
    </span>
  );
}
