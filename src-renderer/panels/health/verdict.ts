import type { StageView, TopicValue } from '../../../src-shared/contract/topics.ts';

type Health = TopicValue<'health'>;

/** Whether a value asks for a look. The limits are those of docs/metrics.md. */
export type Verdict = 'normal' | 'high' | 'full';

const CORE_P99_US = 100;
/** Highest p99 that is usual, µs. */
const STAGE_P99_US: Readonly<Record<string, number>> = {
  book: CORE_P99_US,
  intent: CORE_P99_US,
  gate: CORE_P99_US,
  durable: 1_000,
  released: 1_000,
  commit: 10_000,
};
const LOOP_P99_MS = 5;
const BUSY_SHARE = 0.7;
const QUEUE_SHARE = 0.5;
const HEAP_SHARE = 0.8;

/** Counters that stay at 0 as long as nothing goes wrong. */
const MUST_STAY_ZERO: readonly string[] = ['gaps', 'orders blocked', 'ticks dropped'];

/** A stage that is not known here is never called high. */
export function stageVerdict({ name, p99 }: StageView): Verdict {
  return p99 > (STAGE_P99_US[name] ?? Number.POSITIVE_INFINITY) ? 'high' : 'normal';
}

export function loopVerdict({ p99Ms }: Health['loop']): Verdict {
  return p99Ms > LOOP_P99_MS ? 'high' : 'normal';
}

export function utilisationVerdict({ utilisation }: Health['loop']): Verdict {
  return utilisation > BUSY_SHARE ? 'high' : 'normal';
}

export function queueVerdict({ used, capacity }: Pick<Health['queues'][number], 'used' | 'capacity'>): Verdict {
  return usageVerdict(used, capacity, QUEUE_SHARE);
}

export function heapVerdict({ heapUsedBytes, heapLimitBytes }: Health['memory']): Verdict {
  return usageVerdict(heapUsedBytes, heapLimitBytes, HEAP_SHARE);
}

export function counterVerdict({ name, value }: Health['counters'][number]): Verdict {
  return MUST_STAY_ZERO.includes(name) && value > 0 ? 'high' : 'normal';
}

/** Nothing can be used of what has no room. */
function usageVerdict(used: number, capacity: number, highShare: number): Verdict {
  if (capacity <= 0) return 'normal';
  if (used >= capacity) return 'full';
  return used > capacity * highShare ? 'high' : 'normal';
}
