import { hash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cut } from './end.ts';
import { databaseFile, hasOwnSchema } from './format.ts';
import { type Head, readHead } from './head.ts';
import { errorText } from './journal-error.ts';
import { closeJournal, openReadable, type ReadableJournal } from './open.ts';
import { type FileDamage, findFileDamage, sealOf } from './pages.ts';
import { NO_HASH, RecordHasher } from './record.ts';
import { checkRow, type Row, SELECT_FROM } from './rows.ts';

export interface JournalCheck {
  readonly ok: boolean;
  /** Records that are sound, from the first one on. */
  readonly records: number;
  /** The first record that is not; where a whole page is damaged, the first one on it. */
  readonly firstBad: number | null;
  readonly reason: string | null;
  /** Hash of the last sound record, hex. */
  readonly headHash: string;
  /** The chain over the facts alone, as a replay makes it. Of the sound records. */
  readonly factsHash: string;
}

const NO_FACTS = '0'.repeat(64);

/** Follows the rules that hold over many records, one record at a time. */
class Scan {
  records = 0;
  headHash: Uint8Array = NO_HASH;
  factsHash = NO_FACTS;
  private deskAt = 0;
  private readonly hasher = new RecordHasher();

  /** @returns what is wrong with the row. */
  take(raw: readonly unknown[]): string | undefined {
    const row = checkRow(raw, this.records + 1, this.headHash, this.hasher);
    if (typeof row === 'string') return row;
    // Inputs and facts share the desk's time, which never goes back. Host records carry a clock that somebody may set.
    if (row.kind !== 'host' && row.at < this.deskAt)
      return `its time ${row.at} lies before ${this.deskAt}, the last one's`;
    if (row.kind !== 'host') this.deskAt = row.at;
    if (row.kind === 'fact') this.addFact(row);
    this.headHash = row.hash;
    this.records += 1;
    return undefined;
  }

  private addFact({ bytes }: Row): void {
    this.factsHash = hash('sha256', Buffer.concat([Buffer.from(this.factsHash), bytes]));
  }
}

/**
 * Verifies a whole journal: every record's content, hash, number and time, the pages they lie on, and the anchor beside them.
 * Reads only, in bounded memory. Never throws for a bad journal; what cannot be opened at all is bad from record 1 on.
 */
export function checkJournal(directory: string): JournalCheck {
  const scan = new Scan();
  try {
    const surroundings = lookAround(directory);
    const journal = openReadable(directory);
    try {
      return verdict(scan, findFault(journal, scan, surroundings));
    } finally {
      closeJournal(journal);
    }
  } catch (error) {
    return verdict(scan, { record: scan.records + 1, reason: errorText(error) });
  }
}

/** What is seen before the records are: beside a running desk more of them may follow, never fewer. */
interface Surroundings {
  /** A text when it cannot be understood. */
  readonly anchor: Head | string | undefined;
  readonly damage: FileDamage;
  readonly seal: string | undefined;
}

/** To be called before SQLite lays a log beside the file, which it does for reading too. */
function lookAround(directory: string): Surroundings {
  const file = databaseFile(directory);
  const anchor = anchorOf(directory);
  return { anchor, damage: findFileDamage(file), seal: existsSync(file) ? sealOf(file) : undefined };
}

function anchorOf(directory: string): Surroundings['anchor'] {
  try {
    return readHead(directory);
  } catch (error) {
    return errorText(error);
  }
}

interface Fault {
  readonly record: number;
  readonly reason: string;
}

function verdict(scan: Scan, fault: Fault | undefined): JournalCheck {
  return {
    ok: fault === undefined,
    records: scan.records,
    firstBad: fault?.record ?? null,
    reason: fault?.reason ?? null,
    headHash: Buffer.from(scan.headHash).toString('hex'),
    factsHash: scan.factsHash,
  };
}

function findFault(journal: ReadableJournal, scan: Scan, { anchor, damage, seal }: Surroundings): Fault | undefined {
  return (
    recordFault(journal, scan) ??
    anchorFault(journal, scan, anchor) ??
    logFault(scan, damage) ??
    fileFault(journal, damage) ??
    sealFault(scan, anchor, seal)
  );
}

function recordFault({ db }: ReadableJournal, scan: Scan): Fault | undefined {
  try {
    for (const raw of db.prepare(SELECT_FROM).raw().iterate(Number.MIN_SAFE_INTEGER) as Iterable<unknown[]>) {
      const reason = scan.take(raw);
      if (reason !== undefined) return { record: scan.records + 1, reason };
    }
  } catch (error) {
    return { record: scan.records + 1, reason: `it cannot be read: ${errorText(error)}` };
  }
  return scan.records > 0 ? undefined : { record: 1, reason: 'there is no record' };
}

function anchorFault({ file, db }: ReadableJournal, scan: Scan, anchor: Surroundings['anchor']): Fault | undefined {
  if (typeof anchor === 'string') return { record: scan.records + 1, reason: anchor };
  if (anchor === undefined) {
    return { record: scan.records + 1, reason: 'head.json is missing: nothing says whether the journal ends here' };
  }
  if (anchor.seq > scan.records)
    return { record: scan.records + 1, reason: cut(file, scan.records, anchor.seq).message };
  const hashThere = db.prepare('SELECT hash FROM record WHERE seq = ?').pluck().get(anchor.seq);
  if (hashThere instanceof Uint8Array && Buffer.from(hashThere).toString('hex') === anchor.hash) return undefined;
  return {
    record: anchor.seq,
    reason: 'its hash is not the one that head.json remembers: another journal, or a rewritten one',
  };
}

/** Commits that SQLite does not see, because the log is damaged before them. */
function logFault(scan: Scan, { log }: FileDamage): Fault | undefined {
  return log === undefined ? undefined : { record: scan.records + 1, reason: log };
}

/** Damage that changed no record: a bit between them, or in what leads to them. */
function fileFault({ db }: ReadableJournal, { page }: FileDamage): Fault | undefined {
  if (page !== undefined) {
    return { record: page.firstSeq ?? 1, reason: `page ${page.page} of journal.db is damaged: ${page.problem}` };
  }
  if (!hasOwnSchema(db)) return { record: 1, reason: 'journal.db describes its table as no journal does' };
  const said = String(db.pragma('integrity_check(1)', { simple: true }));
  return said === 'ok' ? undefined : { record: 1, reason: `journal.db is damaged: ${said}` };
}

/** Damage to what nothing but the seal of an orderly stop describes; nothing was appended since. */
function sealFault(scan: Scan, anchor: Surroundings['anchor'], seal: string | undefined): Fault | undefined {
  if (typeof anchor !== 'object' || anchor.seq !== scan.records) return undefined;
  if (seal === undefined || anchor.seal === undefined || anchor.seal === seal) return undefined;
  return {
    record: 1,
    reason: 'journal.db is damaged: the pages that lead to its records are not those of its last stop',
  };
}
