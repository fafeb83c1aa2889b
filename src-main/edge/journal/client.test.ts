import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { micros } from '../../../src-shared/domain/time.ts';
import { checkJournal } from './check.ts';
import { hostClock, JournalClient } from './client.ts';
import { clientOptions, factText, T0, temporaryFolder } from './fixtures.ts';
import { closeJournal, openReadable } from './open.ts';
import { readRecords } from './read.ts';
import { MAX_PAYLOAD_BYTES } from './record.ts';

let folder: ReturnType<typeof temporaryFolder>;

beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

describe('the desk’s side of the journal', () => {
  it('keeps every record verbatim, text or bytes, between its start and its stop', async () => {
    const journal = await JournalClient.start(clientOptions(folder.path));
    expect(journal.append('input', T0, '{"a":"µ"}')).toBe(3);
    expect(journal.append('fact', T0, Buffer.from('{"b":12n}'))).toBe(4);
    const longest = `"${'z'.repeat(MAX_PAYLOAD_BYTES - 2)}"`;
    expect(journal.append('fact', T0, longest)).toBe(5);
    await journal.whenDurable(5);
    expect(journal.durableSeq()).toBe(5);
    await journal.whenDurable(1);
    await journal.close();
    await journal.close();
    const readable = openReadable(folder.path);
    const texts = [...readRecords(readable)].map(({ kind, bytes }) => [kind, Buffer.from(bytes).toString()]);
    closeJournal(readable);
    expect(texts.slice(1)).toEqual([
      ['host', '{"event":"start"}'],
      ['input', '{"a":"µ"}'],
      ['fact', '{"b":12n}'],
      ['fact', longest],
      ['host', '{"event":"stop"}'],
    ]);
    expect(checkJournal(folder.path).ok).toBe(true);
  });

  it('says full and never waits, keeps the reserved part, and goes on once there is room', async () => {
    const journal = await JournalClient.start({ ...clientOptions(folder.path), ringBytes: 64 * 1024 });
    let full = 0;
    for (let index = 0; index < 20_000; index += 1) {
      while (journal.append('fact', T0, factText(index)) === 'full') {
        full += 1;
        if (full === 1)
          expect(journal.appendReserved('host', hostClock(), '{"event":"full"}')).toBe(journal.appendedSeq);
        journal.waitForRoom(1_000);
      }
    }
    expect(full).toBeGreaterThan(0);
    await journal.whenDurable(journal.appendedSeq);
    await journal.close();
    const checked = checkJournal(folder.path);
    expect(checked.ok).toBe(true);
    expect(checked.records).toBeGreaterThanOrEqual(20_004);
  });

  it('refuses what is no record, and then nothing has happened', async () => {
    const journal = await JournalClient.start(clientOptions(folder.path));
    journal.append('fact', T0, '{}');
    const before = journal.appendedSeq;
    expect(() => journal.append('fact', micros(T0 - 1), '{}')).toThrow(/time never goes back/);
    expect(() => journal.append('fact', 1.5 as typeof T0, '{}')).toThrow(/not microseconds/);
    expect(() => journal.append('fact', T0, '')).toThrow(/without content/);
    expect(() => journal.append('fact', T0, Buffer.from([0xff]))).toThrow(/no UTF-8/);
    expect(() => journal.append('fact', T0, 'ü'.repeat(MAX_PAYLOAD_BYTES / 2 + 1))).toThrow(/longer than/);
    expect(journal.appendedSeq).toBe(before);
    await expect(journal.whenDurable(before + 1)).rejects.toThrow(/never appended/);
    await journal.close();
    expect(() => journal.append('fact', T0, '{}')).toThrow(/the journal is closed/);
    const next = await JournalClient.start(clientOptions(folder.path));
    expect(() => next.append('input', micros(T0 - 1), '{}')).toThrow(/time never goes back/);
    await next.close();
  });
});
