import type { MarketInput } from '../../core/engine/input.ts';
import { Recording, type RecordingOptions } from './recording.ts';
import type { Place } from './rejections.ts';

/**
 * Several recordings as one, by receive time; at equal times by instrument, so that the order in which files are named does not
 * matter. Files of the same instrument keep that order at equal times.
 */
export class MergedRecordings {
  private readonly open: Recording[];
  private readonly all: readonly Recording[];
  /** The recording whose frame was given last: it has to move before anything is compared again. */
  private current: Recording | null = null;

  private constructor(recordings: readonly Recording[]) {
    this.all = recordings;
    this.open = [...recordings];
  }

  /** @throws NotARecordingError, or the file system's error, for the first file that cannot be used. */
  static async open(paths: readonly string[], options: RecordingOptions): Promise<MergedRecordings> {
    const recordings: Recording[] = [];
    try {
      for (const path of paths) recordings.push(await Recording.open(path, options));
      const merged = new MergedRecordings(recordings);
      for (const recording of recordings) await merged.step(recording);
      return merged;
    } catch (error) {
      for (const recording of recordings) await recording.close();
      throw error;
    }
  }

  /** Where the frame that was given last stands; null before the first. */
  place(): Place | null {
    return this.current ? { file: this.current.path, line: this.current.lines } : null;
  }

  get lines(): number {
    return this.all.reduce((sum, recording) => sum + recording.lines, 0);
  }

  /** The next frame, reused by the one after; `undefined` when bytes have to be read first; null at the end of all. */
  next(): MarketInput | undefined | null {
    if (this.current) {
      if (!this.current.advance()) return undefined;
      this.current = null;
    }
    const { open } = this;
    if (open.length === 0) return null;
    let first = open[0];
    for (let index = 1; index < open.length; index += 1)
      if (isBefore(open[index].frame, first.frame)) first = open[index];
    this.current = first;
    return first.frame;
  }

  /** Reads what {@link next} was waiting for. */
  async read(): Promise<void> {
    if (!this.current) return;
    const waiting = this.current;
    this.current = null;
    await this.step(waiting, true);
  }

  async close(): Promise<void> {
    for (const recording of this.all) await recording.close();
  }

  /** Brings `recording` to its next frame, or takes it out when there is none. */
  private async step(recording: Recording, used = false): Promise<void> {
    let exhausted = used;
    while (exhausted || !recording.advance()) {
      if (!(await recording.read())) {
        this.open.splice(this.open.indexOf(recording), 1);
        return;
      }
      exhausted = false;
    }
  }
}

function isBefore(a: MarketInput, b: MarketInput): boolean {
  return a.at < b.at || (a.at === b.at && a.instrument < b.instrument);
}
