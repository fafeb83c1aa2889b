import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Instrument } from '../../src-shared/domain/instrument.ts';
import type { Micros } from '../../src-shared/domain/time.ts';
import { canonical } from '../core/engine/canonical.ts';
import type { Fact } from '../core/engine/fact.ts';
import { type Input, isMarketInput } from '../core/engine/input.ts';
import { hostClock, JournalClient } from '../edge/journal/client.ts';
import { JournalError } from '../edge/journal/journal-error.ts';
import type { RecordKind } from '../edge/journal/record.ts';
import { describeInstruments } from './journal-contents.ts';

const WORKER = pathToFileURL(join(import.meta.dirname, 'journal-worker.ts'));
/** How long a replay waits for room at a time before it looks whether the journal still works. */
const ROOM_WAIT_MS = 1_000;

/**
 * A replay's journal: every input but market frames, verbatim, and every fact. Its time is the replay's: when the ring is full
 * the replay waits, where a live desk would stop.
 */
export class RunJournal {
  readonly identity: string;
  private readonly client: JournalClient;
  private readonly directory: string;

  private constructor(client: JournalClient, directory: string) {
    this.directory = directory;
    this.client = client;
    this.identity = client.opened.identity;
  }

  /** @throws JournalError when the folder is refused, or holds the journal of another run. */
  static async start(directory: string, instruments: readonly Instrument[]): Promise<RunJournal> {
    const client = await JournalClient.start({ directory, workerEntry: WORKER, now: hostClock });
    if (client.opened.lastSeq > 1) {
      await client.close();
      throw new JournalError({
        file: directory,
        problem: 'it holds the journal of an earlier run',
        remedy: 'A replay starts at the beginning: name an empty folder',
      });
    }
    const journal = new RunJournal(client, directory);
    journal.append('host', hostClock(), describeInstruments(instruments));
    return journal;
  }

  arriving(input: Input): void {
    if (!isMarketInput(input)) this.append('input', input.at, canonical(input));
  }

  fact(fact: Fact): void {
    this.append('fact', fact.at, canonical(fact));
  }

  /** Waits until all of it is on disk. @throws JournalError when it never will be. */
  async close(): Promise<void> {
    await this.client.close();
  }

  private append(kind: RecordKind, at: Micros, text: string): void {
    while (this.client.append(kind, at, text) === 'full') {
      const failure = this.client.failure();
      if (failure) {
        throw new JournalError({
          file: this.directory,
          problem: failure.text,
          remedy: 'The run stopped there; free the cause and start anew',
        });
      }
      this.client.waitForRoom(ROOM_WAIT_MS);
    }
  }
}
