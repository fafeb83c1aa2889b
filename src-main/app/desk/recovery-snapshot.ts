import { hash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { RecoverySnapshot } from '../../core/core.ts';
import { canonical, parseCanonical } from '../../core/engine/canonical.ts';
import type { SecondCheckSnapshot } from '../../edge/outbox/second-check.ts';
import type { FactChainSnapshot } from '../../research/fact-chain.ts';
import type { Ending, ModeChange } from './recovery.ts';

/** Where a desk stood after one record of its journal. A cache: whatever it says is derived from the records before. */
export interface DeskSnapshot {
  readonly recordSeq: number;
  /** The chain's hash there: a journal that was restored from a backup and went on is another history. */
  readonly recordHash: string;
  /** The run record that was last, verbatim. */
  readonly run: string;
  readonly core: RecoverySnapshot;
  readonly secondCheck: SecondCheckSnapshot;
  readonly facts: FactChainSnapshot;
  readonly lastModeChange: ModeChange | null;
  /** Last words that are in the journal, and that no restart has told the core yet. */
  readonly unheardWords: readonly string[];
  readonly ending: Ending;
}

/** The newest, and one before it in case it cannot be read. */
const KEPT = 2;
const SUFFIX = '.snapshot';
/** The one that is being written. A kill leaves it, and the next one takes its place. */
const UNFINISHED = 'next';
const HASH_HEX_DIGITS = 64;
/** What the first line begins with. To be changed with whatever a snapshot holds: the journal is folded anew then, once. */
const FORMAT = 'interlock-snapshot 3 ';
const HEADER_CHARS = FORMAT.length + HASH_HEX_DIGITS + 1;

function folderOf(directory: string): string {
  return join(directory, 'snapshots');
}

/**
 * Writes it in one act, and removes those of later records, which are of a history that was lost, and all but the last two. To be
 * called only with what is durable.
 */
export function writeDeskSnapshot(directory: string, snapshot: DeskSnapshot): void {
  const folder = folderOf(directory);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${String(snapshot.recordSeq).padStart(16, '0')}${SUFFIX}`);
  const unfinished = join(folder, UNFINISHED);
  const text = canonical(snapshot);
  writeFileSync(unfinished, `${header(text)}${text}`, { flush: true });
  renameSync(unfinished, file);
  const own = snapshotFiles(folder).indexOf(basename(file));
  for (const [place, name] of snapshotFiles(folder).entries()) {
    if (place < own || place >= own + KEPT) rmSync(join(folder, name), { recursive: true, force: true });
  }
}

/**
 * The newest snapshot that is whole, and of this very history; undefined when there is none.
 * @param hashOf the journal's hash at a record; undefined for one that it does not have.
 */
export function readDeskSnapshot(
  directory: string,
  hashOf: (recordSeq: number) => string | undefined,
): DeskSnapshot | undefined {
  const folder = folderOf(directory);
  for (const file of snapshotFiles(folder)) {
    const snapshot = read(join(folder, file));
    if (snapshot !== undefined && snapshot.recordHash === hashOf(snapshot.recordSeq)) return snapshot;
  }
  return undefined;
}

/** Newest first. */
function snapshotFiles(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names
    .filter((name) => name.endsWith(SUFFIX))
    .sort()
    .reverse();
}

/** Undefined for what cannot be read, or is not as this version wrote it. */
function read(file: string): DeskSnapshot | undefined {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  const text = content.slice(HEADER_CHARS);
  if (!content.startsWith(header(text))) return undefined;
  return parseCanonical(text) as unknown as DeskSnapshot;
}

function header(text: string): string {
  return `${FORMAT}${hash('sha256', text)}\n`;
}
