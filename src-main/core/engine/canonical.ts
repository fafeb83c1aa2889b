/** A value that {@link canonical} can write: plain data, no undefined, no class instances. */
export type Canonical =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly Canonical[]
  | { readonly [key: string]: Canonical };

/**
 * The one text of a value: JSON with sorted keys and no spaces, and a bigint as the literal `123n`, which no other value
 * is written as. Equal values have equal texts, whatever order their keys were set in, and different values different
 * ones, so a hash over it is a hash over the value.
 * @throws TypeError for what has no canonical form: undefined, NaN, infinities, functions, holes, class instances.
 */
export function canonical(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'bigint':
      return `${value}n`;
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`no canonical form of ${value}`);
      return Object.is(value, -0) ? '0' : String(value);
    case 'object':
      if (value === null) return 'null';
      if (Array.isArray(value)) return `[${Array.from(value, canonical).join(',')}]`;
      return canonicalObject(value as Readonly<Record<string, unknown>>);
    default:
      throw new TypeError(`no canonical form of a ${typeof value}`);
  }
}

function canonicalObject(value: Readonly<Record<string, unknown>>): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new TypeError('no canonical form of a class instance');
  }
  let text = '{';
  for (const key of Object.keys(value).sort()) {
    if (text.length > 1) text += ',';
    text += `${JSON.stringify(key)}:${canonical(value[key])}`;
  }
  return `${text}}`;
}

/** A text that {@link canonical} did not write. */
export class CanonicalError extends SyntaxError {
  override readonly name = 'CanonicalError';
}

/** One token: a bracket or sign, a string, a bigint, a number, a word. */
const TOKEN = /[[\]{}:,]|"(?:[^"\\]|\\.)*"|-?\d+n|-?\d[\d.eE+-]*|true|false|null/y;

/**
 * The value of a canonical text: the inverse of {@link canonical}.
 * @throws CanonicalError where the text is no canonical text.
 */
export function parseCanonical(text: string): Canonical {
  const tokens = new Tokens(text);
  const value = parseValue(tokens);
  tokens.expectEnd();
  return value;
}

class Tokens {
  private readonly text: string;
  private readonly pattern = new RegExp(TOKEN);

  constructor(text: string) {
    this.text = text;
  }

  next(): string {
    const at = this.pattern.lastIndex;
    const token = this.pattern.exec(this.text)?.[0];
    if (token === undefined)
      throw new CanonicalError(`no canonical text at character ${at}: '${this.text.slice(at, at + 20)}'`);
    return token;
  }

  expect(token: string): void {
    const found = this.next();
    if (found !== token) throw new CanonicalError(`'${found}' where '${token}' should be`);
  }

  /** Whether the next token is `token`, which is then taken. */
  take(token: string): boolean {
    const isNext = this.text.startsWith(token, this.pattern.lastIndex);
    if (isNext) this.pattern.lastIndex += token.length;
    return isNext;
  }

  expectEnd(): void {
    const rest = this.text.slice(this.pattern.lastIndex);
    if (rest !== '') throw new CanonicalError(`something follows the value: '${rest.slice(0, 20)}'`);
  }
}

function parseValue(tokens: Tokens): Canonical {
  const token = tokens.next();
  if (token === '{') return parseObject(tokens);
  if (token === '[') return parseArray(tokens);
  if (token.endsWith('n')) return BigInt(token.slice(0, -1));
  try {
    return JSON.parse(token) as Canonical;
  } catch {
    throw new CanonicalError(`'${token}' is no value`);
  }
}

function parseArray(tokens: Tokens): Canonical {
  const values: Canonical[] = [];
  if (tokens.take(']')) return values;
  do values.push(parseValue(tokens));
  while (tokens.take(','));
  tokens.expect(']');
  return values;
}

function parseObject(tokens: Tokens): Canonical {
  const entries: [string, Canonical][] = [];
  if (tokens.take('}')) return {};
  do {
    const key = parseValue(tokens);
    if (typeof key !== 'string') throw new CanonicalError(`a key is ${key}`);
    tokens.expect(':');
    entries.push([key, parseValue(tokens)]);
  } while (tokens.take(','));
  tokens.expect('}');
  return Object.fromEntries(entries);
}
