import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { micros } from '../../../src-shared/domain/time.ts';
import { killAfter } from '../../testing/kill-child.ts';
import { runs } from '../../testing/runs.ts';
import { checkJournal } from './check.ts';
import { JournalClient } from './client.ts';
import { clientOptions, factText, InlineDesk, mayMount, T0, temporaryFolder, writeJournal } from './fixtures.ts';
import { closeJournal, closeWritable, openReadable, openWritable } from './open.ts';
import { readRecords } from './read.ts';

const CHILD = fileURLToPath(new URL('./crash-child.ts', import.meta.url));
let folder: ReturnType<typeof temporaryFolder>;

beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

/** Whether the facts are those of whole turns, each from its first to its last. */
function expectWholeTurns(directory: string): void {
  const journal = openReadable(directory);
  let due = { turn: -1, index: 0, of: 0 };
  for (const { kind, bytes } of readRecords(journal)) {
    if (kind !== 'fact') continue;
    const { turn, index, of } = JSON.parse(Buffer.from(bytes).toString());
    if (due.index === due.of) due = { turn, index: 0, of };
    expect({ turn, index, of }).toEqual(due);
    due.index += 1;
  }
  closeJournal(journal);
  expect(due.index).toBe(due.of);
}

describe('kill -9 of a desk that journals turns', () => {
  it(
    'loses nothing that was acknowledged and splits no turn, and leaves a journal that checks, time after time',
    async () => {
      let before = 0;
      for (let round = 0; round < runs(4); round += 1) {
        const acknowledged = await killAfter([CHILD, folder.path], 1 + ((round * 13) % 40), (round * 7) % 11);
        // A slow machine may be killed before the round's first acknowledgement: then it says what was there.
        expect(acknowledged).toBeGreaterThanOrEqual(before);
        const checked = checkJournal(folder.path);
        expect(checked).toMatchObject({ ok: true, firstBad: null });
        expect(checked.records).toBeGreaterThanOrEqual(acknowledged);
        expectWholeTurns(folder.path);
        before = checked.records;
      }
      expect(before).toBeGreaterThan(runs(4));
      const journal = await JournalClient.start(clientOptions(folder.path));
      expect(journal.previous.crashed).toBe(true);
      expect(journal.opened.lastSeq).toBe(before);
      await journal.close();
      const again = await JournalClient.start(clientOptions(folder.path));
      expect(again.previous).toEqual({ crashed: false, lastWords: [] });
      await again.close();
      expect(checkJournal(folder.path).ok).toBe(true);
    },
    60_000 * runs(1),
  );
});

describe('a check beside a desk of another process', () => {
  it('finds a sound journal while that is written, its log included', async () => {
    const child = spawn(process.execPath, [CHILD, folder.path], { stdio: ['ignore', 'ignore', 'inherit'] });
    const exit = once(child, 'exit');
    try {
      await vi.waitFor(() => expect(checkJournal(folder.path).records).toBeGreaterThan(100), { timeout: 30_000 });
      let before = 0;
      for (let round = 0; round < 3; round += 1) {
        const { ok, records, reason } = checkJournal(folder.path);
        expect({ ok, reason }).toEqual({ ok: true, reason: null });
        expect(records).toBeGreaterThan(before);
        before = records;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    } finally {
      child.kill('SIGKILL');
      await exit;
    }
  }, 60_000);
});

/** The files of a desk whose process just ended, with 300 records, the anchor at the last one. */
function crashImage(into: string): void {
  const source = temporaryFolder();
  const desk = new InlineDesk(source.path);
  for (let index = 1; index < 300; index += 1) {
    desk.append('fact', micros(T0 + index), factText(index));
    desk.writer.drain();
  }
  mkdirSync(into, { recursive: true });
  for (const name of ['journal.db', 'journal.db-wal']) copyFileSync(join(source.path, name), join(into, name));
  desk.close();
  copyFileSync(join(source.path, 'head.json'), join(into, 'head.json'));
  source.remove();
}

describe('what a crash or a hand leaves', () => {
  it('is whole as long as the log is', () => {
    const image = join(folder.path, 'image');
    crashImage(image);
    expect(checkJournal(image)).toMatchObject({ ok: true, records: 300 });
  });

  it('is refused when the log was truncated, with the first record that is gone', () => {
    const image = join(folder.path, 'image');
    crashImage(image);
    const log = join(image, 'journal.db-wal');
    truncateSync(log, 600_000);
    expect(existsSync(log) && statSync(log).size).toBe(600_000);
    const { ok, firstBad, records } = checkJournal(image);
    expect(ok).toBe(false);
    expect(records).toBeLessThan(300);
    expect(firstBad).toBe(records + 1);
    expect(() => openWritable(image, { now: T0 })).toThrow(
      new RegExp(
        `journal\\.db, record ${firstBad}: it ends with record ${records}, but 300 was on disk.*Put back the newest`,
      ),
    );
  });

  it('is refused when an older copy was put over a newer journal', () => {
    writeJournal(folder.path, 50);
    const old = join(folder.path, 'old.db');
    cpSync(join(folder.path, 'journal.db'), old);
    const desk = new InlineDesk(folder.path);
    desk.append('fact', micros(T0 + 1_000), '{}');
    desk.writer.drain();
    desk.close();
    cpSync(old, join(folder.path, 'journal.db'));
    expect(() => openWritable(folder.path, { now: T0 })).toThrow(
      /record 52: it ends with record 51, but 52 was on disk/,
    );
    expect(checkJournal(folder.path)).toMatchObject({ ok: false, firstBad: 52 });
  });

  it('is refused when the last page is torn, with the first record on it, or that needs it', () => {
    writeJournal(folder.path, 200);
    const file = join(folder.path, 'journal.db');
    for (const bytes of [1_500, 4_096, 20_000]) {
      truncateSync(file, statSync(file).size - bytes);
      const { ok, firstBad, records } = checkJournal(folder.path);
      expect(ok).toBe(false);
      expect(records).toBe(Number(firstBad) - 1);
      expect(readUntilError(folder.path)).toBe(records);
      expect(() => openWritable(folder.path, { now: T0 })).toThrow(
        new RegExp(`journal\\.db, record ${firstBad}: .*restore`, 'i'),
      );
    }
  });

  it('is refused when the log is damaged where the anchor does not reach, and is left as it was', () => {
    const image = join(folder.path, 'image');
    crashImage(image);
    const log = join(image, 'journal.db-wal');
    const head = JSON.parse(readFileSync(join(image, 'head.json'), 'utf8'));
    const { hash } = hashesOf(image)[99] ?? {};
    writeFileSync(join(image, 'head.json'), JSON.stringify({ identity: head.identity, seq: 100, hash }));
    const sound = readFileSync(log);
    // Each record's commit is one frame or two: frame 200 lies between the anchor and the last commit.
    const damaged = Buffer.from(sound);
    damaged[32 + 200 * 4_120 + 2_000] = (damaged[32 + 200 * 4_120 + 2_000] ?? 0) ^ 1;
    writeFileSync(log, damaged);
    const { ok, firstBad, records, reason } = checkJournal(image);
    expect(ok).toBe(false);
    expect(records).toBeGreaterThan(100);
    expect(firstBad).toBe(records + 1);
    expect(reason).toMatch(/frame 201 of journal\.db-wal is damaged, and \d+ commits/);
    expect(() => openWritable(image, { now: T0 })).toThrow(
      new RegExp(`journal\\.db, record ${firstBad}: frame 201 .*Keep the folder as evidence`),
    );
    expect(readFileSync(log).equals(damaged)).toBe(true);
    writeFileSync(log, sound);
    expect(checkJournal(image)).toMatchObject({ ok: true, records: 300 });
  });

  it('is whole when the last commit was on its way', () => {
    const image = join(folder.path, 'image');
    crashImage(image);
    const log = join(image, 'journal.db-wal');
    writeFileSync(
      join(image, 'head.json'),
      JSON.stringify({
        ...JSON.parse(readFileSync(join(image, 'head.json'), 'utf8')),
        seq: 299,
        hash: hashesOf(image)[298]?.hash,
      }),
    );
    const bytes = readFileSync(log);
    const last = lastCommitFrame(bytes);
    bytes[last + 3_000] = (bytes[last + 3_000] ?? 0) ^ 1;
    writeFileSync(log, bytes);
    expect(checkJournal(image)).toMatchObject({ ok: true, records: 299 });
    const journal = openWritable(image, { now: T0 });
    expect(journal.lastSeq).toBe(299);
    closeWritable(journal);
  });

  it('is refused when an older database lies under a newer log', () => {
    writeJournal(folder.path, 50);
    const old = readFileSync(join(folder.path, 'journal.db'));
    writeMore(100);
    const desk = new InlineDesk(folder.path);
    desk.append('fact', micros(T0 + 2_000), '{}');
    desk.writer.drain();
    const log = readFileSync(join(folder.path, 'journal.db-wal'));
    desk.close();
    writeFileSync(join(folder.path, 'journal.db'), old);
    writeFileSync(join(folder.path, 'journal.db-wal'), log);
    const { ok, firstBad } = checkJournal(folder.path);
    expect(ok).toBe(false);
    expect(firstBad).toBeGreaterThan(1);
    expect(firstBad).toBeLessThanOrEqual(53);
    expect(() => openWritable(folder.path, { now: T0 })).toThrow(/journal\.db, record \d+: .*(backup|newest)/);
  });
});

describe('a medium that nobody may write on', () => {
  it.runIf(mayMount())('is read as the desk left it: after a stop or a crash, with or without shared memory', () => {
    const disk = join(folder.path, 'disk');
    mkdirSync(disk);
    expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', disk]).status).toBe(0);
    try {
      writeJournal(join(disk, 'stopped'), 300);
      crashImage(join(disk, 'crashed'));
      crashImage(join(disk, 'with-memory'));
      checkJournal(join(disk, 'with-memory'));
      expect(existsSync(join(disk, 'with-memory', 'journal.db-shm'))).toBe(true);
      expect(spawnSync('mount', ['-o', 'remount,ro', disk]).status).toBe(0);
      for (const [name, records] of [
        ['stopped', 301],
        ['crashed', 300],
        ['with-memory', 300],
      ] as const) {
        expect(checkJournal(join(disk, name))).toMatchObject({ ok: true, records });
        const journal = openReadable(join(disk, name));
        expect([...readRecords(journal, records)].map(({ seq }) => seq)).toEqual([records]);
        closeJournal(journal);
        expect(journal.copy === undefined || !existsSync(journal.copy)).toBe(true);
      }
      const copied = openReadable(join(disk, 'crashed'));
      expect(copied.copy).toBeDefined();
      closeJournal(copied);
      for (const name of ['stopped', 'crashed']) {
        expect(() => openReadable(join(disk, name), { mayCopy: false })).toThrow(/SQLITE_CANTOPEN/);
      }
      for (const name of ['stopped', 'with-memory']) {
        expect(() => openWritable(join(disk, name), { now: T0 })).toThrow(/may write in|right to write in this folder/);
      }
    } finally {
      spawnSync('umount', [disk]);
    }
  });
});

/** Records that a plain reader gets before it meets one that it cannot read, or the end. */
function readUntilError(directory: string): number {
  const journal = openReadable(directory);
  let records = 0;
  try {
    for (const _ of readRecords(journal)) records += 1;
  } catch {
    // That was the last.
  }
  closeJournal(journal);
  return records;
}

function hashesOf(directory: string): readonly { readonly hash: string }[] {
  const journal = openReadable(directory);
  const rows = journal.db.prepare('SELECT lower(hex(hash)) AS hash FROM record ORDER BY seq').all();
  closeJournal(journal);
  return rows as { hash: string }[];
}

/** Where the last frame of the log begins that ends a transaction. */
function lastCommitFrame(log: Buffer): number {
  let last = 0;
  for (let start = 32; start + 4_120 <= log.length; start += 4_120) if (log.readUInt32BE(start + 4) > 0) last = start;
  return last;
}

function writeMore(records: number): void {
  const desk = new InlineDesk(folder.path);
  for (let index = 1; index <= records; index += 1) desk.append('fact', micros(T0 + 1_000 + index), factText(index));
  desk.writer.drain();
  desk.close();
}
