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
