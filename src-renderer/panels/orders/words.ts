import type { OrderView } from '../../../src-shared/contract/topics.ts';
import type { Side } from '../../../src-shared/domain/order.ts';

type Status = OrderView['status'];

/** How much an order's status should catch the eye. */
export type Tone = 'quiet' | 'plain' | 'warning' | 'danger';

/** A shape for each way an order can be, since colour alone says nothing to many eyes. */
const STATUS_MARKS: Readonly<Record<Status, readonly [mark: string, tone: Tone]>> = {
  intended: ['◌', 'plain'],
  sent: ['◌', 'plain'],
  acknowledged: ['○', 'plain'],
  'partly-filled': ['◐', 'plain'],
  filled: ['●', 'plain'],
  'cancel-pending': ['◍', 'plain'],
  cancelled: ['×', 'quiet'],
  replaced: ['↻', 'quiet'],
  expired: ['×', 'quiet'],
  rejected: ['■', 'warning'],
  unknown: ['?', 'danger'],
  refused: ['▲', 'warning'],
};

export function statusText(status: Status): string {
  return `${STATUS_MARKS[status][0]} ${status}`;
}

export function statusTone(status: Status): Tone {
  return STATUS_MARKS[status][1];
}

export function sideText(side: Side): string {
  return side === 'buy' ? '▲ buy' : '▼ sell';
}

/** `max-position-lots` → `max position lots`; numbers and identifiers stay as they are. */
export function readable(reason: string): string {
  return reason.replace(/(?<=[a-z])-(?=[a-z])/g, ' ');
}

/** Type and conditions of an order: `limit, post-only`. */
export function termsText({ type, postOnly, reduceOnly }: OrderView): string {
  return [type, ...(postOnly ? ['post-only'] : []), ...(reduceOnly ? ['reduce-only'] : [])].join(', ');
}

/** Of exact decimal texts, for sorting alone: neighbours that differ beyond a double's digits may change places. */
export function compareDecimals(a: string | null, b: string | null): number {
  return Number(a ?? Number.NaN) - Number(b ?? Number.NaN) || Number(a !== null) - Number(b !== null);
}
