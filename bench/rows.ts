/** One line of `npm run bench`. */
export interface BenchRow {
  readonly bench: 'engine';
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What the value is held against, as text: `>= 3`. Empty when it only informs. */
  readonly target: string;
  /** What it was compared with, and its version; null when it stands alone. */
  readonly peer: string | null;
  readonly ok: boolean;
}

/** A row that has to reach at least, or stay at most at, its target. */
export function row(
  name: string,
  value: number,
  unit: string,
  target: { readonly atLeast?: number; readonly atMost?: number } = {},
  peer: string | null = null,
): BenchRow {
  const { atLeast, atMost } = target;
  const text = atLeast !== undefined ? `>= ${atLeast}` : atMost !== undefined ? `<= ${atMost}` : '';
  const ok = value >= (atLeast ?? Number.NEGATIVE_INFINITY) && value <= (atMost ?? Number.POSITIVE_INFINITY);
  return { bench: 'engine', name, value, unit, target: text, peer, ok };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
