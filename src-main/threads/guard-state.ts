/** What the guard of the kill switch and its desk know of each other without a message: neither may wait for the other's loop. */

import { CONTROL_MODES, type ControlMode } from '../../src-shared/domain/mode.ts';

const TRIPS = 0;
const ANSWERED = 1;
const OPENED = 2;
const MODE = 3;
const BEATS = 4;
const WORDS = 5;

export function createGuardState(): SharedArrayBuffer {
  return new SharedArrayBuffer(WORDS * Int32Array.BYTES_PER_ELEMENT);
}

/**
 * The guard's door before the wire. Trips are numbered from 1, and the door is opened up to a number: whoever opens it for the trips
 * that he has heard of leaves it shut for one that he has not.
 */
export class GuardState {
  private readonly words: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    this.words = new Int32Array(memory);
  }

  /** Cheap: read it in the turn of every socket write. */
  get isShut(): boolean {
    return Atomics.load(this.words, TRIPS) !== Atomics.load(this.words, OPENED);
  }

  /** The newest trip; 0 before the first. */
  get trips(): number {
    return Atomics.load(this.words, TRIPS);
  }

  /** The newest trip whose cancels the desk has handed over. */
  get answered(): number {
    return Atomics.load(this.words, ANSWERED);
  }

  /** How often the guard's loop has come round; it wraps. */
  get beats(): number {
    return Atomics.load(this.words, BEATS);
  }

  /** The desk's, as last told. */
  get mode(): ControlMode {
    return CONTROL_MODES[Atomics.load(this.words, MODE)] ?? 'emergency';
  }

  /** From here on nothing that adds risk leaves. @returns the trip's number. */
  trip(): number {
    return Atomics.add(this.words, TRIPS, 1) + 1;
  }

  /** The guard proves that its loop runs. */
  beat(): void {
    Atomics.add(this.words, BEATS, 1);
  }

  /** The desk proves that it is cancelling: its Emergency turn for this trip has handed its cancels over. */
  answer(trip: number): void {
    Atomics.store(this.words, ANSWERED, trip);
  }

  /** A person has resumed after `trip`, the newest one the desk has heard of. */
  open(trip: number): void {
    Atomics.store(this.words, OPENED, trip);
  }

  setMode(mode: ControlMode): void {
    Atomics.store(this.words, MODE, CONTROL_MODES.indexOf(mode));
  }
}
