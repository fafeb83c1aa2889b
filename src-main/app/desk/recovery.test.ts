import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Instrument } from '../../../src-shared/domain/instrument.ts';
import type { ControlMode } from '../../../src-shared/domain/mode.ts';
import { Core } from '../../core/core.ts';
import { canonical } from '../../core/engine/canonical.ts';
import type { OperatorInput } from '../../core/engine/input.ts';
import { Random } from '../../core/engine/random.ts';
import type { RecordKind } from '../../edge/journal/record.ts';
import type { VirtualDesk } from '../../research/virtual-desk.ts';
import { runs } from '../../testing/runs.ts';
import { hostClock } from '../../threads/host-clock.ts';
import { coreConfig } from '../config/core-config.ts';
import { writeRunRecord } from '../run-record.ts';
import { CONFIG, instrumentLike, TRADED } from './fixtures.ts';
import { JournaledRuns, type JournalText, type RunOptions, readJournal, startJournal } from './journaled-runs.ts';
import { foldJournal, recoverDesk } from './recovery.ts';
import { type DeskSnapshot, writeDeskSnapshot } from './recovery-snapshot.ts';

/** Nobody trades it: it is only there. */
const ANOTHER = instrumentLike({ venue: 'binance-usdm', symbol: 'ETHUSDT' }, 1);
const TIGHTER = { ...CONFIG, limits: { ...CONFIG.limits, default: { ...CONFIG.limits.default, maxOpenOrders: 3 } } };

let folder: string;
let directory: string;
let journal: JournalText;
let lastDesk: VirtualDesk;
/** Of the last door, while the first desk was paused. */
let pausedDoor: ControlMode;
/** Derived from the journal alone. */
let whole: DeskSnapshot;

let commands = 0;
function operate(desk: VirtualDesk, command: OperatorInput['command']): void {
  commands += 1;
  const stamp = { seq: 0, at: desk.now, commandId: `c${commands}` };
  desk.deliver({ kind: 'operator', ...stamp, operator: 'ada', reason: 'a test', command });
}
const setMode = (mode: ControlMode) => ({ type: 'set-mode', mode }) as const;

/** The desk after record `lastSeq`, recovered. */
function recovered(lastSeq = journal.lastSeq, instruments: readonly Instrument[] = [TRADED]): DeskSnapshot {
  const snapshot = recoverDesk(directory, lastSeq, instruments);
  if (snapshot === undefined) throw new Error(`no desk has run up to record ${lastSeq}`);
  return snapshot;
}

/** The desk after the whole journal, whatever snapshots there are. */
function folded(): DeskSnapshot {
  const snapshot = foldJournal(directory, journal.lastSeq, [TRADED]);
  if (snapshot === undefined) throw new Error('no desk has run');
  return snapshot;
}

/** A snapshot that shows in the result when it was used: nobody of this name ever changed the mode. */
function marked(lastSeq: number, name = 'a mark'): DeskSnapshot {
  return { ...recovered(lastSeq), lastModeChange: { from: 'normal', to: 'reduce', operator: name } };
}

const snapshots = () => join(directory, 'snapshots');
const snapshotFiles = () => readdirSync(snapshots()).sort();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'recovery-'));
  directory = join(folder, 'data');
  const three = new JournaledRuns(directory);
  await three.run({
    seconds: 12,
    act: (desk) => {
      operate(desk, setMode('pause'));
      pausedDoor = desk.snapshot().secondCheck.mode;
      operate(desk, { type: 'cancel-all', instruments: null });
      operate(desk, setMode('normal'));
    },
  });
  await three.run({ seconds: 12, config: TIGHTER, act: (desk) => operate(desk, setMode('normal')) });
  lastDesk = await three.run({ seconds: 12 });
  journal = readJournal(directory);
  whole = folded();
});
afterEach(() => rmSync(snapshots(), { recursive: true, force: true }));
afterAll(() => rmSync(folder, { recursive: true }));

describe('a desk that is recovered from its journal', () => {
  it('stands where the desk stood that wrote it', () => {
    const { engine: _, ...lived } = lastDesk.core.recoverySnapshot();
    const { engine, ...derived } = whole.core;
    expect(canonical(derived)).toBe(canonical(lived));
    expect(canonical(whole.secondCheck)).toBe(canonical(lastDesk.snapshot().secondCheck));
    expect(engine.factSeq).toBe(journal.records.filter(({ kind }) => kind === 'fact').length);
    expect(journal.records.filter(({ text }) => text.includes('"kind":"order-filled"')).length).toBeGreaterThan(20);
    expect(whole.lastModeChange).toEqual({ from: 'pause', to: 'normal', operator: 'ada' });
  });

  it('has both doors in the mode of that moment', () => {
    expect(pausedDoor).toBe('pause');
    for (const to of ['pause', 'normal'] as const) {
      const changed = journal.records.findIndex(
        ({ text }) => text.includes(`"kind":"mode-changed"`) && text.includes(`"to":"${to}"`),
      );
      const { core, secondCheck } = recovered(journal.turnEnds.find((seq) => seq > changed));
      expect([core.modes.mode, secondCheck.mode]).toEqual([to, to]);
    }
  });

  it('stands there too when it begins with a snapshot of any turn', () => {
    const random = new Random(1);
    const { turnEnds } = journal;
    for (let run = runs(40); run > 0; run -= 1) {
      const seq = turnEnds[random.below(turnEnds.length)] as number;
      const snapshot = recoverDesk(directory, seq, [TRADED]);
      if (snapshot === undefined) continue;
      writeDeskSnapshot(directory, snapshot);
      expect(canonical(recovered()), `from record ${seq} on`).toBe(canonical(whole));
      if (run % 4 === 0) rmSync(snapshots(), { recursive: true });
    }
  });

  it('begins with the newest snapshot, and keeps the one before it besides', () => {
    for (const share of [0.2, 0.3, 0.4, 0.5, 0.6]) {
      const seq = journal.turnEnds[Math.floor(share * journal.turnEnds.length)] as number;
      writeDeskSnapshot(directory, marked(seq, `at ${seq}`));
    }
    const newest = journal.turnEnds[Math.floor(0.6 * journal.turnEnds.length)];
    expect(snapshotFiles()).toHaveLength(2);
    expect(recovered().lastModeChange?.operator).toBe(`at ${newest}`);
    rmSync(join(snapshots(), snapshotFiles()[1] as string));
    expect(recovered().lastModeChange?.operator).toMatch(/^at \d+$/);
  });

  it('knows nothing of a journal that no desk has run on', () => {
    expect(recoverDesk(directory, 2, [TRADED])).toBeUndefined();
  });
});

describe('a snapshot that is not to be trusted is passed over:', () => {
  const middle = () => journal.turnEnds[Math.floor(journal.turnEnds.length / 2)] as number;
  const newest = () => join(snapshots(), snapshotFiles().at(-1) as string);
  const rewrite = (change: (bytes: Buffer) => Buffer | string) =>
    writeFileSync(newest(), change(readFileSync(newest())));

  it.each<[string, () => void]>([
    [
      'one with a flipped bit',
      () =>
        rewrite((bytes) => {
          const at = bytes.indexOf('a mark');
          bytes[at] = (bytes[at] as number) ^ 1;
          return bytes;
        }),
    ],
    ['one that was cut', () => rewrite((bytes) => bytes.subarray(0, bytes.length - 1))],
    ['an empty one', () => rewrite(() => '')],
    [
      'one of another version',
      () => rewrite((bytes) => bytes.toString('utf8').replace(/^interlock-snapshot \d+ /, 'interlock-snapshot 0 ')),
    ],
    [
      'what is no file',
      () => {
        const file = newest();
        rmSync(file);
        mkdirSync(file);
      },
    ],
    [
      'one of another history',
      () => {
        const foreign = { ...marked(middle()), recordHash: '0'.repeat(64) };
        rmSync(newest());
        writeDeskSnapshot(directory, foreign);
      },
    ],
    [
      'one of records that were lost since',
      () => {
        rmSync(newest());
        writeDeskSnapshot(directory, { ...marked(middle()), recordSeq: journal.lastSeq + 1 });
      },
    ],
  ])('%s', (_what, spoil) => {
    const before = journal.turnEnds[journal.turnEnds.indexOf(middle()) - 1] as number;
    writeDeskSnapshot(directory, marked(before, 'the one before'));
    writeDeskSnapshot(directory, marked(middle()));
    expect(recovered().lastModeChange?.operator, 'it was used').toBe('a mark');
    spoil();
    expect(recovered().lastModeChange?.operator).toBe('the one before');
    rmSync(join(snapshots(), snapshotFiles()[0] as string));
    expect(canonical(recovered())).toBe(canonical(whole));
  });
});

describe('a snapshot', () => {
  it('that makes no desk, by an older version perhaps, costs no more than the time to fold the journal', () => {
    const { core, ...snapshot } = marked(journal.lastSeq);
    writeDeskSnapshot(directory, { ...snapshot, core: { ...core, orders: null as never } });
    expect(canonical(recovered())).toBe(canonical(whole));
  });

  it('removes those of a history that was lost', () => {
    for (const share of [0.6, 0.7]) {
      writeDeskSnapshot(directory, marked(journal.turnEnds[Math.floor(share * journal.turnEnds.length)] as number));
    }
    const seq = journal.turnEnds[Math.floor(0.3 * journal.turnEnds.length)] as number;
    writeDeskSnapshot(directory, marked(seq));
    expect(snapshotFiles()).toEqual([`${String(seq).padStart(16, '0')}.snapshot`]);
  });
});

describe('a desk with other instruments than before', () => {
  const dearer = instrumentLike({ multiplier: '2' }, 0);
  const other = instrumentLike({ symbol: 'ETHUSDT' }, 0);

  it('one more: everything keeps its place, and no snapshot from before is used', () => {
    const filledSeq = journal.records.findIndex(({ text }) => text.includes('"kind":"order-filled"')) + 1;
    const coreAfter = (instruments: readonly Instrument[]): Core => {
      const core = new Core(coreConfig(CONFIG, instruments, 'market-maker'), { fact() {}, effect() {} });
      core.recover(recovered(filledSeq, instruments).core);
      return core;
    };
    const before = coreAfter([TRADED]);
    writeDeskSnapshot(directory, marked(filledSeq));
    const now = coreAfter([TRADED, ANOTHER]);
    expect(now.portfolio.lots(TRADED.id)).toBe(before.portfolio.lots(TRADED.id));
    expect(now.portfolio.lots(TRADED.id)).not.toBe(0);
    expect(now.portfolio.lots(ANOTHER.id)).toBe(0);
    expect(now.orders.open(TRADED.id)).toEqual(before.orders.open(TRADED.id));
    expect(recovered(filledSeq, [TRADED, ANOTHER]).lastModeChange).toBeNull();
  });

  it.each<[string, readonly Instrument[], RegExp]>([
    ['fewer', [], /record \d+: instrument 0 was simulated:BTCUSDT, and is absent now/],
    ['another one', [other], /record \d+: instrument 0 was simulated:BTCUSDT, and is simulated:ETHUSDT now/],
    ['other terms', [dearer], /record \d+: instrument 0 was simulated:BTCUSDT, and has other terms now/],
  ])('%s: is refused, whatever snapshot there is', (_what, instruments, message) => {
    expect(() => recovered(journal.lastSeq, instruments)).toThrow(message);
    writeDeskSnapshot(directory, recovered());
    expect(() => recovered(journal.lastSeq, instruments)).toThrow(message);
  });
});

describe('a journal that makes no sense', () => {
  /** A folder of its own, with these records behind the genesis and the start. */
  async function journalOf(...records: readonly (readonly [RecordKind, string])[]): Promise<() => unknown> {
    const own = mkdtempSync(join(folder, 'own-'));
    const client = await startJournal(own);
    for (const [kind, text] of records) client.append(kind, hostClock(), text);
    await client.close();
    return () => recoverDesk(own, client.appendedSeq, [TRADED]);
  }
  const run = ['host', writeRunRecord({ config: CONFIG, strategy: 'market-maker', instruments: [TRADED] })] as const;
  const start = ['input', `{"at":1,"identity":"${'0'.repeat(32)}","kind":"start","seed":1,"seq":1}`] as const;
  const started = (seq: number, cause = 1) =>
    [
      'fact',
      `{"at":1,"cause":${cause},"identity":"${'0'.repeat(32)}","kind":"desk-started","seed":1,"seq":${seq}}`,
    ] as const;

  it('is not this one', async () => {
    const recover = await journalOf(run, start, started(1));
    expect(recover()).toMatchObject({ core: { engine: { inputSeq: 1, factSeq: 1 } } });
  });

  it.each<[string, (readonly [RecordKind, string])[], RegExp]>([
    ['a fact too many', [run, start, started(1), started(3)], /record 6: fact 3 of input 1 follows fact 1 of input 1/],
    ['an input twice', [run, start, start], /record 5: input 1 follows 1 in the journal/],
    [
      'a fact of the past',
      [run, start, ['input', start[1].replace('"seq":1', '"seq":2')], started(1, 1)],
      /record 6: fact 1/,
    ],
    [
      'no text of ours',
      [run, start, ['fact', 'Dear diary']],
      /record 5: no canonical text at character 0: 'Dear diary/,
    ],
    ['nothing said of how it was run', [start], /record 3: it comes before any record of how the desk was run/],
    [
      'a strategy that is gone',
      [['host', run[1].replace('"market-maker"', '"crystal-ball"')]],
      /record 3: there is no strategy 'crystal-ball' any more/,
    ],
  ])('%s: names the record', async (_what, records, message) => {
    const recover = await journalOf(...records);
    expect(recover).toThrow(message);
  });
});

describe('last words', () => {
  it('are kept until a restart has told them, through starts that come to nothing and snapshots', async () => {
    directory = mkdtempSync(join(folder, 'words-'));
    const desks = new JournaledRuns(directory);
    await desks.run({ seconds: 3, lastWords: 'the disk was full' });
    for (const more of ['the disk was full again', null]) {
      // Tells the words in a crash record, and is refused by the exchange.
      const client = await startJournal(directory);
      await client.whenDurable(client.appendedSeq);
      if (more !== null) client.leaveLastWords(more);
      await client.close();
      journal = readJournal(directory);
      writeDeskSnapshot(directory, recovered());
    }
    expect(recovered().unheardWords).toEqual(['the disk was full', 'the disk was full again']);
    const { core } = await desks.run({ seconds: 1 });
    expect(core.modes.mode).toBe('emergency');
    journal = readJournal(directory);
    expect(
      journal.records.filter(({ text }) => text.includes('"kind":"desk-restarted"')).map(({ text }) => text),
    ).toEqual([expect.stringContaining('"lastWords":["the disk was full","the disk was full again"]')]);
    expect(recovered()).toMatchObject({ unheardWords: [], lastModeChange: { to: 'emergency', operator: 'restart' } });
  });

  it.each<[string, Partial<RunOptions>, string]>([
    ['words', { lastWords: 'the disk was full' }, 'restart'],
    [
      'a halt',
      {
        act: (desk) => {
          operate(desk, setMode('emergency'));
          desk.deliver({ kind: 'halt', seq: 0, at: desk.now, cause: 'journal-full', detail: '' });
        },
      },
      'desk',
    ],
  ])('%s after a person had the desk in Emergency: are what holds it there', async (_what, terms, operator) => {
    directory = mkdtempSync(join(folder, 'held-'));
    const desks = new JournaledRuns(directory);
    await desks.run({ seconds: 1, act: (desk) => operate(desk, setMode('emergency')), ...terms });
    await desks.run({ seconds: 1 });
    journal = readJournal(directory);
    expect(recovered().lastModeChange).toMatchObject({ to: 'emergency', operator });
  });
});

describe('how the last run ended', () => {
  const run = ['host', writeRunRecord({ config: CONFIG, strategy: 'market-maker', instruments: [TRADED] })] as const;
  const input = ['input', `{"at":1,"identity":"${'0'.repeat(32)}","kind":"start","seed":1,"seq":1}`] as const;
  const event = (name: string) => ['host', `{"event":"${name}"}`] as const;

  it.each([
    ['stopped', 'when it stopped', [event('stop')]],
    ['running', 'when nothing more is known of it', []],
    ['crashed', 'when the next start found no stop', [event('crash'), event('start')]],
    ['crashed', 'whatever became of starts that took no input', [event('start'), event('stop'), event('start')]],
    ['stopped', 'whatever became of starts that took no input', [event('stop'), event('start'), event('crash')]],
  ] as const)('is %s %s', async (ending, _when, events) => {
    const own = mkdtempSync(join(folder, 'ended-'));
    const client = await startJournal(own);
    for (const [kind, text] of [run, input, ...events]) client.append(kind, hostClock(), text);
    const { appendedSeq } = client;
    await client.close();
    expect(recoverDesk(own, appendedSeq, [TRADED])?.ending).toBe(ending);
  });
});
