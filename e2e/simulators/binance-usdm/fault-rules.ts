import { readFileSync } from 'node:fs';
import { z } from 'zod';

z.config({ jitless: true });

/** Answers instead of the venue's own. Those of `UNCERTAIN` may have been executed all the same: `executes` says so, or a coin does. */
const CERTAIN = ['too-many-requests', 'banned', 'service-unavailable', 'overloaded', 'timeout-before-accept'] as const;
const UNCERTAIN = [
  'server-error',
  'bad-gateway',
  'unknown-error',
  'internal-error',
  'unexpected-response',
  'backend-timeout',
  'html-body',
  'truncated-json',
] as const;
/** What is done, and answered late, never, or wrongly. */
const AFTERWARDS = ['timeout-after-accept', 'cut-after-accept', 'slow-answer'] as const;
/** Operations on orders that the venue does badly. */
const ORDERS = ['order-not-found', 'stale-order', 'partial-mass-cancel'] as const;
const REQUEST_FAULTS = [...CERTAIN, ...UNCERTAIN, ...AFTERWARDS, ...ORDERS] as const;
const REPORT_FAULTS = [
  'duplicate-report',
  'late-report',
  'lost-report',
  'silent-reports',
  'fill-before-acknowledgement',
  'fill-after-end',
] as const;
const FRAME_FAULTS = ['depth-gap', 'lost-frames'] as const;
const TIMED_FAULTS = [
  'clock-skew',
  'expire-listen-key',
  'disconnect',
  'cut',
  'half-open',
  'refuse-connections',
  'maintenance',
  'dead-man-fires',
] as const;

const ms = z.int().min(0).max(1_000_000_000);
const rule = {
  /** ms since the venue started, or since the rule was added. */
  fromMs: ms.default(0),
  untilMs: ms.optional(),
  /** How many matching ones pass first. */
  after: z.int().min(0).default(0),
  /** How often it happens. */
  times: z.int().min(1).default(1),
  /** Each time that it could. */
  probability: z.number().min(0).max(1).default(1),
  /** Once it happened, it happens to everything that matches for this long. */
  forMs: ms.default(0),
};

const requestRule = z.strictObject({
  fault: z.enum(REQUEST_FAULTS),
  ...rule,
  method: z.enum(['GET', 'POST', 'PUT', 'DELETE']).optional(),
  /** Of REST, or a method of the WebSocket API: `/fapi/v1/order`, `order.place`. A path matches its WebSocket method as well. */
  path: z.string().optional(),
  symbol: z.string().optional(),
  executes: z.boolean().optional(),
  delayMs: ms.default(1_000),
  /** How many orders a partial mass cancel leaves. */
  leaves: z.int().min(1).default(1),
});
const reportRule = z.strictObject({
  fault: z.enum(REPORT_FAULTS),
  ...rule,
  execution: z.enum(['NEW', 'TRADE', 'AMENDMENT', 'CANCELED', 'EXPIRED']).optional(),
  symbol: z.string().optional(),
  /** A report that is held back leaves after this long at the latest. */
  delayMs: ms.default(1_000),
});
const frameRule = z.strictObject({ fault: z.enum(FRAME_FAULTS), ...rule, stream: z.string().optional() });
const timedRule = z.strictObject({
  fault: z.enum(TIMED_FAULTS),
  ...rule,
  /** How long until it may happen again, when `times` is more than 1. */
  everyMs: ms.default(10_000),
  connections: z.enum(['market', 'user', 'orders', 'all']).default('all'),
  symbol: z.string().optional(),
  skewMs: z.int().min(-86_400_000).max(86_400_000).default(0),
  cancelsOrders: z.boolean().default(true),
});

const faultRule = z.discriminatedUnion('fault', [requestRule, reportRule, frameRule, timedRule]);
const faultFile = z.strictObject({ faults: z.array(faultRule) });

export type FaultRule = z.infer<typeof faultRule>;
/** As it is written: what has a usual value may be left out. */
export type FaultRuleText = z.input<typeof faultRule>;
export type RequestRule = z.infer<typeof requestRule>;
export type ReportRule = z.infer<typeof reportRule>;
export type FrameRule = z.infer<typeof frameRule>;
export type TimedRule = z.infer<typeof timedRule>;

/** The faults cannot be used; the message names the place in the file. */
export class FaultError extends Error {
  override readonly name = 'FaultError';
}

export function isRequestRule(of: FaultRule): of is RequestRule {
  return REQUEST_FAULTS.some((fault) => fault === of.fault);
}

export function isReportRule(of: FaultRule): of is ReportRule {
  return REPORT_FAULTS.some((fault) => fault === of.fault);
}

export function isFrameRule(of: FaultRule): of is FrameRule {
  return FRAME_FAULTS.some((fault) => fault === of.fault);
}

export function isTimedRule(of: FaultRule): of is TimedRule {
  return TIMED_FAULTS.some((fault) => fault === of.fault);
}

/** Whether the request is executed although the answer does not say so. Null: nobody can know, a coin decides. */
export function isExecuted(of: RequestRule): boolean | null {
  if (CERTAIN.some((fault) => fault === of.fault)) return false;
  if (UNCERTAIN.some((fault) => fault === of.fault)) return of.executes ?? null;
  return true;
}

/** @param source for messages. @throws FaultError naming each place that makes no sense. */
export function parseFaults(text: string, source: string): FaultRule[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new FaultError(`${source}: not JSON: ${(error as Error).message}`);
  }
  const result = faultFile.safeParse(json);
  if (result.success) return result.data.faults;
  throw new FaultError(
    result.error.issues.map((issue) => `${source}: ${placeOf(issue.path)}: ${issue.message}`).join('\n'),
  );
}

/** @throws FaultError naming the file and the place. */
export function readFaults(path: string): FaultRule[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new FaultError(`${path}: cannot be read (${(error as NodeJS.ErrnoException).code ?? error})`);
  }
  return parseFaults(text, path);
}

/** Rules as programs write them, with what is usual filled in. @throws FaultError. */
export function faultRules(rules: readonly FaultRuleText[]): FaultRule[] {
  return parseFaults(JSON.stringify({ faults: rules }), 'faults');
}

function placeOf(path: readonly PropertyKey[]): string {
  return path.length > 0 ? path.map(String).join('.') : 'the top level';
}
