import { parseDecimal } from '../../../../src-shared/domain/decimal.ts';
import { type Instrument, type InstrumentId, instrumentKey } from '../../../../src-shared/domain/instrument.ts';
import type { BudgetLimit } from '../rate-budget.ts';
import { type VenueCapabilities, VenueError } from '../venue.ts';
import { accountQuestion, ask } from './ask.ts';
import type { CcxtExchange } from './ccxt-exchange.ts';
import { type Fields, fieldsOf, flagOf, listOf, textOf } from './fields.ts';
import type { RestCall, RestCalls } from './outcome.ts';
import { DEFAULT_LIMITS, readRateLimits } from './rate-figures.ts';

export interface VenueRules {
  readonly rateLimits: readonly BudgetLimit[];
  readonly fees: VenueCapabilities['fees'];
}

export interface RulesOptions {
  /** The venue's name at this desk, for messages. */
  readonly venue: string;
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
 * The venue's limits and the account's fees, once it is certain that desk and venue mean the same by an instrument, and by the account.
 * @throws VenueError when the venue does not say, the account is in a mode that this desk does not count in, or an instrument of
 * the desk is another one at the venue: each with ours, theirs and the remedy.
 */
export async function readRules(options: RulesOptions): Promise<VenueRules> {
  try {
    await checkModes(options);
    const info = fieldsOf(await ask(options.calls, EXCHANGE_INFO), 'the list of symbols');
    checkInstruments(info, options);
    return {
      rateLimits: readRateLimits(info.rateLimits) ?? DEFAULT_LIMITS,
      fees: await readFees(options),
    };
  } catch (error) {
    if (error instanceof VenueError) throw error;
    const reason = (error as Error).message.replace(/\.$/, '');
    throw new VenueError(`${options.venue}: its rules cannot be read: ${reason}${remedyFor(reason)}`);
  }
}

function remedyFor(reason: string): string {
  if (!/ -(2008|2014|2015|1022)\b/.test(reason)) return '';
  return '. Check the key: that it is stored whole, that it may trade futures, and that this address is allowed';
}

async function checkModes({ venue, calls }: RulesOptions): Promise<void> {
  const mode = (path: string) => ask(calls, accountQuestion(path, {}, MODE_WEIGHT));
  const position = fieldsOf(await mode('/fapi/v1/positionSide/dual'), 'the position mode');
  if (flagOf(position, 'dualSidePosition')) {
    throw new VenueError(
      `${venue}: the account is in hedge mode, and this desk counts one position for each instrument: close all positions and orders there, then choose "One-way Mode" under Preferences, Position Mode`,
    );
  }
  const margin = fieldsOf(await mode('/fapi/v1/multiAssetsMargin'), 'the margin mode');
  if (flagOf(margin, 'multiAssetsMargin')) {
    throw new VenueError(
      `${venue}: the account is in multi-assets mode, where one currency stands in for another, and this desk counts each for itself: choose "Single-Asset Mode" under Preferences, Asset Mode`,
    );
  }
}

function checkInstruments(info: Fields, { exchange, instruments }: RulesOptions): void {
  const listed = new Map<unknown, unknown>(
    listOf(info.symbols, 'the list of symbols').map((entry) => [fieldsOf(entry, 'a symbol').symbol, entry]),
  );
  const differences: string[] = [];
  for (const instrument of instruments) {
    const [market] = exchange.parseMarkets([listed.get(instrument.symbol)].filter((entry) => entry !== undefined));
    if (market === undefined) {
      differences.push(
        `${instrumentKey(instrument)}: the venue lists no such symbol. Correct it, or remove it from "instruments"`,
      );
    } else {
      differences.push(...differencesOf(instrument, market));
    }
  }
  if (differences.length > 0) throw new VenueError(differences.join('\n'));
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
        `${name}: ${field} is ${ours} in the configuration and ${theirs} at the venue. Change "${field}" to it`,
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

async function readFees({ calls, instruments }: RulesOptions): Promise<VenueCapabilities['fees']> {
  const fees = new Map<InstrumentId, { readonly maker: string; readonly taker: string }>();
  for (const { id, symbol } of instruments) {
    const answer = await ask(calls, accountQuestion('/fapi/v1/commissionRate', { symbol }, COMMISSION_WEIGHT));
    const fields = fieldsOf(answer, 'the fees');
    fees.set(id, { maker: textOf(fields, 'makerCommissionRate'), taker: textOf(fields, 'takerCommissionRate') });
  }
  return (instrument) => fees.get(instrument) ?? null;
}
