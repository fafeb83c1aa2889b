/**
 * How long to wait before each attempt: uniform from 0 to a ceiling that doubles up to a cap ("full jitter", M. Brooker, "Exponential
 * Backoff And Jitter", 2015), so that those who were cut off together do not come back together.
 */
export class Backoff {
  private readonly random: () => number;
  private readonly firstMs: number;
  private readonly mostMs: number;
  private ceilingMs: number;

  /** @param random uniform in [0, 1). */
  constructor(random: () => number, firstMs = 50, mostMs = 10_000) {
    this.random = random;
    this.firstMs = firstMs;
    this.mostMs = mostMs;
    this.ceilingMs = firstMs;
  }

  nextMs(): number {
    const waitMs = this.random() * this.ceilingMs;
    this.ceilingMs = Math.min(2 * this.ceilingMs, this.mostMs);
    return waitMs;
  }

  /** It went well: the next wait is a first one. */
  reset(): void {
    this.ceilingMs = this.firstMs;
  }
}
