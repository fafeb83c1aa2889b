const EVERY_MS = 200;
/** Looking at the clock on every frame would cost more than the frame. */
const LOOK_EVERY = 4_096;

/** One line on a terminal that says how far a run is; nothing where stderr is not a terminal. */
export class Progress {
  private count = 0;
  private shownMs = performance.now();
  private readonly startedMs = performance.now();
  private readonly what: string;
  private readonly out = process.stderr;

  constructor(what: string) {
    this.what = what;
  }

  tick(): void {
    this.count += 1;
    if (this.count % LOOK_EVERY === 0) this.show();
  }

  /** Clears the line. */
  done(): void {
    if (this.out.isTTY) this.out.write('\r\x1b[K');
  }

  private show(): void {
    const nowMs = performance.now();
    if (!this.out.isTTY || nowMs - this.shownMs < EVERY_MS) return;
    this.shownMs = nowMs;
    const perSecond = Math.round((this.count * 1_000) / (nowMs - this.startedMs));
    this.out.write(`\r\x1b[K${this.count} ${this.what}, ${perSecond} a second`);
  }
}
