import { hash } from 'node:crypto';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { micros } from '../../../src-shared/domain/time.ts';
import { canonical } from '../../core/engine/canonical.ts';
import { runs } from '../../testing/runs.ts';
import { checkJournal } from './check.ts';
import { factText, InlineDesk, T0, temporaryFolder, writeJournal } from './fixtures.ts';
import { closeJournal, openReadable } from './open.ts';
import { readRecords } from './read.ts';
import { WriteAheadLog } from './wal.ts';

const RECORDS = 200;
let folder: ReturnType<typeof temporaryFolder>;
let file: string;

beforeEach(() => {
  folder = temporaryFolder();
  file = join(folder.path, 'journal.db');
});
afterEach(() => folder.remove());

function change(sql: string): void {
  const db = new Database(file);
  db.exec(sql);
  db.close();
}

describe('a sound journal', () => {
  it('checks, and gives back what was appended, from any record on', () => {
    writeJournal(folder.path, 1_000);
    const checked = checkJournal(folder.path);
    expect(checked).toMatchObject({ ok: true, records: 1_001, firstBad: null, reason: null });
    const journal = openReadable(folder.path);
    const from500 = [...readRecords(journal, 500)];
    closeJournal(journal);
    expect(from500.map((record) => record.seq)).toEqual(Array.from({ length: 502 }, (_, index) => 500 + index));
    expect(from500[1]).toMatchObject({ kind: 'host', at: T0 + 500 });
    // Checking has left nothing behind that changes the verdict.
    expect(checkJournal(folder.path)).toEqual(checked);
  });

  it('chains facts as a run does: SHA-256 over the previous hash in hex and the canonical text', () => {
    const desk = new InlineDesk(folder.path);
    let expected = '0'.repeat(64);
    for (let seq = 1; seq <= 20; seq += 1) {
      const text = canonical({ seq, at: T0, cause: 1, kind: 'order-sent', note: 'µ – ü', amount: 3n });
      desk.append('input', T0, canonical({ seq, kind: 'command' }));
      desk.append('fact', T0, text);
      expected = hash('sha256', expected + text);
    }
    desk.writer.drain();
    desk.close();
    expect(checkJournal(folder.path)).toMatchObject({ ok: true, records: 41, factsHash: expected });
  });
});

function flip(sound: Buffer, bit: number): Buffer {
  const bytes = Buffer.from(sound);
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return bytes;
}

/** Whether a flipped bit is found, and the record that is named is the first one that reads differently, if any does. */
function expectFound(originals: readonly string[]): void {
  const { ok, firstBad, reason } = checkJournal(folder.path);
  expect(ok).toBe(false);
  expect(reason).not.toBeNull();
  const found = readable();
  const sameUntil = originals.findIndex((row, index) => row !== found[index]);
  if (sameUntil >= 0) expect(firstBad).toBe(sameUntil + 1);
  // A bit beside the records names the first on its page.
  else expect(firstBad).toBeGreaterThanOrEqual(1);
}

describe('a bit that was flipped', () => {
  // 1,000 places and more in `npm run test:long`, in each of the two.
  it('anywhere in the file is found, and the first record that reads differently is named', () => {
    writeJournal(folder.path, RECORDS);
    const sound = readFileSync(file);
    const originals = readable();
    expect(originals).toHaveLength(RECORDS + 1);
    fc.assert(
      fc.property(fc.nat(sound.length * 8 - 1), (bit) => {
        writeFileSync(file, flip(sound, bit));
        expectFound(originals);
      }),
      { seed: 42, numRuns: runs(100) },
    );
  });

  it('anywhere in file and log of a desk that crashed is found, but where neither is read any more', () => {
    writeJournal(folder.path, RECORDS);
    crash(folder.path, 100);
    const log = `${file}-wal`;
    const sound = { db: readFileSync(file), log: readFileSync(log) };
    const originals = readable();
    expect(originals).toHaveLength(RECORDS + 101);
    const inLog = new WriteAheadLog(file);
    const isRead = (offset: number): boolean => inLog.read(Math.floor(offset / 4_096) + 1) === undefined;
    fc.assert(
      fc.property(fc.nat((sound.db.length + sound.log.length) * 8 - 1), (bit) => {
        const inDb = bit < sound.db.length * 8;
        fc.pre(!inDb || isRead(bit >> 3));
        writeFileSync(file, inDb ? flip(sound.db, bit) : sound.db);
        writeFileSync(log, inDb ? sound.log : flip(sound.log, bit - sound.db.length * 8));
        expectFound(originals);
      }),
      { seed: 42, numRuns: runs(100) },
    );
    inLog.close();
  });

  it('where no record is: in the file header, and on the pages that lead to the records', () => {
    writeJournal(folder.path, 9_000);
    const sound = readFileSync(file);
    const inner = Array.from({ length: sound.length / 4_096 }, (_, page) => page).filter(
      (page) => sound[page * 4_096] === 0x05,
    );
    // The root, and below it what splits have left things on.
    expect(inner.length).toBeGreaterThan(2);
    const places = [
      ...[92, 96, 97, 98, 99, 1_000].map((offset) => offset * 8 + (offset % 8)),
      ...inner.flatMap((page) => [2, 7, 1_000].map((offset) => (page * 4_096 + offset) * 8 + 3)),
    ];
    for (const bit of places) {
      writeFileSync(file, flip(sound, bit));
      expect(checkJournal(folder.path)).toMatchObject({ ok: false, firstBad: expect.any(Number) });
    }
    writeFileSync(file, sound);
    expect(checkJournal(folder.path).ok).toBe(true);
  }, 60_000);

  it.each([
    ['payload', "UPDATE record SET bytes = x'7b7d' WHERE seq = 77"],
    ['hash', 'UPDATE record SET hash = zeroblob(32) WHERE seq = 77'],
    ['time', 'UPDATE record SET at = at + 1 WHERE seq = 77'],
    ['kind', 'UPDATE record SET kind = kind % 3 + 1 WHERE seq = 77'],
    ['number', 'UPDATE record SET seq = 9077 WHERE seq = 77'],
    ['existence', 'DELETE FROM record WHERE seq = 77'],
  ])('in the %s of record 77 names record 77', (_, sql) => {
    writeJournal(folder.path, RECORDS);
    change(sql);
    expect(checkJournal(folder.path)).toMatchObject({ ok: false, firstBad: 77, records: 76 });
  });
});

describe('a journal that was tampered with as a whole', () => {
  it('is refused when its last records are gone', () => {
    writeJournal(folder.path, RECORDS);
    change('DELETE FROM record WHERE seq > 150');
    const checked = checkJournal(folder.path);
    expect(checked).toMatchObject({ ok: false, firstBad: 151, records: 150 });
    expect(checked.reason).toMatch(/ends with record 150, but 201 was on disk/);
  });

  it('is refused when it was rewritten with a chain of its own', () => {
    const other = temporaryFolder();
    writeJournal(folder.path, RECORDS);
    writeJournal(other.path, RECORDS);
    copyFileSync(join(other.path, 'journal.db'), file);
    other.remove();
    expect(checkJournal(folder.path)).toMatchObject({ ok: false, firstBad: RECORDS + 1 });
  });

  it('is refused when the desk’s time goes back, though the chain holds; a host’s clock may', () => {
    const desk = new InlineDesk(folder.path);
    desk.append('fact', micros(T0 + 10), '{}');
    desk.append('host', micros(T0 - 10), '{}');
    desk.append('input', micros(T0 + 9), '{}');
    desk.writer.drain();
    desk.close();
    const checked = checkJournal(folder.path);
    expect(checked).toMatchObject({ ok: false, firstBad: 4 });
    expect(checked.reason).toMatch(/lies before/);
  });

  it('and one that is not there is bad from record 1 on', () => {
    expect(checkJournal(folder.path)).toMatchObject({ ok: false, records: 0, firstBad: 1 });
  });
});

/** Leaves the files as a desk that appended `records` more and crashed would, with the anchor at the last one. */
function crash(directory: string, records: number): void {
  const desk = new InlineDesk(directory);
  for (let index = 1; index <= records; index += 1) {
    desk.append('fact', micros(T0 + 1_000_000 + index), factText(index));
    desk.writer.drain();
  }
  const [db, log] = [readFileSync(file), readFileSync(`${file}-wal`)];
  desk.close();
  writeFileSync(file, db);
  // Behind the last commit lies what the log was laid out with: nobody reads it.
  writeFileSync(`${file}-wal`, log.subarray(0, 32 + 4_120 * Math.ceil(committedBytes(log) / 4_120)));
}

/** Of the log's frames, up to the last that ends a transaction. */
function committedBytes(log: Buffer): number {
  let end = 0;
  for (let start = 32; start + 4_120 <= log.length; start += 4_120)
    if (log.readUInt32BE(start + 4) > 0) end = start + 4_120 - 32;
  return end;
}

/** Every record that a plain reader gets, in all its columns; up to the first that cannot be read. */
function readable(): string[] {
  const found: string[] = [];
  try {
    const journal = openReadable(folder.path);
    try {
      const columns =
        'seq, typeof(seq), at, typeof(at), kind, typeof(kind), hex(bytes), typeof(bytes), hex(hash), typeof(hash)';
      for (const row of journal.db.prepare(`SELECT ${columns} FROM record ORDER BY seq`).raw().iterate())
        found.push(JSON.stringify(row));
    } finally {
      closeJournal(journal);
    }
  } catch {
    // What was read until here is what can be read.
  }
  return found;
}
