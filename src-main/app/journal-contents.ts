import { createInstrument, type Instrument, type InstrumentSpec } from '../../src-shared/domain/instrument.ts';
import { sign } from '../../src-shared/domain/order.ts';
import { canonical, parseCanonical } from '../core/engine/canonical.ts';
import type { Fact } from '../core/engine/fact.ts';
import { Portfolio } from '../core/portfolio/portfolio.ts';
import { checkJournal, type JournalCheck } from '../edge/journal/check.ts';
import { closeJournal, openReadable } from '../edge/journal/open.ts';
import { readRecords } from '../edge/journal/read.ts';

const INSTRUMENTS_EVENT = 'instruments';

/** The host record that says which instruments a run's ids stand for. */
export function describeInstruments(instruments: readonly Instrument[]): string {
  const specs = instruments.map(
    ({ venue, symbol, kind, base, quote, settle, tickSize, lotSize, orderStep, multiplier }): InstrumentSpec => ({
      ...{ venue, symbol, kind, base, quote, settle, tickSize, lotSize, multiplier },
      ...(orderStep === undefined ? {} : { orderStep }),
    }),
  );
  return canonical({ event: INSTRUMENTS_EVENT, instruments: specs });
}

export interface JournalContentsCheck extends JournalCheck {
  /** Null where the journal is bad, or names no instruments. */
  readonly ledgerBalanced: boolean | null;
  /** Whether the positions of the portfolio, derived anew, are the sums of the fills. */
  readonly positionsMatch: boolean | null;
}

/**
 * Verifies a journal record by record, and then what it says: ledger and positions are derived anew from its facts.
 * Never throws for a bad journal.
 */
export function checkJournalContents(directory: string): JournalContentsCheck {
  const check = checkJournal(directory);
  if (!check.ok) return { ...check, ledgerBalanced: null, positionsMatch: null };
  const journal = openReadable(directory);
  let seq = 0;
  try {
    const accounts = new DerivedAccounts();
    for (const record of readRecords(journal)) {
      seq = record.seq;
      if (record.kind !== 'input') accounts.take(record.kind, Buffer.from(record.bytes).toString('utf8'));
    }
    return { ...check, ...accounts.verdict() };
  } catch (error) {
    const reason = `its content makes no sense: ${(error as Error).message}`;
    return { ...check, ok: false, firstBad: seq, reason, ledgerBalanced: null, positionsMatch: null };
  } finally {
    closeJournal(journal);
  }
}

/** A portfolio folded from facts, and beside it the plain sums of their fills. */
class DerivedAccounts {
  private instruments: readonly Instrument[] | null = null;
  private portfolio = new Portfolio([]);
  private readonly sums = new Map<number, number>();

  take(kind: 'fact' | 'host', text: string): void {
    const value = parseCanonical(text) as { readonly event?: unknown };
    if (kind === 'fact') this.fold(value as unknown as Fact);
    else if (value.event === INSTRUMENTS_EVENT) {
      const { instruments } = value as unknown as { readonly instruments: readonly InstrumentSpec[] };
      this.instruments = instruments.map((spec, id) => createInstrument(spec, id));
      this.portfolio = new Portfolio(this.instruments);
    }
  }

  verdict(): Pick<JournalContentsCheck, 'ledgerBalanced' | 'positionsMatch'> {
    if (!this.instruments) return { ledgerBalanced: null, positionsMatch: null };
    const positionsMatch = this.instruments.every(({ id }) => this.portfolio.lots(id) === (this.sums.get(id) ?? 0));
    return { ledgerBalanced: this.portfolio.ledgerBalanced(), positionsMatch };
  }

  private fold(fact: Fact): void {
    this.portfolio.fold(fact);
    if (fact.kind === 'order-filled') {
      const { instrument, side, lots } = fact.fill;
      this.sums.set(instrument, (this.sums.get(instrument) ?? 0) + sign(side) * lots);
    } else if (fact.kind === 'position-settled') {
      this.sums.set(fact.instrument, (this.sums.get(fact.instrument) ?? 0) - fact.lots);
    }
  }
}
