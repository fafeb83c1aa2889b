import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { MarketInput } from '../../core/engine/input.ts';
import type { WorkerFailure } from '../../threads/failure-slot.ts';
import { maxRecordBytes, RESERVED_BYTES, RingProducer, wakeConsumer } from '../../threads/ring.ts';
import { FrameEncoder } from './frame-codec.ts';
import { createStatus, type TickCounters, TickStatus } from './status.ts';
import { TickError } from './tick-error.ts';
import type { TicksWorkerAnswer, TicksWorkerData } from './worker-loop.ts';

export interface TickRecorderOptions {
  readonly directory: string;
  /** The module that calls `runTicksWorker`. */
  readonly workerEntry: URL;
  /** Made with `createRing`, and empty; a frame longer than a quarter of it is dropped. */
  readonly ring: SharedArrayBuffer;
  /**
   * Sequence number of the start or restart input that began this run. That input must be durable before the first frame is
   * offered: after a crash the next run could otherwise begin with the same number, and take this one's ticks for its own.
   */
  readonly segment: number;
  /** Called when a gap has ended: from within the `offer` that takes the next frame, or from `close`. */
  readonly onGap?: (gap: TickGap) => void;
}

/** No frame with one of these sequence numbers is kept; replay ends before the first. */
export interface TickGap {
  readonly fromSeq: number;
  /** Inclusive. */
  readonly toSeq: number;
}

/**
 * The desk's side of the tick store. It never waits and never stops the desk: what finds no room is dropped, counted and told.
 * One thread uses it.
 */
export class TickRecorder {
  /** Of the ring, see {@link queuedBytes}. */
  readonly capacityBytes: number;
  private readonly memory: SharedArrayBuffer;
  private readonly ring: RingProducer;
  private readonly maxFrameBytes: number;
  private readonly status: TickStatus;
  private readonly segment: number;
  private readonly onGap: (gap: TickGap) => void;
  private readonly ended: Promise<void>;
  private readonly encoder = new FrameEncoder();
  private lastSeq: number;
  private accepted = 0;
  private refused = 0;
  /** First frame of the gap that has not ended yet. */
  private gapFrom: number | undefined;
  private endedGaps = 0;
  private newestGap: TickGap | undefined;
  private isClosed = false;

  /**
   * Starts the worker, which opens the newest file, and cuts what a crash left of its last block.
   * @throws TickError when a file or the folder is refused.
   */
  static async start(options: TickRecorderOptions): Promise<TickRecorder> {
    const { directory, segment, ring } = options;
    const status = createStatus();
    const workerData: TicksWorkerData = { directory, segment, ring, status };
    const worker = new Worker(options.workerEntry, { workerData, name: 'ticks' });
    const [answer] = (await once(worker, 'message')) as [TicksWorkerAnswer];
    if (answer.type === 'opened') return new TickRecorder(options, worker, status);
    await worker.terminate();
    if (answer.type === 'refused') throw new TickError(answer.fault);
    throw new Error(answer.message);
  }

  private constructor({ ring, segment, onGap }: TickRecorderOptions, worker: Worker, status: SharedArrayBuffer) {
    this.memory = ring;
    this.ring = new RingProducer(ring);
    // It is empty: nobody else fills it.
    this.capacityBytes = this.ring.freeBytes + RESERVED_BYTES;
    this.maxFrameBytes = maxRecordBytes(this.capacityBytes);
    this.status = new TickStatus(status);
    this.segment = segment;
    this.lastSeq = segment;
    this.onGap = onGap ?? (() => {});
    worker.on('error', (error) => this.workerEnded(error.message));
    this.ended = new Promise((resolve) => {
      worker.on('exit', () => {
        this.workerEnded('its thread ended');
        resolve();
      });
    });
  }

  /**
   * Hands one frame to the worker, without waiting; it may be reused at once.
   * @returns false when it was dropped: no room, too long, or no ticks are written any more.
   * @throws RangeError for a sequence number that is not after the last frame's, and for a time that is none.
   */
  offer(frame: MarketInput): boolean {
    const { seq, at } = frame;
    if (!(seq > this.lastSeq && Number.isSafeInteger(seq) && Number.isSafeInteger(at))) {
      throw new RangeError(`a frame of sequence number ${seq} and time ${at} after ${this.lastSeq}`);
    }
    const isTaken = !this.isClosed && !this.status.hasFailed && this.put(frame);
    if (isTaken) {
      // The gap ends with the last frame that was dropped, before this one.
      this.endGap();
      this.accepted += 1;
    } else {
      this.refused += 1;
      this.gapFrom ??= seq;
    }
    this.lastSeq = seq;
    return isTaken;
  }

  /**
   * Blocks this thread until a frame of any length fits, at once when it does, or for `timeoutMs`. For replays, whose time stands
   * still meanwhile: called before each frame it keeps all of them; never live.
   * @returns whether one fits.
   */
  waitForRoom(timeoutMs: number): boolean {
    if (!this.hasRoom) this.ring.waitForRoom(timeoutMs);
    return this.hasRoom;
  }

  /** Bytes that wait for the worker. */
  get queuedBytes(): number {
    return this.ring.usedBytes;
  }

  /** Frames that were offered and are not kept: found no room, or were waiting when the writing failed. */
  get dropped(): number {
    const lost = this.status.hasFailed ? this.accepted - this.status.written().frames : 0;
    return this.refused + lost;
  }

  /** How many gaps there are, with the one that has not ended. */
  get gaps(): number {
    return this.endedGaps + (this.gapFrom === undefined ? 0 : 1);
  }

  /** The newest gap that has ended. */
  get lastGap(): TickGap | undefined {
    return this.newestGap;
  }

  /** What the worker has written since the start. */
  get written(): TickCounters {
    return this.status.written();
  }

  /** Why no more ticks are written; undefined while they are. Cheap: read it in every turn. */
  failure(): WorkerFailure | undefined {
    return this.status.failure();
  }

  /** Waits until all is on disk, or never will be: {@link failure} tells. Ends the last gap. */
  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    this.status.askToClose();
    wakeConsumer(this.memory);
    await this.ended;
    if (this.status.hasFailed && this.status.written().frames < this.accepted) this.gapFrom = this.firstLost();
    this.endGap();
  }

  /** A record may cost nearly twice its length: see {@link RingProducer.freeBytes}. */
  private get hasRoom(): boolean {
    return this.ring.freeBytes >= 2 * this.maxFrameBytes;
  }

  private put(frame: MarketInput): boolean {
    const length = this.encoder.encode(frame);
    return length > 0 && length <= this.maxFrameBytes && this.ring.offer(this.encoder.bytes, length);
  }

  private endGap(): void {
    if (this.gapFrom === undefined) return;
    this.newestGap = { fromSeq: this.gapFrom, toSeq: this.lastSeq };
    this.gapFrom = undefined;
    this.endedGaps += 1;
    this.onGap(this.newestGap);
  }

  /** What was in the ring when the writing failed is lost too, and so a gap may begin before its first refused frame. */
  private firstLost(): number {
    return Math.max(this.status.lastSeq(), this.segment) + 1;
  }

  private workerEnded(why: string): void {
    if (!this.isClosed) this.status.fail('WORKER_ENDED', `no more ticks are written: their worker stopped: ${why}`);
  }
}
