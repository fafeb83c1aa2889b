import { parseDecimal } from '../../../../src-shared/domain/decimal.ts';
import { type Instrument, type InstrumentId, instrumentKey } from '../../../../src-shared/domain/instrument.ts';
import type { BudgetLimit } from '../rate-budget.ts';
import { type VenueCapabilities, VenueError } from '../venue.ts';
import { accountQuestion, ask } from './ask.ts';
import type { CcxtExchange } from './ccxt-exchange.ts';
import { type Fields, fieldsOf, flagOf, listOf, textOf } from './fields.ts';
import type { RestCall, RestCalls } from './outcome.ts';
import { DEFAULT_LIMITS, readRateLimits } from './rate-figures.ts';

/** What the venue asks of an order of one symbol: decimal texts as it writes them, null where it sets no such limit. */
export interface SymbolRules {
  readonly minPrice: string | null;
  readonly maxPrice: string | null;
  readonly minQuantity: string | null;
  readonly maxQuantity: string | null;
  readonly maxMarketQuantity: string | null;
  /** In the quote currency. Orders that only reduce may be smaller. */
  readonly minNotional: string | null;
}

export interface VenueRules {
  readonly symbols: ReadonlyMap<InstrumentId, SymbolRules>;
  readonly rateLimits: readonly BudgetLimit[];
  readonly fees: VenueCapabilities['fees'];
}

export interface RulesOptions {
  readonly calls: RestCalls;
  readonly exchange: Pick<CcxtExchange, 'parseMarkets'>;
  readonly instruments: readonly Instrument[];
}

/** The venue lists hundreds of symbols in one answer. */
const EXCHANGE_INFO_TIMEOUT_MS = 15_000;
const EXCHANGE_INFO: RestCall = {
  method: 'GET',
  path: '/fapi/v1/exchangeInfo',
  params: {},
  security: 'none',
  weight: 1,
  use: 'question',
  timeoutMs: EXCHANGE_INFO_TIMEOUT_MS,
};
const MODE_WEIGHT = 30;
const COMMISSION_WEIGHT = 20;
/** Finer than any step there is. */
const STEP_DECIMALS = 18;

/**
 * What the venue asks of orders, and of the account that sends them.
 * @throws VenueError when the venue does not say, the account is in a mode that this desk does not count in, or an instrument of
 * the desk is another one at the venue: each with ours, theirs and the remedy.
 */
export async function readRules(options: RulesOptions): Promise<VenueRules> {
  try {
    await checkModes(options.calls);
    const info = fieldsOf(await ask(options.calls, EXCHANGE_INFO), 'the list of symbols');
    const symbols = readSymbols(info, options);
    return {
      symbols,
      rateLimits: readRateLimits(info.rateLimits) ?? DEFAULT_LIMITS,
      fees: await readFees(options),
    };
  } catch (error) {
    if (error instanceof VenueError) throw error;
    throw new VenueError(`the venue's rules cannot be read: ${(error as Error).message}${remedyOf(error as Error)}`);
  }
}

function remedyOf({ message }: Error): string {
  if (!/ -(2008|2014|2015|1022)\b/.test(message)) return '';
  return '. Check the key: that it is stored whole, that it may trade futures, and that this address is allowed';
}

async function checkModes(calls: RestCalls): Promise<void> {
  const mode = (path: string) => ask(calls, accountQuestion(path, {}, MODE_WEIGHT));
  const position = fieldsOf(await mode('/fapi/v1/positionSide/dual'), 'the position mode');
  if (flagOf(position, 'dualSidePosition')) {
    throw new VenueError(
      'the account is in hedge mode, and this desk counts one position for each instrument: close all positions and orders there, then choose "One-way Mode" under Preferences, Position Mode',
    );
  }
  const margin = fieldsOf(await mode('/fapi/v1/multiAssetsMargin'), 'the margin mode');
  if (flagOf(margin, 'multiAssetsMargin')) {
    throw new VenueError(
      'the account is in multi-assets mode, where one currency stands in for another, and this desk counts each for itself: choose "Single-Asset Mode" under Preferences, Asset Mode',
    );
  }
}

function readSymbols(info: Fields, { exchange, instruments }: RulesOptions): ReadonlyMap<InstrumentId, SymbolRules> {
  const listed = new Map<unknown, unknown>(
    listOf(info.symbols, 'the list of symbols').map((entry) => [fieldsOf(entry, 'a symbol').symbol, entry]),
  );
  const differences: string[] = [];
  const rules = new Map<InstrumentId, SymbolRules>();
  for (const instrument of instruments) {
    const [market] = exchange.parseMarkets([listed.get(instrument.symbol)].filter((entry) => entry !== undefined));
    if (market === undefined) {
      differences.push(`${instrumentKey(instrument)}: the venue lists no such symbol. Remove it from "instruments"`);
      continue;
    }
    const found = differencesOf(instrument, market);
    if (found.length === 0) rules.set(instrument.id, rulesOf(market));
    differences.push(...found);
  }
  if (differences.length > 0) throw new VenueError(differences.join('\n'));
  return rules;
}

type ListedMarket = ReturnType<CcxtExchange['parseMarkets']>[number] & object;

function differencesOf(instrument: Instrument, market: ListedMarket): readonly string[] {
  const { tickSize, lotSize, orderStep, multiplier, kind, base, quote, settle } = instrument;
  const { status } = fieldsOf(market.info, 'a symbol');
  const theirKind = market.linear === true ? 'linear' : market.inverse === true ? 'inverse' : String(market.type);
  const step = orderStep === undefined ? 'lotSize' : 'orderStep';
  const compared: readonly (readonly [field: string, ours: string, theirs: unknown])[] = [
    ['kind', kind, theirKind],
    ['base', base, market.base],
    ['quote', quote, market.quote],
    ['settle', settle, market.settle],
    ['tickSize', tickSize, market.precision.price],
    [step, orderStep ?? lotSize, market.precision.amount],
    ['multiplier', multiplier, market.contractSize],
  ];
  const name = instrumentKey(instrument);
  const differences = compared
    .filter(([, ours, theirs]) => !isSame(ours, String(theirs)))
    .map(
      ([field, ours, theirs]) =>
        `${name}: ${field} is ${ours} here and ${theirs} at the venue. Change "${field}" to it`,
    );
  if (status !== 'TRADING') {
    differences.push(
      `${name}: its status at the venue is ${status}, not TRADING. Wait, or remove it from "instruments"`,
    );
  }
  return differences;
}

/** Whether both are one text, or one number: `0.10` is `0.1`. */
function isSame(ours: string, theirs: string): boolean {
  if (ours === theirs) return true;
  try {
    return parseDecimal(ours, STEP_DECIMALS) === parseDecimal(theirs, STEP_DECIMALS);
  } catch {
    return false;
  }
}

function rulesOf({ limits }: ListedMarket): SymbolRules {
  // ccxt leaves out what the venue does not say; the venue writes 0 for no limit.
  const text = (value: unknown): string | null => (/[1-9]/.test(String(value)) ? String(value) : null);
  return {
    minPrice: text(limits.price?.min),
    maxPrice: text(limits.price?.max),
    minQuantity: text(limits.amount?.min),
    maxQuantity: text(limits.amount?.max),
    maxMarketQuantity: text(limits.market?.max),
    minNotional: text(limits.cost?.min),
  };
}

async function readFees({ calls, instruments }: RulesOptions): Promise<VenueCapabilities['fees']> {
  const fees = new Map<InstrumentId, { readonly maker: string; readonly taker: string }>();
  for (const { id, symbol } of instruments) {
    const answer = await ask(calls, accountQuestion('/fapi/v1/commissionRate', { symbol }, COMMISSION_WEIGHT));
    const fields = fieldsOf(answer, 'the fees');
    fees.set(id, { maker: textOf(fields, 'makerCommissionRate'), taker: textOf(fields, 'takerCommissionRate') });
  }
  return (instrument) => fees.get(instrument) ?? null;
}
