/** Words begin after one of these. */
const BREAK = /[\s·:/._-]/;

const WORD_START = 10;
const IN_SEQUENCE = 5;
const ANYWHERE = 1;

/**
 * How well `query` fits `text`: its letters occur in it in this order, case and spaces aside. Higher is better, null is not at all.
 * Letters that begin words or follow each other count more, and so does a short text.
 */
export function fuzzyScore(query: string, text: string): number | null {
  const wanted = query.toLowerCase().replace(/\s+/g, '');
  if (wanted === '') return 0;
  const found = bestFrom(wanted, text.toLowerCase());
  return found === null ? null : found - text.length / 100;
}

/** The items that fit, best first; equal ones stay in their order. */
export function fuzzyFilter<T>(query: string, items: readonly T[], textOf: (item: T) => string): T[] {
  return items
    .map((item) => ({ item, score: fuzzyScore(query, textOf(item)) }))
    .filter((of): of is { readonly item: T; readonly score: number } => of.score !== null)
    .sort((a, b) => b.score - a.score)
    .map(({ item }) => item);
}

/** The best placement of the letters, by rows: the best score with the letters so far ending at each place. */
function bestFrom(wanted: string, text: string): number | null {
  let ending: (number | null)[] = [];
  for (const [row, letter] of [...wanted].entries()) {
    const next: (number | null)[] = [];
    let before: number | null = row === 0 ? 0 : null;
    for (let place = 0; place < text.length; place += 1) {
      const adjacent = row === 0 || place === 0 ? null : (ending[place - 1] ?? null);
      const starts = place === 0 || BREAK.test(text[place - 1] ?? '');
      const gain = starts ? WORD_START : ANYWHERE;
      const apart = before === null ? null : before + gain;
      const together = adjacent === null ? null : adjacent + Math.max(gain, IN_SEQUENCE);
      next.push(text[place] === letter ? higher(apart, together) : null);
      if (row > 0) before = higher(before, ending[place] ?? null);
    }
    ending = next;
  }
  return ending.reduce(higher, null);
}

function higher(a: number | null, b: number | null): number | null {
  if (a === null) return b;
  return b === null ? a : Math.max(a, b);
}
