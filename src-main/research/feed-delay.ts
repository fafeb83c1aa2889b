import type { InstrumentId } from '../../src-shared/domain/instrument.ts';
import { type Micros, micros } from '../../src-shared/domain/time.ts';
import type { MarketInput } from '../core/engine/input.ts';

export type FeedDelaySnapshot = readonly { readonly frame: MarketInput; readonly dueAt: Micros }[];

/** Frames under way at once; more means a latency that no feed has. */
const MAX_FRAMES = 1_000_000;

/**
 * Market frames on their way to the desk: the exchange has seen them, the desk will after the feed latency. Frames never
 * overtake each other.
 */
export class FeedDelay {
  private frames: { readonly frame: MarketInput; readonly dueAt: Micros }[] = [];
  private first = 0;

  /** When the next frame reaches the desk; Infinity when none is under way. */
  nextAt(): number {
    return this.frames[this.first]?.dueAt ?? Number.POSITIVE_INFINITY;
  }

  /** Keeps a copy of `frame`, for the desk at `dueAt` or, if that is later, with the frame before it. */
  push(frame: MarketInput, dueAt: Micros): void {
    if (this.frames.length - this.first >= MAX_FRAMES) throw new RangeError(`more than ${MAX_FRAMES} frames under way`);
    const last = this.frames.at(-1);
    this.frames.push({ frame: copyFrame(frame), dueAt: last && last.dueAt > dueAt ? last.dueAt : dueAt });
  }

  /** The frame that is due at {@link nextAt}; call only when there is one. */
  take(): MarketInput {
    const { frame } = this.frames[this.first];
    this.first += 1;
    if (this.first > 1_024 && this.first * 2 > this.frames.length) {
      this.frames = this.frames.slice(this.first);
      this.first = 0;
    }
    return frame;
  }

  snapshot(): FeedDelaySnapshot {
    return this.frames.slice(this.first).map(({ frame, dueAt }) => ({ frame: copyFrame(frame), dueAt }));
  }

  restore(frames: FeedDelaySnapshot): void {
    this.frames = frames.map(({ frame, dueAt }) => ({ frame: copyFrame(frame), dueAt: micros(dueAt) }));
    this.first = 0;
  }
}

/** A copy that shares nothing with the reader's own frame. */
export function copyFrame(frame: MarketInput): MarketInput {
  const instrument: InstrumentId = frame.instrument;
  if (frame.kind !== 'depth' && frame.kind !== 'depth-snapshot') return { ...frame, instrument };
  const count = frame.bidCount + frame.askCount;
  return { ...frame, priceTicks: frame.priceTicks.slice(0, count), lots: frame.lots.slice(0, count) };
}
