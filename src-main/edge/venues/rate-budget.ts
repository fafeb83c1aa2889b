import type { RateLimit } from './venue.ts';

/** What a request is for. Only cancels may use all of what a limit reserves, and questions about orders half of it. */
export type BudgetUse = 'order' | 'cancel' | 'question' | 'data';

export interface BudgetLimit extends RateLimit {
  /** `weight` counts what each request weighs, `orders` the orders that are placed. */
  readonly counts: 'weight' | 'orders';
}

/** What the venue itself has counted against the limit of this name. */
export interface RateFigure {
  readonly name: string;
  readonly count: number;
}

/** For how long the venue wants nothing from here. Banned is the worse form: each further request makes it longer. */
export interface Rest {
  readonly untilMs: number;
  readonly banned: boolean;
  readonly reason: string;
}

/** A window slides in so many steps; what is counted leaves it up to one step late, never early. */
const STEPS = 60;

/** What was used of one limit, within a window that slides. */
class Usage {
  readonly limit: BudgetLimit;
  private readonly stepMs: number;
  private readonly steps = new Float64Array(STEPS + 1);
  private newest = 0;

  constructor(limit: BudgetLimit) {
    this.limit = limit;
    this.stepMs = limit.intervalMs / STEPS;
  }

  used(nowMs: number): number {
    this.slide(nowMs);
    return this.steps.reduce((sum, used) => sum + used, 0);
  }

  add(amount: number, nowMs: number): void {
    this.slide(nowMs);
    this.steps[this.newest % this.steps.length] = (this.steps[this.newest % this.steps.length] ?? 0) + amount;
  }

  /** The venue has counted `count` when it answered what was sent at `sentAtMs`. */
  correct(count: number, sentAtMs: number, nowMs: number): void {
    const used = this.used(nowMs);
    if (used < count) {
      this.add(count - used, nowMs);
      return;
    }
    // Everything older than the request is in the venue's count; what was sent since may not be.
    const sent = Math.min(Math.floor(sentAtMs / this.stepMs), this.newest);
    let older = 0;
    for (let step = this.oldest(); step < sent; step += 1) older += this.at(step);
    let surplus = older - count;
    for (let step = this.oldest(); surplus > 0 && step < sent; step += 1) {
      const forgiven = Math.min(surplus, this.at(step));
      this.steps[step % this.steps.length] = this.at(step) - forgiven;
      surplus -= forgiven;
    }
  }

  private oldest(): number {
    return Math.max(0, this.newest - STEPS);
  }

  private at(step: number): number {
    return this.steps[step % this.steps.length] ?? 0;
  }

  private slide(nowMs: number): void {
    const newest = Math.floor(nowMs / this.stepMs);
    const gone = Math.min(newest - this.newest, this.steps.length);
    for (let step = 1; step <= gone; step += 1) this.steps[(newest - gone + step) % this.steps.length] = 0;
    if (newest > this.newest) this.newest = newest;
  }
}

/**
 * Keeps a desk below a venue's limits: counts what is sent, believes the venue's own figures over its own, and keeps a part of
 * each limit for cancels and questions. A cancel is refused only by a ban: beyond the limit it is sent, and counted as overdraft.
 */
export class RateBudget {
  private readonly nowMs: () => number;
  private readonly onRest: (rest: Rest) => void;
  private usages: readonly Usage[];
  private rest: Rest | null = null;
  private overdrafts = 0;

  /**
   * @param nowMs any clock that does not go back, ms.
   * @param onRest hears of every rest that the venue has asked for and that is not known yet.
   */
  constructor(limits: readonly BudgetLimit[], nowMs: () => number, onRest: (rest: Rest) => void = () => undefined) {
    this.usages = limits.map((limit) => new Usage(limit));
    this.nowMs = nowMs;
    this.onRest = onRest;
  }

  /** The limits as the venue lists them. What is used of one of the same name and interval stays used. */
  setLimits(limits: readonly BudgetLimit[]): void {
    const nowMs = this.nowMs();
    this.usages = limits.map((limit) => {
      const before = this.usages.find(
        ({ limit: { name, intervalMs } }) => name === limit.name && intervalMs === limit.intervalMs,
      );
      const usage = new Usage(limit);
      usage.add(before?.used(nowMs) ?? 0, nowMs);
      return usage;
    });
  }

  /**
   * Counts a request that is sent now. @param weight of the request; an `order` is also counted as one order.
   * @returns why it may not be sent, and then it is not counted; null when it may.
   */
  take(use: BudgetUse, weight: number): string | null {
    const nowMs = this.nowMs();
    const rest = this.resting();
    if (rest !== null && (rest.banned || use !== 'cancel')) {
      return `${rest.reason}: nothing is sent for another ${Math.ceil((rest.untilMs - nowMs) / 1000)} s`;
    }
    for (const usage of this.usages) {
      const amount = amountOf(usage.limit, use, weight);
      if (amount === 0) continue;
      const { name, limit, reserved } = usage.limit;
      const used = usage.used(nowMs);
      const kept = keptFrom(use, reserved);
      if (used + amount <= limit - kept) continue;
      if (use !== 'cancel')
        return `${name}: ${used} of ${limit} are used, and the last ${kept} are kept for what is more urgent`;
      this.overdrafts += 1;
    }
    for (const usage of this.usages) usage.add(amountOf(usage.limit, use, weight), nowMs);
    return null;
  }

  /** The venue's own figures, from the answer to what was sent at `sentAtMs`. Figures without a limit here are of no use. */
  heard(figures: readonly RateFigure[], sentAtMs: number): void {
    const nowMs = this.nowMs();
    for (const { name, count } of figures) {
      this.usages.find(({ limit }) => limit.name === name)?.correct(count, sentAtMs, nowMs);
    }
  }

  /** The venue wants a rest. The longer of two counts. */
  close(rest: Rest): void {
    const current = this.resting();
    if (current !== null && current.untilMs >= rest.untilMs && (current.banned || !rest.banned)) return;
    this.rest = rest;
    this.onRest(rest);
  }

  /** What the venue has asked for, and is not over; null when it may be asked. */
  resting(): Rest | null {
    if (this.rest !== null && this.rest.untilMs <= this.nowMs()) this.rest = null;
    return this.rest;
  }

  /** How often a cancel went beyond a limit. */
  get overdraft(): number {
    return this.overdrafts;
  }

  status(): readonly (RateLimit & { readonly used: number })[] {
    const nowMs = this.nowMs();
    return this.usages.map((usage) => {
      const { name, limit, intervalMs, reserved } = usage.limit;
      return { name, limit, intervalMs, reserved, used: usage.used(nowMs) };
    });
  }
}

/** Questions leave half of the reserve to cancels: after a crash there are many of them, and a cancel may not wait behind any. */
function keptFrom(use: BudgetUse, reserved: number): number {
  if (use === 'cancel') return 0;
  return use === 'question' ? Math.floor(reserved / 2) : reserved;
}

function amountOf({ counts }: BudgetLimit, use: BudgetUse, weight: number): number {
  return counts === 'weight' ? weight : use === 'order' ? 1 : 0;
}
