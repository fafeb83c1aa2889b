import { hash } from 'node:crypto';
import { databaseFile, hasOwnSchema } from './format.ts';
import { readHead } from './head.ts';
import { errorText } from './journal-error.ts';
import { closeJournal, cut, openReadable, type ReadableJournal } from './open.ts';
import { findPageDamage, type PageDamage } from './pages.ts';
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
    // Before SQLite lays a log beside the file, which it does for reading too.
    const damage = findPageDamage(databaseFile(directory));
    const journal = openReadable(directory);
    try {
      return verdict(scan, findFault(journal, scan, damage));
    } finally {
      closeJournal(journal);
    }
  } catch (error) {
    return verdict(scan, { record: scan.records + 1, reason: errorText(error) });
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

function findFault(journal: ReadableJournal, scan: Scan, damage: PageDamage | undefined): Fault | undefined {
  return recordFault(journal, scan) ?? anchorFault(journal, scan) ?? fileFault(journal, damage);
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

function anchorFault({ directory, file, db }: ReadableJournal, scan: Scan): Fault | undefined {
  let anchor: ReturnType<typeof readHead>;
  try {
    anchor = readHead(directory);
  } catch (error) {
    return { record: scan.records + 1, reason: errorText(error) };
  }
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

/** Damage that changed no record: a bit between them, or in what leads to them. */
function fileFault({ db }: ReadableJournal, damage: PageDamage | undefined): Fault | undefined {
  if (damage !== undefined) {
    return { record: damage.firstSeq ?? 1, reason: `page ${damage.page} of journal.db is damaged: ${damage.problem}` };
  }
  if (!hasOwnSchema(db)) return { record: 1, reason: 'journal.db describes its table as no journal does' };
  const said = String(db.pragma('integrity_check(1)', { simple: true }));
  return said === 'ok' ? undefined : { record: 1, reason: `journal.db is damaged: ${said}` };
}
