/** An object of the venue's JSON, of which nothing is proven. */
export type Fields = Readonly<Record<string, unknown>>;

/** Something that the venue said cannot be read; the message names the field. */
export class UnreadableError extends Error {
  override readonly name = 'UnreadableError';
}

/** @throws UnreadableError when `value` is no object. */
export function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UnreadableError(`${what} is not an object`);
  }
  return value as Fields;
}

/** @throws UnreadableError when `value` is no list. */
export function listOf(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new UnreadableError(`${what} is not a list`);
  return value;
}

/** @throws UnreadableError unless the field holds a text. */
export function textOf(fields: Fields, field: string): string {
  const value = fields[field];
  return typeof value === 'string' ? value : refuse(fields, field, 'a text');
}

/** @throws UnreadableError unless the field holds a whole number from 0 to 2^53 − 1. */
export function wholeOf(fields: Fields, field: string): number {
  const value = fields[field];
  const isWhole = typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
  return isWhole ? value : refuse(fields, field, 'a whole number');
}

/**
 * A number that only names something, as text. Those beyond 2^53 arrive as text already, see `exact-json.ts`.
 * @throws UnreadableError unless the field holds one.
 */
export function idOf(fields: Fields, field: string): string {
  const value = fields[field];
  return typeof value === 'string' && /^\d+$/.test(value) ? value : String(wholeOf(fields, field));
}

/** @throws UnreadableError unless the field holds true or false. */
export function flagOf(fields: Fields, field: string): boolean {
  const value = fields[field];
  return typeof value === 'boolean' ? value : refuse(fields, field, 'true or false');
}

/** What `read` makes of the text in the field. @throws UnreadableError naming the field when `read` throws. */
export function readText<T>(fields: Fields, field: string, read: (text: string) => T): T {
  const text = textOf(fields, field);
  try {
    return read(text);
  } catch (error) {
    throw new UnreadableError(`"${field}": ${(error as Error).message}`);
  }
}

function refuse(fields: Fields, field: string, wanted: string): never {
  const value = fields[field];
  throw new UnreadableError(
    value === undefined
      ? `"${field}" is missing`
      : `"${field}" must be ${wanted}, not ${JSON.stringify(value).slice(0, 60)}`,
  );
}
