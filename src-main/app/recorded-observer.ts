import { canonical } from '../core/engine/canonical.ts';
import type { Observer } from '../research/virtual-desk.ts';
import type { RunJournal } from './run-journal.ts';
import type { RunRecorder } from './run-recorder.ts';

/** Tells recorder and journal, if there is one, of everything in a desk in virtual time; a fact's text is written once for both. */
export function recordedObserver(recorder: RunRecorder, journal: RunJournal | null): Required<Observer> {
  return {
    arriving: (input) => journal?.arriving(input),
    fact: (fact) => {
      const text = canonical(fact);
      recorder.fact(fact, text);
      journal?.fact(fact, text);
    },
    input: () => {
      recorder.input();
      journal?.accepted();
    },
  };
}
