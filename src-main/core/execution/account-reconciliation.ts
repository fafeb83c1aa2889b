import type { Instrument, InstrumentId } from '../../../src-shared/domain/instrument.ts';
import type { ClientOrderId, OrderStatus } from '../../../src-shared/domain/order.ts';
import { afterMs, MICROS_PER_SECOND, type Micros } from '../../../src-shared/domain/time.ts';
import type { Room, Turn } from '../engine/engine.ts';
import type { Fact } from '../engine/fact.ts';
import type { AccountReportInput, Input, OperatorInput } from '../engine/input.ts';
import { AccountBooks, type AccountBooksSnapshot, type AccountMemory, type AccountView } from './account-books.ts';
import { differencesIn } from './account-differences.ts';
import { accountReportFault } from './account-report.ts';
import type { Execution } from './order-entry.ts';
import type { OrdersView } from './orders-view.ts';
import { Suspicions, type SuspicionsSnapshot } from './suspicions.ts';

export interface AccountReconciliationParts {
  /** The whitelist, each at the index of its id. */
  readonly instruments: readonly Instrument[];
  readonly market: { isConnected(instrument: InstrumentId): boolean };
  readonly orders: OrdersView;
  /** Its room stands before this one, as the next one's does. */
  readonly portfolio: AccountView;
  readonly execution: Pick<Execution, 'listed' | 'question'>;
  /** How often each venue is asked; 0 for never. */
  readonly reconcileEveryMs: number;
}

/** The last comparison with a venue's account. */
export interface AccountStatus {
  /** When the report was handed in. */
  readonly at: Micros;
  /** How many differences stand. */
  readonly differences: number;
}

interface VenueAccount {
  /** The index of one of its instruments. */
  readonly instrument: InstrumentId;
  readonly suspicions: Suspicions;
  /** When the last report that was compared had been asked for. An older one says nothing new. */
  askedAt: number;
  status: AccountStatus | null;
  /** What the last fact said, and when. */
  said: AccountStatus | null;
  /** Reports in a row that had to be followed by another one at once. */
  rechecks: number;
}

export interface AccountReconciliationSnapshot {
  readonly books: AccountBooksSnapshot;
  readonly venues: readonly (Omit<VenueAccount, 'instrument' | 'suspicions'> & {
    readonly venue: string;
    readonly suspicions: SuspicionsSnapshot;
  })[];
}

/** A difference that is only suspected is looked at again after so long; twice as long each further time, up to the period. */
const RECHECK_MS = 1_000;
const MAX_DOUBLINGS = 10;
/** How often a comparison is stated that found what the last one found. */
const RESTATE_MICROS = 60 * MICROS_PER_SECOND;
/** An order in one of these rests at its venue, as far as is known. */
const RESTING: readonly OrderStatus[] = ['acknowledged', 'partly-filled', 'cancel-pending'];

/**
 * Asks every venue for the desk's account, now and then and whenever something may have been missed, and compares it with the
 * books: orders, positions, wallets. What the venue lists and the books lack is adopted, what the books have and the venue does
 * not list is asked for; whatever else differs is a fact once it is believed.
 */
export class AccountReconciliation implements Room {
  readonly name = 'account';
  readonly hearsMarket = false;
  private readonly parts: AccountReconciliationParts;
  private readonly books: AccountBooks;
  private readonly venues: ReadonlyMap<string, VenueAccount>;
  /** To be asked before this turn ends. */
  private readonly due = new Set<string>();

  constructor(parts: AccountReconciliationParts) {
    this.parts = parts;
    this.books = new AccountBooks(parts.instruments, parts.portfolio);
    this.venues = new Map(parts.instruments.map(({ venue, id }) => [venue, freshAccount(id)]));
  }

  /** The last comparison with `venue`'s account in this run; null before the first. */
  status(venue: string): AccountStatus | null {
    return this.venues.get(venue)?.status ?? null;
  }

  accept(input: Input, turn: Turn): void {
    if (input.kind === 'account-report') this.hear(input, turn);
    else if (input.kind === 'operator') this.command(input, turn);
  }

  fold(fact: Fact): void {
    this.books.fold(fact);
    switch (fact.kind) {
      case 'desk-started':
      case 'desk-restarted':
        // What an earlier run asked for says nothing to this one.
        for (const account of this.venues.values()) account.askedAt = fact.at - 1;
        this.askAll();
        return;
      case 'reconciliation-requested':
        this.askAll();
        return;
      case 'mode-changed':
        // What is to be cancelled may be more than the books know.
        if (fact.to === 'emergency') this.askAll();
        return;
      case 'venue-link-changed':
        if (fact.up) this.due.add(fact.venue);
        return;
      case 'venue-incident':
        if (fact.incident === 'silent-reports' || fact.incident === 'dead-man-fired') this.due.add(fact.venue);
        return;
    }
  }

  wake(venue: string, turn: Turn): void {
    this.ask(venue, turn);
  }

  settle(turn: Turn): void {
    if (this.due.size === 0) return;
    for (const venue of this.due) this.ask(venue, turn);
    this.due.clear();
  }

  reset(): void {
    this.books.reset();
    this.due.clear();
    for (const account of this.venues.values()) {
      account.suspicions.restore({ suspected: [], standing: [] });
      Object.assign(account, NOTHING_HEARD);
    }
  }

  memory(): AccountMemory {
    return this.books.memory();
  }

  recover(memory: AccountMemory): void {
    this.books.recover(memory);
  }

  snapshot(): AccountReconciliationSnapshot {
    return {
      books: this.books.snapshot(),
      venues: Array.from(this.venues, ([venue, { instrument: _, suspicions, ...account }]) => ({
        venue,
        ...account,
        suspicions: suspicions.snapshot(),
      })),
    };
  }

  restore({ books, venues }: AccountReconciliationSnapshot): void {
    this.books.restore(books);
    for (const { venue, suspicions, ...heard } of venues) {
      const account = this.venues.get(venue);
      account?.suspicions.restore(suspicions);
      Object.assign(account ?? {}, heard);
    }
  }

  private command({ commandId, operator, reason, command }: OperatorInput, turn: Turn): void {
    if (command.type !== 'reconcile') return;
    if (this.parts.reconcileEveryMs > 0) turn.emit({ kind: 'reconciliation-requested', operator, reason });
    else {
      const refusal = 'the venues of this desk keep no account for it (execution.reconcileEveryMs)';
      turn.emit({ kind: 'command-refused', commandId, command: command.type, operator, reason: refusal });
    }
  }

  private askAll(): void {
    for (const venue of this.venues.keys()) this.due.add(venue);
  }

  private ask(venue: string, turn: Turn): void {
    const account = this.venues.get(venue);
    const { reconcileEveryMs, market } = this.parts;
    if (account === undefined || reconcileEveryMs === 0) return;
    if (market.isConnected(account.instrument)) turn.effect({ kind: 'request-account', venue });
    turn.schedule(afterMs(turn.at, reconcileEveryMs), this, venue);
  }

  private hear(report: AccountReportInput, turn: Turn): void {
    const fault = accountReportFault(report, this.parts.instruments, turn.at);
    if (fault !== null) {
      turn.emit({ kind: 'portfolio-anomaly', report: 'account', detail: `an account report: ${fault}` });
      return;
    }
    const { venue, askedAt } = report;
    const account = this.venues.get(venue);
    if (account === undefined || askedAt <= account.askedAt) return;
    account.askedAt = askedAt;
    this.compareOrders(report, turn);
    const isUnsettled = !this.books.hasBaseline(venue) && !this.fixBaseline(report, turn);
    const { instruments, orders, portfolio: positions } = this.parts;
    const found = differencesIn(report, { instruments, orders, positions, books: this.books });
    for (const { subject, what, ours, theirs, explanation } of account.suspicions.judge(found, askedAt)) {
      turn.emit({ kind: 'reconciliation-difference', venue, subject, what, ours, theirs, explanation });
    }
    this.state(venue, account, turn);
    this.recheck(venue, account, isUnsettled, turn);
  }

  /** An order that changed here since the report was asked for may be further than the report. */
  private compareOrders({ venue, askedAt, openOrders }: AccountReportInput, turn: Turn): void {
    const { instruments, orders, execution } = this.parts;
    const theirs = new Set<ClientOrderId>();
    for (const listed of openOrders) {
      const { clientOrderId } = listed.order;
      theirs.add(clientOrderId);
      const state = orders.get(clientOrderId);
      if (state === undefined || state.changedAt < askedAt) execution.listed(listed, turn);
    }
    for (const of of instruments) {
      if (of.venue !== venue) continue;
      for (const state of [...orders.open(of.id)]) {
        if (theirs.has(state.order.clientOrderId) || !RESTING.includes(state.status)) continue;
        if (state.changedAt < askedAt)
          execution.question(state, 'the venue does not list it among the open ones', turn);
      }
    }
  }

  /** False when the wallet may have moved since the report was asked for. */
  private fixBaseline({ venue, askedAt, balances }: AccountReportInput, turn: Turn): boolean {
    if (this.books.cashChangedAt(venue) >= askedAt) return false;
    const wallets = balances.map(({ currency, wallet }) => ({ currency, wallet }));
    turn.emit({ kind: 'account-baseline', venue, balances: wallets });
    return true;
  }

  private state(venue: string, account: VenueAccount, turn: Turn): void {
    const differences = account.suspicions.standingCount;
    account.status = { at: turn.at, differences };
    const { said } = account;
    if (said?.differences === differences && turn.at - said.at < RESTATE_MICROS) return;
    account.said = account.status;
    turn.emit({ kind: 'account-reconciled', venue, differences });
  }

  private recheck(venue: string, account: VenueAccount, isUnsettled: boolean, turn: Turn): void {
    if (!isUnsettled && !account.suspicions.isInDoubt) {
      account.rechecks = 0;
      return;
    }
    const delayMs = RECHECK_MS * (1 << Math.min(account.rechecks, MAX_DOUBLINGS));
    account.rechecks += 1;
    turn.schedule(afterMs(turn.at, Math.min(delayMs, this.parts.reconcileEveryMs || delayMs)), this, venue);
  }
}

const NOTHING_HEARD = { askedAt: -1, status: null, said: null, rechecks: 0 };

function freshAccount(instrument: InstrumentId): VenueAccount {
  return { instrument, suspicions: new Suspicions(), ...NOTHING_HEARD };
}
