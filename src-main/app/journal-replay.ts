import { Core } from '../core/core.ts';
import { canonical, parseCanonical } from '../core/engine/canonical.ts';
import type { Fact } from '../core/engine/fact.ts';
import type { Input, MarketInput } from '../core/engine/input.ts';
import { checkJournal } from '../edge/journal/check.ts';
import { closeJournal, openReadable, type ReadableJournal } from '../edge/journal/open.ts';
import { readRecords } from '../edge/journal/read.ts';
import type { JournalRecord } from '../edge/journal/record.ts';
import { readTicks } from '../edge/ticks/read.ts';
import { FactChain } from '../research/fact-chain.ts';
import { coreConfig } from './config/core-config.ts';
import { foldJournal } from './desk/recovery.ts';
import { type Run, readRuns } from './run-history.ts';

/**
 * How a replay ended: every fact was made again; market frames are missing, and all facts up to there are the same; what was made
 * is not what the journal says; or nothing could be replayed at all.
 */
export type ReplayEnding = 'complete' | 'frames-missing' | 'differs' | 'not-replayed';

/** What a replay of a journal came to. */
export interface JournalReplay {
  /** Whether every fact of the journal was made again, from the first to the last. */
  readonly ok: boolean;
  readonly ending: ReplayEnding;
  /** Facts made again, each the same bit for bit. */
  readonly facts: number;
  /** The chain over them: that of the whole journal when `ok`. */
  readonly factsHash: string;
  readonly inputs: number;
  /** Why it ended before the journal did; null when it did not. */
  readonly reason: string | null;
  /** What a person should know besides. */
  readonly notes: readonly string[];
}

/** The replay cannot go on. The message says from where, and why. */
class ReplayEnd extends Error {
  readonly ending: ReplayEnding;

  constructor(ending: ReplayEnding, message: string) {
    super(message);
    this.ending = ending;
  }
}

/**
 * Gives the core all inputs of a journal once more, market frames from the ticks beside it, and compares every fact with the
 * journal's. A restart is replayed as one: it forgets what no fact says. Never throws for a bad journal.
 */
export function replayJournal(directory: string): JournalReplay {
  const check = checkJournal(directory);
  if (!check.ok) return nothing(`the journal is not sound from record ${check.firstBad} on: ${check.reason}`);
  const journal = openReadable(directory);
  try {
    return new Replay(directory, journal).run();
  } catch (error) {
    return nothing((error as Error).message);
  } finally {
    closeJournal(journal);
  }
}

function nothing(reason: string): JournalReplay {
  const { factsHash } = new FactChain();
  return { ok: false, ending: 'not-replayed', facts: 0, factsHash, inputs: 0, reason, notes: [] };
}

class Replay {
  private readonly directory: string;
  private readonly journal: ReadableJournal;
  private readonly runs: readonly Run[];
  private readonly ticks: Generator<MarketInput, void, undefined>;
  private readonly chain = new FactChain();
  private readonly notes: string[] = [];
  /** Facts that the core has made, and that the journal has not confirmed yet. */
  private made: { readonly kind: Fact['kind']; readonly text: string }[] = [];
  private current: Core | null = null;
  private facts = 0;

  constructor(directory: string, journal: ReadableJournal) {
    this.directory = directory;
    this.journal = journal;
    this.runs = readRuns(journal);
    const begun = this.runs.filter(({ firstInputSeq }) => Number.isFinite(firstInputSeq));
    const segments = begun.map(({ firstInputSeq }, place) => ({
      firstSeq: firstInputSeq,
      endSeq: begun[place + 1]?.firstInputSeq ?? Number.POSITIVE_INFINITY,
    }));
    this.ticks = readTicks(directory, segments, ({ file, offset, problem }) => {
      this.notes.push(`${file}, byte ${offset}: ${problem}`);
    });
  }

  run(): JournalReplay {
    const { ending, reason } = this.end();
    const { facts, notes } = this;
    const inputs = this.current?.lastSeq ?? 0;
    return { ok: ending === 'complete', ending, facts, factsHash: this.chain.factsHash, inputs, reason, notes };
  }

  private end(): Pick<JournalReplay, 'ending' | 'reason'> {
    try {
      for (const record of readRecords(this.journal)) this.take(record);
      const [made] = this.made;
      if (made === undefined) return { ending: 'complete', reason: null };
      const reason = `the journal ends before a fact that follows from its inputs: ${made.text}`;
      return { ending: 'differs', reason };
    } catch (error) {
      const ending = error instanceof ReplayEnd ? error.ending : 'differs';
      return { ending, reason: (error as Error).message };
    } finally {
      // It has a file open.
      this.ticks.return();
    }
  }

  private take({ seq, kind, bytes }: JournalRecord): void {
    const text = Buffer.from(bytes).toString('utf8');
    if (kind === 'host') this.host(seq, text);
    else if (kind === 'input') this.input(parseCanonical(text) as unknown as Input);
    else this.fact(seq, text);
  }

  private host(recordSeq: number, text: string): void {
    const run = this.runs.find((candidate) => candidate.recordSeq === recordSeq);
    if (run) this.enter(run);
    const version = /"event":"start".*"v8":"([^"]+)"/.exec(text)?.[1];
    if (version !== undefined && version !== process.versions.v8) {
      this.notes.push(
        `record ${recordSeq}: this run was made by V8 ${version}, and is replayed by ${process.versions.v8}`,
      );
    }
  }

  /** A run begins: where the one before ended, under its own configuration. */
  private enter({ recordSeq, record }: Run): void {
    const { config, instruments, strategy } = record;
    const core = new Core(coreConfig(config, instruments, strategy), {
      fact: (fact) => void this.made.push({ kind: fact.kind, text: canonical(fact) }),
      effect() {},
    });
    if (this.current?.market.instruments.length === instruments.length) core.recover(this.current.recoverySnapshot());
    else if (this.current) {
      // With more instruments than before the facts are folded anew, as that run did when it began.
      const before = foldJournal(this.directory, recordSeq - 1, instruments);
      if (before) core.recover(before.core);
    }
    this.current = core;
  }

  private input(input: Input): void {
    this.expectNothingMade();
    this.framesUpTo(input.seq - 1);
    this.begun().accept(input);
  }

  private fact(recordSeq: number, text: string): void {
    if (this.made.length === 0) {
      const { cause } = parseCanonical(text) as unknown as Fact;
      this.framesUpTo(cause);
    }
    const made = this.made.shift();
    if (made?.text !== text) {
      throw new ReplayEnd('differs', `record ${recordSeq} is ${text}, and the replay made ${made?.text ?? 'nothing'}`);
    }
    this.chain.addText(made.kind, text);
    this.facts += 1;
  }

  private framesUpTo(seq: number): void {
    const core = this.begun();
    while (core.lastSeq < seq) {
      this.expectNothingMade();
      const frame = this.ticks.next().value;
      if (!frame || frame.seq !== core.lastSeq + 1) {
        const upTo = frame ? Math.min(frame.seq - 1, seq) : seq;
        throw new ReplayEnd(
          'frames-missing',
          `exact replay ends with input ${core.lastSeq}: ${core.lastSeq + 1} to ${upTo} are in neither journal nor ticks`,
        );
      }
      core.accept(frame);
    }
  }

  private expectNothingMade(): void {
    const [made] = this.made;
    if (made) throw new ReplayEnd('differs', `the journal lacks a fact that the replay made: ${made.text}`);
  }

  private begun(): Core {
    if (this.current === null) throw new ReplayEnd('not-replayed', 'the journal does not say how the desk was run');
    return this.current;
  }
}
