export type BenchName = 'engine' | 'journal' | 'window' | 'venue' | 'killswitch';

/** One line of `npm run bench`. */
export interface BenchRow {
  readonly bench: BenchName;
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What the value is held against, as text: `>= 3`. Empty when it only informs. */
  readonly target: string;
  /** What it was compared with, and its version; null when it stands alone. */
  readonly peer: string | null;
  readonly ok: boolean;
}

type MakeRow = (
  name: string,
  value: number,
  unit: string,
  target?: { readonly atLeast?: number; readonly atMost?: number },
  peer?: string | null,
) => BenchRow;

/** Makes rows of one bench. A row has to reach at least, or stay at most at, its target. */
export function rowOf(bench: BenchName): MakeRow {
  return (name, value, unit, { atLeast, atMost } = {}, peer = null) => {
    const target = atLeast !== undefined ? `>= ${atLeast}` : atMost !== undefined ? `<= ${atMost}` : '';
    const ok = value >= (atLeast ?? Number.NEGATIVE_INFINITY) && value <= (atMost ?? Number.POSITIVE_INFINITY);
    return { bench, name, value, unit, target, peer, ok };
  };
}

export const row = rowOf('engine');

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Of the values in order, the one that `share` of them come before; NaN of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
