import type { BarView } from '../../../src-shared/contract/methods.ts';

/** How many bars a chart keeps, and by how many more it may grow before the oldest go: cutting draws the whole chart anew. */
export const MOST_BARS = 2_000;
const SLACK_BARS = 500;

/** What a chart has to draw again: everything, or the bars named, oldest first. */
export type Redraw = 'all' | readonly BarView[];

/** The bars of one chart by time, from the history and from what came since, in whatever order the two arrive. */
export class BarStore {
  private readonly byStart = new Map<number, BarView>();
  private ordered: readonly BarView[] = [];

  /** Oldest first; another array after each change. */
  get bars(): readonly BarView[] {
    return this.ordered;
  }

  /** The bar that starts at `startAt`, µs. */
  at(startAt: number): BarView | undefined {
    return this.byStart.get(startAt);
  }

  /** What a bar lost with its link is mended, and what came while the history was under way stays: volume only grows. */
  addHistory(history: readonly BarView[]): Redraw {
    for (const bar of history) {
      if (bar.volume >= (this.at(bar.startAt)?.volume ?? 0)) this.byStart.set(bar.startAt, bar);
    }
    return this.rebuild();
  }

  /** @param bars as they changed, oldest first. */
  update(bars: readonly BarView[]): Redraw {
    const changed = bars.filter((bar) => !isSame(bar, this.byStart.get(bar.startAt)));
    const newest = this.ordered.at(-1)?.startAt ?? Number.NEGATIVE_INFINITY;
    const isMissing = changed.some(({ startAt }) => startAt < newest && !this.byStart.has(startAt));
    for (const bar of changed) this.byStart.set(bar.startAt, bar);
    if (isMissing || this.byStart.size > MOST_BARS + SLACK_BARS) return this.rebuild();
    for (const bar of changed) this.put(bar);
    return changed;
  }

  private put(bar: BarView): void {
    const index = this.ordered.findLastIndex(({ startAt }) => startAt <= bar.startAt);
    this.ordered =
      this.ordered[index]?.startAt === bar.startAt ? this.ordered.with(index, bar) : [...this.ordered, bar];
  }

  private rebuild(): 'all' {
    this.ordered = [...this.byStart.values()].sort((a, b) => a.startAt - b.startAt).slice(-MOST_BARS);
    this.byStart.clear();
    for (const bar of this.ordered) this.byStart.set(bar.startAt, bar);
    return 'all';
  }
}

function isSame(a: BarView, b: BarView | undefined): boolean {
  return (
    b !== undefined &&
    a.open === b.open &&
    a.high === b.high &&
    a.low === b.low &&
    a.close === b.close &&
    a.volume === b.volume
  );
}
