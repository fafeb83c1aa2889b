import { setTimeout as sleep } from 'node:timers/promises';
import { MICROS_PER_MS } from '../../src-shared/domain/time.ts';
import type { MarketInput } from '../core/engine/input.ts';
import type { MarketSource } from './virtual-desk.ts';

/** A market at the speed it was recorded at: each frame is held back until as much time has passed as between the recorded ones. */
export class PacedSource implements MarketSource {
  private readonly source: MarketSource;
  private readonly nowMs: () => number;
  private firstAt = Number.NaN;
  private firstMs = 0;
  private held: MarketInput | null = null;

  /** @param nowMs the clock; a test may bring its own. */
  constructor(source: MarketSource, nowMs: () => number = () => performance.now()) {
    this.source = source;
    this.nowMs = nowMs;
  }

  next(): MarketInput | undefined | null {
    const frame = this.held ?? this.source.next();
    if (!frame) return frame;
    if (Number.isNaN(this.firstAt)) {
      this.firstAt = frame.at;
      this.firstMs = this.nowMs();
    }
    this.held = this.waitMs(frame) > 0 ? frame : null;
    return this.held ? undefined : frame;
  }

  async read(): Promise<void> {
    if (this.held) await sleep(Math.max(0, this.waitMs(this.held)));
    else await this.source.read();
  }

  private waitMs(frame: MarketInput): number {
    return this.firstMs + (frame.at - this.firstAt) / MICROS_PER_MS - this.nowMs();
  }
}
