import type { Instrument } from '../../../src-shared/domain/instrument.ts';
import type { ControlMode } from '../../../src-shared/domain/mode.ts';
import type { Core } from '../../core/core.ts';
import { parseCanonical } from '../../core/engine/canonical.ts';
import type { Fact } from '../../core/engine/fact.ts';
import { type Input, isVenueInput } from '../../core/engine/input.ts';
import { JournalError, journalError } from '../../edge/journal/journal-error.ts';
import { closeJournal, openReadable } from '../../edge/journal/open.ts';
import { readRecords } from '../../edge/journal/read.ts';
import type { JournalRecord } from '../../edge/journal/record.ts';
import type { SecondCheck } from '../../edge/outbox/second-check.ts';
import { FactChain } from '../../research/fact-chain.ts';
import { continuationFault, type RunRecord, readRunRecord } from '../run-record.ts';
import { type CheckedCore, createCheckedCore } from './checked-core.ts';
import { type DeskSnapshot, readDeskSnapshot } from './recovery-snapshot.ts';

/** The last change of the control mode, and who asked for it. */
export interface ModeChange {
  readonly to: ControlMode;
  readonly operator: string;
}

/** Where a journal ends, or should be taken to end. */
export interface JournalEnd {
  readonly identity: string;
  readonly lastSeq: number;
}

/** What a sink that listens to nothing is. */
const NOBODY = { fact() {}, effect() {} };

/** A desk folded from its journal, record by record: facts for what became true, inputs for what has to be remembered besides. */
class FoldedDesk {
  private readonly file: string;
  private readonly instruments: readonly Instrument[];
  private readonly facts = new FactChain();
  private desk: CheckedCore | null = null;
  private run = '';
  private lastModeChange: ModeChange | null = null;
  private unheardWords: readonly string[] = [];

  /**
   * @param file the journal's, for messages.
   * @param instruments those of the run that is to come: at least those of the journal, under the same ids.
   */
  constructor(file: string, instruments: readonly Instrument[]) {
    this.file = file;
    this.instruments = instruments;
  }

  restore(snapshot: DeskSnapshot): void {
    const run = readRunRecord(snapshot.run);
    if (run === undefined) throw new Error('the snapshot does not say how it was run');
    this.run = snapshot.run;
    this.desk = this.deskOf(run);
    this.desk.core.recover(snapshot.core);
    this.desk.secondCheck.restore(snapshot.secondCheck);
    this.facts.restore(snapshot.facts);
    this.lastModeChange = snapshot.lastModeChange;
    this.unheardWords = snapshot.unheardWords;
  }

  take({ seq, kind, bytes }: JournalRecord): void {
    const text = Buffer.from(bytes).toString('utf8');
    if (kind === 'host') this.host(seq, text);
    else if (kind === 'input') this.input(parseCanonical(text) as unknown as Input);
    else this.fact(parseCanonical(text) as unknown as Fact, text);
  }

  /** Undefined where the journal has no input. */
  snapshot(identity: string, recordSeq: number): DeskSnapshot | undefined {
    if (this.desk === null || this.desk.core.lastSeq === 0) return undefined;
    return {
      identity,
      recordSeq,
      run: this.run,
      core: this.desk.core.recoverySnapshot(),
      secondCheck: this.desk.secondCheck.snapshot(),
      facts: this.facts.snapshot(),
      lastModeChange: this.lastModeChange,
      unheardWords: this.unheardWords,
    };
  }

  private host(record: number, text: string): void {
    this.unheardWords = [...this.unheardWords, ...lastWordsIn(text)];
    const run = readRunRecord(text);
    if (run === undefined) return;
    const fault = continuationFault(run.instruments, this.instruments);
    if (fault !== null) {
      const remedy =
        'Give the configuration its instruments back, new ones behind them, or use another folder (--data)';
      throw new JournalError({ file: this.file, record, problem: fault, remedy });
    }
    const next = this.deskOf(run);
    if (this.desk !== null) {
      next.core.recover(this.desk.core.recoverySnapshot());
      next.secondCheck.restore(this.desk.secondCheck.snapshot());
    }
    this.desk = next;
    this.run = text;
  }

  private input(input: Input): void {
    const { core, secondCheck } = this.begun();
    core.recall(input);
    if (isVenueInput(input)) secondCheck.observe(input);
    else if (input.kind === 'restart') this.unheardWords = [];
  }

  private fact(fact: Fact, text: string): void {
    const { core, secondCheck } = this.begun();
    core.fold(fact);
    this.facts.addText(fact.kind, text);
    if (fact.kind === 'order-intended') secondCheck.recall(fact.order);
    else if (fact.kind === 'mode-changed') this.lastModeChange = { to: fact.to, operator: fact.operator };
  }

  private deskOf({ config, strategy }: RunRecord): { readonly core: Core; readonly secondCheck: SecondCheck } {
    return createCheckedCore({ config, strategy, instruments: this.instruments }, NOBODY);
  }

  private begun(): CheckedCore {
    if (this.desk === null) throw new Error('it comes before any record of how the desk was run');
    return this.desk;
  }
}

/** What a crash record repeats of the words that a desk left beside its journal. */
function lastWordsIn(text: string): readonly string[] {
  if (!text.includes('"event":"crash"')) return [];
  const { lastWords } = parseCanonical(text) as { readonly lastWords?: readonly string[] };
  return lastWords ?? [];
}

/**
 * Where the desk stood after record `end.lastSeq`: from the newest snapshot and the records after it, or from all of them where
 * the instruments have become more since.
 * @returns undefined for a journal that no desk has run on.
 * @throws JournalError naming the record that makes no sense, or what in `next` contradicts it.
 */
export function recoverDesk(directory: string, end: JournalEnd, next: readonly Instrument[]): DeskSnapshot | undefined {
  const journal = openReadable(directory);
  const folded = new FoldedDesk(journal.file, next);
  let seq: number | undefined;
  try {
    const snapshot = readDeskSnapshot(directory, end.identity, end.lastSeq);
    if (snapshot && isOf(snapshot, next)) {
      folded.restore(snapshot);
      seq = snapshot.recordSeq;
    }
    for (const record of readRecords(journal, (seq ?? 0) + 1)) {
      if (record.seq > end.lastSeq) break;
      seq = record.seq;
      folded.take(record);
    }
    return folded.snapshot(end.identity, end.lastSeq);
  } catch (error) {
    throw journalError(error, journal.file, seq);
  } finally {
    closeJournal(journal);
  }
}

/** Whether a snapshot is of exactly these instruments. Where it is not, the journal says what has become of them. */
function isOf({ run }: DeskSnapshot, instruments: readonly Instrument[]): boolean {
  const before = readRunRecord(run)?.instruments;
  return before?.length === instruments.length && continuationFault(before, instruments) === null;
}
