import type { Instrument } from '../../src-shared/domain/instrument.ts';
import type { ReadableJournal } from '../edge/journal/open.ts';
import { readRecords } from '../edge/journal/read.ts';
import { continuationFault, type RunRecord, readRunRecord } from './run-record.ts';

/** One run of a desk, as its journal tells. */
export interface Run {
  /** Sequence number of its run record. */
  readonly recordSeq: number;
  readonly record: RunRecord;
  /** Sequence number of its first input, start or restart; infinity when it crashed before that. */
  readonly firstInputSeq: number;
}

const FIRST_INPUT = /"kind":"(?:start|restart)".*"seq":(\d+)/;

/** All runs of a journal, in order. @throws Error naming the run whose instruments contradict those of the run before. */
export function readRuns(journal: ReadableJournal): readonly Run[] {
  const runs: Run[] = [];
  for (const { seq, kind, bytes } of readRecords(journal)) {
    if (kind === 'fact') continue;
    const text = Buffer.from(bytes).toString('utf8');
    if (kind === 'host') {
      const record = readRunRecord(text);
      if (record === undefined) continue;
      const fault = continuationFault(instrumentsOf(runs), record.instruments);
      if (fault !== null) throw new Error(`the run of record ${seq} is not that of the desk before: ${fault}`);
      runs.push({ recordSeq: seq, record, firstInputSeq: Number.POSITIVE_INFINITY });
    } else {
      const run = runs.at(-1);
      const [, inputSeq] = FIRST_INPUT.exec(text) ?? [];
      if (run && inputSeq !== undefined) runs[runs.length - 1] = { ...run, firstInputSeq: Number(inputSeq) };
    }
  }
  return runs;
}

/** Of the last run: all that any of them had, under the same ids. */
export function instrumentsOf(runs: readonly Run[]): readonly Instrument[] {
  return runs.at(-1)?.record.instruments ?? [];
}
