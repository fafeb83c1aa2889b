import { JournalError, journalError } from './journal-error.ts';
import type { ReadableJournal } from './open.ts';
import type { JournalRecord } from './record.ts';
import { parseRow, SELECT_FROM } from './rows.ts';

/** Records read at once: bounds the memory, and no read transaction stays open while the caller works. */
const PAGE_RECORDS = 256;

/**
 * The records from `fromSeq` on, in order, up to the last one durable when its page is read.
 * @throws JournalError naming the first record that cannot be read. The chain is not verified: `check.ts` does that.
 */
export function* readRecords({ db, file }: ReadableJournal, fromSeq = 1): Generator<JournalRecord, void, undefined> {
  const page = db.prepare(`${SELECT_FROM} LIMIT ${PAGE_RECORDS}`).raw();
  let due = fromSeq;
  for (;;) {
    const rows: unknown[][] = [];
    let fault: { readonly error: unknown } | undefined;
    try {
      for (const raw of page.iterate(due)) rows.push(raw as unknown[]);
    } catch (error) {
      fault = { error };
    }
    for (const raw of rows) {
      const row = parseRow(raw);
      if (typeof row === 'string' || row.seq !== due) throw unreadable(file, due, row);
      due += 1;
      yield { seq: row.seq, at: row.at, kind: row.kind, bytes: row.bytes };
    }
    // What could be read before it has been given.
    if (fault !== undefined) throw journalError(fault.error, file, due);
    if (rows.length < PAGE_RECORDS) return;
  }
}

/** The chain's hash at record `seq`, hex: no other history has it. Undefined when there is no such record. */
export function recordHash({ db }: ReadableJournal, seq: number): string | undefined {
  const hash = db.prepare('SELECT hash FROM record WHERE seq = ?').pluck().get(seq);
  return hash instanceof Uint8Array ? Buffer.from(hash).toString('hex') : undefined;
}

function unreadable(file: string, record: number, found: string | { readonly seq: number }): JournalError {
  const problem = typeof found === 'string' ? found : `record ${found.seq} stands in its place`;
  return new JournalError({
    file,
    record,
    problem,
    remedy: 'Keep the folder as evidence, and restore it from the newest backup',
  });
}
