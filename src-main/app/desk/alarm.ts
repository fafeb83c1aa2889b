/** Node's timers take no longer delay. */
const LONGEST_MS = 2 ** 31 - 1;

/** One timer that is moved about: rings at a time of the desk's clock, or a little after. */
export class Alarm {
  private readonly msUntil: (at: number) => number;
  private readonly ring: () => void;
  private timer: NodeJS.Timeout | undefined;
  private at = Number.POSITIVE_INFINITY;

  constructor(msUntil: (at: number) => number, ring: () => void) {
    this.msUntil = msUntil;
    this.ring = ring;
  }

  /** @param at Infinity for never. Costs nothing when it is the time that is set already. */
  set(at: number): void {
    if (at === this.at) return;
    this.at = at;
    clearTimeout(this.timer);
    if (at === Number.POSITIVE_INFINITY) return;
    const delayMs = Math.min(LONGEST_MS, Math.max(1, Math.ceil(this.msUntil(at))));
    this.timer = setTimeout(() => {
      this.at = Number.POSITIVE_INFINITY;
      this.ring();
    }, delayMs);
  }
}
