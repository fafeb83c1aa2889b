import { LISTINGS, type SymbolListing } from './listings.ts';
import { badSymbol, illegal, invalid, missing } from './refusal.ts';

/** What a request says, by name. An empty text counts as not said. */
export type Params = Readonly<Record<string, string>>;

export function optional(params: Params, name: string): string | null {
  const value = params[name];
  return value === undefined || value === '' ? null : value;
}

/** @throws Refusal −1102 when it is not there. */
export function required(params: Params, name: string): string {
  const value = optional(params, name);
  if (value === null) throw missing(name);
  return value;
}

/** @throws Refusal −1100 when it is no whole number from 0. */
export function optionalInteger(params: Params, name: string): number | null {
  const text = optional(params, name);
  if (text === null) return null;
  if (!/^\d{1,15}$/.test(text)) throw illegal(name, '^[0-9]{1,20}$');
  return Number(text);
}

/** @throws Refusal when it is not there or no whole number from 0. */
export function requiredInteger(params: Params, name: string): number {
  const value = optionalInteger(params, name);
  if (value === null) throw missing(name);
  return value;
}

/** @throws Refusal −1130 when it is neither true nor false. */
export function flag(params: Params, name: string): boolean {
  const text = optional(params, name)?.toLowerCase() ?? 'false';
  if (text !== 'true' && text !== 'false') throw invalid(name);
  return text === 'true';
}

/** @throws Refusal −1121 when the venue does not list it. */
export function listingOf(symbol: string): SymbolListing {
  const listing = LISTINGS.find((candidate) => candidate.symbol === symbol);
  if (listing === undefined) throw badSymbol();
  return listing;
}

/** @throws Refusal when there is no symbol, or the venue does not list it. */
export function requiredListing(params: Params): SymbolListing {
  return listingOf(required(params, 'symbol'));
}

/** The listings that a request is about: one, or all when it names none. @throws Refusal −1121. */
export function askedListings(params: Params): readonly SymbolListing[] {
  const symbol = optional(params, 'symbol');
  return symbol === null ? LISTINGS : [listingOf(symbol)];
}

/** `limit`, between 1 and `most`. @throws Refusal −1130. */
export function limitOf(params: Params, usual: number, most: number): number {
  const limit = optionalInteger(params, 'limit') ?? usual;
  if (limit < 1) throw invalid('limit');
  return Math.min(limit, most);
}

/**
 * What lies between `startTime` and `endTime`, oldest first: from the start when one was given, else the newest.
 * @param timeOf in the venue's own time, ms.
 */
export function page<T>(rows: readonly T[], params: Params, limit: number, timeOf: (row: T) => number): T[] {
  const startTime = optionalInteger(params, 'startTime');
  const endTime = optionalInteger(params, 'endTime') ?? Number.POSITIVE_INFINITY;
  const within = rows.filter((row) => timeOf(row) >= (startTime ?? 0) && timeOf(row) <= endTime);
  return startTime === null ? within.slice(-limit) : within.slice(0, limit);
}
