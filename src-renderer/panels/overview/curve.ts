import type { EquityPoint } from '../../../src-shared/contract/methods.ts';
import { MICROS_PER_SECOND } from '../../../src-shared/domain/time.ts';

/** A point of the curve as a chart takes it: whole seconds since the epoch, drawdown as a negative number. */
export interface CurvePoint {
  readonly second: number;
  readonly equity: number;
  readonly drawdown: number;
}

/** More points than a screen has columns show nothing more. */
export const MAX_POINTS = 4_000;

/** What a chart has to do after an addition. */
export type Change = 'newest' | 'all' | 'nothing';

/**
 * The equity curve, bounded: one point per step, the last one of a step counts. When it is full the step doubles, so that a curve
 * of a week takes no more memory than one of an hour.
 */
export class Curve {
  private stepSeconds = 1;
  private list: CurvePoint[] = [];

  get points(): readonly CurvePoint[] {
    return this.list;
  }

  /** Begins anew with `points`, oldest first. */
  reset(points: readonly EquityPoint[]): void {
    this.stepSeconds = 1;
    this.list = [];
    for (const [at, equity, drawdown] of points) this.add(at, equity, drawdown);
  }

  /** `at` in µs; `drawdown` of either sign. What is older than the newest point is left out. */
  add(at: number, equity: number, drawdown: number): Change {
    const second = this.stepOf(at / MICROS_PER_SECOND);
    const newest = this.list.at(-1);
    if (newest !== undefined && second < newest.second) return 'nothing';
    const point = { second, equity, drawdown: -Math.abs(drawdown) };
    if (newest?.second === second) this.list[this.list.length - 1] = point;
    else this.list.push(point);
    if (this.list.length <= MAX_POINTS) return 'newest';
    this.thin();
    return 'all';
  }

  private thin(): void {
    this.stepSeconds *= 2;
    const thinned: CurvePoint[] = [];
    for (const point of this.list) {
      const second = this.stepOf(point.second);
      if (thinned.at(-1)?.second === second) thinned.pop();
      thinned.push({ ...point, second });
    }
    this.list = thinned;
  }

  private stepOf(second: number): number {
    return Math.floor(second / this.stepSeconds) * this.stepSeconds;
  }
}
