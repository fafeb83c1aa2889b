/** Why a market frame was refused. */
export const REJECTIONS = [
  'unknown-instrument',
  'bad-timestamp',
  'timestamp-back',
  'bad-id',
  'bad-count',
  'bad-price',
  'bad-quantity',
  'bad-side',
  'bad-rate',
  'crossed',
  'price-deviation',
  'book-full',
  'volume-overflow',
] as const;
export type Rejection = (typeof REJECTIONS)[number];

/** Reasons that occurred, with how often. */
export type RejectedByReason = Readonly<Partial<Record<Rejection, number>>>;

export interface RejectionsSnapshot {
  readonly counts: readonly number[];
  readonly lastSeq: number;
  readonly lastReason: Rejection | null;
}

/** The latest refused frame of an instrument; a sequence number of 0 before the first. */
export interface LastRejection {
  readonly lastSeq: number;
  readonly lastReason: Rejection | null;
}

/** Refused frames, counted by reason. */
export class Rejections implements LastRejection {
  private readonly counts: number[] = REJECTIONS.map(() => 0);
  /** The sequence number of the last refused frame; 0 before the first. */
  lastSeq = 0;
  lastReason: Rejection | null = null;

  add(reason: Rejection, seq: number): void {
    this.counts[REJECTIONS.indexOf(reason)] += 1;
    this.lastSeq = seq;
    this.lastReason = reason;
  }

  byReason(): RejectedByReason {
    const rejected: Partial<Record<Rejection, number>> = {};
    REJECTIONS.forEach((reason, i) => {
      if (this.counts[i] > 0) rejected[reason] = this.counts[i];
    });
    return rejected;
  }

  snapshot(): RejectionsSnapshot {
    return { counts: [...this.counts], lastSeq: this.lastSeq, lastReason: this.lastReason };
  }

  restore(snapshot: RejectionsSnapshot): void {
    for (let i = 0; i < this.counts.length; i++) this.counts[i] = snapshot.counts[i];
    this.lastSeq = snapshot.lastSeq;
    this.lastReason = snapshot.lastReason;
  }
}
