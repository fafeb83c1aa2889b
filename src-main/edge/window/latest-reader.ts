/** A value of a latest-value topic as JSON text, and the time as of which it is true. */
export interface LatestText {
  readonly at: number;
  readonly text: string;
}

/** What a topic is read from: the value, and as of when it is true (by the desk's clock, µs). */
export type ReadLatest = () => { readonly at: number; readonly value: unknown };

/** Reads a topic at most once per interval, and once per frame, for all windows that look at it. */
export class LatestReader {
  private readonly readValue: ReadLatest;
  private readonly everyMs: number;
  private last: LatestText = { at: 0, text: 'null' };
  private lastMs = Number.NEGATIVE_INFINITY;

  constructor(read: ReadLatest, everyMs: number) {
    this.readValue = read;
    this.everyMs = everyMs;
  }

  read(nowMs: number): LatestText {
    // The same time is the same frame.
    if (nowMs !== this.lastMs && nowMs - this.lastMs >= this.everyMs) {
      const { at, value } = this.readValue();
      this.last = { at, text: JSON.stringify(value) };
      this.lastMs = nowMs;
    }
    return this.last;
  }
}
