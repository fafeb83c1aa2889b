import type { BudgetLimit, RateFigure } from '../rate-budget.ts';

const INTERVALS_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Of the weight per minute, what is kept: enough to cancel and to ask for everything a desk may have open. */
const RESERVED_SHARE = 0.2;

/** What the venue grants an ordinary account. Its own list replaces it once it is read. */
export const DEFAULT_LIMITS: readonly BudgetLimit[] = [
  limitOf('weight', 1, 'm', 2_400),
  limitOf('orders', 10, 's', 300),
  limitOf('orders', 1, 'm', 1_200),
];

/** The figures in the headers of an answer, names in lower case: `x-mbx-used-weight-1m`, `x-mbx-order-count-10s`. */
export function figuresOfHeaders(headers: Readonly<Record<string, string>>): readonly RateFigure[] {
  return Object.entries(headers).flatMap(([header, value]) => {
    const [, what, interval] = /^x-mbx-(used-weight|order-count)-(\d+[smhd])$/.exec(header) ?? [];
    if (what === undefined || !/^\d+$/.test(value)) return [];
    return { name: `${what === 'used-weight' ? 'weight' : 'orders'} per ${interval}`, count: Number(value) };
  });
}

/** The figures in the `rateLimits` of an answer over the order socket. What cannot be read is left out: the desk counts for itself. */
export function figuresOfRateLimits(rateLimits: unknown): readonly RateFigure[] {
  return entriesOf(rateLimits).flatMap(({ entry, limit }) =>
    typeof entry.count === 'number' && entry.count >= 0 ? { name: limit.name, count: entry.count } : [],
  );
}

/** The limits in the `rateLimits` of `exchangeInfo`; null when there is none that can be read. */
export function readRateLimits(rateLimits: unknown): readonly BudgetLimit[] | null {
  const limits = entriesOf(rateLimits).map(({ limit }) => limit);
  return limits.length === 0 ? null : limits;
}

interface Entry {
  readonly rateLimitType?: unknown;
  readonly interval?: unknown;
  readonly intervalNum?: unknown;
  readonly limit?: unknown;
  readonly count?: unknown;
}

function entriesOf(rateLimits: unknown): { readonly entry: Entry; readonly limit: BudgetLimit }[] {
  if (!Array.isArray(rateLimits)) return [];
  return rateLimits.flatMap((entry: Entry | null) => {
    const { rateLimitType, interval, intervalNum, limit } = entry ?? {};
    const counts = rateLimitType === 'REQUEST_WEIGHT' ? 'weight' : rateLimitType === 'ORDERS' ? 'orders' : null;
    const unit = typeof interval === 'string' ? interval.charAt(0).toLowerCase() : '';
    if (entry === null || counts === null || !(unit in INTERVALS_MS)) return [];
    if (typeof intervalNum !== 'number' || typeof limit !== 'number' || !(intervalNum > 0) || !(limit > 0)) return [];
    return { entry, limit: limitOf(counts, intervalNum, unit, limit) };
  });
}

function limitOf(counts: BudgetLimit['counts'], intervalNum: number, unit: string, limit: number): BudgetLimit {
  return {
    name: `${counts} per ${intervalNum}${unit}`,
    counts,
    limit,
    intervalMs: intervalNum * (INTERVALS_MS[unit] ?? 0),
    // Neither cancels nor questions are counted as orders.
    reserved: counts === 'weight' ? Math.floor(limit * RESERVED_SHARE) : 0,
  };
}
