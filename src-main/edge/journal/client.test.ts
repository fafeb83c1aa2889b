import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { micros } from '../../../src-shared/domain/time.ts';
import { hostClock } from '../../threads/host-clock.ts';
import { checkJournal } from './check.ts';
import { JournalClient } from './client.ts';
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
      ['host', expect.stringMatching(/^\{"event":"start","node":"[\d.]+","sqlite":"3\.[\d.]+","v8":"[\w.-]+"\}$/)],
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

function contents(directory: string): string[] {
  const readable = openReadable(directory);
  const texts = [...readRecords(readable)].map(({ bytes }) => Buffer.from(bytes).toString());
  closeJournal(readable);
  return texts;
}

describe('a turn', () => {
  it('is journaled when it is published, and has never been when it is discarded', async () => {
    const journal = await JournalClient.start(clientOptions(folder.path));
    expect(journal.stage('input', micros(T0 + 5), '{"turn":1}')).toBe(true);
    expect(journal.stage('fact', micros(T0 + 9), '{"turn":1}')).toBe(true);
    expect(journal.appendedSeq).toBe(2);
    journal.discard();
    // Numbers and times are as before the discarded turn.
    expect(journal.stage('input', T0, '{"turn":2}')).toBe(true);
    expect(() => journal.stage('fact', micros(T0 - 1), '{}')).toThrow(/time never goes back/);
    expect(() => journal.append('fact', T0, '{}')).toThrow(/within a turn/);
    expect(journal.stage('fact', T0, '{"turn":2}')).toBe(true);
    expect(journal.publish()).toBe(4);
    expect(journal.publish()).toBe(4);
    expect(() => journal.append('fact', micros(T0 - 1), '{}')).toThrow(/time never goes back/);
    journal.stage('fact', T0, '{"turn":3}');
    await journal.close();
    expect(contents(folder.path).slice(2)).toEqual(['{"turn":2}', '{"turn":2}', '{"event":"stop"}']);
    expect(checkJournal(folder.path)).toMatchObject({ ok: true, records: 5 });
  });

  it('that does not fit can only be discarded, and what is kept in reserve takes the last words', async () => {
    const journal = await JournalClient.start({ ...clientOptions(folder.path), ringBytes: 64 * 1024 });
    const freeBytes = 48 * 1024;
    expect(journal.capacityBytes).toBe(64 * 1024);
    // The worker gives the room back just after the watermark.
    await vi.waitFor(() => expect(journal.freeBytes).toBe(freeBytes));
    const kilobyte = `"${'x'.repeat(1_022)}"`;
    let staged = 0;
    while (journal.stage('fact', T0, kilobyte)) staged += 1;
    // Twice the record that did not fit, at most, is left.
    expect(journal.freeBytes).toBeLessThan(2 * 1_048);
    expect(freeBytes - staged * 1_048).toBeLessThan(2 * 1_048);
    expect(() => journal.stage('fact', T0, '{}')).toThrow(/can only be discarded/);
    expect(() => journal.publish()).toThrow(/can only be discarded/);
    expect(() => journal.append('fact', T0, '{}')).toThrow(/neither published nor discarded/);
    journal.discard();
    expect(journal.freeBytes).toBe(freeBytes);
    while (journal.stage('fact', T0, kilobyte));
    journal.discard();
    for (let n = 0; n < staged; n += 1) journal.stage('fact', T0, kilobyte);
    expect(journal.stage('fact', T0, `"${'y'.repeat(4_000)}"`)).toBe(false);
    journal.discard();
    for (let n = 0; n < staged; n += 1) journal.stage('fact', T0, kilobyte);
    expect(journal.stage('input', T0, `"${'y'.repeat(4_000)}"`, true)).toBe(true);
    const last = journal.publish();
    expect(last).toBe(2 + staged + 1);
    await journal.whenDurable(last);
    await vi.waitFor(() => expect(journal.queuedBytes).toBe(0));
    await journal.close();
    expect(checkJournal(folder.path)).toMatchObject({ ok: true, records: last + 1 });
  });
});

describe('a listener', () => {
  it('is told of every watermark, of a failure, and of nothing after the end', async () => {
    const journal = await JournalClient.start({ ...clientOptions(folder.path), maxPages: 40 });
    await journal.whenDurable(journal.appendedSeq);
    let told = { durable: 0, failure: journal.failure(), commitMicros: 0 };
    let calls = 0;
    journal.onChange(() => {
      calls += 1;
      told = { durable: journal.durableSeq(), failure: journal.failure(), commitMicros: journal.lastCommitMicros };
    });
    const seq = journal.append('fact', T0, '{}');
    await vi.waitFor(() => expect(told.durable).toBe(seq));
    expect(told.commitMicros).toBeGreaterThan(0);
    expect(told.failure).toBeUndefined();
    while (journal.append('fact', T0, factText(1)) !== 'full' && journal.failure() === undefined) {
      if (journal.appendedSeq % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await vi.waitFor(() => expect(told.failure).toMatchObject({ code: 'SQLITE_FULL' }));
    await expect(journal.close()).rejects.toThrow(/Free space/);
    const before = calls;
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(calls).toBe(before);
  });
});
