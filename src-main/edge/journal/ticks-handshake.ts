import { RingFollower } from '../../threads/ring.ts';

/**
 * Lets the ticks be written before the facts that follow from them become durable, so that after a crash they reach at least as
 * far. Only as long as that costs little: a ticks worker that is stuck or dead must not slow the journal.
 */
export class TicksHandshake {
  private readonly ticks: RingFollower | undefined;
  private readonly waitMs: number;
  /** Where the ticks worker was when waiting for it did not help. */
  private stuckAt: number | undefined;

  /** @param ring the one between desk and ticks worker, if there is one. @param waitMs before one commit, at most. */
  constructor(ring: SharedArrayBuffer | undefined, waitMs: number) {
    this.ticks = ring && new RingFollower(ring);
    this.waitMs = waitMs;
  }

  /** A group commit begins: the ticks worker had better write what there is. */
  begin(): void {
    this.ticks?.target();
  }

  /** Blocks this thread until all ticks that the desk published until now are written; not for long, and not for a stuck worker again. */
  await(): void {
    if (this.ticks === undefined || this.ticks.position() === this.stuckAt) return;
    const isWritten = this.ticks.waitUntil(this.ticks.target(), this.waitMs);
    this.stuckAt = isWritten ? undefined : this.ticks.position();
  }
}
