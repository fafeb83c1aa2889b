import { Random } from '../../../src-main/core/engine/random.ts';
import type { VenueClock } from './clock.ts';
import {
  type FaultRule,
  type FrameRule,
  isFrameRule,
  isReportRule,
  isRequestRule,
  isTimedRule,
  type ReportRule,
  type RequestRule,
  type TimedRule,
} from './fault-rules.ts';

/** A request as a rule may name it. */
export interface RequestNames {
  readonly method: string;
  readonly path: string;
  /** Of the WebSocket API; null over REST. */
  readonly socketMethod: string | null;
  readonly symbol: string | null;
  /** Whether the venue exempts it from its overload protection. */
  readonly isExempt: boolean;
}

export interface ReportNames {
  readonly execution: string;
  readonly symbol: string;
}

/** A rule and what became of it so far. */
class Armed<R extends FaultRule> {
  readonly rule: R;
  readonly addedMs: number;
  nextMs: number;
  private seen = 0;
  private fired = 0;
  private activeUntilMs = Number.NEGATIVE_INFINITY;

  constructor(rule: R, addedMs: number) {
    this.rule = rule;
    this.addedMs = addedMs;
    this.nextMs = addedMs + rule.fromMs;
  }

  /** Whether it happens to what comes now, which matches it: for the first time, or because it still does. */
  strikes(nowMs: number, random: Random): 'anew' | 'still' | 'not' {
    const { rule } = this;
    const sinceMs = nowMs - this.addedMs;
    if (nowMs < this.activeUntilMs) return 'still';
    if (sinceMs < rule.fromMs || sinceMs > (rule.untilMs ?? Number.POSITIVE_INFINITY)) return 'not';
    if (this.fired >= rule.times) return 'not';
    this.seen += 1;
    if (this.seen <= rule.after) return 'not';
    if (rule.probability < 1 && random.uniform() >= rule.probability) return 'not';
    this.fired += 1;
    this.activeUntilMs = nowMs + rule.forMs;
    return 'anew';
  }
}

/** The script of what goes wrong at the venue. The same rules, seed and requests give the same faults. */
export class Faults {
  /** Every fault that began: `<ms> <fault> <to what first>`. */
  readonly happened: string[] = [];
  private readonly random: Random;
  private readonly clock: VenueClock;
  private readonly requests: Armed<RequestRule>[] = [];
  private readonly reports: Armed<ReportRule>[] = [];
  private readonly frames: Armed<FrameRule>[] = [];
  private readonly timed: Armed<TimedRule>[] = [];

  constructor(rules: readonly FaultRule[], seed: number, clock: VenueClock) {
    this.random = new Random(seed);
    this.clock = clock;
    this.add(rules);
  }

  /** Their times count from now. */
  add(rules: readonly FaultRule[]): void {
    const nowMs = this.clock.nowMs();
    for (const rule of rules) {
      if (isRequestRule(rule)) this.requests.push(new Armed(rule, nowMs));
      else if (isReportRule(rule)) this.reports.push(new Armed(rule, nowMs));
      else if (isFrameRule(rule)) this.frames.push(new Armed(rule, nowMs));
      else if (isTimedRule(rule)) this.timed.push(new Armed(rule, nowMs));
    }
  }

  /** What happens to a request, the first rule that strikes; null for nothing. */
  request(of: RequestNames): RequestRule | null {
    return this.first(this.requests, (rule) => isAbout(rule, of), `${of.method} ${of.path} ${of.symbol ?? ''}`);
  }

  report(of: ReportNames): ReportRule | null {
    const isMeant = (rule: ReportRule) =>
      (rule.execution ?? impliedExecution(rule) ?? of.execution) === of.execution &&
      (rule.symbol ?? of.symbol) === of.symbol;
    return this.first(this.reports, isMeant, `${of.execution} ${of.symbol}`);
  }

  /** Whether this frame of a market stream is lost. */
  losesFrame(stream: string): boolean {
    if (this.frames.length === 0) return false;
    const isMeant = (rule: FrameRule) =>
      (rule.fault === 'lost-frames' || stream.includes('@depth')) && (rule.stream ?? stream) === stream;
    return this.first(this.frames, isMeant, stream) !== null;
  }

  /** What was to happen by now and has not yet. */
  due(): TimedRule[] {
    const nowMs = this.clock.nowMs();
    const due = this.timed.filter((armed) => armed.nextMs <= nowMs);
    return due.flatMap((armed) => {
      armed.nextMs = nowMs + armed.rule.everyMs;
      return armed.strikes(nowMs, this.random) === 'anew' ? [this.told(armed.rule, nowMs, '')] : [];
    });
  }

  /** For what no rule decides. */
  coin(): boolean {
    return this.random.below(2) === 0;
  }

  private first<R extends FaultRule>(
    among: readonly Armed<R>[],
    isAbout: (rule: R) => boolean,
    what: string,
  ): R | null {
    const nowMs = this.clock.nowMs();
    for (const armed of among) {
      if (!isAbout(armed.rule)) continue;
      const strike = armed.strikes(nowMs, this.random);
      if (strike === 'anew') return this.told(armed.rule, nowMs, what);
      if (strike === 'still') return armed.rule;
    }
    return null;
  }

  private told<R extends FaultRule>(rule: R, nowMs: number, what: string): R {
    this.happened.push(`${nowMs} ${rule.fault} ${what}`.trimEnd());
    return rule;
  }
}

function isAbout(rule: RequestRule, of: RequestNames): boolean {
  if (rule.fault === 'overloaded' && of.isExempt) return false;
  if (!suits(rule, of)) return false;
  return (
    (rule.method ?? of.method) === of.method &&
    (rule.path === undefined || rule.path === of.path || rule.path === of.socketMethod) &&
    (rule.symbol ?? of.symbol) === of.symbol
  );
}

/** Whether such a fault can happen to such a request. */
function suits({ fault }: RequestRule, { method, path }: RequestNames): boolean {
  const isAboutOne = path === '/fapi/v1/order' || path === '/fapi/v1/openOrder';
  switch (fault) {
    case 'order-not-found':
      return isAboutOne && (method === 'GET' || method === 'DELETE');
    case 'stale-order':
      return isAboutOne && method === 'GET';
    case 'partial-mass-cancel':
      return path === '/fapi/v1/allOpenOrders';
    default:
      return true;
  }
}

/** What a rule is about by its nature. */
function impliedExecution(rule: ReportRule): string | undefined {
  if (rule.fault === 'fill-before-acknowledgement') return 'NEW';
  return rule.fault === 'fill-after-end' ? 'TRADE' : undefined;
}
