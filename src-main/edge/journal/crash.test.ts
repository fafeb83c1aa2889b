import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, cpSync, existsSync, mkdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { micros } from '../../../src-shared/domain/time.ts';
import { runs } from '../../testing/runs.ts';
import { checkJournal } from './check.ts';
import { JournalClient } from './client.ts';
import { clientOptions, factText, InlineDesk, T0, temporaryFolder, writeJournal } from './fixtures.ts';
import { openWritable } from './open.ts';

const CHILD = fileURLToPath(new URL('./crash-child.ts', import.meta.url));
let folder: ReturnType<typeof temporaryFolder>;

beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

/** Kills the child once it has acknowledged `lines` times, and a little later. @returns the last sequence number it acknowledged. */
async function killAfter(lines: number, delayMs: number): Promise<number> {
  const child = spawn(process.execPath, [CHILD, folder.path], { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  const exit = once(child, 'exit');
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (text: string) => {
    out += text;
    if (out.split('\n').length > lines) setTimeout(() => child.kill('SIGKILL'), delayMs);
  });
  await exit;
  // The pipe may still hold what was written before the end.
  if (!child.stdout.readableEnded) await once(child.stdout, 'end');
  return Number(out.trim().split('\n').at(-1));
}

describe('kill -9 of a desk that appends', () => {
  it(
    'loses nothing that was acknowledged, and leaves a journal that checks, time after time',
    async () => {
      let before = 0;
      for (let round = 0; round < runs(4); round += 1) {
        const acknowledged = await killAfter(1 + ((round * 13) % 40), (round * 7) % 11);
        // A slow machine may be killed before the round's first acknowledgement: then it says what was there.
        expect(acknowledged).toBeGreaterThanOrEqual(before);
        const checked = checkJournal(folder.path);
        expect(checked).toMatchObject({ ok: true, firstBad: null });
        expect(checked.records).toBeGreaterThanOrEqual(acknowledged);
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

/** The files of a desk whose process just ended, with 300 records, the anchor at the last one. */
function crashImage(into: string): void {
  const desk = new InlineDesk(folder.path);
  for (let index = 1; index < 300; index += 1) {
    desk.append('fact', micros(T0 + index), factText(index));
    desk.writer.drain();
  }
  mkdirSync(into, { recursive: true });
  for (const name of ['journal.db', 'journal.db-wal']) copyFileSync(join(folder.path, name), join(into, name));
  desk.close();
  copyFileSync(join(folder.path, 'head.json'), join(into, 'head.json'));
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

  it('is refused when the last page is torn, with a record on it or before', () => {
    writeJournal(folder.path, 200);
    const file = join(folder.path, 'journal.db');
    truncateSync(file, statSync(file).size - 1_500);
    const { ok, firstBad } = checkJournal(folder.path);
    expect(ok).toBe(false);
    expect(() => openWritable(folder.path, { now: T0 })).toThrow(/journal\.db.*restore/i);
    expect(firstBad).toBeLessThanOrEqual(201);
  });
});
