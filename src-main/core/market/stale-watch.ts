import { afterMs, MICROS_PER_MS, type Micros } from '../../../src-shared/domain/time.ts';
import type { Room, Turn } from '../engine/engine.ts';

export interface StaleWatchSnapshot {
  readonly lastAt: number;
  readonly isSet: boolean;
}

/**
 * Finds out that an instrument's stream has gone silent. A frame only leaves its time here: the one timer looks back when it is
 * due, and moves to when the latest frame would be too old.
 */
export class StaleWatch {
  /** When the stream was last heard, by the desk's clock; NaN before the first frame. */
  lastAt = Number.NaN;
  private isSet = false;
  private readonly staleAfterMs: number;
  private readonly room: Room;
  private readonly timerKey: string;

  /**
   * @param staleAfterMs silence from here on is too long; 0 never is.
   * @param room is woken with `timerKey`, and then asks {@link silentMs}.
   */
  constructor(staleAfterMs: number, room: Room, timerKey: string) {
    this.staleAfterMs = staleAfterMs;
    this.room = room;
    this.timerKey = timerKey;
  }

  /** The book is proven: from here on it must be heard of. */
  begin(turn: Turn): void {
    if (this.isSet || this.staleAfterMs === 0) return;
    this.isSet = true;
    turn.schedule(afterMs(turn.at, this.staleAfterMs), this.room, this.timerKey);
  }

  /** The timer is due: for how long the stream has been silent, where that is too long; otherwise null, and the watch goes on. */
  silentMs(turn: Turn): number | null {
    this.isSet = false;
    const silentMs = (turn.at - this.lastAt) / MICROS_PER_MS;
    if (silentMs >= this.staleAfterMs) return silentMs;
    this.isSet = true;
    turn.schedule(afterMs(this.lastAt as Micros, this.staleAfterMs), this.room, this.timerKey);
    return null;
  }

  /** The timer is due, and nothing is watched any more. */
  end(): void {
    this.isSet = false;
  }

  snapshot(): StaleWatchSnapshot {
    return { lastAt: this.lastAt, isSet: this.isSet };
  }

  restore(snapshot: StaleWatchSnapshot): void {
    this.lastAt = snapshot.lastAt;
    this.isSet = snapshot.isSet;
  }
}
