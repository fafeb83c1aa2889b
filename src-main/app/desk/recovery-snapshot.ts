import { hash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RecoverySnapshot } from '../../core/core.ts';
import { canonical, parseCanonical } from '../../core/engine/canonical.ts';
import type { SecondCheckSnapshot } from '../../edge/outbox/second-check.ts';
import type { FactChainSnapshot } from '../../research/fact-chain.ts';
import type { ModeChange } from './recovery.ts';

/** Where a desk stood after one record of its journal. A cache: whatever it says is derived from the records before. */
export interface DeskSnapshot {
  /** The journal's. */
  readonly identity: string;
  readonly recordSeq: number;
  /** The run record that was last, verbatim. */
  readonly run: string;
  readonly core: RecoverySnapshot;
  readonly secondCheck: SecondCheckSnapshot;
  readonly facts: FactChainSnapshot;
  readonly lastModeChange: ModeChange | null;
  /** Last words that are in the journal, and that no restart has told the core yet. */
  readonly unheardWords: readonly string[];
}

/** The newest, and one before it in case it cannot be read. */
const KEPT = 2;
const SUFFIX = '.snapshot';
/** The one that is being written. A kill leaves it, and the next one takes its place. */
const UNFINISHED = 'next';
const HASH_HEX_DIGITS = 64;
/** What the first line begins with. To be changed with whatever a snapshot holds: the journal is folded anew then, once. */
const FORMAT = 'interlock-snapshot 1 ';
const HEADER_CHARS = FORMAT.length + HASH_HEX_DIGITS + 1;

function folderOf(directory: string): string {
  return join(directory, 'snapshots');
}

/** Writes it in one act, and removes those that are older than the last two. To be called only with what is durable. */
export function writeDeskSnapshot(directory: string, snapshot: DeskSnapshot): void {
  const folder = folderOf(directory);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${String(snapshot.recordSeq).padStart(16, '0')}${SUFFIX}`);
  const unfinished = join(folder, UNFINISHED);
  const text = canonical(snapshot);
  writeFileSync(unfinished, `${header(text)}${text}`, { flush: true });
  renameSync(unfinished, file);
  for (const old of snapshotFiles(folder).slice(KEPT)) rmSync(join(folder, old), { force: true });
}

/**
 * The newest snapshot of this journal that is whole; undefined when there is none.
 * @param lastSeq of the journal: a snapshot of something after it belongs to a journal that was lost.
 */
export function readDeskSnapshot(directory: string, identity: string, lastSeq: number): DeskSnapshot | undefined {
  const folder = folderOf(directory);
  for (const file of snapshotFiles(folder)) {
    const snapshot = read(join(folder, file));
    if (snapshot?.identity === identity && snapshot.recordSeq <= lastSeq) return snapshot;
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
