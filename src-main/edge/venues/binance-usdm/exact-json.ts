/** Integers beyond 2^53 have at least so many digits. */
const LONG_DIGITS = /\d{16}/;

/**
 * `JSON.parse`, but an integer that a double would round is kept as its text: the venue's order ids of some symbols are that long,
 * and a rounded one is another order's.
 * @throws SyntaxError as `JSON.parse`.
 */
export function parseExactJson(text: string): unknown {
  return LONG_DIGITS.test(text) ? JSON.parse(text, exactInteger) : JSON.parse(text);
}

function exactInteger(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const { source } = context ?? {};
  return source !== undefined && /^-?\d+$/.test(source) ? source : value;
}
