import { type Instrument, instrumentKey } from '../../../src-shared/domain/instrument.ts';
import { type Currency, currencyExponent, type Money, money } from '../../../src-shared/domain/money.ts';
import type { Account, Entry } from './ledger.ts';
import type { Position } from './positions.ts';

/** The accounts that belong to one instrument, and its venue's wallet. */
export interface InstrumentAccounts {
  readonly wallet: Account;
  readonly position: Account;
  readonly clearing: Account;
  readonly realised: Account;
}

export function accountsOf(of: Instrument): InstrumentAccounts {
  const key = instrumentKey(of);
  return {
    wallet: walletOf(of.venue),
    position: `position:${key}`,
    clearing: `clearing:${key}`,
    realised: `realised:${key}`,
  };
}

export function walletOf(venue: string): Account {
  return `wallet:${venue}`;
}

/**
 * The entries of a trade that turned `before` into `after`. Its profit goes to `realised`, the change of cost stays on the
 * position. Spot and options pay for it from the wallet; futures owe it to the clearing house, and only profit moves cash.
 */
export function tradeEntries(of: Instrument, accounts: InstrumentAccounts, before: Position, after: Position): Entry[] {
  const cost = after.cost - before.cost;
  const profit = after.realised - before.realised;
  const entry = (account: Entry['account'], amount: bigint, currency: Currency = of.settle): Entry => ({
    account,
    currency,
    amount: money(amount),
  });
  const entries = [entry(accounts.position, cost), entry(accounts.realised, -profit)];
  switch (of.kind) {
    case 'linear':
    case 'inverse':
      return [...entries, entry(accounts.clearing, -cost), entry(accounts.wallet, profit)];
    case 'option':
      return [...entries, entry(accounts.wallet, profit - cost)];
    case 'spot': {
      const bought = baseAmount(of, after.lots - before.lots);
      return [
        ...entries,
        entry(accounts.wallet, profit - cost),
        entry(accounts.wallet, bought, of.base),
        entry(accounts.position, -bought, of.base),
      ];
    }
  }
}

/** A fee is paid in its own currency, whichever that is: no exchange, no conversion. */
export function feeEntries(fee: Money, currency: Currency, { wallet }: InstrumentAccounts): Entry[] {
  return [
    { account: 'fees', currency, amount: fee },
    { account: wallet, currency, amount: money(-fee) },
  ];
}

/** `received` is positive when the venue paid us. */
export function fundingEntries(received: Money, currency: Currency, { wallet }: InstrumentAccounts): Entry[] {
  return [
    { account: wallet, currency, amount: received },
    { account: 'funding', currency, amount: money(-received) },
  ];
}

/** `lots` of a spot instrument in the smallest unit of its base currency: exact, since no lot is finer than that. */
export function baseAmount(of: Instrument, lots: number): Money {
  return money(BigInt(lots) * of.lot.units * 10n ** BigInt(currencyExponent(of.base) - of.lot.decimals));
}
