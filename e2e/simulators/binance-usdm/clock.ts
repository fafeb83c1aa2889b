/** The venue's clock. What happens is timed by the machine's; what is shown of it to clients is `skewMs` ahead. */
export class VenueClock {
  skewMs = 0;
  private lastMs = 0;

  /** ms since the Unix epoch; never goes back. */
  nowMs(): number {
    this.lastMs = Math.max(this.lastMs, Date.now());
    return this.lastMs;
  }

  /** A time of {@link nowMs} as clients are told it. */
  shown(ms: number): number {
    return ms + this.skewMs;
  }

  /** The time that clients are told when they ask now. */
  shownNow(): number {
    return this.shown(this.nowMs());
  }
}
