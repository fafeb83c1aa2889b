import { canonical } from '../../core/engine/canonical.ts';
import type { Fact } from '../../core/engine/fact.ts';
import type { HaltInput, Input } from '../../core/engine/input.ts';
import type { JournalClient } from '../../edge/journal/client.ts';

/** Room that has to be free before a turn begins: more than any turn takes. */
export const TURN_ROOM_BYTES = 256 * 1_024;
/** Of what a lost turn said, what the side file repeats. */
const MAX_LOST_CHARS = 400;

/** What it needs of its client. */
export type TurnClient = Pick<
  JournalClient,
  'failure' | 'freeBytes' | 'queuedBytes' | 'stage' | 'publish' | 'discard' | 'leaveLastWords'
>;

/** Why the desk has to stop. */
export type JournalFault = Pick<HaltInput, 'cause' | 'detail'>;

/**
 * The live desk's journal: an input and its facts go in as one turn, which becomes durable whole or not at all. It never waits:
 * what it cannot take ends it, and the last words of the desk go to the side file.
 */
export class DeskJournal {
  private readonly client: TurnClient;
  private isReserved = false;
  private isOver = false;
  /** The first thing of this turn that found no room. */
  private unrecorded: string | null = null;

  constructor(client: TurnClient) {
    this.client = client;
  }

  /** Why no further turn may begin; null when one may. Cheap: ask before each turn. */
  fault(): JournalFault | null {
    const failure = this.client.failure();
    if (failure !== undefined) return { cause: 'journal-failed', detail: failure.text };
    if (this.isOver) return { cause: 'journal-full', detail: 'a turn did not fit into the journal' };
    const { freeBytes, queuedBytes } = this.client;
    if (freeBytes >= TURN_ROOM_BYTES) return null;
    return { cause: 'journal-full', detail: `${queuedBytes} bytes wait for the disk, and only ${freeBytes} are free` };
  }

  /** The turn to come is the last one: it may use the room that is kept for it, and nothing is recorded after it. */
  beginLastTurn(): void {
    this.isReserved = true;
  }

  input(input: Input): void {
    this.record('input', input, canonical(input));
  }

  fact(fact: Fact, text: string): void {
    this.record('fact', fact, text);
  }

  /**
   * Ends the turn. @returns the number of its last record, for the watermark; null when the turn was not recorded, and nothing
   * will be any more: {@link tellUnrecorded} says so, once whatever takes risk away has left.
   */
  endTurn(): number | null {
    if (this.isOver) return null;
    if (this.unrecorded !== null) {
      this.abandonTurn();
      return null;
    }
    this.isOver = this.isReserved;
    return this.client.publish();
  }

  /** Leaves the turn that found no room to the side file. Waits for the disk. */
  tellUnrecorded(): void {
    if (this.unrecorded === null) return;
    this.leaveLastWords(`the journal did not take: ${this.unrecorded.slice(0, MAX_LOST_CHARS)}`);
    this.unrecorded = null;
  }

  /** Nothing of this turn is recorded, nor of any later one. */
  abandonTurn(): void {
    this.client.discard();
    this.isOver = true;
  }

  /** Tells the next start what this journal could not take; says it here if the disk takes not even that. */
  leaveLastWords(words: string): void {
    try {
      this.client.leaveLastWords(words);
    } catch (error) {
      console.error(`${words} (and no file takes these words: ${(error as Error).message})`);
    }
  }

  private record(kind: 'input' | 'fact', { at }: Input | Fact, text: string): void {
    if (this.isOver || this.unrecorded !== null) return;
    if (!this.client.stage(kind, at, text, this.isReserved)) this.unrecorded = text;
  }
}
