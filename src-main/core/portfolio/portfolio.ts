import { type Instrument, type InstrumentId, instrumentKey, type Lots } from '../../../src-shared/domain/instrument.ts';
import { safeInteger } from '../../../src-shared/domain/integer.ts';
import { type Currency, currency, type Money, money } from '../../../src-shared/domain/money.ts';
import { type Fill, sign } from '../../../src-shared/domain/order.ts';
import type { Room, Turn } from '../engine/engine.ts';
import type { Fact, PortfolioFact } from '../engine/fact.ts';
import type { FundingInput, Input, SettlementInput } from '../engine/input.ts';
import { RecentIds } from '../engine/recent-ids.ts';
import { shown } from '../engine/shown.ts';
import { accountsOf, feeEntries, fundingEntries, type InstrumentAccounts, tradeEntries, walletOf } from './booking.ts';
import { InvariantError } from './invariant-error.ts';
import { type Control, checkControl, checkLedger } from './invariants.ts';
import { type Balance, type Entry, Ledger, type LedgerSnapshot } from './ledger.ts';
import { FLAT, type Position, trade } from './positions.ts';
import type { FillCheck, PositionsView } from './positions-view.ts';
import { equityBeyondWallet, type Marks, unrealised } from './valuation.ts';
import { isTradePrice, worth } from './worth.ts';

/** How many ids of funding payments, and of settlements, are remembered. A venue repeats recent ones only. */
const MAX_IDS = 10_000;

/** Profit and loss in one currency. What depends on a mark that is missing is null: unknown, not zero. */
export interface Pnl {
  /** Trading profit of closed lots by average cost, before fees and funding. */
  readonly realised: Money;
  /** Profit of open lots at their marks over their average cost. */
  readonly unrealised: Money | null;
  /** Trading fees paid in this currency; negative when rebates prevail. */
  readonly fees: Money;
  /** Funding received; negative is paid. */
  readonly funding: Money;
  /** realised + unrealised − fees + funding. */
  readonly total: Money | null;
}

export function pnlOf(parts: Omit<Pnl, 'total'>): Pnl {
  const { realised, unrealised, fees, funding } = parts;
  return { ...parts, total: moneyOrNull(plus(unrealised, realised - fees + funding)) };
}

interface Holding {
  readonly position: Position;
  readonly control: Control;
}

/** A trade worked out, and not yet booked. */
interface Plan {
  readonly of: Instrument;
  readonly before: Holding;
  readonly lots: number;
  readonly priceTicks: number;
  readonly after: Holding;
  readonly entries: readonly Entry[];
}

export interface PortfolioSnapshot {
  readonly ledger: LedgerSnapshot;
  /** By instrument key, sorted. */
  readonly holdings: readonly (Holding & { readonly instrument: string })[];
  readonly fundingIds: readonly string[];
  readonly settlementIds: readonly string[];
}

/**
 * Positions and money, folded from facts alone. Every fold checks that its transaction sums to zero per currency and that the
 * position is the sum of its fills by both costing methods, before anything is posted, and then that ledger and position
 * agree. Otherwise it throws {@link InvariantError}, and the desk stops.
 */
export class Portfolio implements Room, PositionsView, FillCheck {
  readonly name = 'portfolio';
  readonly hearsMarket = false;
  private readonly instruments: readonly Instrument[];
  private readonly venues: readonly string[];
  /** By instrument id. */
  private readonly accounts: InstrumentAccounts[] = [];
  private ledger = new Ledger();
  private holdings = new Map<InstrumentId, Holding>();
  /** The last one: a fill is worked out when it is checked, and booked right after. */
  private planned: Plan | null = null;
  private readonly fundingIds = new RecentIds(MAX_IDS);
  private readonly settlementIds = new RecentIds(MAX_IDS);

  /** @param instruments the whitelist, each at the index of its id. */
  constructor(instruments: readonly Instrument[]) {
    this.instruments = instruments;
    this.venues = [...new Set(instruments.map(({ venue }) => venue))];
  }

  /** Turns what the venue booked into facts, each once per id. What cannot be booked is stated as an anomaly. */
  accept(input: Input, turn: Turn): void {
    if (input.kind === 'funding') this.acceptFunding(input, turn);
    else if (input.kind === 'settlement') this.acceptSettlement(input, turn);
  }

  fold(fact: Fact): void {
    if (fact.kind === 'order-filled') this.foldFill(fact.fill);
    else if (fact.kind === 'funding-booked') this.foldFunding(fact);
    else if (fact.kind === 'position-settled') this.foldSettlement(fact);
  }

  fillFault(fill: Fill): string | null {
    const { instrument, side, lots, priceTicks, fee, feeCurrency } = fill;
    return fault(() => {
      const of = this.known(instrument);
      const { entries } = this.plan(of, sign(side) * lots, priceTicks);
      this.ledger.check([...entries, ...feeEntries(fee, currency(feeCurrency), this.accountsFor(of))]);
    });
  }

  lots(instrument: InstrumentId): number {
    return this.position(instrument).lots;
  }

  position(instrument: InstrumentId): Position {
    return this.holdings.get(instrument)?.position ?? FLAT;
  }

  /** Cash at all venues that the desk's own trading made or spent: it starts at zero. */
  wallet(currency: Currency): Money {
    return money(this.venues.reduce((sum, venue) => sum + this.cash(venue, currency), 0n));
  }

  /** The same of one venue. */
  cash(venue: string, currency: Currency): Money {
    return this.ledger.balance(walletOf(venue), currency);
  }

  feesPaid(currency: Currency): Money {
    return this.ledger.balance('fees', currency);
  }

  fundingReceived(currency: Currency): Money {
    return money(-this.ledger.balance('funding', currency));
  }

  ledgerBalanced(): boolean {
    return this.ledger.isBalanced();
  }

  trialBalance(): Balance[] {
    return this.ledger.trialBalance();
  }

  /** Per currency in which something was traded, paid or received, in alphabetical order. */
  pnl(marks: Marks): Map<Currency, Pnl> {
    const settled = new Map<Currency, { realised: bigint; unrealised: bigint | null }>();
    for (const [id, { position }] of this.holdings) {
      const of = this.known(id);
      const sums = settled.get(of.settle) ?? { realised: 0n, unrealised: 0n };
      settled.set(of.settle, {
        realised: sums.realised + position.realised,
        unrealised: plus(sums.unrealised, unrealised(of, position, marks(id))),
      });
    }
    const currencies = [...settled.keys(), ...this.ledger.currencies('fees'), ...this.ledger.currencies('funding')];
    return new Map(
      [...new Set(currencies)].sort().map((currency) => {
        const { realised, unrealised } = settled.get(currency) ?? { realised: 0n, unrealised: 0n };
        return [
          currency,
          pnlOf({
            realised: money(realised),
            unrealised: moneyOrNull(unrealised),
            fees: this.feesPaid(currency),
            funding: this.fundingReceived(currency),
          }),
        ];
      }),
    );
  }

  /** Wallet plus what open options and futures are worth at their marks, per currency; null where a mark is missing. */
  equity(marks: Marks): Map<Currency, Money | null> {
    const sums = new Map<Currency, bigint | null>();
    for (const venue of this.venues) {
      for (const currency of this.ledger.currencies(walletOf(venue))) sums.set(currency, this.wallet(currency));
    }
    for (const [id, { position }] of this.holdings) {
      const of = this.known(id);
      const sum = sums.get(of.settle);
      sums.set(of.settle, plus(sum === undefined ? 0n : sum, equityBeyondWallet(of, position, marks(id))));
    }
    return new Map([...sums.keys()].sort().map((currency) => [currency, moneyOrNull(sums.get(currency) ?? null)]));
  }

  snapshot(): PortfolioSnapshot {
    const holdings = [...this.holdings].map(([id, holding]) => ({
      instrument: instrumentKey(this.known(id)),
      ...copyOf(holding),
    }));
    return {
      ledger: this.ledger.snapshot(),
      holdings: holdings.sort((a, b) => (a.instrument < b.instrument ? -1 : 1)),
      fundingIds: this.fundingIds.snapshot(),
      settlementIds: this.settlementIds.snapshot(),
    };
  }

  /**
   * @throws InvariantError when the snapshot contradicts itself or names an instrument that is not in the whitelist.
   * Nothing has changed then.
   */
  restore(snapshot: PortfolioSnapshot): void {
    const ledger = new Ledger();
    ledger.restore(snapshot.ledger);
    const holdings = new Map<InstrumentId, Holding>();
    for (const { instrument: key, ...holding } of snapshot.holdings) {
      const of = this.instruments.find((candidate) => instrumentKey(candidate) === key);
      if (!of) throw new InvariantError(`the snapshot holds ${key}, which is not in the whitelist`);
      checkControl(of, holding.position, holding.control);
      checkLedger(ledger, of, this.accountsFor(of), holding.position);
      holdings.set(of.id, copyOf(holding));
    }
    const booked = new Set(snapshot.holdings.map(({ instrument }) => `position:${instrument}`));
    const orphan = ledger.trialBalance().find(({ account }) => account.startsWith('position:') && !booked.has(account));
    if (orphan)
      throw new InvariantError(`the snapshot's ledger has ${orphan.account}, which the snapshot does not hold`);
    this.ledger = ledger;
    this.holdings = holdings;
    this.fundingIds.restore(snapshot.fundingIds);
    this.settlementIds.restore(snapshot.settlementIds);
  }

  private acceptFunding(input: FundingInput, turn: Turn): void {
    const { instrument, fundingId, amount, currency: paidIn } = input;
    const detail = this.fundingFault(input);
    if (detail !== null) turn.emit({ kind: 'portfolio-anomaly', report: 'funding', detail });
    else if (!this.fundingIds.has(idKey(this.known(instrument), fundingId)))
      turn.emit({ kind: 'funding-booked', instrument, fundingId, amount, currency: paidIn });
  }

  private fundingFault({ instrument, fundingId, amount, currency: paidIn }: FundingInput): string | null {
    const what = `funding '${shown(fundingId)}'`;
    const of = this.listed(instrument);
    if (of === undefined) return `${what} of unknown instrument ${shown(instrument)}`;
    if (!isId(fundingId)) return `${what} has no id`;
    if (typeof amount !== 'bigint') return `${what} has no amount of money: ${shown(amount)}`;
    if (typeof paidIn !== 'string') return `${what} has no currency: ${shown(paidIn)}`;
    const why = fault(() => this.ledger.check(fundingEntries(amount, currency(paidIn), this.accountsFor(of))));
    return why === null ? null : `${what}: ${why}`;
  }

  private acceptSettlement(input: SettlementInput, turn: Turn): void {
    const { instrument, settlementId, priceTicks } = input;
    const detail = this.settlementFault(input);
    // A flat position is settled too, so that the id is known when it comes again.
    const lots = this.lots(instrument) as Lots;
    if (detail !== null) turn.emit({ kind: 'portfolio-anomaly', report: 'settlement', detail });
    else if (!this.settlementIds.has(idKey(this.known(instrument), settlementId)))
      turn.emit({ kind: 'position-settled', instrument, settlementId, priceTicks, lots });
  }

  private settlementFault({ instrument, settlementId, priceTicks }: SettlementInput): string | null {
    const what = `settlement '${shown(settlementId)}'`;
    const of = this.listed(instrument);
    if (of === undefined) return `${what} of unknown instrument ${shown(instrument)}`;
    if (!isId(settlementId)) return `${what} has no id`;
    if (of.kind === 'spot') return `${what}: a spot position of ${instrumentKey(of)} never settles`;
    if (!isTradePrice(of, priceTicks)) return `${what} at a price of ${shown(priceTicks)} ticks`;
    const held = this.lots(instrument);
    const why = held === 0 ? null : fault(() => this.ledger.check(this.plan(of, -held, priceTicks).entries));
    return why === null ? null : `${what}: ${why}`;
  }

  private foldFill(fill: Fill): void {
    const of = this.known(fill.instrument);
    if (!(Number.isSafeInteger(fill.lots) && fill.lots > 0)) {
      throw new InvariantError(`${instrumentKey(of)}: fill ${fill.fillId} of ${fill.lots} lots`);
    }
    this.book(
      of,
      sign(fill.side) * fill.lots,
      fill.priceTicks,
      feeEntries(fill.fee, fill.feeCurrency, this.accountsFor(of)),
    );
  }

  private foldFunding(fact: PortfolioFact & { kind: 'funding-booked' }): void {
    const of = this.known(fact.instrument);
    const id = idKey(of, fact.fundingId);
    if (this.fundingIds.has(id)) throw new InvariantError(`funding '${id}' is booked already`);
    this.ledger.post(fundingEntries(fact.amount, fact.currency, this.accountsFor(of)));
    this.fundingIds.add(id);
  }

  private foldSettlement(fact: PortfolioFact & { kind: 'position-settled' }): void {
    const of = this.known(fact.instrument);
    const id = idKey(of, fact.settlementId);
    const held = this.lots(of.id);
    if (this.settlementIds.has(id)) throw new InvariantError(`settlement '${id}' is booked already`);
    if (fact.lots !== held) throw new InvariantError(`settlement '${id}' ends ${fact.lots} lots, and ${held} are held`);
    if (held !== 0) this.book(of, -held, fact.priceTicks, []);
    this.settlementIds.add(id);
  }

  /** Changes position and ledger together. Whatever a fill can have wrong throws before anything has changed. */
  private book(of: Instrument, lots: number, priceTicks: number, alsoPost: readonly Entry[]): void {
    const { after, entries } = this.plan(of, lots, priceTicks);
    this.ledger.post([...entries, ...alsoPost]);
    this.holdings.set(of.id, after);
    checkLedger(this.ledger, of, this.accountsFor(of), after.position);
  }

  /** What a trade would make of position and ledger. @throws RangeError when it is out of range; nothing is changed. */
  private plan(of: Instrument, lots: number, priceTicks: number): Plan {
    const before = this.holdings.get(of.id) ?? NO_HOLDING;
    const last = this.planned;
    if (last?.of === of && last.before === before && last.lots === lots && last.priceTicks === priceTicks) return last;
    const position = trade(of, before.position, lots, priceTicks);
    const control: Control = {
      lots: safeInteger(before.control.lots + lots, 'a sum of fills in lots'),
      worth: before.control.worth + worth(of, priceTicks, lots),
    };
    checkControl(of, position, control);
    const entries = tradeEntries(of, this.accountsFor(of), before.position, position);
    this.planned = { of, before, lots, priceTicks, after: { position, control }, entries };
    return this.planned;
  }

  private accountsFor(of: Instrument): InstrumentAccounts {
    this.accounts[of.id] ??= accountsOf(of);
    return this.accounts[of.id];
  }

  private listed(id: InstrumentId): Instrument | undefined {
    return typeof id === 'number' ? this.instruments[id] : undefined;
  }

  private known(id: InstrumentId): Instrument {
    const of = this.listed(id);
    if (of?.id !== id) throw new InvariantError(`instrument ${id} is not in the whitelist`);
    return of;
  }
}

const NO_HOLDING: Holding = { position: FLAT, control: { lots: 0, worth: 0n } };

function copyOf({ position, control }: Holding): Holding {
  return { position: { ...position, fifo: position.fifo.map((lot) => ({ ...lot })) }, control: { ...control } };
}

/** What `attempt` finds out of range, null when nothing. An InvariantError is a contradiction of our own, and passes through. */
function fault(attempt: () => void): string | null {
  try {
    attempt();
    return null;
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
}

function isId(id: string): boolean {
  return typeof id === 'string' && id !== '';
}

/** Venues number their payments each in their own way. */
function idKey(of: Instrument, id: string): string {
  return `${instrumentKey(of)} ${id}`;
}

function plus(a: bigint | null, b: bigint | null): bigint | null {
  return a === null || b === null ? null : a + b;
}

function moneyOrNull(amount: bigint | null): Money | null {
  return amount === null ? null : money(amount);
}
