import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JournalClient } from './client.ts';
import { clientOptions, T0, temporaryFolder, writeJournal } from './fixtures.ts';
import { unfitRuntime } from './format.ts';
import { openReadable, openWritable, type WritableJournal } from './open.ts';

let folder: ReturnType<typeof temporaryFolder>;
let file: string;

beforeEach(() => {
  folder = temporaryFolder();
  file = join(folder.path, 'journal.db');
});
afterEach(() => folder.remove());

function open(directory = folder.path): WritableJournal {
  return openWritable(directory, { now: T0 });
}

function close(journal: WritableJournal): void {
  journal.db.close();
  journal.lock.release();
}

describe('a new journal', () => {
  it('begins with its identity and format, and keeps the identity', () => {
    const first = open();
    expect(first.identity).toMatch(/^[0-9a-f]{32}$/);
    expect(first.lastText).toBe(`{"event":"genesis","format":1,"identity":"${first.identity}"}`);
    expect(first.lastSeq).toBe(1);
    close(first);
    const second = open();
    expect(second.identity).toBe(first.identity);
    expect(second.lastHash).toEqual(first.lastHash);
    close(second);
  });

  it('differs from every other one', () => {
    const [one, other] = [open(join(folder.path, 'one')), open(join(folder.path, 'other'))];
    expect(one.identity).not.toBe(other.identity);
    close(one);
    close(other);
  });

  it('is begun again where a crash left an empty file', () => {
    writeFileSync(file, '');
    const journal = open();
    expect(journal.lastSeq).toBe(1);
    close(journal);
    const directory = join(folder.path, 'begun');
    mkdirSync(directory);
    const db = new Database(join(directory, 'journal.db'));
    db.pragma('journal_mode = WAL');
    db.close();
    expect(() => openReadable(directory)).toThrow(/it is empty/);
    const begun = open(directory);
    expect(begun.lastSeq).toBe(1);
    close(begun);
  });
});

describe('two desks on one folder', () => {
  it('the second is refused, in this process, in another thread and in another process', async () => {
    const first = open();
    expect(() => open()).toThrow(/desk\.lock: another desk is running on this folder\. Stop that desk first/);
    await expect(JournalClient.start(clientOptions(folder.path))).rejects.toThrow(/another desk is running/);
    const child = fileURLToPath(new URL('./crash-child.ts', import.meta.url));
    const other = spawnSync(process.execPath, [child, folder.path], { encoding: 'utf8' });
    expect(other.status).not.toBe(0);
    expect(other.stderr).toMatch(/another desk is running on this folder/);
    close(first);
    close(open());
  });

  it('but one may read beside the desk that writes', () => {
    const writer = open();
    const reader = openReadable(folder.path);
    expect(reader.db.prepare('SELECT count(*) FROM record').pluck().get()).toBe(1);
    reader.db.close();
    close(writer);
  });
});

describe('a folder that cannot be a journal’s', () => {
  it('a file in the place of the folder', () => {
    writeFileSync(join(folder.path, 'taken'), '');
    expect(() => open(join(folder.path, 'taken'))).toThrow(/taken: .*A file is where the folder should be/);
    expect(() => open(join(folder.path, 'taken', 'below'))).toThrow(/A file is where the folder should be/);
  });

  it('a folder that may not be written in', () => {
    // Root writes whatever the permissions say, but nobody makes files in /proc.
    const isRoot = process.getuid?.() === 0;
    const readOnly = isRoot ? '/proc/self' : join(folder.path, 'read-only');
    if (!isRoot) mkdirSync(readOnly, { mode: 0o555 });
    expect(() => open(readOnly)).toThrow(/desk\.lock: .*(right to write in this folder|may write in)/);
  });
});

describe('a file that is no journal of ours', () => {
  it('another program’s database is refused and left as it was', () => {
    const db = new Database(file);
    db.exec('CREATE TABLE customers (name TEXT)');
    db.close();
    const before = readFileSync(file);
    expect(() => open()).toThrow(/journal\.db: it is an SQLite file of another program.*move the file away/);
    expect(() => openReadable(folder.path)).toThrow(/another program/);
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('anything else is refused', () => {
    writeFileSync(file, 'Dear diary,\n'.repeat(500));
    expect(() => open()).toThrow(/journal\.db: file is not a database.*move the file away/);
  });

  it('a format from the future is refused', () => {
    close(open());
    const db = new Database(file);
    db.pragma('user_version = 2');
    db.close();
    expect(() => open()).toThrow(
      /its format is 2, and this desk knows 1 to 1.*with the version of Interlock that wrote it/,
    );
  });

  it('none at all cannot be read', () => {
    expect(() => openReadable(folder.path)).toThrow(/journal\.db: there is no journal here/);
  });
});

describe('the anchor', () => {
  it('is missed when there is more than a beginning', () => {
    writeJournal(folder.path, 10);
    rmSync(join(folder.path, 'head.json'));
    expect(() => open()).toThrow(/head\.json: it is missing.*record was 11.*Restore it/);
  });

  it('is refused when it cannot be understood', () => {
    writeJournal(folder.path, 10);
    writeFileSync(join(folder.path, 'head.json'), '{"seq":');
    expect(() => open()).toThrow(/head\.json: it does not say how far the journal reaches/);
  });

  it('betrays another journal, a rewritten record and a journal that is gone', () => {
    const other = join(folder.path, 'other');
    writeJournal(folder.path, 10);
    writeJournal(other, 10);
    const head = join(folder.path, 'head.json');
    const own = readFileSync(head, 'utf8');
    copyFileSync(join(other, 'head.json'), head);
    expect(() => open()).toThrow(/journal\.db, record 1: it is the journal [0-9a-f]{32}, and head\.json belongs to/);
    writeFileSync(
      head,
      own.replace(/"hash":"../, (start) => `${start.slice(0, -2)}${start.endsWith('00') ? '11' : '00'}`),
    );
    expect(() => open()).toThrow(/record 11: its hash is not the one that head\.json remembers/);
    writeFileSync(head, own);
    rmSync(file);
    expect(() => open()).toThrow(/journal\.db: it is empty, but .*head\.json says that there was a journal/);
  });
});

describe('the last records', () => {
  it('are verified at every start', () => {
    writeJournal(folder.path, 1_500);
    const db = new Database(file);
    db.exec("UPDATE record SET bytes = x'7b7d' WHERE seq = 1490");
    db.close();
    expect(() => open()).toThrow(
      /journal\.db, record 1490: its hash does not match its content.*--check.*newest backup/,
    );
  });
});

describe('the runtime', () => {
  it('must be new enough, and is told so in words', () => {
    expect(unfitRuntime('10', '3.51.3')).toBeUndefined();
    expect(unfitRuntime('11', '3.100.0')).toBeUndefined();
    expect(unfitRuntime('9', '3.51.3')).toMatch(/Node-API 9.*needs 10: start the desk through/);
    expect(unfitRuntime(undefined, '3.51.3')).toMatch(/Node-API/);
    expect(unfitRuntime('10', '3.51.2')).toMatch(/SQLite 3\.51\.2 can lose.*needs 3\.51\.3/);
  });
});
