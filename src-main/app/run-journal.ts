import type { Micros } from '../../src-shared/domain/time.ts';
import { canonical } from '../core/engine/canonical.ts';
import type { Fact } from '../core/engine/fact.ts';
import { type Input, isMarketInput } from '../core/engine/input.ts';
import { JournalClient } from '../edge/journal/client.ts';
import { JournalError } from '../edge/journal/journal-error.ts';
import { dayFiles } from '../edge/ticks/day-file.ts';
import { TickRecorder } from '../edge/ticks/tick-recorder.ts';
import { hostClock } from '../threads/host-clock.ts';
import { createRing } from '../threads/ring.ts';
import { type RunRecord, writeRunRecord } from './run-record.ts';
import { JOURNAL_WORKER, TICKS_RING_BYTES, TICKS_WORKER } from './workers.ts';

/** How long a replay waits for room at a time before it looks whether the journal still works. */
const ROOM_WAIT_MS = 1_000;
/** How long a commit waits for the ticks before it: a replay has time, and is to be replayed to its last durable fact. */
const TICKS_WAIT_MS = 1_000;
/** The start input. */
const SEGMENT = 1;

interface Entry {
  readonly kind: 'input' | 'fact';
  readonly at: Micros;
  readonly text: string;
}

/**
 * A replay's journal: market frames in the ticks, every other input verbatim, and every fact. Its time is the replay's: when a
 * ring is full the replay waits, where a live desk would stop.
 */
export class RunJournal {
  readonly identity: string;
  private readonly client: JournalClient;
  private readonly ticks: TickRecorder;
  private readonly directory: string;
  private turn: Entry[] = [];

  private constructor(client: JournalClient, ticks: TickRecorder, directory: string) {
    this.directory = directory;
    this.client = client;
    this.ticks = ticks;
    this.identity = client.opened.identity;
  }

  /** @throws JournalError or TickError when the folder is refused, or holds another run. */
  static async start(directory: string, run: RunRecord): Promise<RunJournal> {
    const ring = createRing(TICKS_RING_BYTES);
    const client = await JournalClient.start({
      directory,
      workerEntry: JOURNAL_WORKER,
      now: hostClock,
      ticksRing: ring,
      ticksWaitMs: TICKS_WAIT_MS,
    });
    try {
      if (client.opened.lastSeq > 1 || dayFiles(directory).length > 0) {
        throw new JournalError({
          file: directory,
          problem: 'it holds the journal of an earlier run',
          remedy: 'A replay starts at the beginning: name an empty folder',
        });
      }
      client.append('host', hostClock(), writeRunRecord(run));
      const ticks = await TickRecorder.start({ directory, workerEntry: TICKS_WORKER, ring, segment: SEGMENT });
      return new RunJournal(client, ticks, directory);
    } catch (error) {
      await client.close();
      throw error;
    }
  }

  arriving(input: Input): void {
    if (!isMarketInput(input)) this.turn.push({ kind: 'input', at: input.at, text: canonical(input) });
    else if (this.ticks.waitForRoom(0) || this.waitForTicks()) this.ticks.offer(input);
  }

  /** @param text the fact's canonical text. */
  fact({ at }: Fact, text: string): void {
    this.turn.push({ kind: 'fact', at, text });
  }

  /** The core has accepted the input: its turn is whole. @throws JournalError when the journal does not work any more. */
  accepted(): void {
    if (this.turn.length === 0) return;
    while (!this.stageTurn()) {
      this.client.discard();
      const failure = this.client.failure();
      if (failure) throw this.stopped(failure.text);
      this.client.waitForRoom(ROOM_WAIT_MS);
    }
    this.client.publish();
    this.turn.length = 0;
  }

  /** Waits until all of it is on disk. @throws JournalError when it never will be. */
  async close(): Promise<void> {
    await this.ticks.close();
    await this.client.close();
    const failure = this.ticks.failure();
    if (failure) throw this.stopped(failure.text);
  }

  private stageTurn(): boolean {
    for (const { kind, at, text } of this.turn) {
      if (!this.client.stage(kind, at, text)) return false;
    }
    return true;
  }

  /** @throws JournalError when no more ticks are written: a run that cannot be replayed is not worth its journal. */
  private waitForTicks(): boolean {
    while (!this.ticks.waitForRoom(ROOM_WAIT_MS)) {
      const failure = this.ticks.failure();
      if (failure) throw this.stopped(failure.text);
    }
    return true;
  }

  private stopped(problem: string): JournalError {
    const remedy = 'The run stopped there; free the cause and start anew';
    return new JournalError({ file: this.directory, problem, remedy });
  }
}
