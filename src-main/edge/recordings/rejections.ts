import type { FrameFault } from '../../formats/frame-error.ts';

/** Where a line stands, for a person who wants to look at it. */
export interface Place {
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

export interface Rejection extends Place {
  readonly reason: RejectionReason;
  readonly detail: string;
}

export type RejectionReason =
  | FrameFault
  | 'bad-timestamp'
  | 'time-went-back'
  | 'time-jumped'
  | 'line-too-long'
  | 'truncated-file';

/** Lines told in full per file and reason; the rest of them is only counted. */
const TOLD_PER_REASON = 3;

/** Counts every line that was not taken, and tells the first few of each kind. */
export class Rejections {
  readonly counts: Partial<Record<RejectionReason, number>> = {};
  private readonly toldCounts = new Map<string, number>();
  private readonly tell: (rejection: Rejection) => void;

  constructor(tell: (rejection: Rejection) => void = () => {}) {
    this.tell = tell;
  }

  add(rejection: Rejection): void {
    this.counts[rejection.reason] = (this.counts[rejection.reason] ?? 0) + 1;
    const key = `${rejection.reason} ${rejection.file}`;
    const told = this.toldCounts.get(key) ?? 0;
    if (told < TOLD_PER_REASON) this.tell(rejection);
    this.toldCounts.set(key, told + 1);
  }
}

export function describeRejection({ file, line, reason, detail }: Rejection): string {
  return `${file}:${line}: ${reason}: ${detail}`;
}
