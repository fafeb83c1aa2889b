/** Longer texts of others are cut: a fact is no place for a page. */
const MAX_LENGTH = 200;

/**
 * Any value as a text that a fact can carry, whoever it came from and whatever it claims to be: strings and numbers as they
 * read, everything else by its type alone. Never throws.
 */
export function shown(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value.slice(0, MAX_LENGTH);
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value).slice(0, MAX_LENGTH);
    default:
      return value === null ? 'null' : typeof value;
  }
}
