import type { Instrument, InstrumentId } from '../../../src-shared/domain/instrument.ts';
import {
  type Currency,
  currency,
  currencyExponent,
  type Money,
  money,
  parseMoney,
} from '../../../src-shared/domain/money.ts';
import type { Fact } from '../engine/fact.ts';
import type { PositionsView } from '../portfolio/positions-view.ts';

/** What the comparison reads of the portfolio. */
export interface AccountView extends PositionsView {
  /** Cash at a venue that the desk's own trading made or spent. */
  cash(venue: string, currency: Currency): Money;
}

export interface AccountMemory {
  readonly baselines: readonly {
    readonly venue: string;
    readonly movements: number;
    readonly beyond: readonly { readonly currency: Currency; readonly amount: Money }[];
  }[];
}

export interface AccountBooksSnapshot extends AccountMemory {
  readonly positionChangedAt: readonly number[];
  readonly cashChangedAt: readonly { readonly venue: string; readonly at: number }[];
}

interface Baseline {
  /** Fills and payments since. */
  movements: number;
  /** What the venue's wallet holds beyond the ledger's cash. */
  readonly beyond: Map<Currency, Money>;
}

/** Venues round to this many decimals, whatever the ledger's own. */
const VENUE_DECIMALS = 8;
/** How far each fill or payment may move a wallet away from the ledger, in the venue's last decimal: profit and fee are rounded apart. */
const ROUNDING_PER_MOVEMENT = 10;

/** What a venue's account should hold by the desk's books, and when those changed last. Folded behind the portfolio. */
export class AccountBooks {
  private readonly instruments: readonly Instrument[];
  private readonly portfolio: AccountView;
  private baselines = new Map<string, Baseline>();
  private positionChanges: number[];
  private cashChanges = new Map<string, number>();

  /** @param instruments the whitelist, each at the index of its id. */
  constructor(instruments: readonly Instrument[], portfolio: AccountView) {
    this.instruments = instruments;
    this.portfolio = portfolio;
    this.positionChanges = instruments.map(() => 0);
  }

  hasBaseline(venue: string): boolean {
    return this.baselines.has(venue);
  }

  /** What `venue`'s wallet should hold of a currency. */
  wallet(venue: string, of: Currency): Money {
    const beyond = this.baselines.get(venue)?.beyond.get(of) ?? 0n;
    return money(this.portfolio.cash(venue, of) + beyond);
  }

  /** How far the venue's wallet may be away from {@link wallet} for no other cause than rounding. */
  tolerance(venue: string, of: Currency): bigint {
    const movements = this.baselines.get(venue)?.movements ?? 0;
    const unit = 10n ** BigInt(Math.max(0, currencyExponent(of) - VENUE_DECIMALS));
    return unit * BigInt(ROUNDING_PER_MOVEMENT * movements);
  }

  /** When the position changed last in this run, by the desk's clock; 0 before the first time. */
  positionChangedAt(instrument: InstrumentId): number {
    return this.positionChanges[instrument] ?? 0;
  }

  /** The same of the cash at `venue`. */
  cashChangedAt(venue: string): number {
    return this.cashChanges.get(venue) ?? 0;
  }

  fold(fact: Fact): void {
    switch (fact.kind) {
      case 'order-filled':
        this.positionChanges[fact.fill.instrument] = fact.at;
        this.moved(fact.fill.instrument, fact.at);
        return;
      case 'position-settled':
        this.positionChanges[fact.instrument] = fact.at;
        this.moved(fact.instrument, fact.at);
        return;
      case 'funding-booked':
        this.moved(fact.instrument, fact.at);
        return;
      case 'account-baseline': {
        const beyond = fact.balances.map(
          ({ currency: of, wallet }) => [of, this.beyond(fact.venue, of, wallet)] as const,
        );
        this.baselines.set(fact.venue, { movements: 0, beyond: new Map(beyond) });
        return;
      }
      case 'reconciliation-difference':
        if (fact.subject === 'balance') this.acceptBalance(fact.venue, currency(fact.what), fact.theirs);
        return;
    }
  }

  /** What is no fold over facts begins anew with a run. */
  reset(): void {
    this.positionChanges = this.instruments.map(() => 0);
    this.cashChanges.clear();
  }

  memory(): AccountMemory {
    return {
      baselines: Array.from(this.baselines, ([venue, { movements, beyond }]) => ({
        venue,
        movements,
        beyond: Array.from(beyond, ([currency, amount]) => ({ currency, amount })),
      })),
    };
  }

  recover({ baselines }: AccountMemory): void {
    this.baselines = new Map(
      baselines.map(({ venue, movements, beyond }) => [
        venue,
        { movements, beyond: new Map(beyond.map(({ currency, amount }) => [currency, amount])) },
      ]),
    );
  }

  snapshot(): AccountBooksSnapshot {
    return {
      ...this.memory(),
      positionChangedAt: [...this.positionChanges],
      cashChangedAt: Array.from(this.cashChanges, ([venue, at]) => ({ venue, at })),
    };
  }

  restore(snapshot: AccountBooksSnapshot): void {
    this.recover(snapshot);
    this.positionChanges = [...snapshot.positionChangedAt];
    this.cashChanges = new Map(snapshot.cashChangedAt.map(({ venue, at }) => [venue, at]));
  }

  /** Money that came or went for no cause that the desk knows is there, or gone: from here on the wallet moves from that. */
  private acceptBalance(venue: string, of: Currency, theirs: string): void {
    this.baselines.get(venue)?.beyond.set(of, this.beyond(venue, of, parseMoney(theirs, of)));
  }

  private beyond(venue: string, currency: Currency, wallet: Money): Money {
    return money(wallet - this.portfolio.cash(venue, currency));
  }

  private moved(instrument: InstrumentId, at: number): void {
    const { venue } = this.instruments[instrument];
    this.cashChanges.set(venue, at);
    const baseline = this.baselines.get(venue);
    if (baseline) baseline.movements += 1;
  }
}
