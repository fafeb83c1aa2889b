import type { Instrument } from '../../../src-shared/domain/instrument.ts';
import type { ControlMode } from '../../../src-shared/domain/mode.ts';
import type { Core } from '../../core/core.ts';
import { parseCanonical } from '../../core/engine/canonical.ts';
import type { Fact } from '../../core/engine/fact.ts';
import { type Input, isVenueInput } from '../../core/engine/input.ts';
import { JournalError, journalError } from '../../edge/journal/journal-error.ts';
import { closeJournal, openReadable, type ReadableJournal, type ReadOptions } from '../../edge/journal/open.ts';
import { readRecords, recordHash } from '../../edge/journal/read.ts';
import type { JournalRecord } from '../../edge/journal/record.ts';
import type { SecondCheck } from '../../edge/outbox/second-check.ts';
import { FactChain } from '../../research/fact-chain.ts';
import { continuationFault, type RunRecord, readRunRecord } from '../run-record.ts';
import { type CheckedCore, createCheckedCore } from './checked-core.ts';
import { type DeskSnapshot, readDeskSnapshot } from './recovery-snapshot.ts';

/** The last change of the control mode, and who asked for it. */
export interface ModeChange {
  readonly from: ControlMode;
  readonly to: ControlMode;
  readonly operator: string;
}

/** How the last run ended that took an input; one that is `running` where its journal ends has crashed too. */
export type Ending = 'running' | 'stopped' | 'crashed';

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
  private ending: Ending = 'stopped';

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
    this.ending = snapshot.ending;
  }

  take({ seq, kind, bytes }: JournalRecord): void {
    const text = Buffer.from(bytes).toString('utf8');
    if (kind === 'host') this.host(seq, text);
    else if (kind === 'input') this.input(parseCanonical(text) as unknown as Input);
    else this.fact(parseCanonical(text) as unknown as Fact, text);
  }

  /** Undefined where the journal has no input. */
  snapshot(recordSeq: number, recordHash: string): DeskSnapshot | undefined {
    if (this.desk === null || this.desk.core.lastSeq === 0) return undefined;
    return {
      recordSeq,
      recordHash,
      run: this.run,
      core: this.desk.core.recoverySnapshot(),
      secondCheck: this.desk.secondCheck.snapshot(),
      facts: this.facts.snapshot(),
      lastModeChange: this.lastModeChange,
      unheardWords: this.unheardWords,
      ending: this.ending,
    };
  }

  private host(record: number, text: string): void {
    this.unheardWords = [...this.unheardWords, ...lastWordsIn(text)];
    if (this.ending === 'running') this.ending = endingAfter(text);
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
    else if (input.kind === 'halt') this.hold('desk');
    else if (input.kind === 'start' || input.kind === 'restart') {
      if (input.kind === 'restart' && input.lastWords.length > 0) this.hold('restart');
      this.unheardWords = [];
      this.ending = 'running';
    }
  }

  /** Where Emergency was in force already, no fact says who holds it from here on. */
  private hold(operator: string): void {
    this.lastModeChange = { from: this.lastModeChange?.to ?? 'normal', to: 'emergency', operator };
  }

  private fact(fact: Fact, text: string): void {
    const { core, secondCheck } = this.begun();
    core.fold(fact);
    this.facts.addText(fact.kind, text);
    if (fact.kind === 'order-intended') secondCheck.recall(fact.order);
    else if (fact.kind === 'mode-changed') {
      secondCheck.modeChanged(fact.to);
      this.lastModeChange = { from: fact.from, to: fact.to, operator: fact.operator };
    }
  }

  private deskOf({ config, strategy }: RunRecord): { readonly core: Core; readonly secondCheck: SecondCheck } {
    return createCheckedCore({ config, strategy, instruments: this.instruments }, NOBODY);
  }

  private begun(): CheckedCore {
    if (this.desk === null) throw new Error('it comes before any record of how the desk was run');
    return this.desk;
  }
}

/** A start where no stop came before it. */
function endingAfter(hostText: string): Ending {
  if (hostText.includes('"event":"stop"')) return 'stopped';
  return hostText.includes('"event":"start"') ? 'crashed' : 'running';
}

/** What a crash record repeats of the words that a desk left beside its journal. */
function lastWordsIn(text: string): readonly string[] {
  if (!text.includes('"event":"crash"')) return [];
  const { lastWords } = parseCanonical(text) as { readonly lastWords?: readonly string[] };
  return lastWords ?? [];
}

/**
 * Where the desk stood after record `lastSeq`: from the newest snapshot and the records after it.
 * @param next instruments of the run that is to come: at least those of the journal, under the same ids.
 * @returns undefined for a journal that no desk has run on.
 * @throws JournalError naming the record that makes no sense, or what in `next` contradicts it.
 */
export function recoverDesk(directory: string, lastSeq: number, next: readonly Instrument[]): DeskSnapshot | undefined {
  // The desk itself calls this, and its snapshot worker.
  return withJournal(directory, { mayCopy: false }, (journal) => {
    const hashOf = (seq: number): string | undefined => (seq <= lastSeq ? recordHash(journal, seq) : undefined);
    const snapshot = readDeskSnapshot(directory, hashOf);
    const from = snapshot && isOf(snapshot, next) ? restored(journal, snapshot, next) : undefined;
    return fold(journal, from ?? { desk: new FoldedDesk(journal.file, next), seq: 0 }, lastSeq);
  });
}

/** As {@link recoverDesk}, from all the records. */
export function foldJournal(directory: string, lastSeq: number, next: readonly Instrument[]): DeskSnapshot | undefined {
  return withJournal(directory, {}, (journal) =>
    fold(journal, { desk: new FoldedDesk(journal.file, next), seq: 0 }, lastSeq),
  );
}

/**
 * As {@link foldJournal}, of records wherever they are kept.
 * @param file what messages call the journal.
 */
export function foldRecords(
  records: Iterable<JournalRecord>,
  next: readonly Instrument[],
  file: string,
): DeskSnapshot | undefined {
  const desk = new FoldedDesk(file, next);
  return desk.snapshot(foldInto({ desk, seq: 0 }, records, Number.POSITIVE_INFINITY, file), '');
}

interface FoldedTo {
  readonly desk: FoldedDesk;
  /** The last record that is folded. */
  readonly seq: number;
}

/** Undefined when the snapshot cannot be restored, by an older version perhaps: it is a cache, and the records say it all. */
function restored(
  { file }: ReadableJournal,
  snapshot: DeskSnapshot,
  instruments: readonly Instrument[],
): FoldedTo | undefined {
  const desk = new FoldedDesk(file, instruments);
  try {
    desk.restore(snapshot);
  } catch {
    return undefined;
  }
  return { desk, seq: snapshot.recordSeq };
}

function fold(journal: ReadableJournal, from: FoldedTo, lastSeq: number): DeskSnapshot | undefined {
  const at = foldInto(from, readRecords(journal, from.seq + 1), lastSeq, journal.file);
  return from.desk.snapshot(at, recordHash(journal, at) ?? '');
}

/** @returns the last record that was folded. */
function foldInto({ desk, seq }: FoldedTo, records: Iterable<JournalRecord>, lastSeq: number, file: string): number {
  let at = seq;
  try {
    for (const record of records) {
      if (record.seq > lastSeq) break;
      at = record.seq;
      desk.take(record);
    }
  } catch (error) {
    throw journalError(error, file, at);
  }
  return at;
}

function withJournal<T>(directory: string, options: ReadOptions, work: (journal: ReadableJournal) => T): T {
  const journal = openReadable(directory, options);
  try {
    return work(journal);
  } finally {
    closeJournal(journal);
  }
}

/** Whether a snapshot is of exactly these instruments. Where it is not, the journal says what has become of them. */
function isOf({ run }: DeskSnapshot, instruments: readonly Instrument[]): boolean {
  const before = readRunRecord(run)?.instruments;
  return before?.length === instruments.length && continuationFault(before, instruments) === null;
}
