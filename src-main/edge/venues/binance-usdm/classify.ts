import type { Rest } from '../rate-budget.ts';
import { parseExactJson } from './exact-json.ts';
import type { Outcome } from './outcome.ts';

/**
 * Codes after which nothing is known: the request may have reached the matching engine. −1001 is documented once as a failure and
 * once as an internal error; only the reading that cannot lose an order is safe.
 */
const UNKNOWN_CODES: ReadonlySet<number> = new Set([-1000, -1001, -1006, -1007]);

/** Turned away before anything was looked at: too many requests or orders, system-level protection, shutting down. */
const NOT_ACCEPTED_CODES: ReadonlySet<number> = new Set([-1003, -1008, -1015, -1016]);

/** The key, or what it may do: nothing mends that but a person. −2019 is the margin of the account. */
const ACCESS_CODES: ReadonlySet<number> = new Set([-1002, -1022, -2008, -2014, -2015]);

/**
 * The order breaks a rule of its symbol: precision, price, quantity, least notional. The next one of its kind will break it too. Prices
 * that are refused for where the market stands are not among them.
 */
const RULE_CODES: ReadonlySet<number> = new Set([
  -1111, -1121, -4001, -4002, -4003, -4004, -4005, -4013, -4014, -4023, -4164,
]);

export const CLOCK_CODE = -1021;
export const QUERY_UNKNOWN_ORDER_CODE = -2013;
export const DUPLICATE_ID_CODE = -4116;
export const MARGIN_CODE = -2019;

/** A rest that the venue asks for without saying how long. */
const DEFAULT_REST_MS = 60_000;
const DEFAULT_BAN_MS = 120_000;
const MIN_REST_MS = 1_000;
/** A larger number is a time and no duration. */
const EPOCH_MS = 1e12;
const MAX_TEXT_CHARS = 160;

/** Whether a refusal with this code is one of the key, and meets every order alike. */
export function refusesAccess(code: number): boolean {
  return ACCESS_CODES.has(code);
}

/** Whether a refusal with this code is one of the order's own figures, which waiting does not mend. */
export function breaksRule(code: number): boolean {
  return RULE_CODES.has(code);
}

/**
 * What an HTTP answer proves. Only a whole answer in JSON proves anything, but for the limits, which are known by their status.
 * @param body the answer, whole.
 */
export function classify(status: number, body: string): Outcome {
  let json: unknown;
  try {
    json = parseExactJson(body);
  } catch {
    json = undefined;
  }
  const { code, msg } = (typeof json === 'object' && json !== null ? json : {}) as { code?: unknown; msg?: unknown };
  const isError = typeof code === 'number' && code < 0;
  if (isError) return classifyError(status, code, typeof msg === 'string' ? msg : '');
  if (json !== undefined && status >= 200 && status < 300) return { kind: 'answered', json };
  const text = typeof msg === 'string' ? msg : json === undefined ? body : '';
  return classifyError(status, 0, text);
}

/**
 * What an error of the venue proves.
 * @param status of HTTP, or of an answer over the order socket.
 * @param code the venue's own; 0 where it gave none.
 */
export function classifyError(status: number, code: number, message: string): Outcome {
  const text = shown(message);
  const said = code === 0 ? `status ${status}${text === '' ? '' : `: ${text}`}` : `${code}: ${text}`;
  if (status === 429 || status === 418 || NOT_ACCEPTED_CODES.has(code)) return { kind: 'not-accepted', reason: said };
  // The one text of a 503 that the venue declares to be a certain failure.
  if (status === 503 && /^service unavailable\b/i.test(text)) return { kind: 'not-accepted', reason: said };
  if (status >= 500 || status === 408 || UNKNOWN_CODES.has(code)) return { kind: 'unknown', reason: said };
  if (code < 0) return { kind: 'refused', code, message: text };
  return { kind: 'unknown', reason: `an answer that proves nothing, ${said}` };
}

/**
 * The rest that an answer asks for; null when it asks for none.
 * @param retryAfter the `retry-after` header in seconds, or the time itself in ms since the epoch.
 * @param nowMs by the clock that the budget goes by, ms since the epoch.
 */
export function restAskedFor(
  status: number,
  message: string,
  retryAfter: string | number | undefined,
  nowMs: number,
): Rest | null {
  if (status !== 429 && status !== 418) return null;
  const banned = status === 418;
  const asked = Number(/banned until (\d{13})/.exec(message)?.[1] ?? retryAfter) || 0;
  const defaultMs = banned ? DEFAULT_BAN_MS : DEFAULT_REST_MS;
  const untilMs = asked > EPOCH_MS ? asked : nowMs + (asked > 0 ? asked * 1_000 : defaultMs);
  // A time that has passed by this machine's clock is still a wish to be left alone.
  return {
    untilMs: Math.max(untilMs, nowMs + MIN_REST_MS),
    banned,
    reason: banned ? 'the venue has banned this address' : 'the venue has been asked too often',
  };
}

/** A text of the venue, in one short line. A venue may repeat the key or the signature: both are 64 characters. */
function shown(text: string): string {
  const line = text
    .replace(/[A-Za-z0-9]{40,}/g, '…')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return line.length > MAX_TEXT_CHARS ? `${line.slice(0, MAX_TEXT_CHARS)}…` : line;
}
