import type { Instrument } from '../../src-shared/domain/instrument.ts';
import { sign } from '../../src-shared/domain/order.ts';
import { parseCanonical } from '../core/engine/canonical.ts';
import type { Fact } from '../core/engine/fact.ts';
import { Portfolio } from '../core/portfolio/portfolio.ts';
import { checkJournal, type JournalCheck } from '../edge/journal/check.ts';
import { closeJournal, openReadable } from '../edge/journal/open.ts';
import { readRecords } from '../edge/journal/read.ts';
import { instrumentsOf, readRuns } from './run-history.ts';

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
    const accounts = new DerivedAccounts(instrumentsOf(readRuns(journal)));
    for (const { seq: recordSeq, kind, bytes } of readRecords(journal)) {
      seq = recordSeq;
      if (kind === 'fact') accounts.fold(parseCanonical(Buffer.from(bytes).toString('utf8')) as unknown as Fact);
    }
    const { ledgerBalanced, positionsMatch } = accounts.verdict();
    const reason =
      ledgerBalanced === false ? 'its ledger does not balance' : 'its positions are not the sums of its fills';
    const ok = ledgerBalanced !== false && positionsMatch !== false;
    return { ...check, ok, reason: ok ? null : reason, ledgerBalanced, positionsMatch };
  } catch (error) {
    const reason = `its content makes no sense: ${(error as Error).message}`;
    return { ...check, ok: false, firstBad: seq, reason, ledgerBalanced: null, positionsMatch: null };
  } finally {
    closeJournal(journal);
  }
}

/** A portfolio folded from facts, and beside it the plain sums of their fills. */
class DerivedAccounts {
  private readonly instruments: readonly Instrument[];
  private readonly portfolio: Portfolio;
  private readonly sums = new Map<number, number>();

  constructor(instruments: readonly Instrument[]) {
    this.instruments = instruments;
    this.portfolio = new Portfolio(instruments);
  }

  verdict(): Pick<JournalContentsCheck, 'ledgerBalanced' | 'positionsMatch'> {
    if (this.instruments.length === 0) return { ledgerBalanced: null, positionsMatch: null };
    const positionsMatch = this.instruments.every(({ id }) => this.portfolio.lots(id) === (this.sums.get(id) ?? 0));
    return { ledgerBalanced: this.portfolio.ledgerBalanced(), positionsMatch };
  }

  fold(fact: Fact): void {
    this.portfolio.fold(fact);
    if (fact.kind === 'order-filled') {
      const { instrument, side, lots } = fact.fill;
      this.sums.set(instrument, (this.sums.get(instrument) ?? 0) + sign(side) * lots);
    } else if (fact.kind === 'position-settled') {
      this.sums.set(fact.instrument, (this.sums.get(fact.instrument) ?? 0) - fact.lots);
    }
  }
}
