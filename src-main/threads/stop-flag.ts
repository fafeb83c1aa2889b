/** Shared by every thread that may stop the desk and by the last door before the wire. Once set it stays set. */

const WORD_BYTES = Int32Array.BYTES_PER_ELEMENT;
const IS_SET = 1;

export function createStopFlag(): SharedArrayBuffer {
  return new SharedArrayBuffer(WORD_BYTES);
}

export class StopFlag {
  private readonly word: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    this.word = new Int32Array(memory);
  }

  /** Cheap: read it in the turn of every socket write. */
  get isSet(): boolean {
    return Atomics.load(this.word, 0) === IS_SET;
  }

  /** From here on nothing that adds risk leaves, whatever else this process does. */
  set(): void {
    Atomics.store(this.word, 0, IS_SET);
  }
}
