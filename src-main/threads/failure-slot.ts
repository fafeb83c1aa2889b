/** Why a worker stopped, in shared memory: whoever depends on it looks without a message. Written once, and never cleared. */

const STATE = 0;
const LENGTH = 1;
const WORDS = 2;
const TEXT_OFFSET = WORDS * Int32Array.BYTES_PER_ELEMENT;

const EMPTY = 0;
const MAX_CODE_CHARS = 100;
const MAX_TEXT_CHARS = 500;
/** JSON takes at most 6 bytes for a character, and a little for itself. */
export const FAILURE_SLOT_BYTES = TEXT_OFFSET + 6 * (MAX_CODE_CHARS + MAX_TEXT_CHARS) + 64;

export interface WorkerFailure {
  /** SQLite's or Node's code, e.g. `SQLITE_FULL`, `ENOSPC`; `WORKER_ENDED`; `ERROR` where there is none. */
  readonly code: string;
  readonly text: string;
}

export class FailureSlot {
  private readonly words: Int32Array;
  private readonly bytes: Buffer;

  /** @param offset where its bytes begin in `memory`, a multiple of 4. */
  constructor(memory: SharedArrayBuffer, offset: number) {
    this.words = new Int32Array(memory, offset, WORDS);
    this.bytes = Buffer.from(memory, offset + TEXT_OFFSET, FAILURE_SLOT_BYTES - TEXT_OFFSET);
  }

  /** Cheap: read it in every turn. */
  get isSet(): boolean {
    return Atomics.load(this.words, STATE) !== EMPTY;
  }

  /** @returns false where a failure stands already: only the first counts. */
  set({ code, text }: WorkerFailure): boolean {
    if (this.isSet) return false;
    const failure = { code: code.slice(0, MAX_CODE_CHARS), text: text.slice(0, MAX_TEXT_CHARS) };
    Atomics.store(this.words, LENGTH, this.bytes.write(JSON.stringify(failure)));
    Atomics.store(this.words, STATE, 1);
    return true;
  }

  read(): WorkerFailure | undefined {
    if (!this.isSet) return undefined;
    return JSON.parse(this.bytes.toString('utf8', 0, Atomics.load(this.words, LENGTH))) as WorkerFailure;
  }
}
