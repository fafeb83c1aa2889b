const MS_PER_SECOND = 1_000;

/** So many at once, and so many a second after that. */
export class TokenBucket {
  private readonly burst: number;
  private readonly perSecond: number;
  private readonly nowMs: () => number;
  private tokens: number;
  private atMs: number;

  constructor(burst: number, perSecond: number, nowMs: () => number) {
    this.burst = burst;
    this.perSecond = perSecond;
    this.nowMs = nowMs;
    this.tokens = burst;
    this.atMs = nowMs();
  }

  /** Whether one more may pass now; it is counted if it may. */
  take(): boolean {
    const nowMs = this.nowMs();
    this.tokens = Math.min(this.burst, this.tokens + ((nowMs - this.atMs) * this.perSecond) / MS_PER_SECOND);
    this.atMs = nowMs;
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }

  /** How long until one may pass, ms. */
  get waitMs(): number {
    return Math.max(0, Math.ceil(((1 - this.tokens) * MS_PER_SECOND) / this.perSecond));
  }
}
