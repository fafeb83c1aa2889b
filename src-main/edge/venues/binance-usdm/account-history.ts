import { AskError, accountQuestion, ask } from './ask.ts';
import type { VenueClock } from './endpoints.ts';
import { type Fields, fieldsOf, idOf, listOf, wholeOf } from './fields.ts';
import type { RestCalls } from './outcome.ts';

/** The longest page of both histories. */
const PAGE_ROWS = 1_000;
const MAX_PAGES = 100;

/** The venue answers for no longer stretch of time at once. */
const WINDOW_MS = 7 * 24 * 3_600_000;
/** A payment is dated when it was due and booked some time later: what was already read is read again, so far back. */
const FUNDING_OVERLAP_MS = 3_600_000;

const TRADES_WEIGHT = 5;
const INCOME_WEIGHT = 30;

/** What is new in a history, oldest first, and where to go on once it was handed over. */
export interface NewRows<Place> {
  readonly rows: readonly Fields[];
  readonly place: Place;
}

/** How far the trades of a symbol are known: by id, or before the first one by time. */
export type TradePlace = { readonly sinceMs: number } | { readonly fromId: number; readonly seen: ReadonlySet<string> };

/**
 * The account's trades of one symbol from `place` on: from a time in windows, until there is one, then by id.
 * @throws AskError, UnreadableError.
 */
export async function newTrades(
  calls: RestCalls,
  symbol: string,
  place: TradePlace,
  clock: VenueClock,
): Promise<NewRows<TradePlace>> {
  const rows: Fields[] = [];
  let at = place;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const params = { symbol, limit: PAGE_ROWS, ...rangeOf(at) };
    const answer = await pageOf(calls, '/fapi/v1/userTrades', params, TRADES_WEIGHT);
    const last = answer.at(-1);
    if (last === undefined) {
      if ('fromId' in at || at.sinceMs + WINDOW_MS > clock.nowMs()) return { rows, place: at };
      at = { sinceMs: at.sinceMs + WINDOW_MS };
      continue;
    }
    const before = at;
    rows.push(...answer.filter((row) => !('fromId' in before && before.seen.has(tradeKey(row)))));
    // Both sides of a trade with oneself have one id, and a page may end between them: the last id is asked for again.
    const fromId = wholeOf(last, 'id');
    at = { fromId, seen: new Set(answer.filter((row) => row.id === fromId).map(tradeKey)) };
    if ('fromId' in before && answer.length < PAGE_ROWS) return { rows, place: at };
  }
  throw new AskError(`trades of ${symbol}: more than ${MAX_PAGES} pages are new`);
}

function rangeOf(place: TradePlace): Readonly<Record<string, number>> {
  if ('fromId' in place) return { fromId: place.fromId };
  return { startTime: place.sinceMs, endTime: place.sinceMs + WINDOW_MS - 1 };
}

function tradeKey(row: Fields): string {
  return `${wholeOf(row, 'id')}:${idOf(row, 'orderId')}`;
}

/** How far the account's funding is known. */
export interface FundingPlace {
  readonly sinceMs: number;
  /** The ids of the payments from there on that were handed over. */
  readonly seen: ReadonlySet<string>;
}

/** The funding of the whole account from `place` on. @throws AskError, UnreadableError. */
export async function newFunding(calls: RestCalls, place: FundingPlace): Promise<NewRows<FundingPlace>> {
  const found = new Map<string, Fields>();
  let startTime = place.sinceMs;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const params = { incomeType: 'FUNDING_FEE', startTime, limit: PAGE_ROWS };
    const answer = await pageOf(calls, '/fapi/v1/income', params, INCOME_WEIGHT);
    for (const row of answer) found.set(fundingIdOf(row), row);
    const last = answer.at(-1);
    const lastMs = last === undefined ? startTime : wholeOf(last, 'time');
    if (answer.length < PAGE_ROWS) {
      const sinceMs = Math.max(place.sinceMs, lastMs - FUNDING_OVERLAP_MS);
      const seen = [...found].filter(([, row]) => wholeOf(row, 'time') >= sinceMs).map(([id]) => id);
      const rows = [...found].filter(([id]) => !place.seen.has(id)).map(([, row]) => row);
      return { rows, place: { sinceMs, seen: new Set(seen) } };
    }
    if (lastMs <= startTime) throw new AskError(`funding: more than ${PAGE_ROWS} payments of one moment`);
    startTime = lastMs;
  }
  throw new AskError(`funding: more than ${MAX_PAGES} pages are new`);
}

/** Unique among an account's payments of funding. */
export function fundingIdOf(row: Fields): string {
  return idOf(row, 'tranId');
}

async function pageOf(
  calls: RestCalls,
  path: string,
  params: Readonly<Record<string, string | number>>,
  weight: number,
): Promise<readonly Fields[]> {
  const rows = listOf(await ask(calls, accountQuestion(path, params, weight)), path);
  return rows.map((row) => fieldsOf(row, `a row of ${path}`));
}
