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
import { InlineDesk, T0, temporaryFolder, writeJournal } from './fixtures.ts';
import { closeJournal, openReadable } from './open.ts';
import { readRecords } from './read.ts';

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

/** Where the file header says which version of SQLite wrote last: it belongs to no record, and many values are plausible. */
function isWriterVersion(offset: number): boolean {
  return offset >= 96 && offset < 100;
}

describe('a bit that was flipped', () => {
  it('anywhere in the file is found, and the first record that reads differently is named', () => {
    writeJournal(folder.path, RECORDS);
    const sound = readFileSync(file);
    const originals = readable().map((row) => JSON.stringify(row));
    expect(originals).toHaveLength(RECORDS + 1);
    fc.assert(
      fc.property(fc.nat(sound.length * 8 - 1), (bit) => {
        fc.pre(!isWriterVersion(bit >> 3));
        const bytes = Buffer.from(sound);
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        writeFileSync(file, bytes);
        const { ok, firstBad, reason } = checkJournal(folder.path);
        expect(ok).toBe(false);
        expect(reason).not.toBeNull();
        const found = readable().map((row) => JSON.stringify(row));
        const sameUntil = originals.findIndex((row, index) => row !== found[index]);
        // A record that reads differently is the one that is named. A bit beside the records names the first on its page.
        if (sameUntil >= 0) expect(firstBad).toBe(sameUntil + 1);
        else expect(firstBad).toBeGreaterThanOrEqual(1);
      }),
      // 1,000 places and more in `npm run test:long`.
      { seed: 42, numRuns: runs(100) },
    );
  });

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

/** Every record that a plain reader gets, in all its columns; up to the first that cannot be read. */
function readable(): unknown[] {
  const found: unknown[] = [];
  try {
    const journal = openReadable(folder.path);
    try {
      const columns =
        'seq, typeof(seq), at, typeof(at), kind, typeof(kind), hex(bytes), typeof(bytes), hex(hash), typeof(hash)';
      for (const row of journal.db.prepare(`SELECT ${columns} FROM record ORDER BY seq`).raw().iterate())
        found.push(row);
    } finally {
      closeJournal(journal);
    }
  } catch {
    // What was read until here is what can be read.
  }
  return found;
}
