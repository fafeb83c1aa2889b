import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, symlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readOrderLog } from '../src-main/app/exchange/order-log.ts';
import { checkJournalContents } from '../src-main/app/journal-contents.ts';
import { mayMount } from '../src-main/edge/journal/fixtures.ts';
import { parseFacts } from './desk-processes.ts';
import { expectAgreement, LiveDesks } from './live-desk.ts';

const SPEED = 10;
const WORDS = /the journal stopped after record \d+: .*(SQLITE_FULL|ENOSPC|SQLITE_IOERR).*/;
/** Long enough for a desk that trades to have sent several orders. */
const QUIET_MS = 1_000;

const isPossible = mayMount();
let folder: string;
let desks: LiveDesks;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'disk-full-'));
  desks = new LiveDesks(folder, SPEED);
  if (!isPossible) return;
  mkdirSync(desks.data);
  expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=32m', 'tmpfs', desks.data]).status).toBe(0);
  // The exchange writes to a disk of its own, as a venue does.
  mkdirSync(join(folder, 'exchange'));
  symlinkSync(join(folder, 'exchange'), join(desks.data, 'exchange'));
});
afterAll(async () => {
  await desks.end();
  if (isPossible) spawnSync('umount', ['--lazy', desks.data]);
  rmSync(folder, { recursive: true });
});

const filler = () => join(desks.data, 'filler');

/** Until not one byte more fits. */
function fillDisk(): void {
  const file = openSync(filler(), 'w');
  for (const length of [1024 * 1024, 4 * 1024, 1]) {
    try {
      for (;;) writeSync(file, Buffer.alloc(length));
    } catch {
      // Smaller pieces may still fit.
    }
  }
  closeSync(file);
}

describe.runIf(isPossible)('a live desk whose disk fills up (a tmpfs; only where this user may mount one)', () => {
  it('stops trading, has everything cancelled, and says what to do', async () => {
    desks.start('--json');
    await desks.ordering();
    await desks.ordering();
    fillDisk();
    expect(await desks.ended()).toBe(1);
    expect(desks.told).toMatch(WORDS);
    expect(desks.told).toMatch(
      /TRADING STOPPED, journal-failed: .*Free space on the disk of this folder, then start again\./,
    );
    expect(desks.summary()).toMatchObject({
      halted: expect.stringMatching(/^journal-failed: /),
      mode: 'emergency',
      openOrders: 0,
      ledgerBalanced: true,
    });
    const { received, ends } = readOrderLog(desks.data);
    expect([...received.keys()].filter((id) => !ends.has(id))).toEqual([]);
  });

  it('tells the words of its end at the next start, and does not trade', async () => {
    rmSync(filler());
    expect(checkJournalContents(desks.data)).toMatchObject({ ok: true, reason: null });
    const before = readOrderLog(desks.data).received.size;
    desks.start('--json');
    await desks.until(() => desks.told.includes('the desk stays in emergency'));
    expect(desks.told).toMatch(/the run before left word: the journal stopped after record/);
    expect(desks.told).toMatch(
      /the desk stays in emergency .*to trade again, stop it and start it with --resume 'the reason'/,
    );
    await sleep(QUIET_MS);
    expect(await desks.interrupt(), desks.told).toBe(0);
    expect(readOrderLog(desks.data).received.size).toBe(before);
    expect(desks.summary()).toMatchObject({ mode: 'emergency', halted: null, openOrders: 0 });
    const facts = parseFacts(desks.factTexts());
    expect(facts.findLast(({ kind }) => kind === 'desk-restarted')).toMatchObject({
      crashed: true,
      lastWords: [expect.stringMatching(WORDS)],
    });
    expect(facts.findLast(({ kind }) => kind === 'mode-changed')).toMatchObject({
      to: 'emergency',
      operator: 'restart',
    });
  });

  it('trades again when somebody says why it may, with nothing lost', async () => {
    desks.start('--json', '--resume', 'the disk is larger now');
    await desks.ordering();
    await desks.filled();
    expect(await desks.interrupt(), desks.told).toBe(0);
    expect(desks.told).not.toMatch(/left word|stays in/);
    expectAgreement(desks);
    expect(
      parseFacts(desks.factTexts())
        .filter(({ kind }) => kind === 'mode-changed')
        .slice(-2),
    ).toMatchObject([
      { to: 'normal', reason: 'the disk is larger now' },
      { from: 'normal', operator: 'desk: stopped' },
    ]);
  });
});
