import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeJournal } from '../../edge/journal/fixtures.ts';
import { readHead } from '../../edge/journal/head.ts';
import { journalAnchor, judgeAnchor } from './journal-anchor.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'interlock-anchor-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('what a switch remembers of a journal', () => {
  it('is how far it reaches, and the beginning of its last hash', () => {
    writeJournal(folder, 40);
    const head = readHead(folder);
    const anchor = journalAnchor(folder);
    expect(anchor?.size).toBe(BigInt(head?.seq ?? 0));
    expect(head?.hash.startsWith(Buffer.from(anchor?.root ?? []).toString('hex'))).toBe(true);
    expect(anchor?.root.length).toBe(16);
  });

  it('is nothing where there is no journal', () => {
    expect(journalAnchor(folder)).toBeNull();
  });

  it('agrees with the journal as it goes on, and not with an older copy or another one', () => {
    const [first, later, other] = ['first', 'later', 'other'].map((name) => join(folder, name));
    writeJournal(first, 40);
    const older = journalAnchor(first);
    cpSync(first, later, { recursive: true });
    writeJournal(later, 30);
    const newer = journalAnchor(later);
    if (older === null || newer === null) throw new Error('there is a journal');
    expect(judgeAnchor(later, older)).toMatchObject({ agrees: true, record: Number(older.size) });
    expect(judgeAnchor(later, newer).agrees).toBe(true);
    expect(judgeAnchor(first, newer)).toMatchObject({
      agrees: false,
      detail: expect.stringContaining('its end is missing'),
    });
    writeJournal(other, 90);
    expect(judgeAnchor(other, newer)).toMatchObject({
      agrees: false,
      detail: expect.stringContaining('is NOT the one'),
    });
  });
});
