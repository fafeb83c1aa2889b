import { type Currency, type Money, money, ZERO_MONEY } from '../../../src-shared/domain/money.ts';
import { InvariantError } from './invariant-error.ts';

/**
 * The chart of accounts. A positive balance is a debit (we own it, or it was spent), a negative one a credit.
 * Accounts with a colon belong to one instrument, named by its key, unless it says otherwise.
 *
 * - `wallet:…`: cash at a venue that the desk's own trading made or spent, spot inventory included. Belongs to the venue.
 * - `position:…`: an open position at its average cost. On spot also minus the inventory, in the base currency: it is the
 *   trading account of P. Selinger, "Tutorial on multiple currency accounting", section 4, where an exchange of currencies
 *   sums to zero in each of them.
 * - `clearing:…`: minus what an open futures position cost, because that notional is owed and not paid.
 * - `realised:…`: trading profit of closed lots, before fees: a profit is a credit.
 * - `fees`: trading fees paid; rebates are credits.
 * - `funding`: perpetual funding: what was received is a credit.
 */
export type Account =
  | 'fees'
  | 'funding'
  | `wallet:${string}`
  | `position:${string}`
  | `clearing:${string}`
  | `realised:${string}`;

export interface Entry {
  readonly account: Account;
  readonly currency: Currency;
  readonly amount: Money;
}

/** One line of a trial balance. */
export interface Balance {
  readonly account: Account;
  readonly currency: Currency;
  readonly balance: Money;
}

/** What passed through one currency since the first transaction: two sums that must always be equal. */
interface Turnover {
  readonly debits: bigint;
  readonly credits: bigint;
}

export interface LedgerSnapshot {
  readonly balances: readonly Balance[];
  readonly turnovers: readonly (Turnover & { readonly currency: Currency })[];
  readonly transactions: number;
}

/** Far more than instruments × currencies of any desk: reaching it is a leak. */
const MAX_BALANCES = 20_000;

/**
 * A double-entry ledger. It keeps balances and turnovers, not transactions: those are in the journal's facts.
 */
export class Ledger {
  /** By account, then currency: names are hashed once and never put together on the way. */
  private balances = new Map<Account, Map<Currency, Money>>();
  private lines = 0;
  private turnovers = new Map<Currency, Turnover>();
  private posted = 0;

  /** How many transactions were posted. */
  get transactions(): number {
    return this.posted;
  }

  /**
   * Posts one transaction, whole or not at all.
   * @throws InvariantError unless its entries sum to zero in every currency; OverflowError when a balance leaves the range of
   * Money; RangeError when there would be too many balances.
   */
  post(entries: readonly Entry[]): void {
    const { flows, after } = this.prepare(entries);
    for (const { account, currency, balance } of after) this.set(account, currency, balance);
    for (const [currency, flow] of flows) {
      const before = this.turnovers.get(currency) ?? { debits: 0n, credits: 0n };
      this.turnovers.set(currency, { debits: before.debits + flow.debits, credits: before.credits + flow.credits });
    }
    this.posted += 1;
  }

  /** Whether {@link post} would take `entries`. @throws as it does; nothing is changed. */
  check(entries: readonly Entry[]): void {
    this.prepare(entries);
  }

  balance(account: Account, currency: Currency): Money {
    return this.balances.get(account)?.get(currency) ?? ZERO_MONEY;
  }

  /** The currencies in which `account` ever had an entry, sorted. */
  currencies(account: Account): Currency[] {
    return [...(this.balances.get(account)?.keys() ?? [])].sort();
  }

  /** Every balance, those of zero included, sorted by account and currency. Per currency it sums to zero. */
  trialBalance(): Balance[] {
    return [...this.balances.keys()]
      .sort()
      .flatMap((account) =>
        this.currencies(account).map((currency) => ({ account, currency, balance: this.balance(account, currency) })),
      );
  }

  /** Whether all balances sum to zero in every currency, and all debits ever posted equal all credits. */
  isBalanced(): boolean {
    return isBalanced(this.trialBalance(), this.turnovers);
  }

  snapshot(): LedgerSnapshot {
    return {
      balances: this.trialBalance(),
      turnovers: [...this.turnovers.keys()].sort().map((currency) => ({
        ...(this.turnovers.get(currency) as Turnover),
        currency,
      })),
      transactions: this.posted,
    };
  }

  /** @throws InvariantError when the snapshot does not balance. Nothing has changed then. */
  restore(snapshot: LedgerSnapshot): void {
    const turnovers = new Map(
      snapshot.turnovers.map(({ currency, debits, credits }) => [currency, { debits, credits }] as const),
    );
    if (!isBalanced(snapshot.balances, turnovers))
      throw new InvariantError('the snapshot of the ledger does not balance');
    this.balances = new Map();
    this.lines = 0;
    for (const { account, currency, balance } of snapshot.balances) this.set(account, currency, balance);
    this.turnovers = turnovers;
    this.posted = snapshot.transactions;
  }

  private prepare(entries: readonly Entry[]): { flows: Map<Currency, Turnover>; after: Balance[] } {
    const flows = flowsOf(entries);
    for (const [currency, { debits, credits }] of flows) {
      if (debits !== credits) throw unbalanced(currency, debits, credits);
    }
    const after = changesOf(entries).map(({ account, currency, amount }) => ({
      account,
      currency,
      balance: money(this.balance(account, currency) + amount),
    }));
    if (this.lines + after.length > MAX_BALANCES)
      throw new RangeError(`a ledger of more than ${MAX_BALANCES} balances`);
    return { flows, after };
  }

  private set(account: Account, currency: Currency, balance: Money): void {
    let currencies = this.balances.get(account);
    if (!currencies) {
      currencies = new Map();
      this.balances.set(account, currencies);
    }
    if (!currencies.has(currency)) this.lines += 1;
    currencies.set(currency, balance);
  }
}

/** What entries change, one per account and currency; those of zero change nothing. */
function changesOf(entries: readonly Entry[]): { account: Account; currency: Currency; amount: bigint }[] {
  const changes: { account: Account; currency: Currency; amount: bigint }[] = [];
  for (const { account, currency, amount } of entries) {
    if (amount === 0n) continue;
    const same = changes.find((change) => change.account === account && change.currency === currency);
    if (same) same.amount += amount;
    else changes.push({ account, currency, amount });
  }
  return changes;
}

function flowsOf(entries: readonly Entry[]): Map<Currency, Turnover> {
  const flows = new Map<Currency, Turnover>();
  for (const { currency, amount } of entries) {
    if (amount === 0n) continue;
    const { debits, credits } = flows.get(currency) ?? { debits: 0n, credits: 0n };
    flows.set(currency, amount > 0n ? { debits: debits + amount, credits } : { debits, credits: credits - amount });
  }
  return flows;
}

function isBalanced(balances: Iterable<Balance>, turnovers: ReadonlyMap<Currency, Turnover>): boolean {
  const sums = new Map<Currency, bigint>();
  for (const { currency, balance } of balances) sums.set(currency, (sums.get(currency) ?? 0n) + balance);
  for (const sum of sums.values()) if (sum !== 0n) return false;
  for (const { debits, credits } of turnovers.values()) if (debits !== credits) return false;
  return true;
}

function unbalanced(currency: Currency, debits: bigint, credits: bigint): InvariantError {
  return new InvariantError(
    `a transaction does not sum to zero in ${currency}: debits ${debits}, credits ${credits} smallest units`,
  );
}
