import { describe, expect, test } from 'vitest';
import { classify, classifyError, refusesAccess, restAskedFor } from './classify.ts';
import type { Outcome } from './outcome.ts';

const error = (code: number, msg: string): string => JSON.stringify({ code, msg });

const UNKNOWN_503 = 'Unknown error, please check your request or try again later.';
const THROTTLED =
  'Request throttled by system-level protection. Reduce-only/close-position orders are exempt. Please try again.';

/** Status, body, what it proves, and what the text of it has to say. */
const TABLE: readonly (readonly [string, number, string, Outcome['kind'], string])[] = [
  ['an answer', 200, '{"orderId":1}', 'answered', ''],
  ['a list', 200, '[]', 'answered', ''],
  [
    'a success that carries a code',
    200,
    '{"code":200,"msg":"The operation of cancel all open order is done."}',
    'answered',
    '',
  ],
  ['an error under the wrong status', 200, error(-2011, 'Unknown order sent.'), 'refused', 'Unknown order sent.'],
  ['a truncated answer', 200, '{"orderId":12,"sta', 'unknown', 'status 200'],
  ['an empty answer', 200, '', 'unknown', 'status 200'],
  ['a page in the place of an answer', 200, '<html><h1>hello</h1></html>', 'unknown', 'hello'],
  ['a bad request', 400, error(-1102, 'Mandatory parameter was not sent'), 'refused', 'Mandatory'],
  ['a wrong symbol', 400, error(-1121, 'Invalid symbol.'), 'refused', 'Invalid symbol.'],
  ['a wrong precision', 400, error(-1111, 'Precision is over the maximum'), 'refused', 'Precision'],
  ['a wrong signature', 400, error(-1022, 'Signature for this request is not valid.'), 'refused', 'Signature'],
  ['a wrong key', 401, error(-2015, 'Invalid API-key, IP, or permissions for action.'), 'refused', 'Invalid API-key'],
  [
    'a clock that is off',
    400,
    error(-1021, 'Timestamp for this request is outside of the recvWindow.'),
    'refused',
    'Timestamp',
  ],
  ['too little margin', 400, error(-2019, 'Margin is insufficient.'), 'refused', 'Margin'],
  ['a post-only order that would take', 400, error(-5022, 'could not be executed as maker'), 'refused', 'maker'],
  ['a conditional order', 400, error(-4120, 'use the Algo Order API'), 'refused', 'Algo'],
  ['an order that is not found', 400, error(-2013, 'Order does not exist.'), 'refused', 'Order does not exist.'],
  ['too many orders', 429, error(-1015, 'Too many new orders.'), 'not-accepted', '-1015'],
  ['too many requests', 429, error(-1003, 'Too many requests.'), 'not-accepted', '-1003'],
  ['too many requests, as a page', 429, '<html>slow down</html>', 'not-accepted', 'status 429: slow down'],
  ['a ban', 418, error(-1003, 'Way too many requests; IP banned until 1764000100000.'), 'not-accepted', 'banned'],
  ['a service that is not there', 503, error(0, 'Service Unavailable.'), 'not-accepted', 'Service Unavailable.'],
  ['the same without a code', 503, 'Service Unavailable', 'not-accepted', 'Service Unavailable'],
  ['an overloaded node', 503, error(-1008, THROTTLED), 'not-accepted', '-1008'],
  ['a venue that shuts down', 503, error(-1016, 'This service is no longer available.'), 'not-accepted', '-1016'],
  ['a 503 that may have been done', 503, error(0, UNKNOWN_503), 'unknown', 'Unknown error'],
  ['the same with a code', 503, error(-1000, UNKNOWN_503), 'unknown', '-1000'],
  ['an internal error', 503, error(-1001, 'Internal error; unable to process your request.'), 'unknown', '-1001'],
  ['an unexpected response inside', 500, error(-1006, 'An unexpected response was received'), 'unknown', '-1006'],
  ['a timeout inside', 408, error(-1007, 'Timeout waiting for response from backend server.'), 'unknown', '-1007'],
  ['an unknown status even under 400', 400, error(-1007, 'Timeout waiting for response.'), 'unknown', '-1007'],
  ['a gateway that fails', 502, '<html><body>Bad Gateway</body></html>', 'unknown', 'Bad Gateway'],
  ['a gateway that waits in vain', 504, '', 'unknown', 'status 504'],
  ['a server that fails over a known code', 500, error(-2011, 'Unknown order sent.'), 'unknown', '-2011'],
  ['a firewall', 403, '<html>Request blocked</html>', 'unknown', 'Request blocked'],
  ['a redirection', 301, '', 'unknown', 'status 301'],
  ['a refusal without a code', 400, '{}', 'unknown', 'status 400'],
];

test.each(TABLE)('%s', (_name, status, body, kind, text) => {
  const outcome = classify(status, body);
  expect(outcome.kind).toBe(kind);
  if (outcome.kind === 'refused') expect(outcome.message).toContain(text);
  else if (outcome.kind !== 'answered') expect(outcome.reason).toContain(text);
});

test('keeps order ids that a double cannot hold', () => {
  expect(classify(200, '{"orderId":8389765591234567891}')).toEqual({
    kind: 'answered',
    json: { orderId: '8389765591234567891' },
  });
});

test('says in one short line what the venue said at length', () => {
  const outcome = classifyError(502, 0, `<html>\n<p>${'long '.repeat(200)}</p>`);
  expect(outcome.kind === 'unknown' && outcome.reason).toMatch(/^status 502: (long )+.*…$/);
  expect(outcome.kind === 'unknown' && outcome.reason.length).toBeLessThan(200);
});

test('does not repeat a key or a signature that the venue repeats', () => {
  const signature = '3c661234138461fcc7a7d8746c6558c9842d4e10870d2ecbedf7777cad694af9';
  expect(classifyError(400, -1022, `Signature '${signature}' is not valid.`)).toEqual({
    kind: 'refused',
    code: -1022,
    message: "Signature '…' is not valid.",
  });
});

test('knows what is refused for the key', () => {
  expect([-1002, -1022, -2008, -2014, -2015].every(refusesAccess)).toBe(true);
  expect([-1021, -2011, -2019, -5022].some(refusesAccess)).toBe(false);
});

describe('the rest that is asked for', () => {
  const NOW = 1_764_000_000_000;

  test.each([
    ['in seconds', 429, '', '7', NOW + 7_000],
    ['as a time', 429, '', NOW + 4_321, NOW + 4_321],
    ['in the text of a ban', 418, `Way too many requests; IP banned until ${NOW + 99_000}.`, '1', NOW + 99_000],
    ['not said', 429, '', undefined, NOW + 60_000],
    ['not said of a ban', 418, '', undefined, NOW + 120_000],
    ['nonsense', 429, '', 'soon', NOW + 60_000],
    ['over by this clock', 429, '', NOW - 1, NOW + 1_000],
  ] as const)('%s', (_name, status, text, retryAfter, untilMs) => {
    expect(restAskedFor(status, text, retryAfter, NOW)).toMatchObject({ untilMs, banned: status === 418 });
  });

  test('none with any other status', () => {
    expect(restAskedFor(503, '', '7', NOW)).toBeNull();
  });
});
