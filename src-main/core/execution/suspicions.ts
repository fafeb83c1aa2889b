import type { Difference } from './account-differences.ts';

interface Suspicion {
  readonly gap: string;
  /** When the last report was asked for that showed it. */
  readonly askedAt: number;
  /** How many reports in a row have shown it. */
  readonly reports: number;
}

export interface SuspicionsSnapshot {
  readonly suspected: readonly (Suspicion & { readonly key: string })[];
  readonly standing: readonly { readonly key: string; readonly gap: string }[];
}

/** A gap that stays the same in so many reports while both sides move is no report that was late: each would have left another one. */
const BELIEVED_AFTER = 5;

/**
 * Which differences to believe. What the desk heard since a report was asked for may explain one, and so may a venue whose
 * answers lag behind each other: only what two reports in a row show alike, with nothing of ours changed in between, is true.
 * Where something always changes in between, more reports take the place of the quiet.
 */
export class Suspicions {
  private suspected = new Map<string, Suspicion>();
  /** Gaps of those that are believed, as long as the reports show them. */
  private standing = new Map<string, string>();

  /** How many differences stand. */
  get standingCount(): number {
    return this.standing.size;
  }

  /** Whether another report is needed to believe one, or not to. */
  get isInDoubt(): boolean {
    return this.suspected.size > 0;
  }

  /**
   * @param found all that the latest report shows.
   * @returns those that are believed from here on, and were not before.
   */
  judge(found: readonly Difference[], askedAt: number): readonly Difference[] {
    const believed: Difference[] = [];
    const suspected = new Map<string, Suspicion>();
    const standing = new Map<string, string>();
    for (const difference of found) {
      const { gap, changedAt } = difference;
      const key = `${difference.subject} ${difference.what}`;
      const stood = this.standing.get(key);
      if (stood !== undefined) standing.set(key, stood);
      if (stood === gap) continue;
      const last = this.suspected.get(key);
      const before = last?.gap === gap ? last : undefined;
      const reports = (before?.reports ?? 0) + 1;
      const wasQuiet = before !== undefined && changedAt < before.askedAt;
      if (wasQuiet || reports >= BELIEVED_AFTER) {
        believed.push(difference);
        standing.set(key, gap);
      } else suspected.set(key, { gap, askedAt, reports });
    }
    this.suspected = suspected;
    this.standing = standing;
    return believed;
  }

  snapshot(): SuspicionsSnapshot {
    return {
      suspected: Array.from(this.suspected, ([key, suspicion]) => ({ key, ...suspicion })),
      standing: Array.from(this.standing, ([key, gap]) => ({ key, gap })),
    };
  }

  restore({ suspected, standing }: SuspicionsSnapshot): void {
    this.suspected = new Map(suspected.map(({ key, ...suspicion }) => [key, suspicion]));
    this.standing = new Map(standing.map(({ key, gap }) => [key, gap]));
  }
}
