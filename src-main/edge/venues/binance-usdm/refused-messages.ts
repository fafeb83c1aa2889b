import type { FrameError, FrameFault } from '../../../formats/frame-error.ts';

/** `venue-error`: the venue itself says that something is wrong. */
export type RefusalReason = FrameFault | 'venue-error';

const SHOWN_CHARS = 200;

/** Counts the messages of a stream that are no frame, and tells the first of each kind. */
export class RefusedMessages {
  readonly counts: Partial<Record<RefusalReason, number>> = {};
  /** Answers to what was asked on the stream: neither frames nor faults. */
  answers = 0;
  private readonly told: (news: string) => void;

  constructor(told: (news: string) => void) {
    this.told = told;
  }

  /** @param text a message that is no frame, for `error`. */
  add(text: string, error: FrameError): void {
    const answer = error.reason === 'not-a-frame' ? answerIn(text) : null;
    if (answer === null) this.count(error.reason, error.message);
    else if (answer.fault === null) this.answers += 1;
    else this.count('venue-error', answer.fault);
  }

  private count(reason: RefusalReason, detail: string): void {
    const count = (this.counts[reason] ?? 0) + 1;
    this.counts[reason] = count;
    if (count === 1) this.told(`refused a message of market data: ${reason}: ${detail.slice(0, SHOWN_CHARS)}`);
  }
}

/** The venue's answer to a message of ours, with its error if it is one; null when `text` is none. */
function answerIn(text: string): { readonly fault: string | null } | null {
  // It was JSON before, or the reason would be another one.
  const value = JSON.parse(text) as unknown;
  if (typeof value !== 'object' || value === null) return null;
  if ('error' in value) return { fault: JSON.stringify(value.error) };
  return 'result' in value && 'id' in value ? { fault: null } : null;
}
