import type { EquityPoint } from '../../../src-shared/contract/methods.ts';
import type { Micros } from '../../../src-shared/domain/time.ts';

/** A day and a bit, at one point a second. Thinned to half, every other point, each time it is full. */
const MAX_POINTS = 100_000;

/** Equity over time since the desk's start, in the reporting currency, and how far it was below its highest. An estimate for eyes. */
export class EquityCurve {
  private points: EquityPoint[] = [];
  private peak = Number.NEGATIVE_INFINITY;
  private everyNth = 1;
  private skipped = 0;

  /** @param equity NaN where a mark is missing: no point is made up for it. */
  add(at: Micros, equity: number): void {
    if (Number.isNaN(equity)) return;
    this.peak = Math.max(this.peak, equity);
    this.skipped += 1;
    if (this.skipped < this.everyNth) return;
    this.skipped = 0;
    this.points.push([at, equity, this.peak - equity]);
    if (this.points.length < MAX_POINTS) return;
    this.points = this.points.filter((_, index) => index % 2 === 1);
    this.everyNth *= 2;
  }

  /** How far `equity` is below the highest so far, itself included; NaN where it is not known. */
  drawdown(equity: number): number {
    return Math.max(0, Math.max(this.peak, equity) - equity);
  }

  /**
   * At most `limit` points, oldest first: of each stretch its lowest and its highest equity, so that no peak and no trough is
   * lost. The newest point is always among them.
   */
  thinned(limit: number): EquityPoint[] {
    const { points } = this;
    const newest = points.at(-1);
    if (points.length <= limit || newest === undefined) return [...points];
    const stretches = Math.max(1, Math.floor((limit - 1) / 2));
    const perStretch = (points.length - 1) / stretches;
    const thin: EquityPoint[] = [];
    for (let stretch = 0; stretch < stretches; stretch += 1) {
      thin.push(...extremes(points.slice(Math.floor(stretch * perStretch), Math.floor((stretch + 1) * perStretch))));
    }
    return [...thin, newest].slice(-limit);
  }
}

/** Lowest and highest, in the order they came. */
function extremes(points: readonly EquityPoint[]): EquityPoint[] {
  let [low] = points;
  let [high] = points;
  if (low === undefined || high === undefined) return [];
  for (const point of points) {
    if (point[1] < low[1]) low = point;
    if (point[1] > high[1]) high = point;
  }
  if (low === high) return [low];
  return low[0] < high[0] ? [low, high] : [high, low];
}
