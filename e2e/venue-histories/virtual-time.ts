import { setImmediate as nextRound } from 'node:timers/promises';
import { vi } from 'vitest';

/** When every history begins: histories of one seed are the same on any day. */
const BEGINS_AT = Date.UTC(2026, 10, 1);
const REPLACED = [
  'setTimeout',
  'clearTimeout',
  'setInterval',
  'clearInterval',
  'Date',
  'performance',
] as const satisfies readonly string[];

/**
 * Time that passes when a test says so: all timers of this process ring in their order, and whatever they set in motion is done
 * before the next one rings. One at a time.
 */
export class VirtualTime {
  private readonly maxSteps: number;
  private readonly stepped: () => void;
  private steps = 0;

  /**
   * @param maxSteps timers that may ring in all: more are a storm.
   * @param stepped called whenever one has rung, and all that it set in motion is done.
   */
  constructor(maxSteps: number, stepped: () => void) {
    this.maxSteps = maxSteps;
    this.stepped = stepped;
    vi.useFakeTimers({ toFake: [...REPLACED], now: BEGINS_AT });
  }

  /** Lets `ms` pass. @throws RangeError in a storm of timers. */
  async pass(ms: number): Promise<void> {
    let isOver = false;
    setTimeout(() => {
      isOver = true;
    }, ms);
    while (!isOver) await this.step();
  }

  /** Lets time pass until `work` is done. @throws what it throws; Error when it takes longer than `maxMs`. */
  async during<T>(work: Promise<T>, maxMs: number): Promise<T> {
    let isDone = false;
    const done = (): void => {
      isDone = true;
    };
    work.then(done, done);
    const giveUpAt = Date.now() + maxMs;
    while (!isDone && Date.now() < giveUpAt) await this.step();
    if (!isDone) throw new Error(`it is not done after ${maxMs} ms`);
    return work;
  }

  /** Gives the process its own time back; timers that are set never ring. */
  end(): void {
    vi.useRealTimers();
  }

  private async step(): Promise<void> {
    this.steps += 1;
    if (this.steps > this.maxSteps) throw new RangeError(`more than ${this.maxSteps} timers rang: a storm`);
    vi.advanceTimersToNextTimer();
    // Promises are not timers: they are settled when the event loop comes round.
    await nextRound();
    this.stepped();
  }
}
