import { type Instrument, type InstrumentId, parseLots } from '../../../../src-shared/domain/instrument.ts';
import { type Currency, currency, type Money, parseMoney, ZERO_MONEY } from '../../../../src-shared/domain/money.ts';
import type { AccountReportInput, ListedOrder } from '../../../core/engine/input.ts';
import { accountQuestion, ask } from './ask.ts';
import { fieldsOf, listOf, readText, textOf, UnreadableError } from './fields.ts';
import { type InstrumentsBySymbol, readOrder } from './order-reports.ts';
import type { RestCalls } from './outcome.ts';

/** What the account holds now. */
export type AccountState = Pick<AccountReportInput, 'positions' | 'otherPositions' | 'balances' | 'openOrders'>;

const OPEN_ORDERS_WEIGHT = 1;
const POSITIONS_WEIGHT = 5;
const BALANCES_WEIGHT = 5;

/** Asks for all of it at once, so that little can change in between. @throws AskError, UnreadableError. */
export async function askAccountState(calls: RestCalls, instruments: InstrumentsBySymbol): Promise<AccountState> {
  const openOrders = [...instruments.keys()].map((symbol) =>
    ask(calls, accountQuestion('/fapi/v1/openOrders', { symbol }, OPEN_ORDERS_WEIGHT)),
  );
  const [positions, balances, ...orders] = await Promise.all([
    ask(calls, accountQuestion('/fapi/v3/positionRisk', {}, POSITIONS_WEIGHT)),
    ask(calls, accountQuestion('/fapi/v3/balance', {}, BALANCES_WEIGHT)),
    ...openOrders,
  ]);
  return {
    ...readPositions(positions, instruments),
    balances: readBalances(balances, [...instruments.values()]),
    openOrders: orders.flatMap((list) => readOpenOrders(list, instruments)),
  };
}

/**
 * The venue lists only what is held or has orders: whatever it leaves out is flat.
 * @throws UnreadableError, also in hedge mode, where one number would not say what is held.
 */
export function readPositions(
  json: unknown,
  instruments: InstrumentsBySymbol,
): Pick<AccountState, 'positions' | 'otherPositions'> {
  const held = new Map<InstrumentId, number>([...instruments.values()].map(({ id }) => [id, 0]));
  const otherPositions: string[] = [];
  for (const entry of listOf(json, 'the list of positions')) {
    const fields = fieldsOf(entry, 'a position');
    const symbol = textOf(fields, 'symbol');
    const side = textOf(fields, 'positionSide');
    if (side !== 'BOTH') throw new UnreadableError(`${symbol} has a ${side} position: the account is in hedge mode`);
    const instrument = instruments.get(symbol);
    if (instrument === undefined) {
      if (/[1-9]/.test(textOf(fields, 'positionAmt'))) otherPositions.push(symbol);
    } else {
      held.set(
        instrument.id,
        readText(fields, 'positionAmt', (text) => parseLots(instrument, text)),
      );
    }
  }
  const positions = [...held].map(([instrument, lots]) => ({ instrument, lots }));
  return { positions, otherPositions: otherPositions.sort() };
}

/** What the wallet holds of each currency, and of those that the instruments settle in, even if nothing. @throws UnreadableError. */
export function readBalances(json: unknown, instruments: readonly Instrument[]): AccountState['balances'] {
  const settled = instruments.map(({ settle }): [Currency, Money] => [settle, ZERO_MONEY]);
  const wallets = new Map(settled);
  for (const entry of listOf(json, 'the list of balances')) {
    const fields = fieldsOf(entry, 'a balance');
    if (!/[1-9]/.test(textOf(fields, 'balance'))) continue;
    const asset = readText(fields, 'asset', currency);
    wallets.set(
      asset,
      readText(fields, 'balance', (text) => parseMoney(text, asset)),
    );
  }
  return [...wallets].map(([code, wallet]) => ({ currency: code, wallet }));
}

function readOpenOrders(json: unknown, instruments: InstrumentsBySymbol): ListedOrder[] {
  return listOf(json, 'the list of open orders').map((entry) => {
    const { order, venueOrderId, cumulativeLots } = readOrder(entry, instruments);
    return { order, venueOrderId, cumulativeLots };
  });
}
