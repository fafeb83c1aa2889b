/** The stages of an input's way through the core, in the order they are reached. */
export type Stage = 'book' | 'intent' | 'gate';

/**
 * Latency measurement, injected: the core calls it and can read nothing back.
 * `book` and `intent` run from the input's arrival; `gate` from the intent.
 */
export interface Probe {
  /** @param isMarket whether the input is a market frame: those come by the million, all others are rare. */
  begin(isMarket: boolean): void;
  reached(stage: Stage): void;
}

export const NO_PROBE: Probe = { begin() {}, reached() {} };
