import { readHead } from '../../edge/journal/head.ts';
import { closeJournal, openReadable } from '../../edge/journal/open.ts';
import { recordHash } from '../../edge/journal/read.ts';
import type { Anchor } from '../../edge/killswitch/messages.ts';

const ROOT_BYTES = 16;

/** What is said of an anchor that a board gave back. */
export interface AnchorVerdict {
  readonly record: number;
  readonly agrees: boolean;
  readonly detail: string;
}

/**
 * How far the journal of a folder is on disk, for the board to remember: whoever cuts its tail or puts an older copy in its place would
 * have to open the switch as well. Null where there is nothing to remember, or nothing that can be read.
 */
export function journalAnchor(directory: string): Anchor | null {
  try {
    const head = readHead(directory);
    if (head === undefined) return null;
    return { size: BigInt(head.seq), root: Buffer.from(head.hash, 'hex').subarray(0, ROOT_BYTES) };
  } catch {
    // Whoever opens the journal says what is wrong with it. The board goes on remembering what it has.
    return null;
  }
}

/** Whether the journal of a folder still has what the board remembers. @throws JournalError when it cannot be read. */
export function judgeAnchor(directory: string, { size, root }: Anchor): AnchorVerdict {
  const record = Number(size);
  const journal = openReadable(directory);
  try {
    const hash = recordHash(journal, record);
    if (hash === undefined) {
      return {
        record,
        agrees: false,
        detail: `the journal of ${directory} has no record ${record}: its end is missing`,
      };
    }
    const agrees = hash.startsWith(Buffer.from(root).toString('hex'));
    const detail = agrees
      ? `record ${record} of the journal is the one that the switch remembers`
      : `record ${record} of the journal of ${directory} is NOT the one that the switch remembers`;
    return { record, agrees, detail };
  } finally {
    closeJournal(journal);
  }
}
