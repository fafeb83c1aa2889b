import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONFIG, TRADED } from '../src-main/app/desk/fixtures.ts';
import { readJournal, startJournal } from '../src-main/app/desk/journaled-runs.ts';
import { readOrderLog } from '../src-main/app/exchange/order-log.ts';
import { checkJournalContents } from '../src-main/app/journal-contents.ts';
import { replayJournal } from '../src-main/app/journal-replay.ts';
import { writeRunRecord } from '../src-main/app/run-record.ts';
import type { Fact } from '../src-main/core/engine/fact.ts';
import { appendLastWords } from '../src-main/edge/journal/last-words.ts';
import { hostClock } from '../src-main/threads/host-clock.ts';
import { formatLots } from '../src-shared/domain/instrument.ts';
import { afterMs } from '../src-shared/domain/time.ts';
import { desk } from './desk-command.ts';
import { parseFacts } from './desk-processes.ts';
import { expectAgreement, LiveDesks } from './live-desk.ts';

const SPEED = 10;
const ROOT = join(import.meta.dirname, '..');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'faults-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Each test goes on where the one before ended. */
describe('a live desk', () => {
  let desks: LiveDesks;
  let exchange: ChildProcess;
  beforeAll(async () => {
    desks = new LiveDesks(join(folder, 'one'), SPEED);
    // A child of this process, so that the tests can kill it.
    const args = ['exchange', '--data', desks.data, '--speed', String(SPEED), '--config', desks.config];
    const child = spawn(process.execPath, ['src-main/app/cli.ts', ...args], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    exchange = child;
    await once(child.stdout, 'data');
  });
  afterAll(async () => {
    exchange.kill('SIGKILL');
    await desks.end();
  });

  const factsOf = <K extends Fact['kind']>(kind: K): Extract<Fact, { readonly kind: K }>[] =>
    parseFacts(desks.factTexts()).filter((fact): fact is Extract<Fact, { readonly kind: K }> => fact.kind === kind);

  /** Stops it in its tracks while it has orders. @returns which. */
  async function stopExchange(): Promise<string[]> {
    for (;;) {
      exchange.kill('SIGSTOP');
      await sleep(20);
      const { received, ends } = readOrderLog(desks.data);
      const open = [...received.keys()].filter((id) => !ends.has(id));
      if (open.length > 0) return open;
      exchange.kill('SIGCONT');
      await sleep(20);
    }
  }

  it('is refused where the exchange lives at another speed', async () => {
    const slower = new LiveDesks(join(folder, 'one'), 2);
    expect(await slower.run()).toBe(1);
    expect(slower.told).toMatch(
      /the clock of its exchange is \d+ days away from the desk's\. Run with the --speed that the exchange was started with/,
    );
  });

  it('trades, is measured, and is not disturbed by a second one on its folder', async () => {
    desks.start('--json');
    await desks.ordering();
    const second = new LiveDesks(join(folder, 'one'), SPEED);
    expect(await second.run()).toBe(1);
    expect(second.told).toMatch(/desk\.lock: another desk is running on this folder\. Stop that desk first/);
    await desks.ordering();
    // A busy machine may lose sight of its exchange for a moment, second desk or not.
    expect(desks.told.replace(/^.* the exchange is (gone|connected again).*\n/gm, '')).toBe('');

    const { status, stdout, stderr } = desk('metrics', desks.data);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^interlock_mode\{mode="normal"\} 1$/m);
    expect(stdout).toMatch(/^interlock_exchange_link_up\{venue="simulated"\} 1$/m);
    // Prometheus' text: comments, and samples of a name, labels and a number.
    const isSample = /^[a-z_]+(\{[a-z0-9_]+="[^"]*"(,[a-z0-9_]+="[^"]*")*\})? (-?\d[\d.e+-]*|NaN|[+-]Inf)$/;
    const isComment = /^# (HELP [a-z_]+ .+|TYPE [a-z_]+ (counter|gauge|histogram|summary))$/;
    expect(stdout.endsWith('\n')).toBe(true);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .filter((line) => !isSample.test(line) && !isComment.test(line)),
    ).toEqual([]);
  });

  it('outlives its exchange: proves the books again, asks for what was open, and goes on', async () => {
    // A busy machine may have lost sight of its exchange before: what counts is from here on.
    const before = factsOf('venue-link-changed').length;
    const proofs = factsOf('book-proven').length;
    const open = await stopExchange();
    exchange.kill('SIGKILL');
    await once(exchange, 'close');
    await desks.until(() => factsOf('venue-link-changed').length >= before + 2);
    await desks.ordering();

    const [down, up] = factsOf('venue-link-changed').slice(before);
    expect([down, up]).toMatchObject([
      { up: false, venue: 'simulated' },
      { up: true, venue: 'simulated' },
    ]);
    expect(factsOf('book-quarantined').map(({ cause }) => cause)).toContain(down?.cause);
    expect(factsOf('book-proven').length).toBeGreaterThan(proofs);
    const told = factsOf('order-cancelled').filter(
      ({ reason, seq }) => reason === 'the venue restarted' && seq > (down?.seq ?? 0),
    );
    expect(told.map(({ clientOrderId }) => clientOrderId).sort()).toEqual(open.sort());
    // Nothing new went there before the venue had spoken of each of them.
    const downSeq = down?.seq ?? 0;
    const toldSeq = Math.max(...told.map(({ seq }) => seq));
    expect(factsOf('order-intended').filter(({ seq }) => seq > downSeq && seq < toldSeq)).toEqual([]);

    await desks.filled();
    expect(await desks.interrupt(), desks.told).toBe(0);
    expect(desks.told).toMatch(/the exchange is gone: .*\n(?:.*\n)*.*the exchange is connected again\n/);
    expect(desks.summary()).toMatchObject({ openOrders: 0, halted: null, ticksDropped: 0 });
    expectAgreement(desks);
  });

  it('is not measured when it does not run', () => {
    const { status, stdout, stderr } = desk('metrics', desks.data);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/no desk is running on this folder .*Start one: desk run --data/);
  });

  it('is refused with a configuration that makes no desk, which does no harm', async () => {
    const good = readFileSync(desks.config, 'utf8');
    const bad = JSON.parse(good);
    bad.limits.instruments['simulated:BTCUSDT'].maxOrderQuantity = '0.00001';
    writeFileSync(desks.config, JSON.stringify(bad));
    expect(await desks.run()).toBe(1);
    expect(desks.told).toMatch(/limits of simulated:BTCUSDT: maxOrderQuantity: .*more than 3 decimals/);
    writeFileSync(desks.config, good);
  });

  it('goes on after a proper stop: position, numbering, and the mode, which its user made normal', async () => {
    copyFileSync(join(desks.data, 'journal.db'), join(folder, 'older.db'));
    const intended = new Set(factsOf('order-intended').map(({ order }) => order.clientOrderId));
    const sentBefore = readOrderLog(desks.data).received.size;
    desks.start('--json');
    await desks.ordering();
    expect(await desks.interrupt(), desks.told).toBe(0);
    expect(desks.told).toMatch(
      /^\d\d:\d\d:\d\d The last run stopped properly after input \d+\. 0 orders are open: .*\n$/,
    );
    expect(factsOf('mode-changed').slice(-3)).toMatchObject([
      { from: 'normal', operator: 'desk: stopped' },
      { to: 'normal', operator: userInfo().username, reason: 'started again after a proper stop' },
      { from: 'normal', operator: 'desk: stopped' },
    ]);
    expect(factsOf('desk-restarted')).toMatchObject([{ crashed: false, lastWords: [] }]);
    const later = factsOf('order-intended').map(({ order }) => order.clientOrderId);
    expect(new Set(later).size).toBe(later.length);
    expect(later.length).toBeGreaterThan(intended.size);
    expect(readOrderLog(desks.data).received.size).toBeGreaterThan(sentBefore);
    const lots = readOrderLog(desks.data).positionLots(TRADED.id);
    expect(desks.summary().position).toEqual({ 'simulated:BTCUSDT': formatLots(TRADED, lots) });
    expectAgreement(desks);
  });

  it('does not go on by itself after a proper stop that ended in last words', async () => {
    appendLastWords(desks.data, 'the journal stopped after record 7: a test');
    const sentBefore = readOrderLog(desks.data).received.size;
    desks.start('--json');
    await desks.until(() => desks.told.includes('the desk stays in emergency'));
    await sleep(500);
    expect(await desks.interrupt(), desks.told).toBe(0);
    expect(desks.told).toMatch(/the run before left word: the journal stopped after record 7: a test/);
    expect(readOrderLog(desks.data).received.size).toBe(sentBefore);
    expect(desks.summary().mode).toBe('emergency');
  });

  it('leaves a journal that is sound, and that makes every fact again', () => {
    const { factsHash } = desks.summary();
    expect(checkJournalContents(desks.data)).toMatchObject({
      ok: true,
      ledgerBalanced: true,
      positionsMatch: true,
      factsHash,
    });
    expect(replayJournal(desks.data)).toMatchObject({ ok: true, reason: null, factsHash });
  });

  it('is refused with an older copy of its journal', async () => {
    const { lastSeq } = readJournal(desks.data);
    copyFileSync(join(folder, 'older.db'), join(desks.data, 'journal.db'));
    expect(await desks.run()).toBe(1);
    const [, record, end, known] =
      /journal\.db, record (\d+): it ends with record (\d+), but (\d+) was on disk already: .*Put back the newest journal\.db/.exec(
        desks.told,
      ) ?? [];
    expect(Number(record)).toBe(Number(end) + 1);
    expect(Number(known)).toBe(lastSeq);
  });
});

describe('a folder that a live desk does not take', () => {
  /** What a desk told when it refused the folder. Whatever is wrong, nothing is traded. */
  async function refused(data: string): Promise<string> {
    const desks = new LiveDesks(mkdtempSync(join(folder, 'refused-')), 1, data);
    expect(await desks.run()).toBe(1);
    return desks.told;
  }

  function emptyFolder(): string {
    return mkdtempSync(join(folder, 'data-'));
  }

  it('one that it may not write in', async () => {
    // Root writes whatever the permissions say, but nobody makes files in /proc.
    const isRoot = process.getuid?.() === 0;
    const data = isRoot ? '/proc/self' : join(folder, 'read-only');
    if (!isRoot) mkdirSync(data, { mode: 0o555 });
    expect(await refused(data)).toMatch(/desk\.lock: .*(right to write in this folder|may write in)/);
  });

  it("one with another program's database in the place of the journal", async () => {
    const data = emptyFolder();
    const file = join(data, 'journal.db');
    const db = new Database(file);
    db.exec('CREATE TABLE customers (name TEXT)');
    db.close();
    const before = readFileSync(file);
    expect(await refused(data)).toMatch(/journal\.db: it is an SQLite file of another program.*move the file away/);
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('one whose journal is later than the clock', async () => {
    const data = emptyFolder();
    const client = await startJournal(data);
    const at = afterMs(hostClock(), 3_600_000);
    const run = { config: CONFIG, strategy: 'market-maker', instruments: [TRADED] } as const;
    client.append('host', hostClock(), writeRunRecord(run));
    client.append('input', at, `{"at":${at},"identity":"${client.opened.identity}","kind":"start","seed":1,"seq":1}`);
    await client.close();
    expect(await refused(data)).toMatch(
      /its last record is 3[56]\d\d s later than the desk's clock\. .*set the clock of this machine/,
    );
  });
});
