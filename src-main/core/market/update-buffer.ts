import type { DepthUpdate } from '../engine/input.ts';
import type { L2Book } from './book.ts';

/** Numbers of one update in `headers`. */
const FIRST_ID = 0;
const LAST_ID = 1;
const PREVIOUS_ID = 2;
const BID_COUNT = 3;
const ASK_COUNT = 4;
const OFFSET = 5;
const HEADER = 6;

const INITIAL_LEVELS = 1_024;

export interface UpdateBufferSnapshot {
  readonly headers: Float64Array;
  readonly priceTicks: Float64Array;
  readonly lots: Float64Array;
}

/**
 * Copies of depth updates that wait for a snapshot, oldest first. They are used or dropped all at once, so this only
 * ever grows from the front and is cleared. Its room is kept; a run of buffering allocates at most its doublings.
 */
export class UpdateBuffer {
  private readonly maxUpdates: number;
  private readonly maxLevels: number;
  private readonly headers: Float64Array;
  private priceTicks: Float64Array;
  private lots: Float64Array;
  private updates = 0;
  private levels = 0;

  constructor(maxUpdates: number, maxLevels: number) {
    this.maxUpdates = maxUpdates;
    this.maxLevels = maxLevels;
    this.headers = new Float64Array(maxUpdates * HEADER);
    this.priceTicks = new Float64Array(Math.min(INITIAL_LEVELS, maxLevels));
    this.lots = new Float64Array(this.priceTicks.length);
  }

  get size(): number {
    return this.updates;
  }

  /** Copies `update` to the end; false, and nothing has changed, when there is no room for it. */
  push(update: DepthUpdate): boolean {
    const count = update.bidCount + update.askCount;
    if (this.updates === this.maxUpdates || this.levels + count > this.maxLevels) return false;
    this.reserve(this.levels + count);
    const at = this.updates * HEADER;
    this.headers[at + FIRST_ID] = update.firstId;
    this.headers[at + LAST_ID] = update.lastId;
    this.headers[at + PREVIOUS_ID] = update.previousId;
    this.headers[at + BID_COUNT] = update.bidCount;
    this.headers[at + ASK_COUNT] = update.askCount;
    this.headers[at + OFFSET] = this.levels;
    for (let i = 0; i < count; i++) {
      this.priceTicks[this.levels + i] = update.priceTicks[i];
      this.lots[this.levels + i] = update.lots[i];
    }
    this.updates += 1;
    this.levels += count;
    return true;
  }

  firstId(index: number): number {
    return this.headers[index * HEADER + FIRST_ID];
  }

  lastId(index: number): number {
    return this.headers[index * HEADER + LAST_ID];
  }

  previousId(index: number): number {
    return this.headers[index * HEADER + PREVIOUS_ID];
  }

  /** Applies the levels of update `index`. @throws LevelLimitError as {@link L2Book.apply}. */
  applyTo(book: L2Book, index: number): void {
    const at = index * HEADER;
    const { headers, priceTicks, lots } = this;
    book.apply(priceTicks, lots, headers[at + OFFSET], headers[at + BID_COUNT], headers[at + ASK_COUNT]);
  }

  clear(): void {
    this.updates = 0;
    this.levels = 0;
  }

  snapshot(): UpdateBufferSnapshot {
    return {
      headers: this.headers.slice(0, this.updates * HEADER),
      priceTicks: this.priceTicks.slice(0, this.levels),
      lots: this.lots.slice(0, this.levels),
    };
  }

  restore(snapshot: UpdateBufferSnapshot): void {
    this.updates = snapshot.headers.length / HEADER;
    this.levels = snapshot.priceTicks.length;
    this.reserve(this.levels);
    this.headers.set(snapshot.headers);
    this.priceTicks.set(snapshot.priceTicks);
    this.lots.set(snapshot.lots);
  }

  private reserve(levels: number): void {
    if (levels <= this.priceTicks.length) return;
    const length = Math.min(Math.max(levels, this.priceTicks.length * 2), this.maxLevels);
    const [priceTicks, lots] = [this.priceTicks, this.lots];
    this.priceTicks = new Float64Array(length);
    this.lots = new Float64Array(length);
    this.priceTicks.set(priceTicks);
    this.lots.set(lots);
  }
}
