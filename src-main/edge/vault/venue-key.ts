import { inspect } from 'node:util';

const HIDDEN = '(hidden)';

/** A key and its secret as a venue gave them. Printing, logging, spreading or writing it as JSON shows neither. */
export class VenueKey {
  readonly #key: string;
  readonly #secret: string;

  constructor(key: string, secret: string) {
    this.#key = key;
    this.#secret = secret;
  }

  get key(): string {
    return this.#key;
  }

  get secret(): string {
    return this.#secret;
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [inspect.custom](): string {
    return HIDDEN;
  }
}
