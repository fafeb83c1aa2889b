import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { micros } from '../../../src-shared/domain/time.ts';
import { hostClock } from '../../threads/host-clock.ts';
import { createStopFlag, StopFlag } from '../../threads/stop-flag.ts';
import { checkJournal } from './check.ts';
import { JournalClient } from './client.ts';
import { clientOptions, factText, InlineDesk, mayMount, T0, temporaryFolder } from './fixtures.ts';
import { sqliteVersion } from './format.ts';
import { appendLastWords, clearLastWords, readLastWords } from './last-words.ts';
import { closeJournal, openReadable, openWritable } from './open.ts';
import { readRecords } from './read.ts';
import type { Store } from './store.ts';

let folder: ReturnType<typeof temporaryFolder>;

beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

/** A disk on which one kind of step fails from its nth time on. */
function failing(step: 'insert' | 'commit' | 'checkpoint', fromNth: number, code: string): (store: Store) => Store {
  return (store) => {
    let count = 0;
    const fail = (): void => {
      count += 1;
      if (count >= fromNth) throw new Database.SqliteError('injected', code);
    };
    return {
      ...store,
      [step]: (...args: Parameters<Store['insert']>) => {
        fail();
        if (step === 'insert') store.insert(...args);
        else store[step]();
      },
    };
  };
}

function hostEvents(directory: string): unknown[] {
  const journal = openReadable(directory);
  const records = [...readRecords(journal)].filter((record) => record.kind === 'host');
  closeJournal(journal);
  return records.map((record) => JSON.parse(Buffer.from(record.bytes).toString()));
}

/** Appends facts until the journal fails or does not take more. @returns the last sequence number that was seen durable. */
async function appendUntilFailure(journal: JournalClient): Promise<number> {
  let durable = 0;
  while (journal.failure() === undefined) {
    const seq = journal.append('fact', hostClock(), factText(1));
    if (seq !== 'full') await journal.whenDurable(seq).catch(() => {});
    durable = journal.durableSeq();
  }
  return durable;
}

describe('a disk that fails', () => {
  it.each([
    ['commit', 'SQLITE_IOERR_FSYNC', /Check the disk/],
    ['insert', 'SQLITE_IOERR_WRITE', /Check the disk/],
    ['commit', 'SQLITE_FULL', /Free space/],
  ] as const)(
    'at %s with %s: nothing more is acknowledged, the reason stands, the words are kept',
    (step, code, remedy) => {
      const desk = new InlineDesk(folder.path, failing(step, 3, code));
      for (let index = 1; index <= 5; index += 1) {
        desk.append('fact', micros(T0 + index), factText(index));
        desk.writer.drain();
      }
      expect(desk.durableSeq).toBe(3);
      expect(desk.status.failure()).toMatchObject({
        code,
        text: expect.stringMatching(/stopped after record 3: injected/),
      });
      expect(desk.status.failure()?.text).toMatch(remedy);
      expect(readLastWords(folder.path)).toEqual([expect.stringMatching(/stopped after record 3/)]);
      desk.close();
      // The anchor was not moved past what is there.
      expect(checkJournal(folder.path)).toMatchObject({ ok: true, records: 3 });
    },
  );

  it('at a checkpoint stops the journal too, though the record itself is durable', () => {
    const desk = new InlineDesk(folder.path, failing('checkpoint', 1, 'SQLITE_IOERR_FSYNC'));
    desk.append('fact', T0, factText(1));
    desk.writer.drain();
    desk.writer.finish();
    expect(desk.durableSeq).toBe(2);
    expect(desk.status.failure()?.code).toBe('SQLITE_IOERR_FSYNC');
    desk.abandon();
  });

  it('and a record out of its order stop the journal', () => {
    const desk = new InlineDesk(folder.path);
    desk.lastSeq += 1;
    desk.append('fact', T0, factText(1));
    desk.writer.drain();
    expect(desk.status.failure()?.text).toMatch(/record 3 came where 2 was due/);
    desk.abandon();
  });
});

describe('a full disk', () => {
  it('stops the journal at the last durable record; the next start tells, records it and goes on', async () => {
    const stopFlag = createStopFlag();
    const journal = await JournalClient.start({ ...clientOptions(folder.path), maxPages: 40, stopFlag });
    expect(new StopFlag(stopFlag).isSet).toBe(false);
    const durable = await appendUntilFailure(journal);
    expect(new StopFlag(stopFlag).isSet).toBe(true);
    expect(journal.failure()).toMatchObject({ code: 'SQLITE_FULL', text: expect.stringMatching(/Free space/) });
    await expect(journal.whenDurable(journal.appendedSeq)).rejects.toThrow(
      new RegExp(`record ${durable + 1}|after record ${durable}`),
    );
    // The desk that failed still lives, and may have orders out.
    expect(() => openWritable(folder.path, { now: T0 })).toThrow(/another desk is running/);
    await expect(journal.close()).rejects.toThrow(/Free space/);
    expect(checkJournal(folder.path)).toMatchObject({ ok: true, records: durable });

    const next = await JournalClient.start(clientOptions(folder.path));
    expect(next.previous.crashed).toBe(true);
    expect(next.previous.lastWords).toEqual([
      expect.stringMatching(new RegExp(`after record ${durable}: .*SQLITE_FULL`)),
    ]);
    await next.close();
    expect(readLastWords(folder.path)).toEqual([]);
    expect(hostEvents(folder.path).slice(2)).toEqual([
      { event: 'crash', lastSeq: durable, lastWords: [expect.stringMatching(/SQLITE_FULL/)] },
      { event: 'start', node: process.versions.node, sqlite: sqliteVersion(), v8: process.versions.v8 },
      { event: 'stop' },
    ]);
  });

  it.runIf(mayMount())(
    'of 16 MiB (a tmpfs; only where this user may mount one): the words are kept though nothing else fits',
    async () => {
      const small = join(folder.path, 'small');
      mkdirSync(small);
      expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', small]).status).toBe(0);
      try {
        const journal = await JournalClient.start(clientOptions(small));
        while (journal.failure() === undefined) {
          if (journal.append('fact', hostClock(), factText(1)) === 'full')
            await new Promise((resolve) => setTimeout(resolve, 1));
          else if (journal.appendedSeq % 500 === 0) await journal.whenDurable(journal.appendedSeq).catch(() => {});
        }
        const durable = journal.durableSeq();
        await journal.close().catch(() => {});
        expect(readLastWords(small)).toEqual([
          expect.stringMatching(new RegExp(`stopped after record ${durable}: .*(Free space|Check the disk)`)),
        ]);
        const checked = checkJournal(small);
        expect(checked.reason).toBeNull();
        expect(checked.records).toBeGreaterThanOrEqual(durable);
      } finally {
        spawnSync('umount', [small]);
      }
    },
  );
});

describe('last words', () => {
  it('are appended, one line each, and survive a second desk that says more', () => {
    expect(readLastWords(folder.path)).toEqual([]);
    appendLastWords(folder.path, 'the ring was full');
    appendLastWords(folder.path, 'and\nthen the disk');
    expect(readLastWords(folder.path)).toEqual(['the ring was full', 'and then the disk']);
    for (let n = 0; n < 200; n += 1) appendLastWords(folder.path, `line ${n} ${'x'.repeat(40)}`);
    expect(readLastWords(folder.path)).toHaveLength(202);
  });

  it('are cleared once they are told, but not together with words that came since', () => {
    appendLastWords(folder.path, 'the ring was full');
    const told = readLastWords(folder.path);
    appendLastWords(folder.path, 'and then the disk');
    clearLastWords(folder.path, told);
    expect(readLastWords(folder.path)).toEqual(['the ring was full', 'and then the disk']);
    clearLastWords(folder.path, readLastWords(folder.path));
    expect(readLastWords(folder.path)).toEqual([]);
  });
});
